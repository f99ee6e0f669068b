/** The buttons of Markdown, for those who do not know the keys. They do what the keys do. */

import { t } from "../../i18n/index.js";
import { applyEdit, editOf } from "./field-edit.js";
import { html } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { ariaKeys, readable } from "../keys/key-names.js";
import { MARK_KEYS } from "./markdown-keys.js";

/** @import {FieldRef} from "./completions.js" */

/** @param {{field: FieldRef}} props */
export function MarkBar({ field }) {
  return html`
    <div class="mark-bar" role="group" aria-label=${t("mark.bar")} data-testid="mark-bar">
      ${MARK_KEYS.map(({ name, keys, what, change }) => {
        const use = () => field.current && applyEdit(field.current, change(editOf(field.current)));
        return html`
          <button
            key=${name}
            type="button"
            class="icon-button"
            aria-label=${t(what)}
            aria-keyshortcuts=${ariaKeys(keys)}
            title="${t(what)} (${readable(keys).join("+")})"
            onMouseDown=${keepFocus}
            onClick=${use}
            data-testid="mark-${name}"
          >
            <${Icon} name=${name} />
          </button>
        `;
      })}
    </div>
  `;
}

/** The field keeps the focus, and what is selected stays selected. @param {MouseEvent} event */
export function keepFocus(event) {
  event.preventDefault();
}
