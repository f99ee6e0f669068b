/** What every list of people at the side is made of: its head, and a line for each. */

import { useEffect, useRef } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { presence } from "../../state/people.js";
import { me } from "../../state/session.js";
import { Avatar, PresenceDot } from "../parts/avatar.js";
import { html } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { openProfile } from "./profile-card.js";
import { hidePeople, openDrawer } from "../viewport.js";

/** @import {Person} from "../../net/protocol.js" */

/** @param {{title: string, count: number}} props */
export function Head({ title, count }) {
  const closeButton = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const isDrawer = openDrawer.value === "people";
  useEffect(() => {
    if (isDrawer) closeButton.current?.focus();
  }, [isDrawer]);
  return html`
    <div class="column-head">
      <h2>${title} <span class="hint" data-testid="people-count">${count || ""}</span></h2>
      <button
        ref=${closeButton}
        class="icon-button"
        aria-label=${t("people.close")}
        title=${t("people.close")}
        onClick=${hidePeople}
        data-testid="close-people"
      >
        <${Icon} name="close" />
      </button>
    </div>
  `;
}

/** @param {{person: Person, name: string, colour?: string}} props */
export function PersonLine({ person, name, colour }) {
  const customStatus = presence.value.get(person.id)?.customStatus;
  return html`
    <button
      class="person"
      aria-haspopup="dialog"
      onClick=${(/** @type {MouseEvent} */ { currentTarget }) => openProfile(person.id, /** @type {Element} */ (currentTarget))}
      data-testid="person"
      data-username=${person.username}
    >
      <span class="person-picture"><${Avatar} person=${person} small /><${PresenceDot} userId=${person.id} /></span>
      <span class="person-words">
        <span class="name" style=${colour && { color: colour }}>${name}</span>
        ${person.id === me.value?.id && html`<span class="hint"> ${t("people.you")}</span>`}
        ${customStatus && html`<span class="hint person-status">${customStatus}</span>`}
      </span>
    </button>
  `;
}
