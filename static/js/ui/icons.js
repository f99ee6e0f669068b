/** The icons: one small set, drawn for Parlor on a 20 px grid. They are always beside words or a label. */

import { html } from "./html.js";

const PATHS = {
  hash: "M8 3 6.5 17M13.5 3 12 17M3.5 7.5h13.5M3 12.5h13.5",
  megaphone: "M3 8.5v3l9.5 4V4.5L3 8.5ZM5.5 12.5 7 17h2l-1-3.5M15.5 7.5a3.5 3.5 0 0 1 0 5",
  people: "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2 16.5c.5-3 2.8-4.5 5.5-4.5s5 1.5 5.5 4.5M13 3.9a3 3 0 0 1 0 5.2M15 12.4c1.7.7 2.7 2.1 3 4.1",
  menu: "M3 5.5h14M3 10h14M3 14.5h9",
  close: "m5 5 10 10M15 5 5 15",
  send: "M3 10h13M10.5 4.5 16 10l-5.5 5.5",
  pencil: "m4 13.5-.7 3.2 3.2-.7L16 6.5 13.5 4 4 13.5ZM11.5 6l2.5 2.5",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.7 10.5h7.6L14.5 6M8.5 9v5M11.5 9v5",
  leave: "M8 3.5H4v13h4M9 10h8M13.5 6.5 17 10l-3.5 3.5",
  down: "M10 4v11M5 10.5 10 15.5l5-5",
  chat: "M3 4.5h14v9H9l-4 3.5v-3.5H3v-9Z",
};

/** @typedef {keyof typeof PATHS} IconName */

/** @param {{name: IconName}} props */
export function Icon({ name }) {
  return html`
    <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path d=${PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  `;
}
