/** The channels of the community one is in, under their headings, with what is new; oneself at the foot. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { areCategoriesKnown, categoriesOf } from "../../state/categories.js";
import { columnBy, columnOf } from "../../state/channel-column.js";
import { channelsOf, currentServerId, roomsLoaded, servers } from "../../state/rooms.js";
import { arrangersOf } from "../channel/arranging.js";
import { openOverlay } from "../channel/opened.js";
import { ChannelOverlays } from "../channel/overlays.js";
import { DirectColumn } from "../direct/direct-column.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { MovingBar } from "../parts/moving-bar.js";
import { usePermissions } from "../parts/standing.js";
import { ServerMenu } from "../server/menu.js";
import { hideDrawer, openDrawer } from "../viewport.js";
import { VoiceBar } from "../voice/bar.js";
import { ArchivedChannels, ChannelGroup } from "./channel-group.js";
import { SelfBar } from "./self-bar.js";

/** @import {Column} from "../../state/channel-column.js" */
/** @import {Arrangers} from "../channel/arranging.js" */
/** @import {Server} from "../../net/protocol.js" */

export function Channels() {
  const serverId = currentServerId.value;
  const server = servers.value.get(serverId ?? "");
  if (!serverId || !server) return html`<${DirectNav} />`;
  return html`
    <nav class="channels" aria-label=${t("rooms.title")} data-testid="channels">
      <${Head} title=${server.name} server=${server} />
      <${ServerChannels} key=${serverId} serverId=${serverId} />
      <${VoiceBar} />
      <${SelfBar} />
    </nav>
    <${ChannelOverlays} />
  `;
}

/** Where one is in no community: the direct messages. */
function DirectNav() {
  return html`
    <nav class="channels" aria-label=${t("direct.title")} data-testid="channels">
      <${Head} title=${t("direct.title")} />
      <div class="channels-list"><${DirectColumn} /></div>
      <${VoiceBar} />
      <${SelfBar} />
    </nav>
  `;
}

/** @param {{title: string, server: Server | undefined}} props */
function Head({ title, server }) {
  const closeButton = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const isDrawer = openDrawer.value === "channels";
  useEffect(() => {
    if (isDrawer) closeButton.current?.focus();
  }, [isDrawer]);
  return html`
    <div class="column-head">
      ${server
        ? html`<${ServerMenu} key=${server.id} server=${server} />`
        : html`<h2 class="server-name" title=${title} data-testid="server-name">${title}</h2>`}
      <button ref=${closeButton} class="icon-button only-narrow" aria-label=${t("rooms.close")} onClick=${hideDrawer}>
        <${Icon} name="close" />
      </button>
    </div>
  `;
}

/** @param {{serverId: string}} props */
function ServerChannels({ serverId }) {
  const client = useClient();
  const [hasFailed, setFailed] = useState(false);
  const arrangers = useMemo(() => arrangersOf(client, serverId), [serverId]);
  const mayManage = usePermissions("servers", serverId)?.permissions.includes("manage_room") ?? false;
  const load = async () => setFailed(!(await client.serverLists.load(serverId)));
  useEffect(() => void load(), [serverId]);
  useEffect(() => () => Object.values(arrangers).forEach((arranger) => arranger.cancel()), [arrangers]);
  const { all } = channelsOf(serverId);
  const isWaiting = !hasFailed && !areCategoriesKnown(serverId) && all.some(({ categoryId }) => categoryId !== null);
  const guard = (/** @type {Element | null} */ list) => Object.values(arrangers).forEach((arranger) => arranger.guard(list));
  return html`
    <div
      ref=${guard}
      class=${classes("channels-list", isDragging(arrangers) && "is-moving")}
      data-scrolls
      onKeyDown=${(/** @type {KeyboardEvent} */ event) => Object.values(arrangers).forEach((arranger) => arranger.onKeyDown(event))}
      data-testid="channel-list"
    >
      <${Groups} column=${columnShown(serverId, arrangers)} isWaiting=${isWaiting} arrangers=${arrangers} mayManage=${mayManage} serverId=${serverId} />
      ${hasFailed && !areCategoriesKnown(serverId) && html`<${Failed} onRetry=${load} />`}
      ${roomsLoaded.value && all.length === 0 && html`<p class="hint">${t("rooms.empty")}</p>`}
      ${mayManage && html`<${AddChannel} serverId=${serverId} />`}
      <${MovingBar} arranger=${arrangers.channels} /><${MovingBar} arranger=${arrangers.categories} />
    </div>
  `;
}

/** @param {{column: Column, isWaiting: boolean, arrangers: Arrangers, mayManage: boolean, serverId: string}} props */
function Groups({ column: { groups, archived }, isWaiting, arrangers, mayManage, serverId }) {
  // What belongs under categories stands nowhere until they are known: nothing jumps.
  const shown = isWaiting ? groups.map((group) => ({ ...group, rooms: group.rooms.filter(({ categoryId }) => categoryId === null) })) : groups;
  return html`
    ${shown.filter(({ category, rooms }) => !category || mayManage || rooms.length > 0).map(
      ({ category, rooms }) => html`
        <${ChannelGroup}
          key=${category?.id ?? ""}
          category=${category}
          rooms=${rooms}
          arrangers=${arrangers}
          mayManage=${mayManage}
          serverId=${serverId}
        />
      `,
    )}
    ${isWaiting && html`<${Waiting} />`}
    ${archived.length > 0 && html`<${ArchivedChannels} rooms=${archived} arrangers=${arrangers} mayManage=${mayManage} serverId=${serverId} />`}
  `;
}

/** @param {{serverId: string}} props */
function AddChannel({ serverId }) {
  return html`
    <button class="channel is-quiet" onClick=${() => openOverlay({ kind: "new-channel", serverId, categoryId: null })} data-testid="add-channel">
      <${Icon} name="plus" /><span class="channel-name">${t("channels.new")}</span>
    </button>
  `;
}

function Waiting() {
  return html`
    <p class="visually-hidden" role="status">${t("channels.loading")}</p>
    <div class="channels-waiting" aria-hidden="true">
      ${[70, 110, 90].map((width) => html`<div key=${width} class="channel"><span class="bone" style=${{ width: `${width}px` }}></span></div>`)}
    </div>
  `;
}

/** @param {{onRetry: () => void}} props */
function Failed({ onRetry }) {
  return html`
    <div class="channels-failed" role="alert" data-testid="categories-failed">
      <p class="hint">${t("channels.failed")}</p>
      <button class="button is-small" onClick=${onRetry}>${t("app.retry")}</button>
    </div>
  `;
}

/**
 * As it is; while something is moved by keys, as it would be.
 * @param {string} serverId
 * @param {Arrangers} arrangers
 * @returns {Column}
 */
function columnShown(serverId, { channels, categories }) {
  const known = categoriesOf(serverId);
  const headings = categories.moving.value?.by === "keys" ? categories.moving.value.lines : null;
  const ordered = headings ? [...known].sort((a, b) => headings.indexOf(`category:${a.id}`) - headings.indexOf(`category:${b.id}`)) : known;
  const column = columnOf(channelsOf(serverId).all, ordered);
  return channels.moving.value?.by === "keys" ? columnBy(column, channels.moving.value.lines) : column;
}

/** @param {Arrangers} arrangers */
function isDragging({ channels, categories }) {
  return channels.moving.value?.by === "pointer" || categories.moving.value?.by === "pointer";
}
