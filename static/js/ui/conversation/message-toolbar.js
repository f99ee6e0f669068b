/** What can be done with a message, beside it: shown where the pointer or the focus is, over the row's edge. */

import { useComputed } from "@preact/signals";

import { t } from "../../i18n/index.js";
import { recentEmoji } from "../../state/emoji.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { chooseReaction, isByMe, react } from "./reactions.js";
import { editMessage, menu, openMenu, replyTo } from "./row-actions.js";
import { mayDo } from "./row-rights.js";
import { isPointing, pointedKey, toolbarKey } from "./row-focus.js";
import { isTouch } from "../viewport.js";

/** @import {Message} from "../../net/protocol.js" */
/** @import {IconName} from "../parts/icons.js" */

/** So many of the emoji used last stand ready. */
const READY = 3;

/** @typedef {{rowKey: string, message: Message, isMine: boolean}} ToolbarProps */

/**
 * Only the row that needs it has one: a hundred rows of buttons would be slow to draw and long to hear.
 * @param {ToolbarProps} props
 */
export function ToolbarPlace({ rowKey, message, isMine }) {
  const isShown = useComputed(() => {
    if (toolbarKey.value === rowKey) return true;
    // Under a finger the menu has everything.
    if (isTouch.value) return false;
    return menu.value?.key === rowKey || (isPointing.value && pointedKey.value === rowKey);
  });
  return isShown.value ? html`<${Toolbar} rowKey=${rowKey} message=${message} isMine=${isMine} />` : null;
}

/** @param {ToolbarProps} props */
function Toolbar({ rowKey, message, isMine }) {
  const client = useClient();
  const may = mayDo(message);
  const more = (/** @type {Element} */ anchor) => openMenu({ key: rowKey, message, isMine, anchor, mode: "menu" });
  return html`
    <div class="toolbar" role="toolbar" aria-label=${t("message.actions")} onKeyDown=${moveAlong} data-testid="toolbar">
      ${may.react && recentEmoji.value.slice(0, READY).map((emoji) => html`<${Quick} key=${emoji} message=${message} emoji=${emoji} />`)}
      ${may.react && html`<${Tool} icon="smile" label=${t("reactions.add")} testid="react" onUse=${(/** @type {Element} */ anchor) => chooseReaction(client, message, anchor)} />`}
      ${may.reply && html`<${Tool} icon="reply" label=${t("message.reply")} testid="reply" onUse=${() => replyTo(message)} />`}
      ${isMine && may.edit && html`<${Tool} icon="pencil" label=${t("message.edit")} testid="edit" onUse=${() => editMessage(message)} />`}
      <${Tool} icon="more" label=${t("message.more")} testid="more" onUse=${more} isMenu=${true} />
    </div>
  `;
}

/** @param {{message: Message, emoji: string}} props */
function Quick({ message, emoji }) {
  const client = useClient();
  const known = message.reactions.find((reaction) => reaction.emoji === emoji);
  const isMine = known !== undefined && isByMe(known);
  const label = t(isMine ? "reactions.take-back" : "reactions.with", { emoji });
  return html`
    <button
      class="icon-button is-emoji"
      aria-label=${label}
      title=${label}
      aria-pressed=${isMine}
      onClick=${() => react(client, message, emoji, !isMine)}
      data-testid="quick-reaction"
    >
      ${emoji}
    </button>
  `;
}

/** @param {{icon: IconName, label: string, testid: string, onUse: (button: Element) => void, isMenu?: boolean}} props */
function Tool({ icon, label, testid, onUse, isMenu = false }) {
  const use = (/** @type {Event} */ event) => onUse(/** @type {Element} */ (event.currentTarget));
  return html`
    <button
      class="icon-button"
      aria-label=${label}
      title=${label}
      aria-haspopup=${isMenu ? "menu" : undefined}
      onClick=${use}
      data-testid=${testid}
    >
      <${Icon} name=${icon} />
    </button>
  `;
}

/** Left and right along the tools; before the first one back to the row (row-focus.js). @param {KeyboardEvent} event */
function moveAlong(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step === undefined) return;
  const bar = /** @type {HTMLElement} */ (event.currentTarget);
  const tools = /** @type {HTMLElement[]} */ ([...bar.querySelectorAll("button")]);
  const next = tools[tools.indexOf(/** @type {HTMLElement} */ (event.target)) + step];
  if (!next) return;
  event.preventDefault();
  event.stopPropagation();
  next.focus();
}
