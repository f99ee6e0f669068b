/** How long one waits between two messages: ready-made times, in words. */

import { t } from "../../i18n/index.js";
import { html } from "../parts/html.js";

const PRESETS_S = [0, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600];

/** @param {{seconds: number, onChoose: (seconds: number) => void}} props */
export function SlowMode({ seconds, onChoose }) {
  // The API takes any number: what was set by it stays a choice.
  const choices = PRESETS_S.includes(seconds) ? PRESETS_S : [...PRESETS_S, seconds].sort((a, b) => a - b);
  const choose = (/** @type {{currentTarget: HTMLSelectElement}} */ { currentTarget }) => onChoose(Number(currentTarget.value));
  return html`
    <div class="field">
      <label for="field-slowModeSeconds">${t("channels.slow")}</label>
      <select
        id="field-slowModeSeconds"
        class="select"
        value=${seconds}
        onChange=${choose}
        aria-describedby="hint-slowModeSeconds"
        data-testid="field-slowModeSeconds"
      >
        ${choices.map((choice) => html`<option key=${choice} value=${choice}>${slowText(choice)}</option>`)}
      </select>
      <p class="hint" id="hint-slowModeSeconds">${t("channels.slow.hint")}</p>
    </div>
  `;
}

/** @param {number} seconds */
export function slowText(seconds) {
  if (seconds === 0) return t("channels.slow.off");
  if (seconds % 3600 === 0) return t("channels.slow.hours", { count: seconds / 3600 });
  if (seconds % 60 === 0) return t("channels.slow.minutes", { count: seconds / 60 });
  return t("channels.slow.seconds", { count: seconds });
}
