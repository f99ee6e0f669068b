/**
 * The keys of the rows: one Tab stop for all of them, the rest by arrows; and what one can do with the
 * row that has the focus. Which rows are pointed at or hold the focus is kept here, too.
 */

import { signal } from "@preact/signals";

/** @import {Signal} from "@preact/signals" */
/** @import {KeyLine} from "../keys/key-names.js" */
/** @import {RowWindow} from "./row-window.js" */

/** @typedef {"react" | "reply" | "edit" | "unread" | "delete" | "toolbar"} RowAction */

/** @type {Signal<string | null>} the key of the row under the pointer */
export const pointedKey = signal(null);

/** @type {Signal<string | null>} the key of the row that has the focus, or holds what has it */
export const focusedKey = signal(null);

/** @type {Signal<string | null>} the key of the row whose toolbar the keyboard has brought out */
export const toolbarKey = signal(null);

/** Whether the pointer is in use: rows that move under a still one, as the keyboard moves them, do not answer. */
export const isPointing = signal(true);

/** What the help says about them. @type {KeyLine[]} */
export const ROW_KEYS = [
  { keys: ["ArrowUp", "ArrowDown"], what: "keys.row.move" },
  { keys: ["PageUp", "PageDown"], what: "keys.row.page" },
  { keys: ["Home", "End"], what: "keys.row.ends" },
  { keys: ["Enter", "ArrowRight"], what: "keys.row.toolbar" },
  { keys: ["r"], what: "keys.row.reply" },
  { keys: ["+"], what: "keys.row.react" },
  { keys: ["e"], what: "keys.row.edit" },
  { keys: ["u"], what: "keys.row.unread" },
  { keys: ["Delete"], what: "keys.row.delete" },
];

/** @type {Record<string, RowAction>} */
const ACTIONS = {
  Enter: "toolbar",
  ArrowRight: "toolbar",
  r: "reply",
  e: "edit",
  u: "unread",
  "+": "react",
  Delete: "delete",
};

/**
 * @param {KeyboardEvent} event
 * @param {RowWindow} rows
 * @param {(action: RowAction, key: string) => boolean} act answers whether it could
 */
export function onRowKey(event, rows, act) {
  const target = /** @type {HTMLElement} */ (event.target);
  isPointing.value = false;
  // Inside a row (a button, an editor) the keys are that control's; Escape leads back to the row.
  if (!target.matches("[data-key]")) return leaveControl(event, target);
  const key = target.dataset.key ?? "";
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const action = ACTIONS[event.key];
  const isDone = action ? act(action, key) : move(event.key, key, rows);
  if (isDone) event.preventDefault();
}

/** @param {PointerEvent} event */
export function onPointerMoved({ movementX, movementY }) {
  if (movementX !== 0 || movementY !== 0) isPointing.value = true;
}

/** A click focuses a row, too: its tools come out for the keyboard only. @param {FocusEvent} event */
export function onRowFocus(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const row = /** @type {HTMLElement | null} */ (target.closest("[data-key]"));
  focusedKey.value = row?.dataset.key ?? null;
  if (target !== row || target.matches(":focus-visible")) toolbarKey.value = focusedKey.value;
  else toolbarKey.value = null;
}

/** @param {FocusEvent} event */
export function onRowBlur(event) {
  const next = /** @type {HTMLElement | null} */ (event.relatedTarget);
  if (!next?.closest(".message-rows")) focusedKey.value = toolbarKey.value = null;
}

/** A finger does not point: it presses long. @param {PointerEvent} event */
export function onRowPointed(event) {
  if (event.pointerType === "touch") return;
  const row = /** @type {HTMLElement} */ (event.target).closest("[data-key]");
  pointedKey.value = row instanceof HTMLElement ? (row.dataset.key ?? null) : null;
}

export function onRowsLeft() {
  pointedKey.value = null;
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement} control
 */
function leaveControl(event, control) {
  if (event.key !== "Escape" && event.key !== "ArrowLeft") return;
  if (event.key === "ArrowLeft" && !control.closest(".toolbar")) return;
  if (event.defaultPrevented) return;
  const row = /** @type {HTMLElement | null} */ (control.closest("[data-key]"));
  event.preventDefault();
  event.stopPropagation();
  row?.focus({ preventScroll: true });
}

/**
 * @param {string} pressed
 * @param {string} key
 * @param {RowWindow} rows
 * @returns {boolean} whether it was one of these keys
 */
function move(pressed, key, rows) {
  const next = rowFrom(pressed, key, rows);
  if (next === null) return false;
  if (next === "below") document.getElementById("composer")?.focus();
  else rows.reveal(next, "nearest", (row) => row.focus({ preventScroll: true }));
  return true;
}

/**
 * @param {string} pressed
 * @param {string} key
 * @param {RowWindow} window
 * @returns {string | "below" | null} the key of the row to go to
 */
function rowFrom(pressed, key, { heights, viewPx }) {
  const { rows } = heights;
  const at = heights.indexOf(key);
  const page = viewPx * 0.9;
  const isStop = (/** @type {number} */ index) => rows[index]?.kind === "message" || rows[index]?.kind === "pending";
  /** @param {number} index @param {1 | -1} step */
  const from = (index, step) => {
    while (index >= 0 && index < rows.length && !isStop(index)) index += step;
    return rows[index]?.key;
  };
  if (pressed === "ArrowUp") return from(at - 1, -1) ?? key;
  if (pressed === "ArrowDown") return from(at + 1, 1) ?? "below";
  if (pressed === "PageUp") return from(Math.min(at - 1, heights.indexAt(heights.top(at) - page)), -1) ?? from(0, 1) ?? key;
  if (pressed === "PageDown") return from(heights.indexAt(heights.top(at) + page), 1) ?? key;
  if (pressed === "Home") return from(0, 1) ?? key;
  if (pressed === "End") return from(rows.length - 1, -1) ?? key;
  return null;
}
