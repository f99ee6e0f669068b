/** One labelled field of a form, with its hint and what is wrong with it. */

import { t } from "../i18n/index.js";
import { html } from "./html.js";

/** @param {{name: string, label: string, hint?: string, problem?: string} & Record<string, any>} props */
export function Field({ name, label, hint, problem, ...rest }) {
  const about = problem ? `problem-${name}` : hint ? `hint-${name}` : undefined;
  return html`
    <div class="field">
      <label for="field-${name}">${t(label)}</label>
      <input
        ...${rest}
        id="field-${name}"
        name=${name}
        required
        aria-describedby=${about}
        aria-invalid=${problem ? "true" : undefined}
        data-testid="field-${name}"
      />
      ${problem
        ? html`<p class="problem" id="problem-${name}" role="alert">${problem}</p>`
        : hint && html`<p class="hint" id="hint-${name}">${t(hint)}</p>`}
    </div>
  `;
}
