/** Where one would read direct messages, and has none. */

import { t } from "../../i18n/index.js";
import { me } from "../../state/session.js";
import { Quiet } from "../parts/drawings.js";
import { html } from "../parts/html.js";
import { openNewMessage } from "./new-message.js";

export function NoDirect() {
  return html`
    <div class="empty" data-testid="empty">
      <${Quiet} />
      <h2>${t("direct.empty.title")}</h2>
      <p>${t("direct.empty")}</p>
      ${me.value?.isGuest !== true &&
      html`<button class="button is-primary" onClick=${openNewMessage} data-testid="empty-new-message">${t("direct.new")}</button>`}
    </div>
  `;
}
