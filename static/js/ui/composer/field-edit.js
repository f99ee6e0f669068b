/** Changes of a text field that the browser's own undo knows. What is changed, others decide. */

/** @import {Edit} from "./markdown-keys.js" */

/**
 * @param {HTMLTextAreaElement} field
 * @returns {Edit}
 */
export function editOf({ value, selectionStart, selectionEnd }) {
  return { text: value, start: selectionStart, end: selectionEnd };
}

/**
 * Puts in the least that makes it so: `insertText` is the one way that leaves undo whole, and the
 * field says "input" as if it had been typed.
 * @param {HTMLTextAreaElement} field
 * @param {Edit} edit
 */
export function applyEdit(field, { text, start, end }) {
  const { value } = field;
  let head = 0;
  while (head < Math.min(value.length, text.length) && value[head] === text[head]) head += 1;
  let tail = 0;
  const most = Math.min(value.length, text.length) - head;
  while (tail < most && value.at(-1 - tail) === text.at(-1 - tail)) tail += 1;
  field.focus();
  if (value !== text) {
    field.setSelectionRange(head, value.length - tail);
    const added = text.slice(head, text.length - tail);
    const isDone = document.execCommand(added ? "insertText" : "delete", false, added);
    if (!isDone) {
      field.setRangeText(added, head, value.length - tail, "end");
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
  }
  field.setSelectionRange(start, end);
}

/**
 * @param {HTMLTextAreaElement} field
 * @param {string} words put where the caret is
 */
export function insertText(field, words) {
  const { text, start, end } = editOf(field);
  const place = start + words.length;
  applyEdit(field, { text: text.slice(0, start) + words + text.slice(end), start: place, end: place });
}
