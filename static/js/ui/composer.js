/** Where one writes: Enter sends, Shift+Enter breaks the line, ↑ in an empty field edits the last message. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { t } from "../i18n/index.js";
import { conversation } from "../state/messages.js";
import { lastOwn } from "../state/rows.js";
import { me } from "../state/session.js";
import { autosize } from "./autosize.js";
import { startEditing } from "./editing.js";
import { html, useClient } from "./html.js";
import { Icon } from "./icons.js";
import { roomTitle } from "./room-name.js";
import { isTouch } from "./viewport.js";

/** @import {Room} from "../net/protocol.js" */

/** @type {Map<string, string>} what is begun in each room, while the page lives */
const drafts = new Map();

/** @param {{room: Room}} props */
export function Composer({ room }) {
  const client = useClient();
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const [text, setText] = useDraft(room.id);
  const title = roomTitle(room);
  useEffect(() => {
    if (!isTouch.value) field.current?.focus();
  }, []);
  useLayoutEffect(() => autosize(field.current), [text]);
  /** @param {InputEvent} event */
  const onInput = (event) => {
    const { value } = /** @type {HTMLTextAreaElement} */ (event.currentTarget);
    setText(value);
    if (value.trim()) client.typing.writes(room.id);
    else client.typing.stop(room.id);
  };
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (text.trim()) client.send(text.trim());
    setText("");
    field.current?.focus();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) send(event);
    else if (event.key === "ArrowUp" && text === "" && editLast(room.id)) event.preventDefault();
  };
  return html`
    <form class="composer" onSubmit=${send}>
      <textarea
        id="composer"
        ref=${field}
        rows="1"
        value=${text}
        placeholder=${t("composer.placeholder", { room: title })}
        aria-label=${t("composer.label", { room: title })}
        onInput=${onInput}
        onKeyDown=${onKeyDown}
        data-testid="composer"
      ></textarea>
      <${SendButton} isIdle=${text.trim() === ""} />
    </form>
  `;
}

/** @param {{isIdle: boolean}} props */
function SendButton({ isIdle }) {
  return html`
    <button
      class="icon-button send"
      type="submit"
      aria-label=${t("composer.send")}
      aria-disabled=${isIdle}
      data-testid="send"
    >
      <${Icon} name="send" />
    </button>
  `;
}

/**
 * What is begun in a room; it is still there when one comes back.
 * @param {string} roomId
 * @returns {[string, (text: string) => void]}
 */
function useDraft(roomId) {
  const text = useSignal(drafts.get(roomId) ?? "");
  /** @param {string} value */
  const change = (value) => {
    text.value = value;
    drafts.set(roomId, value);
  };
  return [text.value, change];
}

/**
 * @param {string} roomId
 * @returns {boolean} whether there was one to edit
 */
function editLast(roomId) {
  const message = lastOwn(conversation(roomId).value.list, me.value);
  if (message) startEditing(message.id);
  return message !== null;
}
