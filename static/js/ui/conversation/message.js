/** One message: who, when, what, what it answers, what others felt about it. What can be done is the toolbar's. */

import { useComputed } from "@preact/signals";

import { fullTimeOf, t } from "../../i18n/index.js";
import { nameColour } from "../../state/roles.js";
import { rooms } from "../../state/rooms.js";
import { me } from "../../state/session.js";
import { Avatar } from "../parts/avatar.js";
import { classes, html, memo } from "../parts/html.js";
import { MessageEditor } from "../composer/message-editor.js";
import { MessageHtml } from "./message-html.js";
import { ToolbarPlace } from "./message-toolbar.js";
import { openProfile } from "../house/profile-card.js";
import { Quote } from "./quote.js";
import { Reactions } from "./reactions.js";
import { highlightedKey } from "./row-highlight.js";
import { Time } from "../parts/time.js";

/** @import {Message} from "../../net/protocol.js" */

/**
 * @typedef {object} MessageRowProps
 * @property {string} rowKey
 * @property {Message} message
 * @property {boolean} isFirst of its author's group
 * @property {boolean} isStop where Tab arrives
 * @property {boolean} isMine
 * @property {boolean} isEditing
 * @property {number} gap what is left out above it
 */

export const MessageRow = memo(
  /** @param {MessageRowProps} props */
  ({ rowKey, message, isFirst, isStop, isMine, isEditing, gap }) => {
    const isHighlighted = useComputed(() => highlightedKey.value === rowKey).value;
    const isDeleted = message.deletedAt !== null;
    const name = classes(
      "message",
      isFirst && "is-first",
      isEditing && "is-editing",
      isHighlighted && "is-highlighted",
      !isDeleted && isForMe(message) && "is-for-me",
      message.type === "system" && "is-system",
    );
    return html`
      <li
        class=${name}
        style=${gap > 0 ? { marginTop: `${gap}px` } : undefined}
        tabindex=${isStop ? 0 : -1}
        data-key=${rowKey}
        data-testid="message"
        data-id=${message.id}
        data-seq=${message.seq}
        data-state="sent"
      >
        <${Side} message=${message} isFirst=${isFirst} />
        <div class="message-body">
          ${message.replyTo !== null && !isDeleted && html`<${Quote} roomId=${message.roomId} messageId=${message.replyTo} />`}
          ${isFirst && html`<${Author} message=${message} />`}
          ${isDeleted && html`<p class="tombstone" data-testid="tombstone">${t("message.deleted")}</p>`}
          ${!isDeleted && isEditing && html`<${MessageEditor} message=${message} />`}
          ${!isDeleted && !isEditing && html`<${Words} message=${message} />`}
          ${!isDeleted && html`<${Reactions} message=${message} />`}
        </div>
        ${!isDeleted && !isEditing && html`<${ToolbarPlace} rowKey=${rowKey} message=${message} isMine=${isMine} />`}
      </li>
    `;
  },
);

/** @param {{message: Message, isFirst: boolean}} props */
function Side({ message, isFirst }) {
  return html`
    <div class="message-side">
      ${isFirst
        ? html`<${Avatar} person=${message.sender} />`
        : html`<${Time} at=${message.createdAt} className="time is-aside" />`}
    </div>
  `;
}

/** @param {{message: Message}} props */
function Author({ message }) {
  const { sender, roomId } = message;
  const colour = useComputed(() => nameColour(rooms.value.get(roomId)?.serverId, sender?.id)).value;
  const open = (/** @type {Event} */ event) => sender && openProfile(sender.id, /** @type {Element} */ (event.currentTarget));
  return html`
    <p class="author">
      ${sender
        ? html`
            <button class="name" style=${colour && { color: colour }} title=${`@${sender.username}`} tabindex="-1" onClick=${open} data-testid="author">
              ${sender.displayName}
            </button>
          `
        : html`<span class="name" data-testid="author">${t("people.unknown")}</span>`}
      <${Time} at=${message.createdAt} />
    </p>
  `;
}

/** @param {{message: Message}} props */
function Words({ message }) {
  return html`
    <div class="words">
      <${MessageHtml} markup=${message.html} text=${message.content ?? ""} />
      ${message.edited &&
      html`
        <span class="edited" title=${message.editedAt ? fullTimeOf(message.editedAt) : undefined} data-testid="edited">
          (${t("message.edited")})
        </span>
      `}
    </div>
  `;
}

/** @param {Message} message */
function isForMe({ mentions, sender }) {
  const myId = me.value?.id ?? "";
  return sender?.id !== myId && (mentions?.includes(myId) ?? false);
}
