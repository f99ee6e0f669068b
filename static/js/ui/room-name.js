/** What a room is called in a sentence, and its icon. */

import { t } from "../i18n/index.js";

/** @import {Room} from "../net/protocol.js" */
/** @import {IconName} from "./icons.js" */

/** @param {Room} room */
export function roomName(room) {
  return room.name ?? room.slug ?? room.code ?? t("conversation.title");
}

/** With the # of a text channel. @param {Room} room */
export function roomTitle(room) {
  return room.type === "text" ? `#${roomName(room)}` : roomName(room);
}

/**
 * @param {Room} room
 * @returns {IconName}
 */
export function roomIcon(room) {
  if (room.type === "announcement") return "megaphone";
  return room.type === "direct" ? "chat" : "hash";
}
