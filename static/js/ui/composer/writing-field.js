/**
 * The text field of the composer and of the editor: grows with its text, Markdown by keys, completions.
 * It must not send or save: its owner hears Enter and Escape.
 */

import { useLayoutEffect } from "preact/hooks";

import { autosize } from "../parts/autosize.js";
import { useCompletions } from "./completions.js";
import { applyEdit, editOf } from "./field-edit.js";
import { html } from "../parts/html.js";
import { brokenLine, markKeyOf } from "./markdown-keys.js";
import { isTouch } from "../viewport.js";

/** @import {Room} from "../../net/protocol.js" */
/** @import {FieldRef} from "./completions.js" */

/**
 * @param {object} props
 * @param {FieldRef} props.field
 * @param {Room | undefined} props.room
 * @param {string} props.text
 * @param {(text: string) => void} props.onText
 * @param {() => void} props.onEnter
 * @param {(event: KeyboardEvent) => void} props.onOtherKey Escape and what is not the field's own
 * @param {Record<string, any>} props.rest attributes of the field
 */
export function WritingField({ field, room, text, onText, onEnter, onOtherKey, rest }) {
  const completions = useCompletions(field, room);
  useGrowth(field, text);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.isComposing || completions.onKeyDown(event)) return event.stopPropagation();
    if (takeKey(event, onEnter)) return event.preventDefault();
    return onOtherKey(event);
  };
  return html`
    <textarea
      ref=${field}
      rows="1"
      value=${text}
      onInput=${(/** @type {InputEvent} */ event) => {
        onText(/** @type {HTMLTextAreaElement} */ (event.currentTarget).value);
        completions.look();
      }}
      onKeyDown=${onKeyDown}
      onKeyUp=${(/** @type {KeyboardEvent} */ { key }) => MOVES.has(key) && completions.look()}
      onClick=${completions.look}
      onBlur=${completions.leave}
      ...${completions.aria}
      ...${rest}
    ></textarea>
    ${completions.list}
  `;
}

/** Keys that move the caret: another word may be under it. */
const MOVES = new Set(["ArrowLeft", "ArrowRight", "Home", "End"]);

/**
 * Enter and the Markdown keys. A finger has no Shift: there Enter breaks the line and the button sends.
 * @param {KeyboardEvent} event
 * @param {() => void} onEnter
 * @returns {boolean} whether the key was used
 */
function takeKey(event, onEnter) {
  const field = /** @type {HTMLTextAreaElement} */ (event.currentTarget);
  const mark = markKeyOf(event);
  if (mark) applyEdit(field, mark.change(editOf(field)));
  else if (event.key !== "Enter" || event.altKey) return false;
  else if (event.shiftKey || (isTouch.value && !event.ctrlKey && !event.metaKey)) breakLine(field);
  else onEnter();
  return true;
}

/** @param {HTMLTextAreaElement} field */
function breakLine(field) {
  applyEdit(field, brokenLine(editOf(field)));
  // What was inserted by a script does not bring the caret into view by itself.
  if (field.selectionStart === field.value.length) field.scrollTop = field.scrollHeight;
}

/**
 * @param {FieldRef} field
 * @param {string} text
 */
function useGrowth(field, text) {
  useLayoutEffect(() => autosize(field.current), [text]);
  useLayoutEffect(() => {
    const element = /** @type {HTMLElement} */ (field.current);
    let width = element.offsetWidth;
    // A narrower field has more lines.
    const sizes = new ResizeObserver(() => {
      if (element.offsetWidth !== width) autosize(field.current);
      width = element.offsetWidth;
    });
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);
}
