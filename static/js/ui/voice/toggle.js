/** The switches of a call. Each is named after its thing and pressed while that is on; its title says what a click does. */

import { t } from "../../i18n/index.js";
import { ownScreen, call, how, isCameraShown, ownSeatIn } from "../../state/voice.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { ariaKeys } from "../keys/key-names.js";
import { VOICE_KEYS } from "../keys/voice-keys.js";
import { usePermissions } from "../parts/standing.js";

/** @import {IconName} from "../parts/icons.js" */
/** @import {VoiceKeyName} from "../keys/voice-keys.js" */

/**
 * @typedef {object} SwitchProps
 * @property {VoiceKeyName} name
 * @property {IconName} icon
 * @property {string} label a key of the catalogue
 * @property {string} title what a click does
 * @property {boolean} isOn
 * @property {boolean} [isWarning] it is off, and that is worth a look
 * @property {string} [why] it does nothing now, because of this
 * @property {() => void} onUse
 */

/** @param {SwitchProps} props */
function Switch({ name, icon, label, title, isOn, isWarning = false, why = "", onUse }) {
  return html`
    <button
      class=${classes("icon-button", "voice-switch", isOn && "is-on", isWarning && "is-warning")}
      aria-pressed=${isOn}
      aria-label=${t(label)}
      aria-disabled=${why !== ""}
      aria-keyshortcuts=${ariaKeys(VOICE_KEYS[name])}
      title=${why || title}
      onClick=${() => why === "" && onUse()}
      data-testid="voice-${name}"
      data-on=${isOn}
    >
      <${Icon} name=${icon} />${!isOn && isWarning && html`<span class="voice-slash" aria-hidden="true"></span>`}
    </button>
  `;
}

export function MuteSwitch() {
  const { talking } = useClient();
  const { muted, deafened } = how.value;
  const isOff = muted || deafened;
  const isSilenced = ownSeatIn(call.value.roomId ?? "")?.serverMuted ?? false;
  return html`
    <${Switch}
      name="mute"
      icon="microphone"
      label="voice.microphone"
      title=${t(isSilenced ? "voice.silenced" : muted ? "voice.unmute" : "voice.mute")}
      isOn=${!isOff}
      isWarning=${isOff}
      onUse=${() => talking.toggleMute()}
    />
  `;
}

export function DeafenSwitch() {
  const { talking } = useClient();
  const { deafened } = how.value;
  return html`
    <${Switch}
      name="deafen"
      icon="headphones"
      label="voice.sound"
      title=${t(deafened ? "voice.undeafen" : "voice.deafen")}
      isOn=${!deafened}
      isWarning=${deafened}
      onUse=${() => talking.toggleDeafen()}
    />
  `;
}

export function CameraSwitch() {
  const { talking } = useClient();
  const isOn = isCameraShown.value;
  const why = usePictureRefusal();
  return html`
    <${Switch}
      name="camera"
      icon="camera"
      label="voice.camera"
      title=${t(isOn ? "voice.camera.off" : "voice.camera.on")}
      isOn=${isOn}
      why=${isOn ? "" : why}
      onUse=${() => talking.toggleCamera()}
    />
  `;
}

export function ScreenSwitch() {
  const { talking } = useClient();
  const isOn = ownScreen.value !== null;
  const why = usePictureRefusal();
  return html`
    <${Switch}
      name="screen"
      icon="screen"
      label="voice.screen"
      title=${t(isOn ? "voice.screen.off" : "voice.screen.on")}
      isOn=${isOn}
      why=${isOn ? "" : why}
      onUse=${() => talking.toggleScreen()}
    />
  `;
}

/** Why no pictures may be shown here; empty where they may, or nobody knows yet. */
function usePictureRefusal() {
  const may = usePermissions("rooms", call.value.roomId)?.permissions.includes("video") ?? true;
  return may ? "" : t("voice.video.forbidden");
}

/** The button is gone with the call: the focus goes where one would go on. */
function focusNext() {
  if (document.activeElement !== document.body) return;
  const next = document.querySelector('[data-testid="voice-join"], #composer');
  if (next instanceof HTMLElement) next.focus();
}

/** @param {{isWordy?: boolean}} props */
export function LeaveButton({ isWordy = false }) {
  const { talking } = useClient();
  const leave = () => {
    talking.leave();
    requestAnimationFrame(focusNext);
  };
  return html`
    <button
      class=${classes(isWordy ? "button is-danger" : "icon-button", "voice-leave")}
      aria-label=${isWordy ? undefined : t("voice.leave")}
      aria-keyshortcuts=${ariaKeys(VOICE_KEYS.leave)}
      title=${isWordy ? undefined : t("voice.leave")}
      onClick=${leave}
      data-testid="voice-leave"
    >
      <${Icon} name="hang-up" />${isWordy && html`<span>${t("voice.leave")}</span>`}
    </button>
  `;
}
