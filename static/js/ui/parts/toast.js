/** A sentence about what just did not work, over whatever screen there is. */

import { t } from "../../i18n/index.js";
import { dismissToast, toast } from "../../state/notices.js";
import { html } from "./html.js";
import { Icon } from "./icons.js";

export function Toast() {
  if (!toast.value) return null;
  return html`
    <div class="toast" role="alert" data-testid="toast">
      <span>${toast.value.text}</span>
      <button class="icon-button" aria-label=${t("toast.dismiss")} onClick=${dismissToast}><${Icon} name="close" /></button>
    </div>
  `;
}
