/**
 * Choosing an emoji: search, recent ones, groups; a grid that arrows walk through. Beside what opened
 * it, on a narrow screen a sheet. Who opened it gets the character; what it is for is theirs.
 */

import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { allEmoji, emojiGroups, emojiUsed, loadEmoji, recentEmoji, searchEmoji } from "../../state/emoji.js";
import { Popover } from "../parts/dialog.js";
import { cellAfter, EmojiGrid } from "./emoji-grid.js";
import { html } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { isTouch } from "../viewport.js";

/** @import {Emoji, EmojiGroup} from "../../state/emoji.js" */
/** @typedef {{anchor: Element | null, onPick: (emoji: string) => void}} Choosing */

const FOUND_MAX = 96;
const GRID_KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"]);

/** What is being chosen, and for whom. */
const choosing = signal(/** @type {Choosing | null} */ (null));

/**
 * Opens the picker beside an element; `onPick` gets the character, once.
 * @param {Element | null} anchor
 * @param {(emoji: string) => void} onPick
 */
export function openEmojiPicker(anchor, onPick) {
  choosing.value = { anchor, onPick };
}

/** Stands once on the page. */
export function EmojiPickerHost() {
  if (!choosing.value) return null;
  const { anchor, onPick } = choosing.value;
  const close = () => {
    choosing.value = null;
  };
  return html`
    <${Popover} anchor=${anchor} label=${t("emoji.title")} className="emoji-picker" onClose=${close} testid="emoji-picker">
      <${Picker} onPick=${onPick} />
    <//>
  `;
}

/** @param {{onPick: (emoji: string) => void}} props */
function Picker({ onPick }) {
  const [query, setQuery] = useState("");
  const body = useRef(/** @type {HTMLElement | null} */ (null));
  const isFailed = useEmoji();
  const all = allEmoji.value;
  const recent = recentEmoji.value;
  const groups = useMemo(() => groupsFor(all ?? [], recent, query), [all, recent, query]);
  const pick = (/** @type {string} */ char) => {
    // Closed first: until then the field that wants it is out of reach.
    body.current?.closest("dialog")?.close();
    emojiUsed(char);
    onPick(char);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const isSearch = target instanceof HTMLInputElement;
    if (isSearch && event.key === "Enter") {
      // Else the same key would break a line in the field that gets the focus back.
      event.preventDefault();
      if (groups[0]?.list[0]) pick(groups[0].list[0].char);
    }
    // In the search field only ↓ leaves it.
    if (!GRID_KEYS.has(event.key) || (isSearch && event.key !== "ArrowDown")) return;
    event.preventDefault();
    const next = cellAfter(/** @type {HTMLElement} */ (body.current), target, event.key);
    (next ?? body.current?.querySelector("input"))?.focus();
  };
  return html`
    <div class="emoji-body" ref=${body} onKeyDown=${onKeyDown}>
      <${Search} query=${query} onQuery=${setQuery} />
      ${query === "" && html`<${Tabs} groups=${groups} body=${body} />`}
      <${EmojiGrid} groups=${groups} onPick=${pick} isSearch=${query !== ""} />
      <p class="emoji-note hint" role="status">${noteFor(query, groups, isFailed)}</p>
    </div>
  `;
}

/** @param {{query: string, onQuery: (query: string) => void}} props */
function Search({ query, onQuery }) {
  return html`
    <label class="search-field">
      <${Icon} name="search" />
      <input
        type="text"
        role="searchbox"
        inputmode="search"
        autofocus=${!isTouch.value}
        autocomplete="off"
        spellcheck="false"
        aria-label=${t("emoji.search")}
        placeholder=${t("emoji.search")}
        value=${query}
        onInput=${(/** @type {InputEvent} */ event) => onQuery(/** @type {HTMLInputElement} */ (event.currentTarget).value)}
        data-testid="emoji-search"
      />
    </label>
  `;
}

/**
 * The groups' first emoji as buttons that lead to them.
 * @param {{groups: EmojiGroup[], body: {current: HTMLElement | null}}} props
 */
function Tabs({ groups, body }) {
  return html`
    <div class="emoji-tabs" role="group" aria-label=${t("emoji.groups")}>
      ${groups.map(({ name, list }, index) => {
        const go = () => body.current?.querySelector(`[data-group="${index}"]`)?.scrollIntoView({ block: "start" });
        return html`
          <button type="button" class="icon-button" key=${name} aria-label=${name} title=${name} onClick=${go}>
            ${name === t("emoji.recent") ? html`<${Icon} name="clock" />` : html`<span aria-hidden="true">${list[0]?.char}</span>`}
          </button>
        `;
      })}
    </div>
  `;
}

/** Fetches the emoji. @returns {boolean} whether that did not work */
function useEmoji() {
  const [isFailed, setFailed] = useState(false);
  useEffect(() => {
    loadEmoji().catch(() => setFailed(true));
  }, []);
  return isFailed && allEmoji.value === null;
}

/**
 * @param {Emoji[]} all
 * @param {string[]} recentChars
 * @param {string} query
 * @returns {EmojiGroup[]}
 */
function groupsFor(all, recentChars, query) {
  if (query.trim() !== "") return [{ name: t("emoji.found"), list: searchEmoji(all, query, FOUND_MAX) }];
  const byChar = new Map(all.map((emoji) => [emoji.char, emoji]));
  const recent = recentChars.map((char) => byChar.get(char) ?? bare(char));
  return [{ name: t("emoji.recent"), list: recent }, ...emojiGroups.peek()];
}

/** Recent ones are there before the others have come. @param {string} char @returns {Emoji} */
function bare(char) {
  return { char, name: char, codes: [], tags: [], group: "" };
}

/**
 * @param {string} query
 * @param {EmojiGroup[]} groups
 * @param {boolean} isFailed
 */
function noteFor(query, groups, isFailed) {
  if (isFailed) return t("emoji.failed");
  if (allEmoji.value === null) return t("emoji.loading");
  return query !== "" && groups[0]?.list.length === 0 ? t("emoji.none", { query }) : "";
}
