/** Which message is being edited, if any, and what of it is written so far; one at a time. */

import { signal } from "@preact/signals";

/** @import {Signal} from "@preact/signals" */

/** @type {Signal<string | null>} a message's id */
export const editingId = signal(null);

/** @type {Signal<string | null>} null: not begun. It outlives the row, which may scroll out of sight */
export const editedText = signal(null);

/** @param {string} messageId */
export function startEditing(messageId) {
  editedText.value = null;
  editingId.value = messageId;
}

export function stopEditing() {
  editingId.value = null;
  editedText.value = null;
}

/** After an edit or a deletion one goes on writing; under a dialog nothing could have the focus. */
export function focusComposer() {
  for (const dialog of document.querySelectorAll("dialog[open]")) /** @type {HTMLDialogElement} */ (dialog).close();
  document.getElementById("composer")?.focus();
}
