/** The dialog that picks a role or a person for an override. */

import { t } from "../../i18n/index.js";
import { colourOf, rolesOf } from "../../state/roles.js";
import { nameOf } from "../../state/people-groups.js";
import { Dialog, DialogHead } from "../parts/dialog.js";
import { html } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { PersonPicker } from "../parts/person-picker.js";

/** @import {Member, Override, Role, Room} from "../../net/protocol.js" */

/** @param {{room: Room, known: ReadonlySet<string>, onPick: (target: Override) => void, onClose: () => void}} props */
export function AddTarget({ room, known, onPick, onClose }) {
  const roles = rolesOf(room.serverId);
  const pickRole = (/** @type {Role} */ { id, name }) => onPick({ target: id, kind: "role", name, allow: [], deny: [] });
  const pickPerson = (/** @type {Member} */ member) =>
    onPick({ target: member.user.id, kind: "user", name: nameOf(member), allow: [], deny: [] });
  return html`
    <${Dialog} label=${t("overrides.add")} onClose=${onClose} testid="add-target-dialog">
      <${DialogHead} title=${t("overrides.add")} onClose=${onClose} />
      <div class="dialog-body">
        <h3>${t("roles.title")}</h3>
        ${roles.length === 0 && html`<p class="hint">${t("overrides.noroles")}</p>`}
        <ul class="target-list" hidden=${roles.length === 0}>
          ${roles
            .filter(({ id }) => !known.has(id))
            .map(
              (role) => html`
                <li key=${role.id}>
                  <button class="target" onClick=${() => pickRole(role)} data-testid="pick-role" data-name=${role.name}>
                    <${Icon} name="shield" />
                    <span class="target-words"><span class="name" style=${{ color: colourOf({ roleIds: [role.id] }, roles) ?? "" }}>${role.name}</span></span>
                  </button>
                </li>
              `,
            )}
        </ul>
        <h3>${t("overrides.people")}</h3>
        <${PersonPicker} serverId=${room.serverId} label=${t("picker.who")} without=${known} onPick=${pickPerson} />
      </div>
    <//>
  `;
}
