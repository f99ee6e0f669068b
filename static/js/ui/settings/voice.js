/** Talking from this browser: whether one is heard, with which devices, and whether a key must be held. */

import { useLayoutEffect, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { chooseMicMode, chooseTalkKey, micMode, talkKey } from "../../state/voice-choices.js";
import { DeviceChoices } from "../call/device-choices.js";
import { html } from "../parts/html.js";
import { keyWords } from "../keys/voice-keys.js";
import { MicTest } from "../voice/devices.js";

/** @import {MicMode} from "../../state/voice-choices.js" */

export function VoiceSection() {
  return html`
    <p class="lead">${t("voice.settings.lead")}</p>
    <div class="settings-form">
      <section><h2>${t("device.title")}</h2><${MicTest} /><${DeviceChoices} /></section>
      <fieldset class="choices">
        <legend>${t("voice.settings.mode")}</legend>
        <${ModeChoice} mode="open" />
        <${ModeChoice} mode="hold" />
      </fieldset>
      ${micMode.value === "hold" && html`<${TalkKey} />`}
    </div>
  `;
}

/** @param {{mode: MicMode}} props */
function ModeChoice({ mode }) {
  return html`
    <label class="choice">
      <input type="radio" name="mic-mode" value=${mode} checked=${micMode.value === mode} onChange=${() => chooseMicMode(mode)} data-testid="mic-mode-${mode}" />
      ${t(`voice.settings.${mode}`)}
    </label>
  `;
}

function TalkKey() {
  const [isAsking, setAsking] = useState(false);
  useLayoutEffect(() => {
    if (!isAsking) return undefined;
    /** @param {KeyboardEvent} event */
    const take = (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (event.code !== "Escape" && event.code !== "") chooseTalkKey(event.code);
      setAsking(false);
    };
    // Before anything else on the page: Escape is no way back here, only out of the question.
    document.addEventListener("keydown", take, { capture: true });
    return () => document.removeEventListener("keydown", take, { capture: true });
  }, [isAsking]);
  return html`
    <div class="talk-key">
      <p>${t("voice.settings.key")}: <kbd data-testid="talk-key">${keyWords(talkKey.value)}</kbd></p>
      <button class="button is-small" aria-pressed=${isAsking} onClick=${() => setAsking(!isAsking)} data-testid="choose-talk-key">
        ${t(isAsking ? "voice.settings.key.press" : "voice.settings.key.change")}
      </button>
      <p class="hint">${t("voice.settings.key.hint")}</p>
    </div>
  `;
}
