/**
 * Completions of @ # : in a text field: a list over the page that arrows, Enter, Tab and the mouse
 * choose from, while the focus stays in the field. What fits is state/completing.js's.
 */

import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { completed, emojiOptions, personOptions, roomOptions, tokenAt } from "../../state/completing.js";
import { allEmoji, emojiByCode, emojiUsed, loadEmoji } from "../../state/emoji.js";
import { pieces } from "../../state/match.js";
import { membersOf } from "../../state/members.js";
import { peopleHere } from "../../state/people.js";
import { roomGroups } from "../../state/rooms.js";
import { Avatar, PresenceDot } from "../parts/avatar.js";
import { applyEdit, editOf } from "./field-edit.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { roomIcon } from "../parts/room-name.js";

/** @import {Person, Room} from "../../net/protocol.js" */
/** @import {Option, Token} from "../../state/completing.js" */

/** @typedef {{current: HTMLTextAreaElement | null}} FieldRef */

/** What a list of this height does not fit above, it goes below. */
const LIST_PX = 320;
const GAP_PX = 6;

/**
 * @param {FieldRef} field
 * @param {Room | undefined} room
 */
export function useCompletions(field, room) {
  const id = useId();
  const { token, active, setActive, look, leave, close } = useToken(field);
  const options = useOptions(token, room);
  const isOpen = token !== null && options.length > 0;
  /** @param {Option | undefined} option */
  const choose = (option) => {
    if (!field.current || !token || !option) return;
    if (option.char) emojiUsed(option.char);
    applyEdit(field.current, completed(field.current.value, token, option.insert));
    leave();
  };
  const move = (/** @type {number} */ step) => setActive((active + step + options.length) % options.length);
  return {
    look,
    leave,
    onKeyDown: (/** @type {KeyboardEvent} */ event) => {
      if (!isOpen || !takeKey(event.key, { choose: () => choose(options[active]), close, move })) return false;
      event.preventDefault();
      return true;
    },
    aria: {
      "aria-autocomplete": "list",
      "aria-haspopup": "listbox",
      "aria-controls": isOpen ? id : undefined,
      "aria-activedescendant": isOpen ? `${id}-${active}` : undefined,
    },
    list: html`
      <p class="visually-hidden" role="status">${isOpen && t("complete.count", { count: options.length })}</p>
      ${isOpen && html`<${List} ...${{ id, field, token, options, active, choose, point: setActive }} />`}
    `,
  };
}

/**
 * The word that could be completed, and which of its options is pointed at.
 * @param {FieldRef} field
 */
function useToken(field) {
  const [token, setToken] = useState(/** @type {Token | null} */ (null));
  const [active, setActive] = useState(0);
  /** Where Escape was pressed: it stays closed for that word. */
  const dismissed = useRef(-1);
  const look = () => {
    const found = lookAt(field.current);
    if (found?.start !== dismissed.current) dismissed.current = -1;
    const next = found && dismissed.current < 0 ? found : null;
    if (isSame(next, token)) return;
    setToken(next);
    setActive(0);
  };
  const leave = () => setToken(null);
  const close = () => {
    dismissed.current = token?.start ?? -1;
    leave();
  };
  return { token, active, setActive, look, leave, close };
}

/**
 * @param {string} key
 * @param {{choose: () => void, close: () => void, move: (step: number) => void}} ways
 * @returns {boolean} whether the key was for the list
 */
function takeKey(key, { choose, close, move }) {
  if (key === "ArrowDown") move(1);
  else if (key === "ArrowUp") move(-1);
  else if (key === "Enter" || key === "Tab") choose();
  else if (key === "Escape") close();
  else return false;
  return true;
}

/**
 * What is typed there now; a finished ":tada:" is replaced at once.
 * @param {HTMLTextAreaElement | null} field
 */
function lookAt(field) {
  if (!field || field.selectionStart !== field.selectionEnd) return null;
  const token = tokenAt(field.value, field.selectionStart);
  if (!token?.isClosed) return token;
  const emoji = emojiByCode(allEmoji.peek() ?? [], token.query.toLowerCase());
  if (emoji) {
    const { text } = editOf(field);
    const caret = token.start + emoji.char.length;
    const changed = text.slice(0, token.start) + emoji.char + text.slice(token.end);
    emojiUsed(emoji.char);
    applyEdit(field, { text: changed, start: caret, end: caret });
  }
  return null;
}

/**
 * @param {Token | null} token
 * @param {Room | undefined} room
 * @returns {Option[]}
 */
function useOptions(token, room) {
  const client = useClient();
  const kind = token?.kind;
  const serverId = room?.serverId ?? null;
  useEffect(() => {
    if (kind === "person" && serverId) client.loadMembers(serverId);
    // Without them the text simply stays as it is typed.
    if (kind === "emoji") loadEmoji().catch(() => {});
  }, [kind, serverId]);
  if (!token || token.isClosed) return [];
  if (token.kind === "emoji") return emojiOptions(allEmoji.value ?? [], token.query.toLowerCase());
  if (token.kind === "person") return personOptions(room ? peopleOf(room) : [], token.query);
  return roomOptions(roomsFrom(serverId), token.query);
}

