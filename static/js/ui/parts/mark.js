/** Parlor's mark: a sofa. The file img/parlor.svg is the same drawing, for the tab. */

import { html } from "./html.js";

export function Mark() {
  return html`
    <svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M7 20v-6a3 3 0 0 1 3-3h12a3 3 0 0 1 3 3v6M5.5 16.5v6h21v-6M9 22.5V25m14-2.5V25" />
    </svg>
  `;
}
