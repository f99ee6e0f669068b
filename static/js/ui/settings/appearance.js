/** How Parlor looks in this browser: colours and the size of the text, at once. */

import { t } from "../../i18n/index.js";
import { TEXT_SIZES, THEMES, setTextSize, setTheme, textSize, theme } from "../../state/appearance.js";
import { showsMarks, toggleMarks } from "../composer/composer-tools.js";
import { html } from "../parts/html.js";
import { isStill } from "../viewport.js";

/** @import {TextSize, Theme} from "../../state/appearance.js" */

export function AppearanceSection() {
  return html`
    <p class="lead">${t("appearance.lead")}</p>
    <div class="settings-form">
      <fieldset class="choices is-row">
        <legend>${t("appearance.theme")}</legend>
        ${THEMES.map((name) => html`<${ThemeChoice} key=${name} name=${name} />`)}
      </fieldset>
      <fieldset class="choices is-row">
        <legend>${t("appearance.text")}</legend>
        ${TEXT_SIZES.map((name) => html`<${TextChoice} key=${name} name=${name} />`)}
      </fieldset>
      <p class="text-sample" data-testid="text-sample">${t("appearance.text.sample")}</p>
      <fieldset class="choices">
        <legend>${t("appearance.writing")}</legend>
        <label class="choice">
          <input type="checkbox" checked=${showsMarks.value} onChange=${toggleMarks} data-testid="shows-marks" />
          ${t("appearance.marks")}
        </label>
      </fieldset>
      <section>
        <h2>${t("appearance.motion")}</h2>
        <p class="hint">${t(isStill.value ? "appearance.motion.less" : "appearance.motion.some")}</p>
      </section>
    </div>
  `;
}

/** @param {{name: Theme}} props */
function ThemeChoice({ name }) {
  return html`
    <label class="choice is-picture">
      <span class="theme-picture" data-scheme=${name} aria-hidden="true">
        ${(name === "system" ? ["light", "dark"] : [name]).map(
          (scheme) => html`<span key=${scheme} class="theme-half" data-scheme=${scheme}><i></i><b></b><b></b></span>`,
        )}
      </span>
      <span class="choice-line">
        <input
          type="radio"
          name="theme"
          value=${name}
          checked=${theme.value === name}
          onChange=${() => setTheme(name)}
          data-testid="theme-${name}"
        />
        ${t(`appearance.theme.${name}`)}
      </span>
    </label>
  `;
}

/** @param {{name: TextSize}} props */
function TextChoice({ name }) {
  return html`
    <label class="choice is-${name}">
      <input
        type="radio"
        name="text"
        value=${name}
        checked=${textSize.value === name}
        onChange=${() => setTextSize(name)}
        data-testid="text-${name}"
      />
      ${t(`appearance.text.${name}`)}
    </label>
  `;
}
