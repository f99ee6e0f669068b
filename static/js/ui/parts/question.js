/** A question before something that is not easily undone: what happens, why (where that is asked), and yes or no. */

import { t } from "../../i18n/index.js";
import { Dialog, DialogHead } from "./dialog.js";
import { problemsOf } from "./form.js";
import { html } from "./html.js";
import { refusalText } from "./refusal.js";
import { useSubmit } from "./submit.js";

/**
 * @typedef {object} QuestionProps
 * @property {string} title
 * @property {string} [text]
 * @property {string} yes what the button that does it says
 * @property {string} [no] and the one that does not
 * @property {(answers: Record<string, string>) => Promise<unknown>} run gets the fields by their names
 * @property {() => void} onClose
 * @property {() => void} [onDone]
 * @property {boolean} [isHarmless] nothing is lost by it
 * @property {(problems: Record<string, string>) => any} [fields] drawn below the text, with what is wrong with each
 * @property {string[]} [names] of those fields, as answers name them
 */

/** @param {QuestionProps} props */
export function Question({ title, text, yes, no = t("server.keep"), run, onClose, onDone, isHarmless = false, fields, names = [] }) {
  const { isBusy, error, submit } = useSubmit(async (form) => {
    await run(Object.fromEntries([...form].map(([name, value]) => [name, String(value).trim()])));
    onClose();
    onDone?.();
  });
  const problems = problemsOf(error, names);
  return html`
    <${Dialog} label=${title} onClose=${onClose} className="is-question" testid="question">
      <${DialogHead} title=${title} onClose=${onClose} />
      <form class="dialog-body dialog-form" onSubmit=${submit}>
        ${text && html`<p>${text}</p>`} ${fields?.(problems)}
        <p class="form-error" role="alert" data-testid="question-error">
          ${error && Object.keys(problems).length === 0 ? refusalText(error) : ""}
        </p>
        <div class="dialog-buttons">
          <button class="button" type="button" autofocus=${!fields} onClick=${onClose} data-testid="question-no">${no}</button>
          <button
            class="button ${isHarmless ? "is-primary" : "is-danger"}"
            type="submit"
            aria-disabled=${isBusy}
            data-testid="question-yes"
          >
            ${yes}
          </button>
        </div>
      </form>
    <//>
  `;
}
