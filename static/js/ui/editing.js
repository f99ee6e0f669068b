/** Which message is being edited, if any; one at a time. */

import { signal } from "@preact/signals";

/** @import {Signal} from "@preact/signals" */

/** @type {Signal<string | null>} a message's id */
export const editingId = signal(null);

/** @param {string} messageId */
export function startEditing(messageId) {
  editingId.value = messageId;
}

export function stopEditing() {
  editingId.value = null;
}

/** After an edit or a deletion one goes on writing. */
export function focusComposer() {
  document.getElementById("composer")?.focus();
}
