/** Editing one's own message in its place: Enter saves, Escape leaves it as it was. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { errorText, t } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { rooms } from "../../state/rooms.js";
import { editedText, focusComposer, stopEditing } from "./editing.js";
import { html, useClient } from "../parts/html.js";
import { LengthNote, lettersLeft } from "./length-note.js";
import { WritingField } from "./writing-field.js";

/** @import {Message} from "../../net/protocol.js" */

/** @param {{message: Message}} props */
export function MessageEditor({ message }) {
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const text = editedText.value ?? message.content ?? "";
  const { save, problem, isBusy } = useSaving(message, field);
  const room = rooms.value.get(message.roomId);
  useLayoutEffect(() => {
    // A row that comes back into sight does not take the focus again.
    if (editedText.peek() !== null) return;
    editedText.value = text;
    field.current?.focus();
    field.current?.setSelectionRange(-1, -1);
  }, []);
  const onOtherKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    leave();
  };
  return html`
    <div class="editor">
      <${WritingField}
        field=${field}
        room=${room}
        text=${text}
        onText=${(/** @type {string} */ value) => (editedText.value = value)}
        onEnter=${save}
        onOtherKey=${onOtherKey}
        rest=${{ "aria-label": t("message.edit.label"), "aria-describedby": "editor-length", "data-testid": "editor" }}
      />
      <${LengthNote} id="editor-length" text=${text} />
      <p class="editor-foot">
        <button class="link" onClick=${save} aria-disabled=${isBusy} data-testid="editor-save">${t("message.edit.save")}</button>
        <button class="link" onClick=${leave}>${t("message.edit.cancel")}</button>
        <span class="hint">${t("message.edit.hint")}</span>
        <span class="problem" role="alert">${problem}</span>
      </p>
    </div>
  `;
}

function leave() {
  stopEditing();
  focusComposer();
}

/**
 * @param {Message} message
 * @param {{current: HTMLTextAreaElement | null}} field
 */
function useSaving(message, field) {
  const client = useClient();
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const save = async () => {
    const content = field.current?.value.trim() ?? "";
    if (isBusy || lettersLeft(content) < 0) return;
    if (content === "" || content === message.content) return leave();
    setBusy(true);
    try {
      await client.edit(message.id, content);
      leave();
    } catch (error) {
      // The words stay in the field: nothing one wrote is lost to a connection.
      setProblem(errorText(asNetError(error)));
      setBusy(false);
    }
  };
  return { save, problem, isBusy };
}
