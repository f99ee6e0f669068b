/** Where one talks, at the foot of the channels whatever is open: how it goes, the switches, and the way out. */

import { t } from "../../i18n/index.js";
import { rooms } from "../../state/rooms.js";
import { call, over, refused } from "../../state/voice.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { roomName } from "../parts/room-name.js";
import { hideDrawer } from "../viewport.js";
import { QualityButton } from "./quality.js";
import { CameraSwitch, DeafenSwitch, LeaveButton, MuteSwitch, ScreenSwitch } from "./toggle.js";
import { CallTrouble, whyOut } from "./trouble.js";

export function VoiceBar() {
  if (call.value.roomId === null) return html`<${Ended} />`;
  return html`
    <section class="voice-bar" aria-label=${t("voice.bar")} data-testid="voice-bar" data-phase=${call.value.phase}>
      <div class="voice-where"><${QualityButton} /><${Where} roomId=${call.value.roomId} /><${LeaveButton} /></div>
      <${CallTrouble} />
      <div class="voice-switches"><${MuteSwitch} /><${DeafenSwitch} /><${CameraSwitch} /><${ScreenSwitch} /></div>
    </section>
  `;
}

/** @param {{roomId: string}} props */
function Where({ roomId }) {
  const client = useClient();
  const room = rooms.value.get(roomId);
  const name = room ? roomName(room) : t("call.unnamed");
  const open = () => {
    hideDrawer();
    client.openRoom(roomId);
  };
  return html`
    <button class="voice-room" onClick=${open} title=${t("voice.open", { room: name })} data-testid="voice-where">
      <span class="voice-phase">${t(`voice.${call.value.phase}`)}</span>
      <span class="hint voice-room-name">${name}</span>
    </button>
  `;
}

/** Why one does not talk any more, until it is read. */
function Ended() {
  const client = useClient();
  const roomId = refused.value?.roomId ?? over.value?.roomId ?? null;
  const why = roomId === null ? null : whyOut(roomId);
  if (roomId === null || why === null) return null;
  const isThere = rooms.value.has(roomId);
  return html`
    <section class="voice-bar is-over" aria-label=${t("voice.bar")} data-testid="voice-over" data-why=${why.kind}>
      <p role="alert">${why.text}</p>
      <div class="voice-over-buttons">
        ${isThere && why.mayTry && html`<button class="button is-small" onClick=${() => client.talking.join(roomId)} data-testid="voice-again">${t("voice.again")}</button>`}
        <button class="icon-button" aria-label=${t("voice.dismiss")} title=${t("voice.dismiss")} onClick=${() => client.talking.dismiss()} data-testid="voice-dismiss">
          <${Icon} name="close" />
        </button>
      </div>
    </section>
  `;
}
