/** What the forms in dialogs have in common: sending once, and saying truly why it did not work. */

import { useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { connectionWord } from "../../state/connection.js";
import { problemsOf } from "../parts/form.js";
import { html } from "../parts/html.js";
import { refusalText } from "../parts/refusal.js";

/** @typedef {{isBusy: boolean, problem: string, problems: Record<string, string>}} Sending `problems`: by field */

/**
 * @param {string[]} names fields that say their problem themselves
 * @returns {{sending: Sending, send: (work: () => Promise<unknown>) => Promise<void>}}
 */
export function useSending(names) {
  const [sending, setSending] = useState(/** @type {Sending} */ ({ isBusy: false, problem: "", problems: {} }));
  return {
    sending,
    send: async (work) => {
      if (sending.isBusy) return;
      setSending({ isBusy: true, problem: "", problems: {} });
      try {
        await work();
        setSending({ isBusy: false, problem: "", problems: {} });
      } catch (error) {
        const problems = problemsOf(asNetError(error), names);
        const first = Object.keys(problems)[0];
        setSending({ isBusy: false, problems, problem: first ? "" : refusalText(error) });
        if (first) document.getElementById(`field-${first}`)?.focus();
      }
    },
  };
}

/** @param {{sending: Sending, yes: string, onClose: () => void}} props */
export function FormFoot({ sending: { isBusy, problem }, yes, onClose }) {
  const isOffline = connectionWord.value === "offline";
  return html`
    <p class="form-error" role="alert" data-testid="form-error">${problem}</p>
    ${isOffline && html`<p class="hint">${t("settings.offline")}</p>`}
    <div class="dialog-buttons">
      <button class="button" type="button" onClick=${onClose}>${t("channels.cancel")}</button>
      <button class="button is-primary" type="submit" aria-disabled=${isBusy} data-testid="send-form">${yes}</button>
    </div>
  `;
}
