/** One channel of the column: its name and what is new in it, and what opens its menu. */

import { t } from "../../i18n/index.js";
import { isUnread, mentionsOf } from "../../state/reads.js";
import { currentRoomId } from "../../state/rooms.js";
import { callRoomId, seats } from "../../state/voice.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { roomIcon, roomName } from "../parts/room-name.js";
import { hideDrawer } from "../viewport.js";
import { News, newsWords } from "./rail.js";

/** @import {Room} from "../../net/protocol.js" */

/** @param {{room: Room, onMenu?: () => void}} props */
export function ChannelRow({ room, onMenu }) {
  return html`
    ${room.type === "voice" ? html`<${VoiceRow} room=${room} />` : html`<${TextRow} room=${room} />`}
    ${onMenu &&
    html`
      <button
        class="icon-button line-more"
        aria-label=${t("channels.more", { name: roomName(room) })}
        aria-haspopup="menu"
        onClick=${onMenu}
        data-testid="channel-more"
      >
        <${Icon} name="more" />
      </button>
    `}
  `;
}

/** @param {{room: Room}} props */
function TextRow({ room }) {
  const client = useClient();
  const isOpen = room.id === currentRoomId.value;
  const hasNews = isUnread(room.id);
  const mentions = mentionsOf(room.id);
  const words = newsWords(hasNews, mentions);
  const open = () => {
    client.openRoom(room.id);
    hideDrawer();
  };
  return html`
    <button
      class=${classes("channel", isOpen && "is-open", hasNews && "has-news")}
      aria-current=${isOpen ? "page" : undefined}
      onClick=${open}
      data-testid="channel"
      data-room=${room.slug ?? room.id}
    >
      <${Icon} name=${roomIcon(room)} />
      <span class="channel-name">${roomName(room)}</span>
      <${Lock} room=${room} />
      ${words && html`<span class="visually-hidden">, ${words}</span>`}
      <${News} isUnread=${hasNews} mentions=${mentions} />
    </button>
  `;
}

/** One click opens it and sits down in it; who sits there already only goes to look. @param {{room: Room}} props */
function VoiceRow({ room }) {
  const client = useClient();
  const isOpen = room.id === currentRoomId.value;
  const isHere = room.id === callRoomId.value;
  const count = seats.value.get(room.id)?.size ?? 0;
  const enter = () => {
    client.openRoom(room.id);
    hideDrawer();
    if (!room.isArchived) client.talking.join(room.id);
  };
  return html`
    <button
      class=${classes("channel", "is-voice", isOpen && "is-open", isHere && "has-news")}
      aria-current=${isOpen ? "page" : undefined}
      onClick=${enter}
      data-testid="voice-room"
      data-room=${room.slug ?? room.id}
      data-here=${isHere}
    >
      <${Icon} name="voice" />
      <span class="channel-name">${roomName(room)}</span>
      <${Lock} room=${room} />
      ${count > 0 && html`<span class="visually-hidden">, ${t("voice.sitters", { count })}</span>`}
      ${room.maxParticipants !== null && html`<span class="hint voice-seats" aria-hidden="true">${count}/${room.maxParticipants}</span>`}
    </button>
  `;
}

/** @param {{room: Room}} props */
function Lock({ room }) {
  if (!room.isPrivate) return null;
  return html`<span class="channel-lock" role="img" aria-label=${t("rooms.private")}><${Icon} name="lock" /></span>`;
}
