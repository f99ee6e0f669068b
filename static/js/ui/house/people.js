/** Who belongs to the community, by role, with how they look to others; in a room of its own, who is here. */

import { useEffect } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { membersOf } from "../../state/members.js";
import { countsHere, isPresenceKnown, peopleHere, presence } from "../../state/people.js";
import { groupsOf, nameOf } from "../../state/people-groups.js";
import { colourOf, rolesOf } from "../../state/roles.js";
import { currentRoom } from "../../state/rooms.js";
import { DirectPeople } from "../direct/direct-people.js";
import { classes, html, useClient } from "../parts/html.js";
import { Head, PersonLine } from "./people-parts.js";

/** @import {Person} from "../../net/protocol.js" */
/** @import {PeopleGroup} from "../../state/people-groups.js" */

/** @param {{isHidden: boolean}} props */
export function People({ isHidden }) {
  const room = currentRoom.value;
  return html`
    <aside id="people" class="people" aria-label=${t("people.open")} inert=${isHidden} data-testid="people">
      ${room?.type === "direct"
        ? html`<${DirectPeople} key=${room.id} room=${room} />`
        : room?.serverId
        ? html`<${ServerPeople} key=${room.serverId} serverId=${room.serverId} />`
        : html`<${RoomPeople} roomId=${room?.id ?? ""} />`}
    </aside>
  `;
}

/** @param {{serverId: string}} props */
function ServerPeople({ serverId }) {
  const client = useClient();
  const { list, state, total } = membersOf(serverId).value;
  const isShown = list.length > 0 && isPresenceKnown.value;
  useEffect(() => {
    if (state === "idle") client.loadMembers(serverId);
  }, [serverId, state]);
  return html`
    <${Head} title=${t("people.title")} count=${total} />
    <div class="people-list" aria-busy=${!isShown && state !== "failed"}>
      ${isShown
        ? groupsOf(list, presence.value, rolesOf(serverId)).map(
            (group) => html`<${Group} key=${group.key} group=${group} serverId=${serverId} />`,
          )
        : state === "failed"
          ? html`<${Failed} onRetry=${() => client.loadMembers(serverId)} />`
          : html`<${Loading} />`}
      ${isShown && total > list.length && html`<p class="hint people-many">${t("people.some", { shown: list.length, total })}</p>`}
    </div>
  `;
}

/** @param {{group: PeopleGroup, serverId: string}} props */
function Group({ group: { key, name, members }, serverId }) {
  const roles = rolesOf(serverId);
  const id = `people-${key}`;
  return html`
    <section class=${classes("people-group", key === "offline" && "is-offline")} aria-labelledby=${id} data-testid=${id}>
      <h3 id=${id}>${name ?? t(`people.${key}`)} <span data-testid="group-count">${members.length}</span></h3>
      <ul>
        ${members.map(
          (member) => html`
            <li key=${member.user.id}>
              <${PersonLine} person=${member.user} name=${nameOf(member)} colour=${key === "offline" ? undefined : colourOf(member, roles)} />
            </li>
          `,
        )}
      </ul>
    </section>
  `;
}

/** @param {{roomId: string}} props */
function RoomPeople({ roomId }) {
  const here = [...(peopleHere.value.get(roomId)?.values() ?? [])].sort(byName);
  const count = countsHere.value.get(roomId) ?? here.length;
  return html`
    <${Head} title=${t("people.here")} count=${count} />
    <div class="people-list">
      <ul>
        ${here.map((person) => html`<li key=${person.id}><${PersonLine} person=${person} name=${person.displayName} /></li>`)}
      </ul>
      ${count > here.length && html`<p class="hint people-many">${t("people.many")}</p>`}
    </div>
  `;
}

/** As high as what comes: nothing jumps. */
function Loading() {
  return html`
    <p class="visually-hidden" role="status">${t("people.loading")}</p>
    <div class="people-loading" aria-hidden="true" data-testid="people-loading">
      ${[64, 88, 52, 76, 60].map(
        (width, index) => html`
          <div key=${index} class="person">
            <span class="bone is-round"></span><span class="bone" style=${{ width: `${width}px` }}></span>
          </div>
        `,
      )}
    </div>
  `;
}

/** @param {{onRetry: () => void}} props */
function Failed({ onRetry }) {
  return html`
    <div class="people-failed" role="alert" data-testid="people-failed">
      <p class="hint">${t("people.failed")}</p>
      <button class="button is-small" onClick=${onRetry}>${t("app.retry")}</button>
    </div>
  `;
}

/**
 * @param {Person} a
 * @param {Person} b
 */
function byName(a, b) {
  return a.displayName.localeCompare(b.displayName) || a.id.localeCompare(b.id);
}
