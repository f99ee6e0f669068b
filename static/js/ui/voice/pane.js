/**
 * A room's voice where the room is open: who talks there, and the way in; once one is in, the stage with the
 * switches under it.
 */

import { useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { call, ownSeatIn, refused, sittersOf } from "../../state/voice.js";
import { me } from "../../state/session.js";
import { Quiet } from "../parts/drawings.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { usePermissions } from "../parts/standing.js";
import { DevicesButton } from "./devices.js";
import { VoiceStage } from "./stage.js";
import { CameraSwitch, DeafenSwitch, LeaveButton, MuteSwitch, ScreenSwitch } from "./toggle.js";
import { CallTrouble, whyOut } from "./trouble.js";

/** @import {Person, Room} from "../../net/protocol.js" */

/** @param {{room: Room, others?: Person[], isSmall?: boolean, hasLeave?: boolean}} props */
export function VoicePane({ room, others = [], isSmall = false, hasLeave = true }) {
  const { roomId, phase } = call.value;
  const isHere = roomId === room.id;
  const count = sittersOf(room.id).length + others.length;
  const pane = useRef(/** @type {HTMLElement | null} */ (null));
  useFocusKept(pane, isHere);
  return html`
    <section ref=${pane} class=${classes("voice-pane", isSmall && "is-small")} aria-label=${t("voice.pane")} data-testid="voice-pane" data-phase=${isHere ? phase : "off"}>
      ${count > 0 ? html`<${VoiceStage} room=${room} others=${others} />` : html`<${Nobody} isHere=${isHere} />`}
      ${isHere ? html`<${Controls} hasLeave=${hasLeave} />` : html`<${Door} room=${room} />`}
    </section>
  `;
}

/**
 * The door goes when one comes in, and the switches when one leaves: who was at one of them is at the other.
 * @param {{current: HTMLElement | null}} pane
 * @param {boolean} isHere
 */
function useFocusKept(pane, isHere) {
  const before = useRef(isHere);
  useLayoutEffect(() => {
    if (before.current === isHere) return;
    before.current = isHere;
    const button = pane.current?.querySelector(".voice-buttons button");
    if (document.activeElement === document.body && button instanceof HTMLElement) button.focus();
  }, [isHere]);
}

/** @param {{isHere: boolean}} props */
function Nobody({ isHere }) {
  if (isHere) return html`<div class="voice-nobody"><p class="hint" role="status">${t("voice.joining")}</p></div>`;
  return html`
    <div class="voice-nobody" data-testid="voice-nobody">
      <${Quiet} />
      <p>${t("voice.nobody")}</p>
      <p class="hint">${t("voice.nobody.hint")}</p>
    </div>
  `;
}

/** @param {{hasLeave: boolean}} props */
function Controls({ hasLeave }) {
  const { phase } = call.value;
  return html`
    <div class="voice-controls" data-testid="voice-controls">
      <p class="voice-state hint" role="status" data-testid="voice-phase">${phase === "connected" ? "" : t(`voice.${phase}`)}</p>
      <${CallTrouble} />
      <div class="voice-buttons">
        <${MuteSwitch} /><${DeafenSwitch} /><${CameraSwitch} /><${ScreenSwitch} /><${DevicesButton} />
        ${hasLeave && html`<${LeaveButton} isWordy />`}
      </div>
    </div>
  `;
}

/** @param {{room: Room}} props */
function Door({ room }) {
  const client = useClient();
  const why = whyOut(room.id);
  const may = usePermissions("rooms", room.id)?.permissions.includes("join_voice") ?? true;
  const isElsewhere = ownSeatIn(room.id) !== null && me.value !== null;
  return html`
    <div class="voice-controls" data-testid="voice-door">
      ${why && html`<p class="voice-trouble" role="alert" data-testid="voice-refused" data-why=${why.kind}>${why.text}</p>`}
      ${!why && isElsewhere && html`<p class="voice-trouble">${t("voice.elsewhere")}</p>`}
      ${may
        ? html`
            <div class="voice-buttons">
              <button class="button is-primary" onClick=${() => client.talking.join(room.id)} data-testid="voice-join">
                <${Icon} name="voice" /><span>${t(joinWords(room, why !== null))}</span>
              </button>
              <${DevicesButton} />
            </div>
          `
        : html`<p class="voice-trouble" data-testid="voice-forbidden">${t("voice.refused.FORBIDDEN")}</p>`}
    </div>
  `;
}

/**
 * @param {Room} room
 * @param {boolean} isAgain
 */
function joinWords(room, isAgain) {
  if (isAgain) return refused.value?.roomId === room.id ? "app.retry" : "voice.again";
  return room.type === "voice" ? "voice.join" : "voice.call.join";
}
