/** The open room: its head, its messages, who writes, and where one writes. */

import { t } from "../i18n/index.js";
import { countsHere } from "../state/people.js";
import { currentRoom, roomsLoaded } from "../state/rooms.js";
import { Banner } from "./banner.js";
import { Composer } from "./composer.js";
import { stopEditing } from "./editing.js";
import { html } from "./html.js";
import { Icon } from "./icons.js";
import { MessageList } from "./message-list.js";
import { roomIcon, roomName } from "./room-name.js";
import { TypingLine } from "./typing-line.js";
import { showDrawer } from "./viewport.js";
import { useEffect } from "preact/hooks";

/** @import {Room} from "../net/protocol.js" */

/** @param {{isHidden: boolean}} props */
export function Conversation({ isHidden }) {
  const room = currentRoom.value;
  useEffect(() => stopEditing, []);
  return html`
    <main class="conversation" inert=${isHidden} data-testid="conversation" data-room=${room?.slug ?? room?.id}>
      <${Head} room=${room} />
      <${Banner} />
      ${room
        ? html`
            <${MessageList} room=${room} />
            <div class="write">
              <${TypingLine} roomId=${room.id} />
              <${Composer} room=${room} />
            </div>
          `
        : roomsLoaded.value && html`<p class="conversation-none hint">${t("conversation.none")}</p>`}
    </main>
  `;
}

/** @param {{room: Room | null}} props */
function Head({ room }) {
  const count = countsHere.value.get(room?.id ?? "") ?? 0;
  return html`
    <header class="conversation-head">
      <button
        class="icon-button only-narrow"
        aria-label=${t("rooms.open")}
        onClick=${() => showDrawer("channels")}
        data-testid="open-channels"
      >
        <${Icon} name="menu" />
      </button>
      ${room && html`<${Icon} name=${roomIcon(room)} />`}
      <h1 data-testid="room-name">${room ? roomName(room) : t("conversation.title")}</h1>
      <p class="topic" title=${room?.topic}>${room?.topic}</p>
      <button
        class="icon-button with-count only-medium"
        aria-label="${t("people.open")}: ${t("people.count", { count })}"
        onClick=${() => showDrawer("people")}
        data-testid="open-people"
      >
        <${Icon} name="people" /><span aria-hidden="true">${count || ""}</span>
      </button>
    </header>
  `;
}
