/**
 * Where one writes: Enter sends, Shift+Enter breaks the line, ↑ in an empty field edits the last
 * message, Escape takes back the answer, then marks the room as read. What is begun stays a draft.
 */

import { useEffect, useRef } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { drafts, setDraft } from "../../state/drafts.js";
import { conversation } from "../../state/messages.js";
import { cancelReply, replyingTo } from "../../state/replying.js";
import { lastOwn } from "../../state/rows.js";
import { me } from "../../state/session.js";
import { ClosedComposer, usePassing, whyClosed } from "./closed-composer.js";
import { ComposerTools, SendButton, showsMarks } from "./composer-tools.js";
import { startEditing } from "./editing.js";
import { refusePastedFiles, useFileRefusal } from "./file-refusal.js";
import { html, useClient } from "../parts/html.js";
import { LengthNote, lettersLeft } from "./length-note.js";
import { MarkBar } from "./mark-bar.js";
import { ReplyBar } from "./reply-bar.js";
import { usePermissions } from "../parts/standing.js";
import { roomTitle } from "../parts/room-name.js";
import { isTouch } from "../viewport.js";
import { WritingField } from "./writing-field.js";

/** @import {Room} from "../../net/protocol.js" */
/** @import {FieldRef} from "./completions.js" */
/** @import {Passed} from "./closed-composer.js" */
/** @import {KeyLine} from "../keys/key-names.js" */

/** @type {KeyLine[]} */
export const COMPOSER_KEYS = [
  { keys: ["Enter"], what: "keys.send" },
  { keys: ["Shift+Enter"], what: "keys.break" },
  { keys: ["ArrowUp"], what: "keys.editlast" },
  { keys: ["Escape"], what: "keys.escape" },
  { keys: ["@", "#", ":"], what: "keys.complete" },
];

/**
 * Where one may write it is the field, else a sentence why not. Nearly everybody may: until it is known,
 * the field is there.
 * @param {{room: Room}} props
 */
export function Composer({ room }) {
  const permissions = usePermissions("rooms", room.id);
  // The field is there first, and has the focus; afterwards whoever comes takes it from the other one.
  const passed = useRef(true);
  const reason = whyClosed(room, permissions);
  if (reason) return html`<${ClosedComposer} key="closed" room=${room} reason=${reason} passed=${passed} />`;
  return html`<${OpenComposer} key="open" room=${room} passed=${passed} />`;
}

/** @param {{room: Room, passed: Passed}} props */
function OpenComposer({ room, passed }) {
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const client = useClient();
  const text = drafts.value.get(room.id) ?? "";
  const { onText, send, onOtherKey } = useWriting(field, room.id, text);
  useFocus(field, room.id, passed);
  useEffect(() => () => client.typing.stop(room.id), []);
  useFileRefusal();
  return html`
    <form class="composer" onSubmit=${send} onPaste=${refusePastedFiles}>
      <${ReplyBar} roomId=${room.id} onCancel=${() => field.current?.focus()} />
      ${showsMarks.value && html`<${MarkBar} field=${field} />`}
      <div class="composer-line">
        <${WritingField}
          field=${field}
          room=${room}
          text=${text}
          onText=${onText}
          onEnter=${send}
          onOtherKey=${onOtherKey}
          rest=${fieldAttributes(room)}
        />
        <${ComposerTools} field=${field} />
        <${SendButton} isIdle=${text.trim() === "" || lettersLeft(text) < 0} />
      </div>
      <${LengthNote} id="composer-length" text=${text} />
    </form>
  `;
}

/**
 * What the keys and the button do.
 * @param {FieldRef} field
 * @param {string} roomId
 * @param {string} text
 */
function useWriting(field, roomId, text) {
  const client = useClient();
  const onText = (/** @type {string} */ value) => {
    setDraft(roomId, value);
    if (value.trim()) client.typing.writes(roomId);
    else client.typing.stop(roomId);
  };
  const send = (/** @type {Event | undefined} */ event) => {
    event?.preventDefault();
    field.current?.focus();
    const words = (field.current?.value ?? "").trim();
    // What is too long stays in the field; the note says why.
    if (words === "" || lettersLeft(words) < 0) return;
    client.send(words, { replyTo: replyingTo.peek().get(roomId)?.id });
    cancelReply(roomId);
    setDraft(roomId, "");
  };
  const onOtherKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "ArrowUp" && text === "" && editLast(roomId)) event.preventDefault();
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (replyingTo.peek().has(roomId)) cancelReply(roomId);
    // Without a connection it is told later.
    else if (text === "") client.markRead(roomId).catch(() => {});
  };
  return { onText, send, onOtherKey };
}

/** @param {Room} room */
function fieldAttributes(room) {
  const title = roomTitle(room);
  return {
    id: "composer",
    placeholder: t("composer.placeholder", { room: title }),
    "aria-label": t("composer.label", { room: title }),
    "aria-describedby": "replying composer-length",
    "data-testid": "composer",
  };
}

/**
 * The field has the focus when the room opens, and when a message is about to be answered.
 * @param {FieldRef} field
 * @param {string} roomId
 * @param {Passed} passed
 */
function useFocus(field, roomId, passed) {
  const answered = replyingTo.value.get(roomId)?.id;
  const before = useRef(answered);
  usePassing(field, passed);
  useEffect(() => {
    const element = field.current;
    if (!isTouch.value && passed.current) element?.focus();
    // A draft is gone on with at its end.
    element?.setSelectionRange(-1, -1);
  }, []);
  useEffect(() => {
    if (answered !== undefined && answered !== before.current) field.current?.focus();
    before.current = answered;
  }, [answered]);
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
