/** Every key there is, as the help sheet has them. */

import { t } from "../../i18n/index.js";
import { KeyTables } from "../keys/help-sheet.js";
import { html } from "../parts/html.js";

export function KeyboardSection() {
  return html`
    <p class="lead">${t("keyboard.lead")}</p>
    <h2 class="visually-hidden">${t("keys.title")}</h2>
    <div class="key-tables"><${KeyTables} /></div>
  `;
}
