/** The column where one is in no community: conversations with people, open calls, rooms that stand alone. */

import { signal } from "@preact/signals";

import { t } from "../../i18n/index.js";
import { openCalls } from "../../state/calls.js";
import { directRooms, partnersOf } from "../../state/direct.js";
import { isUnread, mentionsOf } from "../../state/reads.js";
import { channelsOf, currentRoomId, roomsLoaded } from "../../state/rooms.js";
import { me } from "../../state/session.js";
import { seats } from "../../state/voice.js";
import { ChannelRow } from "../house/channel-row.js";
import { News, newsWords } from "../house/rail.js";
import { PresenceDot } from "../parts/avatar.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { roomName } from "../parts/room-name.js";
import { NewCall } from "../call/new-call.js";
import { hideDrawer } from "../viewport.js";
import { Sitters } from "../voice/sitters.js";
import { Faces } from "./faces.js";
import { openNewMessage } from "./new-message.js";

/** @import {Room} from "../../net/protocol.js" */

const isMakingCall = signal(false);

export function DirectColumn() {
  const isGuest = me.value?.isGuest === true;
  const others = channelsOf(null).open.filter(({ type }) => type !== "direct");
  return html`
    ${!isGuest && html`<${NewMessageButton} />`}
    ${directRooms.value.length > 0
      ? html`
          <ul data-testid="direct-rooms">
            ${directRooms.value.map((room) => html`<li key=${room.id}><${DirectRoom} room=${room} /></li>`)}
          </ul>
        `
      : roomsLoaded.value && html`<p class="hint">${t(isGuest ? "direct.none.guest" : "direct.none")}</p>`}
    <${Calls} isGuest=${isGuest} />
    ${others.length > 0 && html`<${Rooms} rooms=${others} />`}
  `;
}

function NewMessageButton() {
  return html`
    <button class="channel" onClick=${openNewMessage} data-testid="new-message">
      <${Icon} name="pencil" /><span class="channel-name">${t("direct.new")}</span>
    </button>
  `;
}

/** @param {{room: Room}} props */
function DirectRoom({ room }) {
  const client = useClient();
  const isOpen = room.id === currentRoomId.value;
  const hasNews = isUnread(room.id);
  const mentions = mentionsOf(room.id);
  const words = newsWords(hasNews, mentions);
  const partners = partnersOf(room);
  const open = () => {
    client.openRoom(room.id);
    hideDrawer();
  };
  return html`
    <button
      class=${classes("channel", "is-direct", isOpen && "is-open", hasNews && "has-news")}
      aria-current=${isOpen ? "page" : undefined}
      onClick=${open}
      data-testid="direct-room"
      data-room=${room.id}
    >
      <span class="person-picture">
        <${Faces} people=${partners} />
        ${partners[0] && partners.length === 1 && html`<${PresenceDot} userId=${partners[0].id} />`}
      </span>
      <span class="channel-name">${roomName(room)}</span>
      ${words && html`<span class="visually-hidden">, ${words}</span>`}
      <${Live} roomId=${room.id} />
      <${News} isUnread=${hasNews} mentions=${mentions} />
    </button>
  `;
}

/** Somebody talks there now. @param {{roomId: string}} props */
function Live({ roomId }) {
  if (!seats.value.has(roomId)) return null;
  return html`<span class="sign is-live" role="img" aria-label=${t("voice.talking")} title=${t("voice.talking")}><${Icon} name="voice" /></span>`;
}

/** @param {{isGuest: boolean}} props */
function Calls({ isGuest }) {
  const client = useClient();
  const go = (/** @type {import("../../state/route.js").Route} */ route) => {
    hideDrawer();
    client.go(route);
  };
  return html`
    <section class="direct-part" aria-labelledby="direct-calls" data-testid="calls">
      <h3 id="direct-calls">${t("call.calls")}</h3>
      <ul>
        ${openCalls.value.map(
          (room) => html`
            <li key=${room.id}>
              <button class=${classes("channel", isUnread(room.id) && "has-news")} onClick=${() => go({ name: "call", code: room.code ?? "" })} data-testid="open-call">
                <${Icon} name="phone" /><span class="channel-name">${roomName(room)}</span>
                <${Live} roomId=${room.id} />
                <span class="visually-hidden">${newsWords(isUnread(room.id), mentionsOf(room.id))}</span>
                <${News} isUnread=${isUnread(room.id)} mentions=${mentionsOf(room.id)} />
              </button>
            </li>
          `,
        )}
        ${!isGuest &&
        html`
          <li>
            <button class="channel" onClick=${() => (isMakingCall.value = true)} data-testid="new-call">
              <${Icon} name="plus" /><span class="channel-name">${t("call.new")}</span>
            </button>
          </li>
        `}
        <li>
          <button class="channel" onClick=${() => go({ name: "calls" })} data-testid="call-history">
            <${Icon} name="clock" /><span class="channel-name">${t("call.history")}</span>
          </button>
        </li>
      </ul>
      ${isMakingCall.value && html`<${NewCall} onClose=${() => (isMakingCall.value = false)} />`}
    </section>
  `;
}

/** @param {{rooms: Room[]}} props */
function Rooms({ rooms }) {
  return html`
    <section class="direct-part" aria-labelledby="direct-rooms">
      <h3 id="direct-rooms">${t("direct.rooms")}</h3>
      <ul>
        ${rooms.map((room) => html`<li key=${room.id} class="channel-line"><${ChannelRow} room=${room} /></li>${room.type === "voice" && html`<${Sitters} room=${room} />`}`)}
      </ul>
    </section>
  `;
}
