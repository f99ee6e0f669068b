/** What one person may do in a channel, and which rule says so: the server's answer, in words. */

import { useEffect, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { nameOf } from "../../state/people-groups.js";
import { rolesOf } from "../../state/roles.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { roomGroups, roomPermission, whyText } from "../parts/permission-words.js";
import { PersonPicker } from "../parts/person-picker.js";
import { refusalText } from "../parts/refusal.js";

/** @import {Member, Permissions, Room} from "../../net/protocol.js" */

/** @param {{room: Room}} props */
export function MayDo({ room }) {
  const [member, setMember] = useState(/** @type {Member | null} */ (null));
  if (!member) return html`<${PersonPicker} serverId=${room.serverId} label=${t("picker.who")} onPick=${setMember} />`;
  return html`
    <div class="button-row">
      <h3 tabindex="-1" ref=${focusOnce}>${t("maydo.of", { name: nameOf(member) })}</h3>
      <button class="button is-small" onClick=${() => setMember(null)} data-testid="maydo-other">${t("maydo.other")}</button>
    </div>
    <${Answer} key=${member.user.id} room=${room} userId=${member.user.id} />
  `;
}

/** @param {{room: Room, userId: string}} props */
function Answer({ room, userId }) {
  const client = useClient();
  const [found, setFound] = useState(/** @type {Permissions | null} */ (null));
  const [problem, setProblem] = useState("");
  const roles = rolesOf(room.serverId);
  useEffect(() => {
    let isOver = false;
    client.channels.permissionsOf(room.id, userId).then(
      (data) => !isOver && (setFound(data), setProblem("")),
      (error) => !isOver && setProblem(refusalText(error)),
    );
    return () => {
      isOver = true;
    };
  }, [room, roles, userId]);
  if (problem) return html`<p class="form-error" role="alert">${problem}</p>`;
  if (!found) return html`<p class="hint" role="status">${t("maydo.loading")}</p>`;
  const names = roomGroups(room.type).flatMap((group) => group.names);
  return html`
    <dl class="why-list" data-testid="maydo">
      ${names
        .flatMap((name) => found.rules.find(({ permission }) => permission === name) ?? [])
        .map(
          (rule) => html`
            <div key=${rule.permission} data-testid="why-${rule.permission}" data-allowed=${rule.allowed}>
              <dt class=${classes(rule.allowed ? "is-yes" : "is-no")}>
                <${Icon} name=${rule.allowed ? "check" : "close"} />
                ${t(roomPermission(rule.permission))} <span class="visually-hidden">: ${t(rule.allowed ? "maydo.yes" : "maydo.no")}</span>
              </dt>
              <dd>${whyText(rule)}</dd>
            </div>
          `,
        )}
    </dl>
  `;
}

/** @param {HTMLElement | null} element */
function focusOnce(element) {
  if (element && !element.dataset.focused) {
    element.dataset.focused = "true";
    element.focus();
  }
}
