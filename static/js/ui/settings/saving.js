/** What every form of the settings has in common: saving, and saying truly how that went. */

import { useState } from "preact/hooks";

import { errorText, t } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { connectionWord } from "../../state/connection.js";
import { problemsOf } from "../parts/form.js";
import { html } from "../parts/html.js";

/** @import {NetError} from "../../net/errors.js" */

/** @typedef {{state: "idle" | "saving" | "saved" | "failed", error: NetError | null}} Saving */

/**
 * @returns {{saving: Saving, save: (work: () => Promise<unknown>) => Promise<void>, touch: () => void}}
 *   `touch`: something was changed since, nothing is "saved" any more
 */
export function useSaving() {
  const [saving, setSaving] = useState(/** @type {Saving} */ ({ state: "idle", error: null }));
  return {
    saving,
    save: async (work) => {
      if (saving.state === "saving") return;
      setSaving({ state: "saving", error: null });
      try {
        await work();
        setSaving({ state: "saved", error: null });
      } catch (error) {
        setSaving({ state: "failed", error: asNetError(error) });
      }
    },
    touch: () => setSaving((now) => (now.state === "saving" ? now : { state: "idle", error: now.error })),
  };
}

/**
 * The button of a form, and beside it how it went.
 * @param {{saving: Saving, names?: string[], isIdle?: boolean}} props `names`: fields that say their problem themselves
 */
export function SaveLine({ saving: { state, error }, names = [], isIdle = false }) {
  const isAtField = Object.keys(problemsOf(error, names)).length > 0;
  const isOffline = connectionWord.value === "offline";
  return html`
    <div class="save-line">
      <button class="button is-primary" type="submit" aria-disabled=${isIdle || state === "saving"} data-testid="save">
        ${t(state === "saving" ? "settings.saving" : "settings.save")}
      </button>
      <p class="hint" role="status" data-testid="saved">${state === "saved" ? t("settings.saved") : isOffline ? t("settings.offline") : ""}</p>
      <p class="form-error" role="alert" data-testid="save-error">${error && !isAtField ? errorText(error) : ""}</p>
    </div>
  `;
}
