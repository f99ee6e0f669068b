/** Before a direct conversation's name: whom it is with, and whether they are here. */

import { partnersOf } from "../../state/direct.js";
import { PresenceDot } from "../parts/avatar.js";
import { html } from "../parts/html.js";
import { openProfile } from "../house/profile-card.js";
import { t } from "../../i18n/index.js";
import { Faces } from "./faces.js";

/** @import {Room} from "../../net/protocol.js" */

/** @param {{room: Room}} props */
export function DirectSign({ room }) {
  const [first, second] = partnersOf(room);
  if (!first || second) return html`<${Faces} people=${partnersOf(room)} />`;
  const open = (/** @type {MouseEvent} */ { currentTarget }) => openProfile(first.id, /** @type {Element} */ (currentTarget));
  return html`
    <button class="person-picture" aria-haspopup="dialog" aria-label=${t("profile.label", { name: first.displayName })} onClick=${open} data-testid="direct-partner">
      <${Faces} people=${[first]} /><${PresenceDot} userId=${first.id} />
    </button>
  `;
}
