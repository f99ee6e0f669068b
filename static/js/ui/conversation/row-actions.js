/** What one can do with the message of a row, by key, by toolbar, by menu, by a long press. */

import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";

import { errorText, t } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { showToast } from "../../state/notices.js";
import { startReply } from "../../state/replying.js";
import { focusComposer, startEditing } from "../composer/editing.js";
import { chooseReaction } from "./reactions.js";
import { isOwn, mayDo } from "./row-rights.js";
import { toolbarKey } from "./row-focus.js";

/** @import {Signal} from "@preact/signals" */
/** @import {Message} from "../../net/protocol.js" */
/** @import {Client} from "../../state/client.js" */
/** @import {RowAction} from "./row-focus.js" */
/** @import {RowWindow} from "./row-window.js" */

const LONG_PRESS_MS = 450;
/** A finger that moves further than this scrolls. */
const STILL_PX = 10;

/**
 * `menu` is what the toolbar has no room for, `all` is everything (there is no toolbar under a finger),
 * `delete` asks whether to.
 * @typedef {{key: string, message: Message, isMine: boolean, anchor: Element | null, mode: "menu" | "all" | "delete"}} Wanted
 * @typedef {Wanted & {opening: number}} Menu each opening draws a dialog of its own
 */

let openings = 0;

/** @type {Signal<Menu | null>} the menu that is open */
export const menu = signal(/** @type {Menu | null} */ (null));

/** @param {Wanted & {opening?: number}} wanted what is open already may turn into something else */
export function openMenu({ opening = ++openings, ...wanted }) {
  menu.value = { ...wanted, opening };
}

/**
 * The browser says only a moment later that it closed a dialog; what was opened since stays.
 * @param {Menu | null} [closed]
 */
export function closeMenu(closed = menu.peek()) {
  if (menu.peek() === closed) menu.value = null;
}

/** @param {Message} message */
export function replyTo(message) {
  startReply(message);
  focusComposer();
}

/** @param {Message} message */
export function editMessage(message) {
  startEditing(message.id);
}

/**
 * @param {Client} client
 * @param {Message} message
 */
export async function markUnread(client, message) {
  try {
    await client.markUnreadFrom(message);
    showToast(t("message.unread.done"));
  } catch (error) {
    showToast(errorText(asNetError(error)));
  }
}

/**
 * @param {Client} client
 * @param {Message} message
 */
export async function deleteMessage(client, message) {
  closeMenu();
  focusComposer();
  try {
    await client.delete(message.id);
  } catch (error) {
    showToast(errorText(asNetError(error)));
  }
}

/**
 * A key was pressed on a row.
 * @param {RowAction} action
 * @param {string} key
 * @param {RowWindow} pane
 * @param {Client} client
 * @returns {boolean} whether it could be done
 */
export function actOn(action, key, pane, client) {
  const row = pane.heights.rows[pane.heights.indexOf(key)];
  if (row?.kind !== "message" || row.message.deletedAt) return false;
  const { message } = row;
  const element = pane.elementOf(key);
  const isMine = isOwn(message);
  const may = mayDo(message);
  if (action === "toolbar") toToolbar(element, key);
  else if (action === "unread") markUnread(client, message);
  else if (!may[action]) return false;
  else if (action === "reply") replyTo(message);
  else if (action === "react") chooseReaction(client, message, element);
  else if (action === "edit") editMessage(message);
  else openMenu({ key, message, isMine, anchor: element, mode: "delete" });
  return true;
}

/**
 * @param {HTMLElement | null} element
 * @param {string} key
 */
function toToolbar(element, key) {
  toolbarKey.value = key;
  // It may have to be drawn first.
  requestAnimationFrame(() => /** @type {HTMLElement | null} */ (element?.querySelector(".toolbar button"))?.focus());
}

/**
 * A finger held still on a message opens everything one can do with it.
 * @param {RowWindow} pane
 */
export function useLongPress(pane) {
  const press = useRef({ timer: 0, x: 0, y: 0, isLong: false });
  const stop = () => clearTimeout(press.current.timer);
  /** @param {HTMLElement} target */
  const open = (target) => {
    const key = /** @type {HTMLElement | null} */ (target.closest("[data-key]"))?.dataset.key ?? "";
    const row = pane.heights.rows[pane.heights.indexOf(key)];
    if (row?.kind !== "message" || row.message.deletedAt) return;
    press.current.isLong = true;
    const { message } = row;
    openMenu({ key, message, isMine: isOwn(message), anchor: pane.elementOf(key), mode: "all" });
  };
  return {
    onPointerDown: (/** @type {PointerEvent} */ { pointerType, target, clientX, clientY }) => {
      stop();
      const element = /** @type {HTMLElement} */ (target);
      if (pointerType !== "touch" || element.matches("textarea, input")) return;
      const timer = window.setTimeout(() => open(element), LONG_PRESS_MS);
      press.current = { timer, x: clientX, y: clientY, isLong: false };
    },
    onPointerMove: (/** @type {PointerEvent} */ { clientX, clientY }) => {
      const { x, y } = press.current;
      if (Math.hypot(clientX - x, clientY - y) > STILL_PX) stop();
    },
    onPointerUp: stop,
    onPointerCancel: stop,
    // The browser's own menu would lie over ours, and the lifted finger would press what lies under it.
    onContextMenu: (/** @type {MouseEvent} */ event) => press.current.isLong && event.preventDefault(),
    onTouchEnd: (/** @type {TouchEvent} */ event) => press.current.isLong && event.preventDefault(),
  };
}