/**
 * Those in the room first, then the other members of its server.
 * @param {Room} room
 */
function peopleOf(room) {
  /** @type {Map<string, {person: Person, nickname?: string | null}>} */
  const people = new Map();
  for (const person of peopleHere.value.get(room.id)?.values() ?? []) people.set(person.id, { person });
  const members = room.serverId ? membersOf(room.serverId).value.list : [];
  for (const { user, nickname } of members) people.set(user.id, { person: user, nickname });
  return [...people.values()];
}

/**
 * All rooms one can open, those of this server first.
 * @param {string | null} serverId
 */
function roomsFrom(serverId) {
  const groups = roomGroups.value.map(({ server, rooms }) =>
    rooms.map((room) => ({ room, place: server?.name ?? t("rooms.direct") })),
  );
  const all = groups.flat();
  return [...all.filter(({ room }) => room.serverId === serverId), ...all.filter(({ room }) => room.serverId !== serverId)];
}

/**
 * @param {object} props
 * @param {string} props.id
 * @param {FieldRef} props.field
 * @param {Token} props.token
 * @param {Option[]} props.options
 * @param {number} props.active
 * @param {(option: Option) => void} props.choose
 * @param {(index: number) => void} props.point
 */
function List({ id, field, token, options, active, choose, point }) {
  const element = useRef(/** @type {HTMLElement | null} */ (null));
  useOverField(element, field, options.length);
  useLayoutEffect(() => {
    element.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active]);
  const label = t(`complete.${token.kind}`);
  return html`
    <div class="completions" ref=${element} popover="manual" data-testid="completions">
      <p class="completions-head" aria-hidden="true">${label}</p>
      <ul role="listbox" id=${id} aria-label=${label}>
        ${options.map(
          (option, index) => html`
            <li
              key=${option.key}
              id="${id}-${index}"
              role="option"
              class=${classes("completion", index === active && "is-active")}
              aria-selected=${index === active}
              onPointerMove=${() => index !== active && point(index)}
              onMouseDown=${(/** @type {MouseEvent} */ event) => event.preventDefault()}
              onClick=${() => choose(option)}
              data-testid="completion"
            >
              <${OptionLine} option=${option} />
            </li>
          `,
        )}
      </ul>
    </div>
  `;
}

/** @param {{option: Option}} props */
function OptionLine({ option: { person, room, char, label, at, hint } }) {
  return html`
    <span class="completion-sign" aria-hidden="true">
      ${person && html`<${Avatar} person=${person} small />`}${room && html`<${Icon} name=${roomIcon(room)} />`}
      ${char && html`<span class="completion-char">${char}</span>`}
    </span>
    <span class="completion-label"><${Marked} text=${label} at=${at} /></span>
    <span class="completion-hint hint">${hint}</span>
    ${person && html`<${PresenceDot} userId=${person.id} />`}
  `;
}

/** A text with the letters that were meant. @param {{text: string, at: number[]}} props */
export function Marked({ text, at }) {
  return pieces(text, at).map((piece) => (piece.isHit ? html`<mark>${piece.text}</mark>` : piece.text));
}

/**
 * In the top layer, above the field (below where there is no room), as wide as what it belongs to.
 * Nothing of the page moves.
 * @param {{current: HTMLElement | null}} element
 * @param {FieldRef} field
 * @param {number} count
 */
function useOverField(element, field, count) {
  useLayoutEffect(() => {
    element.current?.showPopover();
  }, []);
  useLayoutEffect(() => {
    const put = () => {
      const list = element.current;
      const frame = field.current?.closest(".composer") ?? field.current;
      if (!list || !frame) return;
      const { left, top, bottom, width } = frame.getBoundingClientRect();
      const isAbove = top > Math.min(LIST_PX, window.innerHeight - bottom);
      Object.assign(list.style, {
        left: `${left}px`,
        width: `${width}px`,
        top: isAbove ? "auto" : `${bottom + GAP_PX}px`,
        bottom: isAbove ? `${window.innerHeight - top + GAP_PX}px` : "auto",
        maxHeight: `${(isAbove ? top : window.innerHeight - bottom) - 2 * GAP_PX}px`,
      });
    };
    put();
    window.addEventListener("resize", put);
    document.addEventListener("scroll", put, true);
    return () => {
      window.removeEventListener("resize", put);
      document.removeEventListener("scroll", put, true);
    };
  }, [count]);
}

/**
 * @param {Token | null} a
 * @param {Token | null} b
 */
function isSame(a, b) {
  return a?.kind === b?.kind && a?.start === b?.start && a?.query === b?.query && a?.end === b?.end;
}
