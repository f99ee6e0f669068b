/** To the direct conversation with one person, from their card or wherever they stand. */

import { t } from "../../i18n/index.js";
import { mayOpenDirect } from "../../state/direct.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { openDirect } from "./open.js";

/** @import {Person} from "../../net/protocol.js" */

/** Nothing where one may not. What it stands in closes. @param {{person: Pick<Person, "id">}} props */
export function DirectButton({ person }) {
  const client = useClient();
  if (!mayOpenDirect([person.id])) return null;
  const open = (/** @type {MouseEvent} */ { currentTarget }) => {
    /** @type {Element} */ (currentTarget).closest("dialog")?.close();
    openDirect(client, [person.id]);
  };
  return html`
    <button class="button" onClick=${open} data-testid="profile-message"><${Icon} name="chat" /> ${t("direct.message")}</button>
  `;
}
