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
  const text = useSignal(drafts.get(room.id) ?? "");
  useEffect(() => {
    if (!isTouch.value) field.current?.focus();
  }, []);
  useLayoutEffect(() => autosize(field.current), [text.value]);
  /** @param {string} value */
  const change = (value) => {
    text.value = value;
    drafts.set(room.id, value);
  };
  /** @param {InputEvent} event */
  const onInput = (event) => {
    change(/** @type {HTMLTextAreaElement} */ (event.currentTarget).value);
    if (text.value.trim()) client.typing.writes(room.id);
    else client.typing.stop(room.id);
  };
  const send = () => {
    const content = text.value.trim();
    if (content) client.send(content);
    change("");
    field.current?.focus();
  };
  const editLast = () => {
    const message = lastOwn(conversation(room.id).value.list, me.value);
    if (message) startEditing(message.id);
    return message !== null;
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) send();
    else if (!(event.key === "ArrowUp" && text.value === "" && editLast())) return;
    event.preventDefault();
  };
  return html`
    <form class="composer" onSubmit=${prevented(send)}>
      <textarea
        id="composer"
        ref=${field}
        rows="1"
        value=${text.value}
        placeholder=${t("composer.placeholder", { room: roomTitle(room) })}
        aria-label=${t("composer.label", { room: roomTitle(room) })}
        onInput=${onInput}
        onKeyDown=${onKeyDown}
        data-testid="composer"
      ></textarea>
      <button class="icon-button send" type="submit" aria-label=${t("composer.send")} aria-disabled=${text.value.trim() === ""} data-testid="send">
        <${Icon} name="send" />
      </button>
    </form>
  `;
}

/**
 * @param {() => void} run
 * @returns {(event: Event) => void}
 */
function prevented(run) {
  return (event) => {
    event.preventDefault();
    run();
  };
}
