/**
 * A role's colour as it can be read: as near to the chosen one as AA (4.5:1) allows on every paper that
 * names stand on, for light and dark. Pure.
 */

/** @typedef {[number, number, number]} Rgb each 0–1 */

export const HEX = /^#[0-9a-f]{6}$/i;
/** As WCAG counts; the same for all text sizes here. */
const CONTRAST = 4.5;
/** The papers of tokens.css that are hardest to read on: the darkest light ones, the lightest dark ones. */
const LIGHT_PAPERS = ["#ece5d8", "#d9e8e4"];
const DARK_PAPERS = ["#25211e", "#1c3937"];
const STEPS = 50;

/** @type {Map<string, string>} what was reckoned once; a server has at most a hundred roles */
const reckoned = new Map();

/**
 * @param {string} hex "#rrggbb"
 * @returns {string} for CSS: one colour on light paper, one on dark
 */
export function readableColour(hex) {
  const found = reckoned.get(hex) ?? `light-dark(${readableOn(hex, "light")}, ${readableOn(hex, "dark")})`;
  reckoned.set(hex, found);
  return found;
}

/**
 * Mixed with black or white, step by step, until it stands out.
 * @param {string} hex
 * @param {"light" | "dark"} scheme
 * @returns {string} "#rrggbb"
 */
export function readableOn(hex, scheme) {
  const [papers, towards] = scheme === "light" ? [LIGHT_PAPERS, 0] : [DARK_PAPERS, 1];
  const colour = rgbOf(hex);
  for (let step = 0; step < STEPS; step += 1) {
    const mixed = hexOf(/** @type {Rgb} */ (colour.map((part) => part + ((towards - part) * step) / STEPS)));
    if (papers.every((paper) => contrast(mixed, paper) >= CONTRAST)) return mixed;
  }
  return towards === 0 ? "#000000" : "#ffffff";
}

/**
 * @param {string} a
 * @param {string} b
 * @returns {number} 1 to 21
 */
export function contrast(a, b) {
  const [darker, lighter] = [luminance(rgbOf(a)), luminance(rgbOf(b))].sort((one, other) => one - other);
  return (/** @type {number} */ (lighter) + 0.05) / (/** @type {number} */ (darker) + 0.05);
}

/** @param {Rgb} rgb */
function luminance(rgb) {
  const [red, green, blue] = rgb.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * Number(red) + 0.7152 * Number(green) + 0.0722 * Number(blue);
}

/**
 * @param {string} hex
 * @returns {Rgb}
 */
function rgbOf(hex) {
  const number = HEX.test(hex) ? Number.parseInt(hex.slice(1), 16) : 0;
  return [(number >> 16) / 255, ((number >> 8) & 255) / 255, (number & 255) / 255];
}

/** @param {Rgb} rgb */
function hexOf(rgb) {
  return `#${rgb.map((part) => Math.round(part * 255).toString(16).padStart(2, "0")).join("")}`;
}
