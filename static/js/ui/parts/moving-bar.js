/** What to do with the line that was picked up: for those without arrow keys, as buttons, too. */

import { t } from "../../i18n/index.js";
import { html } from "./html.js";
import { Icon } from "./icons.js";

/** @import {Arranger} from "./arranger.js" */

/** Only while something is moved by keys. @param {{arranger: Arranger}} props */
export function MovingBar({ arranger }) {
  if (arranger.moving.value?.by !== "keys") return null;
  return html`
    <div class="moving-bar" role="group" aria-label=${t("channels.move")} data-moves data-testid="moving">
      <button class="icon-button" aria-label=${t("move.up")} title=${t("move.up")} onClick=${() => arranger.step(-1)} data-testid="move-up">
        <${Icon} name="up" />
      </button>
      <button class="icon-button" aria-label=${t("move.down")} title=${t("move.down")} onClick=${() => arranger.step(1)} data-testid="move-down">
        <${Icon} name="down" />
      </button>
      <button class="button is-small is-primary" onClick=${() => arranger.drop()} data-testid="move-done">${t("move.done")}</button>
      <button class="button is-small" onClick=${() => arranger.cancel()} data-testid="move-back">${t("move.back")}</button>
      <p class="hint">${t("move.keys")}</p>
    </div>
  `;
}
