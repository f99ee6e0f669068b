/** Choosing a role's colour: ready-made ones, or any; and how a name looks in it on light and dark. */

import { t } from "../../i18n/index.js";
import { HEX, readableOn } from "../../state/role-colour.js";
import { html } from "../parts/html.js";

/** Named in the catalogue in the same words. @type {[string, string][]} */
const SWATCHES = [
  ["brick", "#b5523b"],
  ["amber", "#b07a10"],
  ["olive", "#6f7d1f"],
  ["moss", "#3f7d3a"],
  ["teal", "#1d7f74"],
  ["sky", "#2f7fae"],
  ["indigo", "#5560c4"],
  ["violet", "#8455b8"],
  ["plum", "#a8478f"],
  ["rose", "#c2456b"],
  ["slate", "#64707d"],
];

/**
 * @typedef {object} ColourProps
 * @property {string} name of the role
 * @property {string | null} colour null: as everybody's
 * @property {string} [problem]
 * @property {boolean} isDisabled
 * @property {(colour: string | null) => void} onChoose
 */

/** @param {ColourProps} props */
export function RoleColour({ name, colour, problem, isDisabled, onChoose }) {
  const isFixed = colour === null || SWATCHES.some(([, hex]) => hex === colour);
  const onHex = (/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => {
    const hex = currentTarget.value.trim();
    onChoose(hex === "" ? null : hex.startsWith("#") ? hex.toLowerCase() : `#${hex.toLowerCase()}`);
  };
  return html`
    <fieldset class="role-colour" disabled=${isDisabled}>
      <legend>${t("roles.colour")}</legend>
      <div class="swatches">
        <${Choice} label=${t("roles.colour.none")} hex=${null} isChosen=${colour === null} onChoose=${onChoose} />
        ${SWATCHES.map(
          ([key, hex]) => html`<${Choice} key=${key} label=${t(`roles.colour.${key}`)} hex=${hex} isChosen=${hex === colour} onChoose=${onChoose} />`,
        )}
      </div>
      <div class="field hex-field">
        <label for="field-colour">${t("roles.colour.hex")}</label>
        <input
          id="field-colour"
          type="text"
          autocomplete="off"
          spellcheck=${false}
          maxLength=${7}
          pattern="#[0-9a-fA-F]{6}"
          placeholder="#1d7f74"
          title=${t("roles.colour.hex.hint")}
          value=${isFixed && colour === null ? "" : colour}
          onChange=${onHex}
          aria-describedby="hint-colour"
          data-testid="field-colour"
        />
        <p class=${problem ? "problem" : "hint"} id="hint-colour" role=${problem && "alert"}>${problem ?? t("roles.colour.hint")}</p>
      </div>
      <${Samples} name=${name} colour=${colour} />
    </fieldset>
  `;
}

/** @param {{label: string, hex: string | null, isChosen: boolean, onChoose: (colour: string | null) => void}} props */
function Choice({ label, hex, isChosen, onChoose }) {
  return html`
    <label class="swatch-choice" title=${label}>
      <input type="radio" name="swatch" aria-label=${label} checked=${isChosen} onChange=${() => onChoose(hex)} data-testid="swatch-${hex ?? "none"}" />
      <span class=${hex ? "swatch" : "swatch is-none"} style=${{ backgroundColor: hex ?? "" }} aria-hidden="true"></span>
    </label>
  `;
}

/** The name as it will be read, on both papers. @param {{name: string, colour: string | null}} props */
function Samples({ name, colour }) {
  const isGood = colour !== null && HEX.test(colour);
  return html`
    <div class="name-samples" data-testid="name-samples">
      ${(/** @type {const} */ (["light", "dark"])).map(
        (scheme) => html`
          <span key=${scheme} class="name-sample" data-scheme=${scheme}>
            <span class="name" style=${{ color: isGood ? readableOn(colour, scheme) : "" }}>${name || t("roles.name")}</span>
            <span class="hint">${t(`appearance.theme.${scheme}`)}</span>
          </span>
        `,
      )}
    </div>
  `;
}
