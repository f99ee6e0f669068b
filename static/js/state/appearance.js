/**
 * How the page looks here: what this browser's person chose. Kept beside the browser's other memories, and
 * the same in every tab. It must not touch the page: ui/theme.js does.
 */

import { signal } from "@preact/signals-core";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Memory} from "./client.js" */

/** @typedef {"system" | "light" | "dark"} Theme */
/** @typedef {"small" | "normal" | "large"} TextSize */

/** @type {readonly Theme[]} */
export const THEMES = ["system", "light", "dark"];
/** @type {readonly TextSize[]} */
export const TEXT_SIZES = ["small", "normal", "large"];

/** @type {Signal<Theme>} */
export const theme = signal(/** @type {Theme} */ ("system"));

/** @type {Signal<TextSize>} */
export const textSize = signal(/** @type {TextSize} */ ("normal"));

/** @type {Signal<boolean>} whether the people column stands open where there is room for it */
export const isPeopleShown = signal(true);

/** @type {Memory | null} */
let memory = null;

/**
 * From now on choices are kept there; what was kept counts again. Also when another tab chose.
 * @param {Memory} place
 */
export function appearanceRead(place) {
  memory = place;
  theme.value = oneOf(THEMES, place.get("theme")) ?? "system";
  textSize.value = oneOf(TEXT_SIZES, place.get("text")) ?? "normal";
  isPeopleShown.value = place.get("people") !== "hidden";
}

/** @param {Theme} value */
export function setTheme(value) {
  theme.value = value;
  memory?.set("theme", value);
}

/** @param {TextSize} value */
export function setTextSize(value) {
  textSize.value = value;
  memory?.set("text", value);
}

/** @param {boolean} isShown */
export function showPeople(isShown) {
  isPeopleShown.value = isShown;
  memory?.set("people", isShown ? null : "hidden");
}

/**
 * @template {string} T
 * @param {readonly T[]} known
 * @param {string | null} value what was kept, perhaps by another version
 * @returns {T | undefined}
 */
function oneOf(known, value) {
  return known.find((one) => one === value);
}
