/**
 * How far this person has read each room, what is unread there, and where the line "new" stands. The
 * server counts; nothing is added up or subtracted here. It must not send marks: reading.js does.
 */

import { signal } from "@preact/signals-core";

import { rooms } from "./lists.js";
import { withEntry, withoutEntry } from "./maps.js";
import { me } from "./session.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {ReadState} from "../net/protocol.js" */

/** @typedef {Omit<ReadState, "roomId">} Read */

/** More than this is only said to be more. */
const MOST_SHOWN = 99;

/** @type {Read} */
const NOTHING = Object.freeze({ readSeq: 0, lastSeq: 0, newestSeq: 0, newestBy: null, unread: 0, mentions: 0 });

/** @type {Signal<ReadonlyMap<string, Read>>} by room id */
export const reads = signal(new Map());

/**
 * Marks under way: what is on screen is not called unread while the server is being told.
 * @type {Signal<ReadonlyMap<string, number>>} by room id
 */
export const marking = signal(new Map());

/**
 * The line "new since you left": it stands after this number, from when the room was opened on.
 * @type {Signal<ReadonlyMap<string, number>>} by room id; none where nothing was new
 */
export const unreadLine = signal(new Map());

/** @param {string} roomId */
export function readOf(roomId) {
  return reads.value.get(roomId) ?? NOTHING;
}

/** @param {string} roomId */
export function isUnread(roomId) {
  const { newestSeq, newestBy, readSeq } = readOf(roomId);
  return newestSeq > Math.max(readSeq, marking.value.get(roomId) ?? 0) && newestBy !== me.value?.id;
}

/** @param {string} roomId */
export function mentionsOf(roomId) {
  return isUnread(roomId) ? readOf(roomId).mentions : 0;
}

/**
 * All rooms of a server together; null: the rooms that belong to none.
 * @param {string | null} serverId
 * @returns {{isUnread: boolean, mentions: number}}
 */
export function serverNews(serverId) {
  // Of a call that has ended there is nothing new.
  const own = [...rooms.value.values()].filter((room) => room.serverId === serverId && room.isActive !== false);
  const ids = own.map(({ id }) => id);
  return {
    isUnread: ids.some(isUnread),
    mentions: ids.reduce((sum, id) => sum + mentionsOf(id), 0),
  };
}

/**
 * A count as it stands in a badge.
 * @param {number} count
 */
export function countText(count) {
  if (count <= 0) return "";
  return count > MOST_SHOWN ? `${MOST_SHOWN}+` : String(count);
}

/**
 * What the server says of a room. What it leaves out, or has not counted (null), stays as it was known.
 * @param {string} roomId
 * @param {{[Field in keyof Read]?: Read[Field] | null}} told
 */
export function readTold(roomId, told) {
  const known = reads.peek().get(roomId) ?? NOTHING;
  const lastSeq = Math.max(known.lastSeq, told.lastSeq ?? 0, told.newestSeq ?? 0);
  /** @type {Read} */
  const next = {
    readSeq: told.readSeq ?? known.readSeq,
    lastSeq,
    newestSeq: told.newestSeq ?? known.newestSeq,
    newestBy: told.newestBy === undefined ? known.newestBy : told.newestBy,
    unread: told.unread ?? known.unread,
    mentions: told.mentions ?? known.mentions,
  };
  reads.value = withEntry(reads.peek(), roomId, next);
}

/**
 * The newest message that is there, as the open room's own frames tell it.
 * @param {string} roomId
 * @param {{seq: number, sender: {id: string} | null} | null} message
 */
export function newestIs(roomId, message) {
  readTold(roomId, { newestSeq: message?.seq ?? 0, newestBy: message?.sender?.id ?? null });
}

/**
 * @param {string} roomId
 * @param {number | null} seq null: nothing is under way any more
 */
export function markingIs(roomId, seq) {
  marking.value = seq === null ? withoutEntry(marking.peek(), roomId) : withEntry(marking.peek(), roomId, seq);
}

/**
 * @param {string} roomId
 * @param {number | null} seq null: no line
 */
export function lineIs(roomId, seq) {
  unreadLine.value = seq === null ? withoutEntry(unreadLine.peek(), roomId) : withEntry(unreadLine.peek(), roomId, seq);
}

/** @param {string} roomId */
export function readForgotten(roomId) {
  reads.value = withoutEntry(reads.peek(), roomId);
  markingIs(roomId, null);
  lineIs(roomId, null);
}

export function readsReset() {
  for (const map of [reads, marking, unreadLine]) map.value = new Map();
}
