/** One message: who, when, what; and for one's own, edit and delete. */

import { useState } from "preact/hooks";

import { errorText, fullTimeOf, t } from "../i18n/index.js";
import { asNetError } from "../net/errors.js";
import { showToast } from "../state/notices.js";
import { Avatar } from "./avatar.js";
import { focusComposer, startEditing } from "./editing.js";
import { classes, html, memo, useClient } from "./html.js";
import { Icon } from "./icons.js";
import { MessageEditor } from "./message-editor.js";
import { Time } from "./time.js";

/** @import {IconName} from "./icons.js" */
/** @import {Message} from "../net/protocol.js" */

/**
 * @typedef {object} MessageRowProps
 * @property {string} rowKey
 * @property {Message} message
 * @property {Message | null | undefined} quoted
 * @property {boolean} isFirst
 * @property {boolean} isLast
 * @property {boolean} isMine
 * @property {boolean} isEditing
 */

export const MessageRow = memo(
  /** @param {MessageRowProps} props */
  ({ rowKey, message, quoted, isFirst, isLast, isMine, isEditing }) => {
    const isDeleted = message.deletedAt !== null;
    const isSystem = message.type === "system";
    return html`
      <li
        class=${classes("message", isFirst && "is-first", isEditing && "is-editing", isSystem && "is-system")}
        tabindex=${isLast ? 0 : -1}
        data-key=${rowKey}
        data-testid="message"
        data-id=${message.id}
        data-seq=${message.seq}
        data-state="sent"
      >
        <${Side} message=${message} isFirst=${isFirst} />
        <div class="message-body">
          ${quoted !== undefined && html`<${Quote} message=${quoted} />`}
          ${isFirst && html`<${Author} message=${message} />`}
          ${isDeleted && html`<p class="tombstone" data-testid="tombstone">${t("message.deleted")}</p>`}
          ${!isDeleted && isEditing && html`<${MessageEditor} message=${message} />`}
          ${!isDeleted && !isEditing && html`<${Words} message=${message} />`}
        </div>
        ${isMine && !isEditing && html`<${Tools} message=${message} />`}
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
  return html`
    <p class="author">
      <span class="name" title=${message.sender && `@${message.sender.username}`} data-testid="author">
        ${message.sender?.displayName ?? t("people.unknown")}
      </span>
      <${Time} at=${message.createdAt} />
    </p>
  `;
}

/** @param {{message: Message}} props */
function Words({ message }) {
  return html`
    <div class="words">
      <span data-testid="content">${message.content}</span>
      ${message.edited &&
      html`
        ${" "}<span class="edited" title=${message.editedAt && fullTimeOf(message.editedAt)} data-testid="edited">
          (${t("message.edited")})
        </span>
      `}
    </div>
  `;
}

/** @param {{message: Message | null}} props */
function Quote({ message }) {
  const text = message?.deletedAt ? t("message.deleted") : (message?.content ?? t("message.quoted.missing"));
  return html`
    <p class="quote"><span class="name">${message?.sender?.displayName}</span> <span class="quote-text">${text}</span></p>
  `;
}

/** Shown when the row is pointed at or focused; deleting asks once, in place. @param {{message: Message}} props */
function Tools({ message }) {
  const client = useClient();
  const [isAsking, setAsking] = useState(false);
  const remove = async () => {
    setAsking(false);
    focusComposer();
    try {
      await client.delete(message.id);
    } catch (error) {
      showToast(errorText(asNetError(error)));
    }
  };
  if (isAsking) {
    return html`
      <div class="tools is-asking" role="group" aria-label=${t("message.delete.ask")}>
        <span>${t("message.delete.ask")}</span>
        <button ref=${focusOnce} class="button is-small is-danger" onClick=${remove} data-testid="delete-confirm">
          ${t("message.delete")}
        </button>
        <button class="button is-small" onClick=${() => setAsking(false)}>${t("message.delete.keep")}</button>
      </div>
    `;
  }
  return html`
    <div class="tools">
      <${Tool} icon="pencil" label=${t("message.edit")} testid="edit" onUse=${() => startEditing(message.id)} />
      <${Tool} icon="trash" label=${t("message.delete")} testid="delete" onUse=${() => setAsking(true)} />
    </div>
  `;
}

/** @param {{icon: IconName, label: string, testid: string, onUse: () => void}} props */
function Tool({ icon, label, testid, onUse }) {
  return html`
    <button class="icon-button" aria-label=${label} title=${label} onClick=${onUse} data-testid=${testid}>
      <${Icon} name=${icon} />
    </button>
  `;
}

/** @param {HTMLElement | null} element */
function focusOnce(element) {
  element?.focus();
}
