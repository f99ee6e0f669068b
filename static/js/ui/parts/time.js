/** A moment as <time>: the hour in sight, the full local date on hover. */

import { fullTimeOf, timeOf } from "../../i18n/index.js";
import { html } from "./html.js";

/** @param {{at: string, className?: string, text?: string}} props */
export function Time({ at, className = "time", text = timeOf(at) }) {
  return html`<time class=${className} dateTime=${at} title=${fullTimeOf(at)}>${text}</time>`;
}
