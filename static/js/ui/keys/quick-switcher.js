/**
 * Ctrl/⌘ K: to any room or person by a few letters. A field that keeps the focus and a list that arrows
 * walk through. The order is state/switching.js's.
 */

import { signal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { directRooms, mayOpenDirect, partnersOf } from "../../state/direct.js";
import { membersOf } from "../../state/members.js";
import { peopleHere } from "../../state/people.js";
import { countText, isUnread, mentionsOf } from "../../state/reads.js";
import { currentRoomId, currentServerId, roomGroups, servers } from "../../state/rooms.js";
import { nameOf, offersFor, recentRooms, roomVisited } from "../../state/switching.js";
import { Avatar, PresenceDot } from "../parts/avatar.js";
import { Marked } from "../composer/completions.js";
import { Dialog } from "../parts/dialog.js";
import { openDirect } from "../direct/open.js";
import { focusComposer } from "../composer/editing.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { openProfile } from "../house/profile-card.js";
import { roomIcon, roomName } from "../parts/room-name.js";
import { hideDrawer } from "../viewport.js";

/** @import {Person} from "../../net/protocol.js" */
/** @import {Offer, Place} from "../../state/switching.js" */

const isOpen = signal(false);
const LIST_ID = "switcher-list";

export function openSwitcher() {
  isOpen.value = true;
}

/** Stands once on the page; also where it is noted which rooms one was in. */
export function QuickSwitcher() {
  useSignalEffect(() => {
    if (currentRoomId.value) roomVisited(currentRoomId.value);
  });
  if (!isOpen.value) return null;
  const close = () => {
    isOpen.value = false;
  };
  return html`
    <${Dialog} label=${t("switcher.title")} className="switcher" onClose=${close} testid="switcher">
      <${Switcher} close=${close} />
    <//>
  `;
}

/** @param {{close: () => void}} props */
function Switcher({ close }) {
  const client = useClient();
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const places = [...roomPlaces(), ...usePeople()];
  // Where one was before this opened: the list must not change its order under the hand.
  const recent = useMemo(() => recentRooms.peek(), []);
  const offers = offersFor(places, query, recent, currentRoomId.value);
  const at = Math.min(active, Math.max(0, offers.length - 1));
  const go = (/** @type {Offer | undefined} */ offer) => {
    if (!offer) return;
    close();
    if (offer.kind === "person") {
      hideDrawer();
      return mayOpenDirect([offer.person.id]) ? openDirect(client, [offer.person.id]) : openProfile(offer.person.id, null);
    }
    client.openRoom(offer.room.id);
    hideDrawer();
    requestAnimationFrame(focusComposer);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setActive((at + step + offers.length) % Math.max(1, offers.length));
    else if (event.key === "Enter") go(offers[at]);
    else return;
    event.preventDefault();
  };
  const onQuery = (/** @type {string} */ value) => {
    setQuery(value);
    setActive(0);
  };
  return html`
    <${Field} ...${{ query, onQuery, onKeyDown, activeId: offers.length > 0 ? idOf(at) : undefined }} />
    <${Offers} ...${{ offers, active: at, go, point: setActive }} />
    <p class="visually-hidden" role="status">${t("switcher.count", { count: offers.length })}</p>
    ${offers.length === 0 && html`<p class="switcher-none hint" data-testid="switcher-none">${t("switcher.none", { query })}</p>`}
    <p class="switcher-foot hint" aria-hidden="true">${t("switcher.hint")}</p>
  `;
}

/**
 * @param {object} props
 * @param {string} props.query
 * @param {(query: string) => void} props.onQuery
 * @param {(event: KeyboardEvent) => void} props.onKeyDown
 * @param {string} [props.activeId]
 */
function Field({ query, onQuery, onKeyDown, activeId }) {
  return html`
    <label class="search-field">
      <${Icon} name="search" />
      <input
        type="text"
        role="combobox"
        autofocus
        autocomplete="off"
        spellcheck="false"
        aria-label=${t("switcher.label")}
        aria-expanded=${activeId !== undefined}
        aria-autocomplete="list"
        aria-controls=${LIST_ID}
        aria-activedescendant=${activeId}
        placeholder=${t("switcher.label")}
        value=${query}
        onInput=${(/** @type {InputEvent} */ event) => onQuery(/** @type {HTMLInputElement} */ (event.currentTarget).value)}
        onKeyDown=${onKeyDown}
        data-testid="switcher-field"
      />
    </label>
  `;
}

/**
 * @param {object} props
 * @param {Offer[]} props.offers
 * @param {number} props.active
 * @param {(offer: Offer) => void} props.go
 * @param {(index: number) => void} props.point
 */
function Offers({ offers, active, go, point }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active, offers]);
  return html`
    <ul class="switcher-list" ref=${list} role="listbox" id=${LIST_ID} aria-label=${t("switcher.title")}>
      ${offers.map(
        (offer, index) => html`
          <li
            key=${offer.key}
            id=${idOf(index)}
            role="option"
            class=${classes("completion", index === active && "is-active")}
            aria-selected=${index === active}
            onPointerMove=${() => index !== active && point(index)}
            onMouseDown=${(/** @type {MouseEvent} */ event) => event.preventDefault()}
            onClick=${() => go(offer)}
            data-testid="offer"
          >
            <${OfferLine} offer=${offer} />
          </li>
        `,
      )}
    </ul>
  `;
}

/** @param {{offer: Offer}} props */
function OfferLine({ offer }) {
  const name = html`<span class="completion-label"><${Marked} text=${nameOf(offer)} at=${offer.at} /></span>`;
  if (offer.kind === "person") {
    return html`
      <span class="completion-sign"><${Avatar} person=${offer.person} small /></span>
      ${name}
      <span class="completion-hint hint">@${offer.person.username}</span>
      <${PresenceDot} userId=${offer.person.id} />
    `;
  }
  const { room, place, isUnread: isNew, mentions } = offer;
  return html`
    <span class="completion-sign"><${Icon} name=${roomIcon(room)} /></span>
    ${name}
    <span class="completion-hint hint">${place}</span>
    ${mentions > 0
      ? html`<span class="switcher-count" aria-label=${t("switcher.mentions", { count: mentions })}>${countText(mentions)}</span>`
      : isNew && html`<span class="switcher-new">${t("switcher.unread")}</span>`}
  `;
}

/** @returns {Place[]} */
function roomPlaces() {
  return roomGroups.value.flatMap(({ server, rooms }) =>
    rooms.map((room) => ({
      kind: /** @type {const} */ ("room"),
      room,
      name: roomName(room),
      place: server?.name ?? t("direct.title"),
      isUnread: isUnread(room.id),
      mentions: mentionsOf(room.id),
    })),
  );
}

/** The members of all servers as far as they are known, and who is here. @returns {Place[]} */
function usePeople() {
  const client = useClient();
  useEffect(() => {
    const serverId = currentServerId.peek();
    if (serverId) client.loadMembers(serverId);
  }, []);
  /** @type {Map<string, Person>} */
  const people = new Map();
  for (const serverId of servers.value.keys()) {
    for (const { user } of membersOf(serverId).value.list) people.set(user.id, user);
  }
  for (const room of directRooms.value) {
    for (const person of partnersOf(room)) people.set(person.id, person);
  }
  for (const here of peopleHere.value.values()) {
    for (const person of here.values()) people.set(person.id, person);
  }
  return [...people.values()].map((person) => ({ kind: /** @type {const} */ ("person"), person }));
}

/** @param {number} index */
function idOf(index) {
  return `${LIST_ID}-${index}`;
}
