/** A text field that grows with its text; how far, CSS says (max-height). */

/** @param {HTMLTextAreaElement | null} field */
export function autosize(field) {
  if (!field) return;
  field.style.height = "auto";
  // Borders lie outside scrollHeight.
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
}
