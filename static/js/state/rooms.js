/** The servers and rooms this person has, which one is open, and which have news. No messages here. */

import { computed, signal } from "@preact/signals-core";

import { withEntry, withoutEntry } from "./maps.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Room, Server} from "../net/protocol.js" */

/** Rooms one can open today; voice has an issue of its own. */
const SHOWN_TYPES = new Set(["text", "announcement", "direct"]);

/** @type {Signal<ReadonlyMap<string, Server>>} */
export const servers = signal(new Map());

/** @type {Signal<ReadonlyMap<string, Room>>} */
export const rooms = signal(new Map());

/** Whether the lists have come; before that nothing is "empty". */
export const roomsLoaded = signal(false);

/** @type {Signal<string | null>} */
export const currentRoomId = signal(null);

/**
 * The newest number known of each room, and the newest this page has shown of it.
 * @type {Signal<ReadonlyMap<string, {lastSeq: number, seenSeq: number, mentions: number}>>}
 */
export const activity = signal(new Map());

export const currentRoom = computed(() => rooms.value.get(currentRoomId.value ?? "") ?? null);

/**
 * @typedef {{server: Server | null, rooms: Room[]}} RoomGroup
 */
export const roomGroups = computed(() => {
  /** @type {Map<string | null, Room[]>} */
  const byServer = new Map();
  for (const room of rooms.value.values()) {
    if (!SHOWN_TYPES.has(room.type)) continue;
    byServer.set(room.serverId, [...(byServer.get(room.serverId) ?? []), room]);
  }
  return [...byServer]
    .map(([serverId, list]) => ({ server: servers.value.get(serverId ?? "") ?? null, rooms: list.sort(byPlace) }))
    .sort(byServerName);
});

/** @param {string} roomId */
export function hasNews(roomId) {
  const known = activity.value.get(roomId);
  return known !== undefined && known.lastSeq > known.seenSeq;
}

/**
 * @param {Server[]} serverList
 * @param {Room[]} roomList
 */
export function listsLoaded(serverList, roomList) {
  servers.value = new Map(serverList.map((server) => [server.id, server]));
  rooms.value = new Map(roomList.map((room) => [room.id, room]));
  for (const room of roomList) headSeen(room.id, room.lastSeq);
  roomsLoaded.value = true;
}

/** @param {Room} room */
export function roomUpdated(room) {
  rooms.value = withEntry(rooms.value, room.id, room);
}

/** @param {string} roomId */
export function roomGone(roomId) {
  rooms.value = withoutEntry(rooms.value, roomId);
  activity.value = withoutEntry(activity.value, roomId);
}

/** @param {Server} server */
export function serverUpdated(server) {
  servers.value = withEntry(servers.value, server.id, server);
}

/**
 * @param {string} serverId
 * @returns {string[]} the rooms that went with it
 */
export function serverGone(serverId) {
  const gone = [...rooms.value.values()].filter((room) => room.serverId === serverId);
  for (const { id } of gone) roomGone(id);
  servers.value = withoutEntry(servers.value, serverId);
  return gone.map(({ id }) => id);
}

/**
 * A room's head. A room seen for the first time has no news: what is unread the server will say.
 * @param {string} roomId
 * @param {number} lastSeq
 * @param {number | null} [mentions]
 */
export function headSeen(roomId, lastSeq, mentions = null) {
  const known = activity.value.get(roomId) ?? { lastSeq, seenSeq: lastSeq, mentions: 0 };
  const next = {
    lastSeq: Math.max(known.lastSeq, lastSeq),
    seenSeq: known.seenSeq,
    mentions: mentions ?? known.mentions,
  };
  activity.value = withEntry(activity.value, roomId, next);
}

/**
 * The person has seen the room up to a number, or up to its head.
 * @param {string} roomId
 * @param {number} [seq]
 */
export function roomSeen(roomId, seq = undefined) {
  const known = activity.value.get(roomId) ?? { lastSeq: 0, seenSeq: 0, mentions: 0 };
  const seenSeq = Math.max(known.seenSeq, seq ?? known.lastSeq);
  const lastSeq = Math.max(known.lastSeq, seenSeq);
  activity.value = withEntry(activity.value, roomId, { lastSeq, seenSeq, mentions: 0 });
}

export function roomsReset() {
  servers.value = new Map();
  rooms.value = new Map();
  activity.value = new Map();
  currentRoomId.value = null;
  roomsLoaded.value = false;
}

/**
 * @param {Room} a
 * @param {Room} b
 */
function byPlace(a, b) {
  return a.position - b.position || (a.name ?? "").localeCompare(b.name ?? "");
}

/**
 * Rooms that stand alone come last.
 * @param {RoomGroup} a
 * @param {RoomGroup} b
 */
function byServerName(a, b) {
  if (!a.server || !b.server) return Number(!a.server) - Number(!b.server);
  return a.server.name.localeCompare(b.server.name);
}
