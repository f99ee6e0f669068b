/** What people write in a call, at the stage's side. It is a conversation like any other. */

import { useEffect } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { currentRoomId } from "../../state/rooms.js";
import { Composer } from "../composer/composer.js";
import { stopEditing } from "../composer/editing.js";
import { MessageList } from "../conversation/message-list.js";
import { TypingLine } from "../conversation/typing-line.js";
import { html } from "../parts/html.js";

/** @import {Room} from "../../net/protocol.js" */

/** @param {{room: Room}} props */
export function Chat({ room }) {
  useEffect(() => stopEditing, []);
  const isOpen = currentRoomId.value === room.id;
  return html`
    <section class="call-chat conversation" aria-label=${t("call.chat")} data-testid="conversation" data-room=${room.id}>
      ${isOpen &&
      html`
        <${MessageList} key=${room.id} room=${room} />
        <div class="write">
          <${TypingLine} roomId=${room.id} />
          <${Composer} key=${room.id} room=${room} />
        </div>
      `}
    </section>
  `;
}
