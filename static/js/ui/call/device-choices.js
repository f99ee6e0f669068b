/** Which microphone, camera and speaker; and a sound to hear whether the speaker is the right one. */

import { useEffect, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { playTestSound } from "./test-sound.js";

/** @import {DeviceKind} from "../../state/devices.js" */

/** Not every browser lets a page choose where sound comes out. */
const CAN_CHOOSE_SPEAKER = "setSinkId" in HTMLMediaElement.prototype;

export function DeviceChoices() {
  const { devices } = useClient();
  useEffect(() => void devices.refresh(), []);
  const { microphone, camera, speaker } = devices.list.value;
  const isNothing = microphone.length + camera.length === 0;
  return html`
    <div class="device-choices" data-testid="device-choices">
      ${isNothing && html`<p class="hint">${t("device.choose.hint")}</p>`}
      <${Choice} kind="microphone" />
      <${Choice} kind="camera" />
      ${CAN_CHOOSE_SPEAKER && speaker.length > 0 && html`<${Choice} kind="speaker" />`}
      <${SpeakerTest} />
    </div>
  `;
}

/** @param {{kind: DeviceKind}} props */
function Choice({ kind }) {
  const { devices } = useClient();
  const list = devices.list.value[kind];
  const id = devices.chosen.value[kind];
  if (list.length === 0) return null;
  const isThere = list.some((one) => one.id === id);
  return html`
    <div class="field">
      <label for="device-${kind}">${t(`device.${kind}`)}</label>
      <select
        id="device-${kind}"
        value=${isThere ? id : ""}
        onChange=${(/** @type {{currentTarget: HTMLSelectElement}} */ { currentTarget }) => devices.choose(kind, currentTarget.value)}
        data-testid="choose-${kind}"
      >
        <option value="">${t("device.default")}</option>
        ${list
          .filter((one) => one.id !== "default")
          .map((one, index) => html`<option key=${one.id} value=${one.id}>${one.label || t("device.unnamed", { number: index + 1 })}</option>`)}
      </select>
    </div>
  `;
}

function SpeakerTest() {
  const { devices } = useClient();
  const [state, setState] = useState(/** @type {"idle" | "playing" | "failed"} */ ("idle"));
  const play = async () => {
    if (state === "playing") return;
    setState("playing");
    setState(await playTestSound(devices.chosen.peek().speaker).then(() => /** @type {const} */ ("idle"), () => /** @type {const} */ ("failed")));
  };
  return html`
    <div class="speaker-test">
      <button class="button is-small" aria-disabled=${state === "playing"} onClick=${play} data-testid="speaker-test" data-state=${state}>
        <${Icon} name="voice" /> ${t(state === "playing" ? "device.speaker.playing" : "device.speaker.test")}
      </button>
      <p class="problem" role="status">${state === "failed" ? t("device.speaker.failed") : ""}</p>
    </div>
  `;
}
