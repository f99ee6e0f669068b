/** A heading of the channel column with the channels under it: folded or not, moved or not. */

import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { categoryKey, roomKey } from "../../state/channel-column.js";
import { folded, toggleFolded } from "../../state/folded.js";
import { isUnread } from "../../state/reads.js";
import { currentRoomId } from "../../state/rooms.js";
import { callRoomId } from "../../state/voice.js";
import { categoryLines, channelLines } from "../channel/arranging.js";
import { openOverlay } from "../channel/opened.js";
import { moveRequest } from "../channel/move-request.js";
import { classes, html } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { Sitters } from "../voice/sitters.js";
import { ChannelRow } from "./channel-row.js";

/** @import {Category, Room} from "../../net/protocol.js" */
/** @import {Arrangers} from "../channel/arranging.js" */
/** @import {Arranger} from "../parts/arranger.js" */

/**
 * @typedef {object} GroupProps
 * @property {Category | null} category null: under no heading
 * @property {Room[]} rooms
 * @property {Arrangers} arrangers
 * @property {boolean} mayManage
 * @property {string} serverId
 */

/** @param {GroupProps} props */
export function ChannelGroup({ category, rooms, arrangers, mayManage, serverId }) {
  const isFolded = category !== null && folded.value.has(category.id);
  // Folded away is only what one need not see now.
  const shown = isFolded ? rooms.filter((room) => isNeeded(room, arrangers.channels)) : rooms;
  const list = html`
    <ul>
      ${shown.map(
        (room) => html`<${RoomLine} key=${room.id} room=${room} arranger=${arrangers.channels} mayManage=${mayManage} serverId=${serverId} />`,
      )}
    </ul>
  `;
  if (!category) return list;
  const key = categoryKey(category.id);
  return html`
    <section class=${lineClass("channel-group", arrangers.categories, key)} aria-labelledby="category-${category.id}" data-block=${key} data-testid="category" data-name=${category.name}>
      <${Heading} category=${category} arrangers=${arrangers} mayManage=${mayManage} isFolded=${isFolded} />
      ${list}
    </section>
  `;
}

/** @param {{category: Category, arrangers: Arrangers, mayManage: boolean, isFolded: boolean}} props */
function Heading({ category, arrangers: { channels, categories }, mayManage, isFolded }) {
  const { id, name, serverId } = category;
  const key = categoryKey(id);
  const line = useRef(/** @type {HTMLElement | null} */ (null));
  useMoveRequest(categories, key, () => categoryLines(serverId), line);
  const openMenu = () => mayManage && openOverlay({ kind: "category-menu", category, anchor: line.current });
  const press = (/** @type {PointerEvent} */ event) =>
    mayManage && categories.press(event, key, categoryLines(serverId), { onHold: openMenu });
  return html`
    <div ref=${line} class=${lineClass("category-line", channels, key)} data-line=${key} onContextMenu=${mayManage ? opening(openMenu) : undefined}>
      <h3 id="category-${id}">
        <button class="category" aria-expanded=${!isFolded} onClick=${() => toggleFolded(id)} onPointerDown=${press} data-testid="fold">
          <span class="category-name">${name}</span><${Icon} name="fold" />
        </button>
      </h3>
      ${mayManage &&
      html`
        <button
          class="icon-button line-more"
          aria-label=${t("channels.new.in", { name })}
          title=${t("channels.new")}
          onClick=${() => openOverlay({ kind: "new-channel", serverId, categoryId: id })}
          data-testid="add-under"
        >
          <${Icon} name="plus" />
        </button>
        <button
          class="icon-button line-more"
          aria-label=${t("channels.more", { name })}
          aria-haspopup="menu"
          onClick=${openMenu}
          data-testid="category-more"
        >
          <${Icon} name="more" />
        </button>
      `}
    </div>
  `;
}

/** @param {{room: Room, arranger: Arranger, mayManage: boolean, serverId: string}} props */
function RoomLine({ room, arranger, mayManage, serverId }) {
  const key = roomKey(room.id);
  const line = useRef(/** @type {HTMLElement | null} */ (null));
  useMoveRequest(arranger, key, () => channelLines(serverId), line);
  const openMenu = () => openOverlay({ kind: "room-menu", room, anchor: line.current });
  const press = (/** @type {PointerEvent} */ event) => {
    if (/** @type {Element} */ (event.target).closest(".line-more")) return;
    arranger.press(event, key, channelLines(serverId), { onHold: openMenu, isFixed: !mayManage || room.isArchived });
  };
  return html`
    <li
      ref=${line}
      class=${lineClass(classes("channel-line", room.isArchived && "is-archived"), arranger, key)}
      data-line=${key}
      onPointerDown=${press}
      onContextMenu=${opening(openMenu)}
    >
      <${ChannelRow} room=${room} onMenu=${openMenu} />
    </li>
    ${room.type === "voice" && html`<${Sitters} room=${room} />`}
  `;
}

/**
 * At the end, folded: they are read, not lived in.
 * @param {{rooms: Room[], arrangers: Arrangers, mayManage: boolean, serverId: string}} props
 */
export function ArchivedChannels({ rooms, arrangers, mayManage, serverId }) {
  const [isOpen, setOpen] = useState(false);
  const shown = isOpen ? rooms : rooms.filter(({ id }) => id === currentRoomId.value);
  return html`
    <section class="channel-group" aria-labelledby="archived" data-testid="archived">
      <div class="category-line">
        <h3 id="archived">
          <button class="category" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)} data-testid="fold">
            <span class="category-name">${t("channels.archived", { count: rooms.length })}</span><${Icon} name="fold" />
          </button>
        </h3>
      </div>
      <ul>
        ${shown.map(
          (room) => html`<${RoomLine} key=${room.id} room=${room} arranger=${arrangers.channels} mayManage=${mayManage} serverId=${serverId} />`,
        )}
      </ul>
    </section>
  `;
}

/**
 * "Move" was chosen in its menu: from now on the arrows move it, and the focus goes along.
 * @param {Arranger} arranger
 * @param {string} key
 * @param {() => string[]} linesOf
 * @param {{current: HTMLElement | null}} line
 */
function useMoveRequest(arranger, key, linesOf, line) {
  const moving = arranger.moving.value;
  const isMoved = moving?.key === key && moving.by === "keys";
  useEffect(() => {
    if (moveRequest.value !== key) return;
    moveRequest.value = null;
    arranger.pick(key, linesOf());
  }, [moveRequest.value === key]);
  useEffect(() => {
    if (!isMoved) return;
    line.current?.querySelector("button")?.focus();
    line.current?.scrollIntoView({ block: "nearest" });
  }, [isMoved && moving?.lines]);
}

/**
 * @param {Room} room
 * @param {Arranger} arranger
 */
function isNeeded({ id }, arranger) {
  return id === currentRoomId.value || id === callRoomId.value || isUnread(id) || arranger.moving.value?.key === roomKey(id);
}

/**
 * @param {string} name
 * @param {Arranger} arranger
 * @param {string} key
 */
function lineClass(name, arranger, key) {
  const moving = arranger.moving.value;
  const mark = moving?.mark?.key === key ? moving.mark.side : null;
  return classes(name, moving?.key === key && "is-moved", arranger.held.value === key && "is-held", mark && `is-drop-${mark}`);
}

/** Instead of the browser's own menu. @param {() => void} open */
function opening(open) {
  return (/** @type {Event} */ event) => {
    event.preventDefault();
    open();
  };
}
