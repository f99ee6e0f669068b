/** Who is in a direct conversation, here or not, with how they look to others. */

import { t } from "../../i18n/index.js";
import { me } from "../../state/session.js";
import { html } from "../parts/html.js";
import { Head, PersonLine } from "../house/people-parts.js";

/** @import {Room} from "../../net/protocol.js" */

/** @param {{room: Room}} props */
export function DirectPeople({ room }) {
  const isMe = (/** @type {{id: string}} */ { id }) => Number(id === me.value?.id);
  const people = [...room.recipients].sort((a, b) => isMe(a) - isMe(b) || a.displayName.localeCompare(b.displayName));
  return html`
    <${Head} title=${t("people.title")} count=${people.length} />
    <div class="people-list">
      <ul>
        ${people.map((person) => html`<li key=${person.id}><${PersonLine} person=${person} name=${person.displayName} /></li>`)}
      </ul>
    </div>
  `;
}
