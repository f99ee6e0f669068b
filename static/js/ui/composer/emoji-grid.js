/**
 * Emoji in rows under their groups' names. There are nearly two thousand: they are drawn a part at a
 * time, a frame each, so that opening stays quick. One Tab stop; arrows do the rest.
 */

import { useEffect, useMemo, useState } from "preact/hooks";

import { placeAfter } from "../../state/grid.js";
import { classes, html, memo } from "../parts/html.js";

/** @import {Emoji, EmojiGroup} from "../../state/emoji.js" */

/** So many are drawn in a frame without being felt. */
const PART = 60;

/** @typedef {{name: string, parts: Emoji[][], before: number}} Cut a group in parts, and how many come before */

/** @param {{groups: EmojiGroup[], isSearch: boolean, onPick: (char: string) => void}} props */
export function EmojiGrid({ groups, isSearch, onPick }) {
  const cuts = useMemo(() => cutsOf(groups), [groups]);
  const last = cuts.at(-1);
  const all = last ? last.before + last.parts.length : 0;
  const shown = useFrames(all);
  const onClick = (/** @type {MouseEvent} */ event) => {
    const cell = /** @type {HTMLElement} */ (event.target).closest("button");
    if (cell?.dataset.char) onPick(cell.dataset.char);
  };
  return html`
    <div class="emoji-scroll" onClick=${onClick} data-testid="emoji-grid" data-complete=${shown >= all && groups.length > 1}>
      ${cuts
        .filter(({ before }) => before < shown)
        .map(
          ({ name, parts, before }, index) => html`
            <section key=${name} class=${classes("emoji-group", index > 0 && "is-later")} aria-label=${name} data-group=${index}>
              <h3 class=${isSearch ? "visually-hidden" : undefined}>${name}</h3>
              <div class="emoji-cells">
                ${parts.slice(0, shown - before).map(
                  (list, place) => html`<${Part} key=${place} list=${list} isFirst=${index === 0 && place === 0} />`,
                )}
              </div>
            </section>
          `,
        )}
    </div>
  `;
}

/** Drawn again only when its emoji change. */
const Part = memo(
  /** @param {{list: Emoji[], isFirst: boolean}} props */
  ({ list, isFirst }) =>
    list.map(
      ({ char, name, codes }, index) => html`
        <button
          type="button"
          key=${char}
          class="emoji-cell"
          tabindex=${isFirst && index === 0 ? 0 : -1}
          aria-label=${name}
          title=${codes[0] ? `:${codes[0]}:` : undefined}
          data-char=${char}
        >
          ${char}
        </button>
      `,
    ),
);

/**
 * @param {EmojiGroup[]} groups
 * @returns {Cut[]}
 */
function cutsOf(groups) {
  let before = 0;
  return groups.map(({ name, list }) => {
    /** @type {Emoji[][]} */
    const parts = [];
    for (let start = 0; start < list.length; start += PART) parts.push(list.slice(start, start + PART));
    const cut = { name, parts, before };
    before += parts.length;
    return cut;
  });
}

/**
 * The cell that an arrow leads to.
 * @param {HTMLElement} body
 * @param {HTMLElement} from a cell, or the search field: then the first cell
 * @param {string} key
 * @returns {HTMLElement | null} null: up and out of the grid
 */
export function cellAfter(body, from, key) {
  const cells = /** @type {HTMLElement[]} */ ([...body.querySelectorAll(".emoji-cell")]);
  const index = cells.indexOf(from);
  if (index < 0) return cells[0] ?? null;
  const rows = [...body.querySelectorAll(".emoji-cells")];
  const grid = /** @type {Element} */ (from.parentElement);
  const row = rows.indexOf(grid);
  const columns = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
  const sizes = rows.map((one) => one.childElementCount);
  const inside = [...grid.children].indexOf(from);
  const next = placeAfter(sizes, { row, inside }, key, columns);
  return next && /** @type {HTMLElement} */ (rows[next.row]?.children[next.inside] ?? null);
}

/**
 * Counts up, one a frame. Two at first: what one sees at once.
 * @param {number} all
 */
function useFrames(all) {
  const [shown, setShown] = useState(2);
  useEffect(() => {
    if (shown >= all) return undefined;
    const frame = requestAnimationFrame(() => setShown(shown + 1));
    return () => cancelAnimationFrame(frame);
  }, [shown, all]);
  return shown;
}
