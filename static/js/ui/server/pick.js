/** One of a few, as a labelled list of choices of the browser's own. */

import { html } from "../parts/html.js";

/**
 * @typedef {object} PickProps
 * @property {string} name
 * @property {string} label a sentence
 * @property {{value: string, words: string}[]} options
 * @property {string} [value]
 * @property {string} [hint] a sentence
 * @property {string} [problem] a sentence
 * @property {boolean} [autofocus]
 * @property {(value: string) => void} [onPick]
 */

/** @param {PickProps} props */
export function Pick({ name, label, options, value, hint, problem, autofocus, onPick }) {
  const about = problem ? `problem-${name}` : hint ? `hint-${name}` : undefined;
  return html`
    <div class="field">
      <label for="field-${name}">${label}</label>
      <select
        id="field-${name}"
        name=${name}
        autofocus=${autofocus}
        aria-describedby=${about}
        aria-invalid=${problem ? "true" : undefined}
        onChange=${(/** @type {{currentTarget: HTMLSelectElement}} */ { currentTarget }) => onPick?.(currentTarget.value)}
        data-testid="field-${name}"
      >
        ${options.map((one) => html`<option key=${one.value} value=${one.value} selected=${one.value === value}>${one.words}</option>`)}
      </select>
      ${problem
        ? html`<p class="problem" id="problem-${name}" role="alert">${problem}</p>`
        : hint && html`<p class="hint" id="hint-${name}">${hint}</p>`}
    </div>
  `;
}
