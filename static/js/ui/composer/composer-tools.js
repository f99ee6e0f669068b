/** The buttons beside the text field: formatting, emoji, send. */

import { signal } from "@preact/signals";

import { t } from "../../i18n/index.js";
import { openEmojiPicker } from "./emoji-picker.js";
import { insertText } from "./field-edit.js";
import { classes, html } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { keepFocus } from "./mark-bar.js";
import { memory } from "../memory.js";

/** @import {FieldRef} from "./completions.js" */

const KEY = "marks";

/** Whether the row of formatting buttons is out; out of the way unless wanted. */
export const showsMarks = signal(memory.get(KEY) !== null);

export function toggleMarks() {
  showsMarks.value = !showsMarks.value;
  memory.set(KEY, showsMarks.value ? "1" : null);
}

/** @param {{field: FieldRef}} props */
export function ComposerTools({ field }) {
  const pick = (/** @type {MouseEvent} */ event) => {
    openEmojiPicker(/** @type {Element} */ (event.currentTarget), (char) => {
      if (field.current) insertText(field.current, char);
    });
  };
  return html`
    <button
      type="button"
      class=${classes("icon-button", showsMarks.value && "is-on")}
      aria-label=${t("mark.bar")}
      title=${t("mark.bar")}
      aria-pressed=${showsMarks.value}
      onMouseDown=${keepFocus}
      onClick=${toggleMarks}
      data-testid="marks"
    >
      <${Icon} name="letters" />
    </button>
    <button
      type="button"
      class="icon-button"
      aria-label=${t("emoji.open")}
      title=${t("emoji.open")}
      aria-haspopup="dialog"
      onClick=${pick}
      data-testid="emoji"
    >
      <${Icon} name="smile" />
    </button>
  `;
}

/** @param {{isIdle: boolean}} props */
export function SendButton({ isIdle }) {
  return html`
    <button class="icon-button send" type="submit" aria-label=${t("composer.send")} aria-disabled=${isIdle} data-testid="send">
      <${Icon} name="send" />
    </button>
  `;
}
