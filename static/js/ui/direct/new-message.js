/**
 * To whom? One person or several, found by a few letters. A field that keeps the focus, a list that arrows
 * walk through, and those who were chosen before the field.
 */

import { signal } from "@preact/signals";
import { useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { MOST_OTHERS } from "../../state/direct.js";
import { connectionWord } from "../../state/connection.js";
import { Avatar, PresenceDot } from "../parts/avatar.js";
import { Dialog, DialogHead } from "../parts/dialog.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { openDirect } from "./open.js";
import { useFound } from "./people-search.js";

/** @import {Person} from "../../net/protocol.js" */
/** @import {Found} from "./people-search.js" */

const LIST_ID = "new-message-list";
const isOpen = signal(false);

export function openNewMessage() {
  isOpen.value = true;
}

/** Stands once on the page. */
export function NewMessage() {
  if (!isOpen.value) return null;
  const close = () => {
    isOpen.value = false;
  };
  return html`
    <${Dialog} label=${t("direct.new")} className="new-message" onClose=${close} testid="new-message-dialog">
      <${DialogHead} title=${t("direct.new")} onClose=${close} />
      <${Chooser} close=${close} />
    <//>
  `;
}

/** @param {{close: () => void}} props */
function Chooser({ close }) {
  const client = useClient();
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [chosen, setChosen] = useState(/** @type {Person[]} */ ([]));
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const found = useFound(query, chosen);
  const isFull = chosen.length >= MOST_OTHERS;
  const at = Math.min(active, Math.max(0, found.people.length - 1));
  const ask = (/** @type {string} */ value) => {
    setQuery(value);
    setActive(0);
  };
  const take = (/** @type {Person | undefined} */ person) => {
    if (!person || isFull) return;
    setChosen([...chosen, person]);
    ask("");
    input.current?.focus();
  };
  const drop = (/** @type {string} */ id) => {
    setChosen(chosen.filter((one) => one.id !== id));
    input.current?.focus();
  };
  const write = () => {
    if (chosen.length === 0) return;
    close();
    openDirect(client, chosen.map(({ id }) => id));
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setActive((at + step + found.people.length) % Math.max(1, found.people.length));
    else if (event.key === "Enter") query.trim() === "" && chosen.length > 0 ? write() : take(found.people[at]);
    else if (event.key === "Backspace" && query === "" && chosen.length > 0) drop(chosen.at(-1)?.id ?? "");
    else return;
    event.preventDefault();
  };
  return html`
    <div class="new-message-to">
      ${chosen.map((person) => html`<${Chip} key=${person.id} person=${person} onDrop=${() => drop(person.id)} />`)}
      <${Field} ...${{ input, query, ask, onKeyDown, isFull, activeId: found.people.length > 0 && !isFull ? idOf(at) : undefined }} />
    </div>
    <${Results} ...${{ found, query, active: at, take, point: setActive, isFull }} />
    <footer class="new-message-foot">
      <p class="hint">${t(connectionWord.value === "offline" ? "settings.offline" : "direct.hint")}</p>
      <button class="button is-primary" aria-disabled=${chosen.length === 0} onClick=${write} data-testid="new-message-open">
        ${chosen.length > 1 ? t("direct.open.group", { count: chosen.length }) : t("direct.open")}
      </button>
    </footer>
  `;
}

/** @param {{person: Person, onDrop: () => void}} props */
function Chip({ person, onDrop }) {
  const { displayName: name } = person;
  return html`
    <span class="to-chip" data-testid="chosen">
      ${name}
      <button aria-label=${t("direct.remove", { name })} title=${t("direct.remove", { name })} onClick=${onDrop}><${Icon} name="close" /></button>
    </span>
  `;
}

/**
 * @param {object} props
 * @param {{current: HTMLInputElement | null}} props.input
 * @param {string} props.query
 * @param {(query: string) => void} props.ask
 * @param {(event: KeyboardEvent) => void} props.onKeyDown
 * @param {boolean} props.isFull
 * @param {string} [props.activeId]
 */
function Field({ input, query, ask, onKeyDown, isFull, activeId }) {
  return html`
    <input
      ref=${input}
      type="text"
      role="combobox"
      autofocus
      autocomplete="off"
      spellcheck="false"
      maxlength="64"
      aria-label=${t("direct.to")}
      aria-expanded=${activeId !== undefined}
      aria-autocomplete="list"
      aria-controls=${LIST_ID}
      aria-activedescendant=${activeId}
      placeholder=${t(isFull ? "direct.full" : "direct.search")}
      value=${query}
      onInput=${(/** @type {InputEvent} */ event) => ask(/** @type {HTMLInputElement} */ (event.currentTarget).value)}
      onKeyDown=${onKeyDown}
      data-testid="new-message-field"
    />
  `;
}

/**
 * @param {object} props
 * @param {Found} props.found
 * @param {string} props.query
 * @param {number} props.active
 * @param {(person: Person) => void} props.take
 * @param {(index: number) => void} props.point
 * @param {boolean} props.isFull
 */
function Results({ found, query, active, take, point, isFull }) {
  const { state, people, why } = found;
  const none = query.trim() === "" ? t("direct.known.none") : t("direct.missing", { query: query.trim() });
  return html`
    <div class="new-message-results">
      <p class="completions-head">${t(query.trim() === "" ? "direct.suggested" : "direct.found")}</p>
      <ul role="listbox" id=${LIST_ID} aria-label=${t("direct.found")} aria-busy=${state === "searching"} data-testid="new-message-list">
        ${!isFull &&
        people.map(
          (person, index) => html`
            <li
              key=${person.id}
              id=${idOf(index)}
              role="option"
              class=${classes("completion", index === active && "is-active")}
              aria-selected=${index === active}
              onPointerMove=${() => index !== active && point(index)}
              onMouseDown=${(/** @type {MouseEvent} */ event) => event.preventDefault()}
              onClick=${() => take(person)}
              data-testid="found-person"
              data-username=${person.username}
            >
              <span class="completion-sign"><${Avatar} person=${person} small /></span>
              <span class="completion-label">${person.displayName}</span>
              <span class="completion-hint hint">@${person.username}</span>
              <${PresenceDot} userId=${person.id} />
            </li>
          `,
        )}
      </ul>
      <p class="hint new-message-none" role="status" data-testid="new-message-status">
        ${isFull ? t("direct.full") : state === "failed" ? t("direct.failed", { why }) : people.length === 0 && state === "searching" ? t("direct.searching") : people.length === 0 ? none : ""}
        <span class="visually-hidden">${people.length > 0 && !isFull ? t("direct.count", { count: people.length }) : ""}</span>
      </p>
    </div>
  `;
}

/** @param {number} index */
function idOf(index) {
  return `${LIST_ID}-${index}`;
}
