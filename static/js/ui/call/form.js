/** What the forms of calls share: work under way with what went wrong, and a box to tick. */

import { useEffect, useState } from "preact/hooks";

import { errorText, t } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { problemsOf } from "../parts/form.js";
import { html } from "../parts/html.js";

/** @import {NetError} from "../../net/errors.js" */

/**
 * One piece of work at a time. A refusal stands at its field, and that has the focus; else below.
 * @param {string[]} names of the fields
 */
export function useWork(names) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {NetError | null} */ (null));
  const problems = problemsOf(error, names);
  const first = Object.keys(problems)[0];
  useEffect(() => {
    if (first) document.getElementById(`field-${first}`)?.focus();
  }, [error]);
  /** @param {() => Promise<unknown>} work */
  const run = async (work) => {
    if (isBusy) return;
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (thrown) {
      setError(asNetError(thrown));
    }
    setBusy(false);
  };
  return { isBusy, problems, problem: error && !first ? errorText(error) : "", run };
}

/** @param {{name: string, label: string, hint: string, isOn: boolean, onChange: (isOn: boolean) => void}} props */
export function Check({ name, label, hint, isOn, onChange }) {
  return html`
    <div class="check">
      <input
        type="checkbox"
        id="field-${name}"
        checked=${isOn}
        aria-describedby="hint-${name}"
        onChange=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => onChange(currentTarget.checked)}
        data-testid="field-${name}"
      />
      <label for="field-${name}">${t(label)}</label>
      <p class="hint" id="hint-${name}">${t(hint)}</p>
    </div>
  `;
}
