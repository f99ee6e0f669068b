/** What a room is called in a sentence, and its icon. */

import { t } from "../../i18n/index.js";
import { partnersOf } from "../../state/direct.js";

/** @import {Room} from "../../net/protocol.js" */
/** @import {IconName} from "./icons.js" */

/** @param {Room} room */
export function roomName(room) {
  if (room.type === "direct") return namesOf(room);
  if (room.type === "call") return room.name ?? t("call.unnamed");
  return room.name ?? room.slug ?? room.code ?? t("conversation.title");
}

/** @param {Room} room */
function namesOf(room) {
  const names = partnersOf(room).map(({ displayName }) => displayName);
  return names.join(", ") || t("direct.nobody");
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
  if (room.type === "call") return "phone";
  if (room.type === "voice") return "voice";
  return room.type === "direct" ? "chat" : "hash";
}
