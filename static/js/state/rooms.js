/** Servers and rooms as one looks at them: in their order, with their news. No messages, no read marks here. */

import { batch, computed } from "@preact/signals-core";

import { categoryRank } from "./categories.js";
import { chosenServerId, currentRoomId, rooms, roomsLoaded, servers } from "./lists.js";
import { withEntry, withoutEntry } from "./maps.js";
import { readForgotten, readTold, serverNews } from "./reads.js";

/** @import {Room, Server} from "../net/protocol.js" */

export { chosenServerId, currentRoomId, rooms, roomsLoaded, servers };

/** Rooms one can open and write in. */
const TEXT_TYPES = new Set(["text", "announcement", "direct"]);
/** Those one can open. */
const OPEN_TYPES = new Set([...TEXT_TYPES, "voice"]);

export const currentRoom = computed(() => rooms.value.get(currentRoomId.value ?? "") ?? null);

/** The open room's server, else the one turned to last. */
export const currentServerId = computed(() => (currentRoom.value ? currentRoom.value.serverId : chosenServerId.value));

/**
 * @typedef {{server: Server | null, isUnread: boolean, mentions: number}} ServerTile
 * `server` null: direct messages, and what else belongs to no server; it comes last.
 */
export const serverTiles = computed(() => {
  /** @type {(Server | null)[]} */
  const list = [...[...servers.value.values()].sort((a, b) => a.name.localeCompare(b.name)), null];
  return list.map((server) => ({ server, ...serverNews(server?.id ?? null) }));
});

/**
 * @param {string | null} serverId
 * @returns {{all: Room[], open: Room[], text: Room[], voice: Room[]}} in their places
 */
export function channelsOf(serverId) {
  const own = [...rooms.value.values()].filter((room) => room.serverId === serverId).sort(byPlace);
  return {
    all: own,
    open: own.filter(({ type }) => OPEN_TYPES.has(type)),
    text: own.filter(({ type }) => TEXT_TYPES.has(type)),
    voice: own.filter(({ type }) => type === "voice"),
  };
}

/**
 * @typedef {{server: Server | null, rooms: Room[]}} RoomGroup
 */
export const roomGroups = computed(() =>
  serverTiles.value
    .map(({ server }) => ({ server, rooms: channelsOf(server?.id ?? null).open }))
    .filter((group) => group.rooms.length > 0),
);

/**
 * @param {Server[]} serverList
 * @param {Room[]} roomList
 */
export function listsLoaded(serverList, roomList) {
  batch(() => {
    servers.value = new Map(serverList.map((server) => [server.id, server]));
    rooms.value = new Map(roomList.map((room) => [room.id, room]));
    for (const { id, lastSeq } of roomList) readTold(id, { lastSeq });
    roomsLoaded.value = true;
  });
}

/** @param {Room} room */
export function roomUpdated(room) {
  rooms.value = withEntry(rooms.value, room.id, room);
}

/** @param {string} roomId */
export function roomGone(roomId) {
  rooms.value = withoutEntry(rooms.value, roomId);
  readForgotten(roomId);
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

export function roomsReset() {
  servers.value = new Map();
  rooms.value = new Map();
  currentRoomId.value = null;
  chosenServerId.value = null;
  roomsLoaded.value = false;
}

/**
 * As the column shows them: what is archived last, what stands under no heading first.
 * @param {Room} a
 * @param {Room} b
 */
function byPlace(a, b) {
  const apart = Number(a.isArchived) - Number(b.isArchived) || categoryRank(a) - categoryRank(b);
  return apart || a.position - b.position || (a.name ?? "").localeCompare(b.name ?? "");
}
