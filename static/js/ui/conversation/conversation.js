/** The open room: its head, its messages, who writes, and where one writes. */

import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { DirectSign } from "../direct/direct-sign.js";
import { isPeopleShown } from "../../state/appearance.js";
import { countsHere } from "../../state/people.js";
import { currentRoom } from "../../state/rooms.js";
import { call, refused, seats } from "../../state/voice.js";
import { Banner } from "../house/banner.js";
import { Composer } from "../composer/composer.js";
import { Popover } from "../parts/dialog.js";
import { stopEditing } from "../composer/editing.js";
import { NoRoom } from "../parts/empty.js";
import { html } from "../parts/html.js";
import { lazy } from "../parts/lazy.js";
import { Icon } from "../parts/icons.js";
import { MessageList } from "./message-list.js";
import { roomIcon, roomName } from "../parts/room-name.js";
import { TypingLine } from "./typing-line.js";
import { isMedium, isNarrow, showDrawer, togglePeople } from "../viewport.js";
import { VoiceBar } from "../voice/bar.js";
import { CallButton } from "../voice/call-button.js";

/** @import {Room} from "../../net/protocol.js" */

const VoicePane = lazy(/** @returns {Promise<(props: any) => any>} */ async () => (await import("../voice/pane.js")).VoicePane, {
  tag: "section",
  className: "voice-pane",
});

/** @param {{isHidden: boolean}} props */
export function Conversation({ isHidden }) {
  const room = currentRoom.value;
  useEffect(() => stopEditing, []);
  return html`
    <main class="conversation" inert=${isHidden} data-testid="conversation" data-room=${room?.slug ?? room?.id}>
      <${Head} room=${room} />
      <${Banner} />
      ${isNarrow.value && call.value.roomId !== room?.id && html`<${VoiceBar} />`}
      ${!room ? html`<${NoRoom} />` : room.type === "voice" ? html`<${VoicePane} key=${room.id} room=${room} />` : html`<${Talk} room=${room} />`}
    </main>
  `;
}

/** What is written, with the voice of a direct conversation above it while there is one. @param {{room: Room}} props */
function Talk({ room }) {
  const isCalling = room.type === "direct" && (seats.value.has(room.id) || call.value.roomId === room.id || refused.value?.roomId === room.id);
  return html`
    ${isCalling && html`<${VoicePane} room=${room} isSmall />`}
    <${MessageList} room=${room} />
    <div class="write">
      <${TypingLine} roomId=${room.id} />
      <${Composer} room=${room} />
    </div>
  `;
}

/** @param {{room: Room | null}} props */
function Head({ room }) {
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
      ${room && (room.type === "direct" ? html`<${DirectSign} room=${room} />` : html`<${Icon} name=${roomIcon(room)} />`)}
      <h1 data-testid="room-name">${room ? roomName(room) : t("conversation.title")}</h1>
      <div class="topic">${room?.topic && html`<${Topic} key=${room.id} text=${room.topic} />`}</div>
      ${room?.type === "direct" && html`<${CallButton} room=${room} />`}
      ${room && html`<${PeopleButton} room=${room} />`}
    </header>
  `;
}

/** As much as there is room for; all of it when it is asked for. @param {{text: string}} props */
function Topic({ text }) {
  const button = useRef(/** @type {HTMLElement | null} */ (null));
  const [isOpen, setOpen] = useState(false);
  return html`
    <button ref=${button} class="topic-line" title=${text} aria-haspopup="dialog" onClick=${() => setOpen(true)} data-testid="topic">
      ${text}
    </button>
    ${isOpen &&
    html`
      <${Popover} anchor=${button.current} label=${t("conversation.topic")} className="topic-full" onClose=${() => setOpen(false)}>
        <p tabindex="-1" autofocus>${text}</p>
      <//>
    `}
  `;
}

/** A drawer where it is narrow, else a column that one may close. @param {{room: Room}} props */
function PeopleButton({ room }) {
  const count = countsHere.value.get(room.id) ?? 0;
  const isOpen = !isMedium.value && isPeopleShown.value;
  return html`
    <button
      id="toggle-people"
      class="icon-button with-count"
      aria-label="${t("people.open")}: ${t("people.count", { count })}"
      aria-expanded=${isOpen}
      onClick=${togglePeople}
      data-testid="open-people"
    >
      <${Icon} name="people" /><span aria-hidden="true">${count || ""}</span>
    </button>
  `;
}
