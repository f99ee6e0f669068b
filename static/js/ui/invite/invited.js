/** At the door: that one came by an invite. What it leads to, only those who are in may know. */

import { t } from "../../i18n/index.js";
import { isInvitation } from "../../state/route.js";
import { html, useClient } from "../parts/html.js";

export function Invited() {
  const client = useClient();
  if (!isInvitation(client.address.read())) return null;
  return html`<p class="notice is-good" data-testid="invited">${t("invited.door")}</p>`;
}
