/** The menu of a channel and of a heading: what one may do with it, and nothing that one may not. */

import { t } from "../../i18n/index.js";
import { categoryKey, roomKey } from "../../state/channel-column.js";
import { announce, showToast } from "../../state/notices.js";
import { isUnread } from "../../state/reads.js";
import { copyText } from "../conversation/message-html.js";
import { Popover } from "../parts/dialog.js";
import { html, useClient } from "../parts/html.js";
import { roomName } from "../parts/room-name.js";
import { usePermissions } from "../parts/standing.js";
import { hideDrawer } from "../viewport.js";
import { MenuList } from "../parts/menu.js";
import { moveRequest } from "./move-request.js";
import { openOverlay } from "./opened.js";
import { refusalText } from "../parts/refusal.js";

/** @import {Category, Room} from "../../net/protocol.js" */
/** @import {Client} from "../../state/client.js" */
/** @import {MenuItem} from "../parts/menu.js" */

/** @param {{room: Room, anchor: Element | null, onClose: () => void}} props */
export function RoomMenu({ room, anchor, onClose }) {
  const client = useClient();
  const label = t("channels.more", { name: roomName(room) });
  // Their order is the server's: who looks after one channel only does not change it.
  const mayMove = usePermissions("servers", room.serverId)?.permissions.includes("manage_room") ?? false;
  const may = usePermissions("rooms", room.id)?.permissions.includes("manage_room") ?? mayMove;
  const items = [...readerItems(client, room), ...(may ? managerItems(client, room, mayMove) : [])];
  return html`
    <${Popover} anchor=${anchor} label=${label} className="row-menu" onClose=${onClose} testid="channel-menu">
      <${MenuList} key=${may} label=${label} items=${closing(items, onClose)} />
    <//>
  `;
}

/**
 * @param {Client} client
 * @param {Room} room
 * @returns {MenuItem[]}
 */
function readerItems(client, room) {
  const link = `${location.origin}/#/${encodeURIComponent(room.slug ?? room.id)}`;
  /** @type {MenuItem} */
  const copy = { icon: "link", label: "channels.link", testid: "copy-channel-link", onUse: () => copyText(link) };
  if (!isUnread(room.id)) return [copy];
  const markRead = () => void client.markRead(room.id).catch((error) => showToast(refusalText(error)));
  return [{ icon: "check", label: "channels.read", testid: "mark-read", onUse: markRead }, copy];
}

/**
 * @param {Client} client
 * @param {Room} room
 * @param {boolean} mayMove
 * @returns {MenuItem[]}
 */
function managerItems(client, room, mayMove) {
  const edit = () => {
    hideDrawer();
    client.go({ name: "channel", id: room.id, section: "overview" });
  };
  const pick = () => {
    moveRequest.value = roomKey(room.id);
  };
  /** @type {(MenuItem | false)[]} */
  const items = [
    { icon: "gear", label: "channels.edit", testid: "edit-channel", onUse: edit },
    mayMove && !room.isArchived && { icon: "grip", label: "channels.move", testid: "move-channel", onUse: pick },
    {
      icon: "archive",
      label: room.isArchived ? "channels.unarchive" : "channels.archive",
      testid: "archive-channel",
      onUse: () => archive(client, room),
    },
    {
      icon: "trash",
      label: "channels.delete",
      testid: "delete-channel",
      onUse: () => openOverlay({ kind: "delete-channel", room }),
      isDanger: true,
    },
  ];
  return items.filter((item) => item !== false);
}

/**
 * @param {Client} client
 * @param {Room} room
 */
async function archive(client, room) {
  try {
    await client.channels.update(room.id, { isArchived: !room.isArchived });
    const words = t(room.isArchived ? "channels.unarchived" : "channels.archived.done", { name: roomName(room) });
    announce(words);
    showToast(words);
  } catch (error) {
    showToast(refusalText(error));
  }
}

/** @param {{category: Category, anchor: Element | null, onClose: () => void}} props */
export function CategoryMenu({ category, anchor, onClose }) {
  const label = t("channels.more", { name: category.name });
  /** @type {MenuItem[]} */
  const items = [
    {
      icon: "plus",
      label: "channels.new",
      testid: "new-channel-under",
      onUse: () => openOverlay({ kind: "new-channel", serverId: category.serverId, categoryId: category.id }),
    },
    { icon: "pencil", label: "channels.category.rename", testid: "rename-category", onUse: () => openOverlay({ kind: "rename-category", category }) },
    {
      icon: "grip",
      label: "channels.move",
      testid: "move-category",
      onUse: () => {
        moveRequest.value = categoryKey(category.id);
      },
    },
    {
      icon: "trash",
      label: "channels.category.delete",
      testid: "delete-category",
      onUse: () => openOverlay({ kind: "delete-category", category }),
      isDanger: true,
    },
  ];
  return html`
    <${Popover} anchor=${anchor} label=${label} className="row-menu" onClose=${onClose} testid="category-menu">
      <${MenuList} label=${label} items=${closing(items, onClose)} />
    <//>
  `;
}

/**
 * What is used closes the menu first.
 * @param {MenuItem[]} items
 * @param {() => void} onClose
 */
function closing(items, onClose) {
  return items.map((item) => ({
    ...item,
    onUse: () => {
      onClose();
      item.onUse();
    },
  }));
}
