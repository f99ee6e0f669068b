/** The rail: a tile for every community one belongs to, with what is new in it. Its channels are channels.js's. */

import { signal } from "@preact/signals";

import { t } from "../../i18n/index.js";
import { countText } from "../../state/reads.js";
import { currentServerId, serverTiles } from "../../state/rooms.js";
import { initialsOf, ownImage, tintOf } from "../parts/avatar.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { Mark } from "../parts/mark.js";
import { openOverlay } from "../parts/overlay.js";
import { isTouch } from "../viewport.js";

/** @import {Signal} from "@preact/signals" */
/** @import {ServerTile} from "../../state/rooms.js" */

/** @type {Signal<{text: string, top: number} | null>} the name beside the tile that is pointed at */
const tip = signal(/** @type {{text: string, top: number} | null} */ (null));

const hideTip = () => {
  tip.value = null;
};

export function Rail() {
  return html`
    <nav class="rail" aria-label=${t("servers.title")} data-testid="rail">
      <div class="rail-head"><${Mark} /></div>
      <ul class="rail-list" onScroll=${hideTip}>
        ${serverTiles.value.map((tile) => html`<li key=${tile.server?.id ?? ""}><${Tile} tile=${tile} /></li>`)}
        <li key="add"><${AddTile} /></li>
      </ul>
      <${Tip} />
    </nav>
  `;
}

/** @param {{tile: ServerTile}} props */
function Tile({ tile: { server, isUnread, mentions } }) {
  const client = useClient();
  const id = server?.id ?? null;
  const name = server?.name ?? t("direct.title");
  const isCurrent = id === currentServerId.value;
  const image = ownImage(server?.iconUrl);
  return html`
    <button
      class=${classes("tile", isCurrent && "is-current")}
      aria-current=${isCurrent ? "true" : undefined}
      onClick=${() => client.openServer(id)}
      ...${withTip(name)}
      data-testid="server"
      data-server=${server?.slug ?? ""}
    >
      <span class="visually-hidden">${[name, newsWords(isUnread, mentions)].filter(Boolean).join(", ")}</span>
      <span aria-hidden="true" class="tile-face ${server ? `tint-${tintOf(server.slug)}` : "is-plain"}">
        ${image ? html`<img src=${image} alt="" width="44" height="44" />` : server ? initialsOf(name) : html`<${Icon} name="chat" />`}
      </span>
      <${News} isUnread=${isUnread} mentions=${mentions} />
    </button>
  `;
}

/** The way to another community: make one, or join one. */
function AddTile() {
  const name = t("server.add");
  const open = () => {
    hideTip();
    openOverlay(async () => (await import("../server/add.js")).AddServer);
  };
  return html`
    <button class="tile is-add" aria-haspopup="dialog" onClick=${open} ...${withTip(name)} data-testid="add-server">
      <span class="visually-hidden">${name}</span>
      <span aria-hidden="true" class="tile-face is-plain"><${Icon} name="plus" /></span>
    </button>
  `;
}

/** Its name beside a tile that is pointed at. @param {string} text */
function withTip(text) {
  /** @param {Event} event */
  const showTip = ({ currentTarget }) => {
    if (isTouch.value) return;
    const { top, height } = /** @type {Element} */ (currentTarget).getBoundingClientRect();
    tip.value = { text, top: top + height / 2 };
  };
  return { onMouseEnter: showTip, onMouseLeave: hideTip, onFocus: showTip, onBlur: hideTip };
}

/**
 * A count of mentions, else a dot. What it says in words, the button's label says.
 * @param {{isUnread: boolean, mentions: number}} props
 */
export function News({ isUnread, mentions }) {
  if (mentions > 0) return html`<span class="badge" aria-hidden="true" data-testid="mentions">${countText(mentions)}</span>`;
  return isUnread ? html`<span class="news" aria-hidden="true" data-testid="news"></span>` : null;
}

/**
 * @param {boolean} isUnread
 * @param {number} mentions
 * @returns {string}
 */
export function newsWords(isUnread, mentions) {
  if (mentions > 99) return t("servers.mentions.many");
  if (mentions > 0) return t("servers.mentions", { count: mentions });
  return isUnread ? t("rooms.news") : "";
}

function Tip() {
  if (!tip.value) return null;
  return html`<span class="rail-tip" aria-hidden="true" style=${{ top: `${tip.value.top}px` }}>${tip.value.text}</span>`;
}
