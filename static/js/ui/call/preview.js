/** What the camera sees, with the switches of camera and microphone on it. */

import { useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { me } from "../../state/session.js";
import { Avatar } from "../parts/avatar.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { LevelMeter } from "./level-meter.js";

/** @import {Input} from "../../state/devices.js" */

export function Preview() {
  const { devices } = useClient();
  const stream = devices.inputs.camera.stream.value;
  const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
  useLayoutEffect(() => {
    // A stream is no attribute.
    if (video.current) video.current.srcObject = stream;
  }, [stream]);
  return html`
    <div class="preview" data-testid="preview" data-state=${devices.inputs.camera.state.value}>
      ${stream
        ? html`<video ref=${video} autoplay muted playsinline aria-label=${t("device.preview")}></video>`
        : html`
            <div class="preview-off">
              ${me.value && html`<${Avatar} person=${me.value} large />`}
              <p class="hint">${t("device.preview.off")}</p>
            </div>
          `}
      <div class="preview-bar">
        <${Switch} kind="microphone" />
        <${Switch} kind="camera" />
        <${LevelMeter} />
      </div>
    </div>
    <${Trouble} kind="microphone" />
    <${Trouble} kind="camera" />
  `;
}

/** @param {{kind: Input}} props */
function Switch({ kind }) {
  const { devices } = useClient();
  const state = devices.inputs[kind].state.value;
  const isOn = state === "on" || state === "asking";
  const label = t(`device.${kind}.${isOn ? "off" : "on"}`);
  return html`
    <button
      class=${classes("icon-button", "device-switch", isOn && "is-on")}
      aria-pressed=${isOn}
      aria-label=${t(`device.${kind}`)}
      title=${label}
      onClick=${() => (isOn ? devices.turnOff(kind) : devices.turnOn(kind))}
      data-testid="switch-${kind}"
      data-state=${state}
    >
      <${Icon} name=${kind} />${!isOn && html`<span class="device-bar" aria-hidden="true"></span>`}
    </button>
  `;
}

/** What one can do where a device did not come. @param {{kind: Input}} props */
function Trouble({ kind }) {
  const { devices } = useClient();
  const state = devices.inputs[kind].state.value;
  const text = state === "asking" ? t("device.asking") : state === "on" || state === "off" ? "" : t(`device.${kind}.${state}`);
  return html`<p class="device-trouble" role="status" data-testid="trouble-${kind}">${text}</p>`;
}
