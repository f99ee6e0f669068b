/** Which microphone, camera and speaker, and how loud the microphone hears one; also before one sits. */

import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { call } from "../../state/voice.js";
import { DeviceChoices } from "../call/device-choices.js";
import { LevelMeter } from "../call/level-meter.js";
import { Popover, DialogHead } from "../parts/dialog.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";

export function DevicesButton() {
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const [isOpen, setOpen] = useState(false);
  return html`
    <button
      ref=${button}
      class="icon-button voice-switch"
      aria-haspopup="dialog"
      aria-label=${t("voice.devices")}
      title=${t("voice.devices")}
      onClick=${() => setOpen(true)}
      data-testid="voice-devices"
    >
      <${Icon} name="gear" />
    </button>
    ${isOpen && html`<${DevicesPopover} anchor=${button.current} onClose=${() => setOpen(false)} />`}
  `;
}

/** @param {{anchor: Element | null, onClose: () => void}} props */
function DevicesPopover({ anchor, onClose }) {
  return html`
    <${Popover} anchor=${anchor} label=${t("device.title")} className="voice-devices" onClose=${onClose} testid="voice-devices-dialog">
      <${DialogHead} title=${t("device.title")} onClose=${onClose} />
      <div class="dialog-body"><${MicTest} /><${DeviceChoices} /></div>
    <//>
  `;
}

/** In a call the microphone is on already; else it is turned on for as long as one tries it. */
export function MicTest() {
  const { devices, talking } = useClient();
  const state = devices.inputs.microphone.state.value;
  useEffect(() => () => talking.putAwayUnused(), []);
  const isInCall = call.value.roomId !== null;
  const isOn = state === "on" || state === "asking";
  const trouble = state === "asking" ? t("device.asking") : isOn || state === "off" ? "" : t(`device.microphone.${state}`);
  return html`
    <div class="mic-test" data-testid="mic-test" data-state=${state}>
      ${!isInCall &&
      html`
        <button
          class="button is-small"
          aria-pressed=${isOn}
          onClick=${() => (isOn ? devices.turnOff("microphone") : devices.turnOn("microphone"))}
          data-testid="mic-test-switch"
        >
          <${Icon} name="microphone" /> ${t("voice.settings.test")}
        </button>
      `}
      <${LevelMeter} />
    </div>
    <p class="device-trouble" role="status">${trouble}</p>
  `;
}
