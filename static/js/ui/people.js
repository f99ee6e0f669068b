/** Who is in the open room now, by name, with how they look to others. */

import { useEffect, useRef } from "preact/hooks";

import { t } from "../i18n/index.js";
import { countsHere, peopleHere, presence } from "../state/people.js";
import { currentRoomId } from "../state/rooms.js";
import { me } from "../state/session.js";
import { Avatar, PresenceDot } from "./avatar.js";
import { html } from "./html.js";
import { Icon } from "./icons.js";
import { hideDrawer, openDrawer } from "./viewport.js";

/** @import {PersonHere} from "../state/people.js" */

/** @param {{isHidden: boolean}} props */
export function People({ isHidden }) {
  const closeButton = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const roomId = currentRoomId.value ?? "";
  const here = [...(peopleHere.value.get(roomId)?.values() ?? [])].sort(byName);
  const count = countsHere.value.get(roomId) ?? here.length;
  const isDrawer = openDrawer.value === "people";
  useEffect(() => {
    if (isDrawer) closeButton.current?.focus();
  }, [isDrawer]);
  return html`
    <aside class="people" aria-label=${t("people.open")} inert=${isHidden} data-testid="people">
      <div class="column-head">
        <h2>${t("people.title")} <span class="hint" data-testid="people-count">${count || ""}</span></h2>
        <button ref=${closeButton} class="icon-button only-medium" aria-label=${t("people.close")} onClick=${hideDrawer}>
          <${Icon} name="close" />
        </button>
      </div>
      <ul class="people-list">
        ${here.map((person) => html`<li key=${person.id}><${PersonLine} person=${person} /></li>`)}
      </ul>
      ${count > here.length && html`<p class="hint people-many">${t("people.many")}</p>`}
    </aside>
  `;
}

/** @param {{person: PersonHere}} props */
function PersonLine({ person }) {
  const customStatus = presence.value.get(person.id)?.customStatus;
  return html`
    <div class="person" data-testid="person" data-username=${person.username}>
      <span class="person-picture"><${Avatar} person=${person} small /><${PresenceDot} userId=${person.id} /></span>
      <span class="person-words">
        <span class="name">${person.displayName}</span>
        ${person.id === me.value?.id && html`<span class="hint"> ${t("people.you")}</span>`}
        ${customStatus && html`<span class="hint person-status">${customStatus}</span>`}
      </span>
    </div>
  `;
}

/**
 * @param {PersonHere} a
 * @param {PersonHere} b
 */
function byName(a, b) {
  return a.displayName.localeCompare(b.displayName) || a.id.localeCompare(b.id);
}
