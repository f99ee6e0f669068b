/** One labelled field of a form, with its hint and what is wrong with it. */

import { t } from "../../i18n/index.js";
import { html } from "./html.js";

/**
 * @typedef {object} FieldProps
 * @property {string} name
 * @property {string} label a key of the catalogue
 * @property {string} [hint] a key of the catalogue
 * @property {Record<string, string | number>} [hintParams]
 * @property {string} [problem] a sentence
 * @property {boolean} [isLong] several lines
 */

/** The rest of its props are the element's own. @param {FieldProps & Record<string, any>} props */
export function Field({ name, label, hint, hintParams, problem, isLong = false, required = true, ...rest }) {
  const about = problem ? `problem-${name}` : hint ? `hint-${name}` : undefined;
  return html`
    <div class="field">
      <label for="field-${name}">${t(label)}</label>
      <${isLong ? "textarea" : "input"}
        ...${rest}
        id="field-${name}"
        name=${name}
        required=${required}
        aria-describedby=${about}
        aria-invalid=${problem ? "true" : undefined}
        data-testid="field-${name}"
      />
      ${problem
        ? html`<p class="problem" id="problem-${name}" role="alert">${problem}</p>`
        : hint && html`<p class="hint" id="hint-${name}">${t(hint, hintParams)}</p>`}
    </div>
  `;
}
