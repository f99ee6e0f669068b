/**
 * Moving channels and headings about in the column: what a move means for the server, and what is said of
 * it. How things are moved is parts/arranger.js's.
 */

import { t } from "../../i18n/index.js";
import { categoriesOf } from "../../state/categories.js";
import { categoryKey, columnOf, idOf, isRoomKey, linesOf, placesFor } from "../../state/channel-column.js";
import { announce, showToast } from "../../state/notices.js";
import { channelsOf, rooms } from "../../state/rooms.js";
import { Arranger } from "../parts/arranger.js";
import { roomName } from "../parts/room-name.js";
import { refusalText } from "../parts/refusal.js";

/** @import {Client} from "../../state/client.js" */

/** @param {string} serverId */
export function columnNow(serverId) {
  return columnOf(channelsOf(serverId).all, categoriesOf(serverId));
}

/**
 * One for channels, one for headings.
 * @typedef {{channels: Arranger, categories: Arranger}} Arrangers
 */

/**
 * @param {Client} client
 * @param {string} serverId
 * @returns {Arrangers}
 */
export function arrangersOf(client, serverId) {
  return {
    channels: new Arranger({
      elementOf: (key) => document.querySelector(`[data-line="${key}"]`),
      onDrop: (lines, key) => {
        const places = placesFor(columnNow(serverId), lines);
        if (places.length > 0) tell(client.channels.order(serverId, places), key);
      },
      onSay: (what, key, lines) => say(serverId, what, key, placeWords(serverId, key, lines)),
    }),
    categories: new Arranger({
      elementOf: (key) => document.querySelector(`[data-block="${key}"]`),
      onDrop: (lines, key) => tell(client.channels.orderCategories(serverId, lines.map(idOf), idOf(key)), key),
      onSay: (what, key, lines) => say(serverId, what, key, countWords(lines, key)),
    }),
  };
}

/** @param {string} serverId */
export function channelLines(serverId) {
  return linesOf(columnNow(serverId));
}

/** @param {string} serverId */
export function categoryLines(serverId) {
  return categoriesOf(serverId).map(({ id }) => categoryKey(id));
}

/**
 * @param {Promise<unknown>} moving
 * @param {string} key
 */
async function tell(moving, key) {
  try {
    await moving;
  } catch (error) {
    showToast(t(isRoomKey(key) ? "channels.move.refused" : "channels.category.move.refused", { why: refusalText(error) }));
  }
}

/**
 * @param {string} serverId
 * @param {"picked" | "moved" | "dropped" | "back"} what
 * @param {string} key
 * @param {string} place
 */
function say(serverId, what, key, place) {
  announce(t(`channels.move.${what}`, { name: nameOf(serverId, key), place }));
}

/**
 * @param {string} serverId
 * @param {string} key
 */
function nameOf(serverId, key) {
  const id = idOf(key);
  if (!isRoomKey(key)) return categoriesOf(serverId).find((category) => category.id === id)?.name ?? "";
  const room = rooms.peek().get(id);
  return room ? roomName(room) : "";
}

/**
 * @param {string} serverId
 * @param {string} key
 * @param {readonly string[]} lines
 */
function placeWords(serverId, key, lines) {
  const at = lines.indexOf(key);
  const start = lines.findLastIndex((line, index) => index < at && !isRoomKey(line));
  const end = lines.findIndex((line, index) => index > at && !isRoomKey(line));
  const under = lines.slice(start + 1, end < 0 ? undefined : end);
  const place = countWords(under, key);
  const heading = lines[start];
  return heading === undefined ? place : t("channels.move.under", { place, name: nameOf(serverId, heading) });
}

/**
 * @param {readonly string[]} lines
 * @param {string} key
 */
function countWords(lines, key) {
  return t("channels.move.place", { place: lines.indexOf(key) + 1, total: lines.length });
}
