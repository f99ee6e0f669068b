/** The lines of a menu: one act each, gone through with the arrows. Where it opens is its owner's. */

import { useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { classes, html } from "./html.js";
import { Icon } from "./icons.js";

/** @import {IconName} from "./icons.js" */

/** @typedef {{icon: IconName, label: string, testid: string, onUse: () => void, isDanger?: boolean}} MenuItem `label`: a key of the catalogue */

/** @param {{label: string, items: MenuItem[]}} props */
export function MenuList({ label, items }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => list.current?.querySelector("button")?.focus(), []);
  return html`
    <ul class="menu-items" role="menu" aria-label=${label} ref=${list} onKeyDown=${moveAlong}>
      ${items.map(
        ({ icon, label: words, testid, onUse, isDanger }) => html`
          <li key=${testid} role="none">
            <button class=${classes("menu-item", isDanger && "is-danger")} role="menuitem" onClick=${onUse} data-testid=${testid}>
              <${Icon} name=${icon} /><span>${t(words)}</span>
            </button>
          </li>
        `,
      )}
    </ul>
  `;
}

/** Up and down, round the ends. @param {KeyboardEvent} event */
export function moveAlong(event) {
  const list = /** @type {HTMLElement} */ (event.currentTarget);
  const items = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role=menuitem]")]);
  const at = items.indexOf(/** @type {HTMLElement} */ (event.target));
  /** @type {Record<string, number>} */
  const places = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
  const to = places[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items[(to + items.length) % items.length]?.focus();
}
