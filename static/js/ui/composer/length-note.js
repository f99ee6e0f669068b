/** How much room a message has left, once that matters; and why it cannot be sent. It cuts nothing. */

import { t } from "../../i18n/index.js";
import { classes, html } from "../parts/html.js";

/** The server's limit (MESSAGE_MAX_LENGTH), counted as it counts: in code points. */
export const MAX_LETTERS = 4_000;
const NEAR_LETTERS = 200;

/** @param {string} text */
export function lettersLeft(text) {
  // Cheap for what is surely short enough: no character is shorter than one unit.
  if (text.length < MAX_LETTERS - NEAR_LETTERS) return MAX_LETTERS - text.length;
  return MAX_LETTERS - [...text.trim()].length;
}

/** @param {{id: string, text: string}} props */
export function LengthNote({ id, text }) {
  const left = lettersLeft(text);
  const isOver = left < 0;
  if (left >= NEAR_LETTERS) return null;
  return html`
    <p class=${classes("length-note", isOver && "is-over")} id=${id} data-testid="length">
      <span role="status">${isOver ? t("length.over", { count: -left, max: MAX_LETTERS.toLocaleString("en") }) : ""}</span>
      ${!isOver && t("length.left", { count: left })}
    </p>
  `;
}
