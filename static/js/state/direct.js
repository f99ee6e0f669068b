/**
 * Direct rooms: who is in them, in which order one sees them, and opening one: there is one per set of
 * people, so that opening is finding or making. What they are called is room-name.js's.
 */

import { computed, signal } from "@preact/signals-core";

import { rooms } from "./lists.js";
import { withEntry } from "./maps.js";
import { roomUpdated } from "./rooms.js";
import { me } from "./session.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Api} from "../net/api.js" */
/** @import {Person, Room} from "../net/protocol.js" */
/** @import {Places} from "./places.js" */

/** Others in a direct room, at most. */
export const MOST_OTHERS = 9;

/** When something was last said, as far as it was heard here. @type {Signal<ReadonlyMap<string, number>>} by room id, ms */
const heardAt = signal(new Map());

/** The one something was said in last comes first; where nothing was heard yet, the newest room. */
export const directRooms = computed(() =>
  [...rooms.value.values()].filter(({ type }) => type === "direct").sort((a, b) => lastMs(b) - lastMs(a) || a.id.localeCompare(b.id)),
);

/** Everybody in it but oneself; alone in it, oneself. @param {Room} room */
export function partnersOf({ recipients }) {
  const others = (recipients ?? []).filter(({ id }) => id !== me.value?.id);
  return others.length > 0 ? others : (recipients ?? []);
}

/**
 * The room of oneself and exactly these people, if there is one.
 * @param {string[]} userIds
 * @returns {Room | null}
 */
export function directRoomOf(userIds) {
  const wanted = new Set(userIds);
  const isIt = (/** @type {Room} */ room) => {
    const others = partnersOf(room);
    return others.length === wanted.size && others.every(({ id }) => wanted.has(id));
  };
  return directRooms.value.find(isIt) ?? null;
}

/** Guests answer, but begin no conversation. @param {string[]} userIds */
export function mayOpenDirect(userIds) {
  if (userIds.length === 0 || userIds.includes(me.value?.id ?? "")) return false;
  return me.value?.isGuest !== true || directRoomOf(userIds) !== null;
}

/**
 * @param {string} roomId
 * @param {number} [atMs]
 */
export function directHeard(roomId, atMs = Date.now()) {
  if (rooms.peek().get(roomId)?.type === "direct") heardAt.value = withEntry(heardAt.peek(), roomId, atMs);
}

/** How a person looks, wherever they are named. @param {Person} person */
export function recipientRenamed({ id, username, displayName, avatarUrl }) {
  for (const room of rooms.peek().values()) {
    if (!room.recipients?.some((one) => one.id === id)) continue;
    const recipients = room.recipients.map((one) => (one.id === id ? { id, username, displayName, avatarUrl } : one));
    roomUpdated({ ...room, recipients });
  }
}

export function directReset() {
  heardAt.value = new Map();
}

export class Direct {
  /** @param {{api: Pick<Api, "post" | "get">, places: Pick<Places, "openRoom">}} parts */
  constructor({ api, places }) {
    this.api = api;
    this.places = places;
  }

  /**
   * Rejects with a NetError.
   * @param {string[]} userIds of the others
   */
  async open(userIds) {
    const known = directRoomOf(userIds);
    if (known) return this.places.openRoom(known.id);
    const asked = me.peek()?.id;
    const { data: room } = await this.api.post("/rooms/direct", { userIds });
    if (asked !== me.peek()?.id) return;
    roomUpdated(room);
    this.places.openRoom(room.id);
  }

  /**
   * People by a part of their name, oneself left out.
   * @param {string} query
   * @param {number} limit
   * @returns {Promise<Person[]>}
   */
  async search(query, limit) {
    const { data } = await this.api.get("/users", { query: { q: query, limit } });
    return data.filter((/** @type {Person} */ { id }) => id !== me.peek()?.id);
  }
}

/** @param {Room} room */
function lastMs({ id, createdAt }) {
  return heardAt.value.get(id) ?? (createdAt ? Date.parse(createdAt) : 0);
}
