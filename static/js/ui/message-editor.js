/** Editing one's own message in its place: Enter saves, Escape leaves it as it was. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { errorText, t } from "../i18n/index.js";
import { asNetError } from "../net/errors.js";
import { autosize } from "./autosize.js";
import { focusComposer, stopEditing } from "./editing.js";
import { html, useClient } from "./html.js";

/** @import {Message} from "../net/protocol.js" */

/** @param {{message: Message}} props */
export function MessageEditor({ message }) {
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const { save, problem, isBusy } = useSaving(message, field);
  useLayoutEffect(() => {
    autosize(field.current);
    field.current?.focus();
    field.current?.setSelectionRange(-1, -1);
  }, []);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key === "Escape") leave();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`
    <div class="editor">
      <textarea
        ref=${field}
        rows="1"
        aria-label=${t("message.edit.label")}
        defaultValue=${message.content}
        onInput=${() => autosize(field.current)}
        onKeyDown=${onKeyDown}
        data-testid="editor"
      ></textarea>
      <p class="editor-foot">
        <button class="link" onClick=${save} aria-disabled=${isBusy}>${t("message.edit.save")}</button>
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
    if (isBusy) return;
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
