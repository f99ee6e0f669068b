/** The menu of a message: beside its button, at the foot of a narrow screen. Deleting asks once, in its place. */

import { useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { recentEmoji } from "../../state/emoji.js";
import { rooms } from "../../state/rooms.js";
import { Popover } from "../parts/dialog.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { moveAlong } from "../parts/menu.js";
import { copyText } from "./message-html.js";
import { chooseReaction, isByMe, react } from "./reactions.js";
import { isOwn, mayDo } from "./row-rights.js";
import { closeMenu, deleteMessage, editMessage, markUnread, menu, openMenu, replyTo } from "./row-actions.js";

/** @import {Client} from "../../state/client.js" */
/** @import {Message} from "../../net/protocol.js" */
/** @import {IconName} from "../parts/icons.js" */
/** @import {Menu} from "./row-actions.js" */

/** As many as a narrow screen has room for, beside the picker's button. */
const READY = 5;

/** @typedef {{icon: IconName, label: string, testid: string, onUse: () => void, isDanger?: boolean}} Item */

/** Stands once beside the list. */
export function RowMenu() {
  const open = menu.value;
  if (!open) return null;
  const isAsking = open.mode === "delete";
  const label = t(isAsking ? "message.delete.ask" : "message.actions");
  return html`
    <${Popover}
      key=${open.opening}
      anchor=${open.anchor}
      label=${label}
      className="row-menu"
      onClose=${() => closeMenu(open)}
      testid="row-menu"
    >
      ${isAsking ? html`<${Asking} message=${open.message} />` : html`<${Items} open=${open} />`}
    <//>
  `;
}

/** @param {{open: Menu}} props */
function Items({ open }) {
  const client = useClient();
  const items = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => items.current?.querySelector("button")?.focus(), []);
  return html`
    ${open.mode === "all" && mayDo(open.message).react && html`<${QuickRow} open=${open} />`}
    <ul class="menu-items" role="menu" aria-label=${t("message.actions")} ref=${items} onKeyDown=${moveAlong}>
      ${itemsOf(open, client).map(
        ({ icon, label, testid, onUse, isDanger }) => html`
          <li key=${testid} role="none">
            <button class=${classes("menu-item", isDanger && "is-danger")} role="menuitem" onClick=${onUse} data-testid=${testid}>
              <${Icon} name=${icon} /><span>${t(label)}</span>
            </button>
          </li>
        `,
      )}
    </ul>
  `;
}

/** @param {{open: Menu}} props */
function QuickRow({ open }) {
  const client = useClient();
  const { message, anchor } = open;
  const use = (/** @type {string} */ emoji) => {
    const known = message.reactions.find((reaction) => reaction.emoji === emoji);
    closeMenu();
    react(client, message, emoji, !known || !isByMe(known));
  };
  const more = () => {
    closeMenu();
    chooseReaction(client, message, anchor);
  };
  return html`
    <div class="menu-quick" role="group" aria-label=${t("reactions.add")}>
      ${recentEmoji.value.slice(0, READY).map(
        (emoji) => html`
          <button key=${emoji} class="icon-button is-emoji" aria-label=${t("reactions.with", { emoji })} onClick=${() => use(emoji)}>
            ${emoji}
          </button>
        `,
      )}
      <button class="icon-button" aria-label=${t("reactions.add")} onClick=${more}><${Icon} name="smile" /></button>
    </div>
  `;
}

/** @param {{message: Message}} props */
function Asking({ message }) {
  const client = useClient();
  return html`
    <div class="menu-asking">
      <p>${isOwn(message) ? t("message.delete.ask") : t("direct.delete.other", { name: message.sender?.displayName ?? t("people.unknown") })}</p>
      <button ref=${focusOnce} class="button is-small is-danger" onClick=${() => deleteMessage(client, message)} data-testid="delete-confirm">
        ${t("message.delete")}
      </button>
      <button class="button is-small" onClick=${() => closeMenu()}>${t("message.delete.keep")}</button>
    </div>
  `;
}

/**
 * @param {Menu} open
 * @param {Client} client
 * @returns {Item[]}
 */
function itemsOf(open, client) {
  const { message, mode } = open;
  const may = mayDo(message);
  /** @param {() => void} use @returns {() => void} */
  const closing = (use) => () => {
    closeMenu();
    use();
  };
  /** @type {(Item | false)[]} */
  const items = [
    mode === "all" && may.reply && { icon: "reply", label: "message.reply", testid: "reply", onUse: closing(() => replyTo(message)) },
    mode === "all" && may.edit && { icon: "pencil", label: "message.edit", testid: "edit", onUse: closing(() => editMessage(message)) },
    { icon: "copy", label: "message.copy", testid: "copy-text", onUse: closing(() => copyText(message.content ?? "")) },
    { icon: "link", label: "message.copy.link", testid: "copy-link", onUse: closing(() => copyText(addressOf(message))) },
    { icon: "unread", label: "message.unread", testid: "mark-unread", onUse: closing(() => markUnread(client, message)) },
    may.delete && {
      icon: "trash",
      label: "message.delete",
      testid: "delete",
      onUse: () => openMenu({ ...open, mode: "delete" }),
      isDanger: true,
    },
  ];
  return items.filter((item) => item !== false);
}

/** @param {Message} message */
function addressOf({ roomId, id }) {
  const slug = rooms.value.get(roomId)?.slug ?? roomId;
  return `${location.origin}${location.pathname}#/${encodeURIComponent(slug)}?m=${id}`;
}

/** @param {HTMLElement | null} element */
function focusOnce(element) {
  element?.focus();
}
