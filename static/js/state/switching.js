/**
 * What the quick switcher offers, in which order: rooms and people by their names; without letters,
 * what is unread and where one was last. Pure but for the rooms visited; opening is the client's.
 */

import { signal } from "@preact/signals-core";

import { bestMatch } from "./match.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Person, Room} from "../net/protocol.js" */

/**
 * @typedef {object} RoomPlace
 * @property {"room"} kind
 * @property {Room} room
 * @property {string} name
 * @property {string} place its server's name
 * @property {boolean} isUnread
 * @property {number} mentions
 */
/** @typedef {{kind: "person", person: Person}} PersonPlace */
/** @typedef {RoomPlace | PersonPlace} Place */
/** @typedef {Place & {key: string, at: number[]}} Offer `at`: letters of the name that were meant */

const MAX_OFFERS = 30;
const RECENT_MAX = 20;
/** More than what a better match in another kind of place is worth. */
const UNREAD_BONUS = 5;
const RECENT_BONUS = 3;

/** @type {Signal<string[]>} room ids, the last one first */
export const recentRooms = signal(/** @type {string[]} */ ([]));

/** @param {string} roomId */
export function roomVisited(roomId) {
  const rest = recentRooms.peek().filter((id) => id !== roomId);
  recentRooms.value = [roomId, ...rest].slice(0, RECENT_MAX);
}

/** What a place is called. @param {Place} place */
export function nameOf(place) {
  return place.kind === "room" ? place.name : place.person.displayName;
}

/**
 * @param {Place[]} places
 * @param {string} query a leading # or @ asks for rooms or people only
 * @param {string[]} recent room ids, the last one first; the open room is no offer without letters
 * @param {string | null} openRoomId
 * @returns {Offer[]}
 */
export function offersFor(places, query, recent, openRoomId) {
  const sign = /^[#@]/.exec(query.trim())?.[0];
  const words = query.trim().slice(sign ? 1 : 0).trim();
  const kind = sign === "#" ? "room" : sign === "@" ? "person" : null;
  const asked = places.filter((place) => kind === null || place.kind === kind);
  if (words === "" && kind === null) return withoutQuery(places, recent, openRoomId);
  const found = asked.flatMap((place, order) => {
    const best = bestMatch(words, namesOf(place));
    if (!best) return [];
    const score = best.score + bonusOf(place, recent);
    return [{ place, at: best.index === 0 ? best.at : [], score, order }];
  });
  found.sort((a, b) => b.score - a.score || a.order - b.order);
  return found.slice(0, MAX_OFFERS).map(({ place, at }) => offer(place, at));
}

/**
 * Mentions, then unread, then the last visited, then the others; rooms only.
 * @param {Place[]} places
 * @param {string[]} recent
 * @param {string | null} openRoomId
 */
function withoutQuery(places, recent, openRoomId) {
  const ranked = places.flatMap((place, order) => {
    if (place.kind !== "room" || place.room.id === openRoomId) return [];
    const visited = recent.indexOf(place.room.id);
    const rank = place.mentions > 0 ? 0 : place.isUnread ? 1 : visited >= 0 ? 2 : 3;
    return [{ place, rank, visited, order }];
  });
  ranked.sort((a, b) => a.rank - b.rank || (a.rank === 2 ? a.visited - b.visited : a.order - b.order));
  return ranked.slice(0, MAX_OFFERS).map(({ place }) => offer(place, []));
}

/** @param {Place} place */
function namesOf(place) {
  if (place.kind === "person") return [place.person.displayName, place.person.username];
  return [place.name, place.room.slug ?? place.name, `${place.place} ${place.name}`];
}

/**
 * @param {Place} place
 * @param {string[]} recent
 */
function bonusOf(place, recent) {
  if (place.kind === "person") return 0;
  return (place.isUnread ? UNREAD_BONUS : 0) + (recent.includes(place.room.id) ? RECENT_BONUS : 0);
}

/**
 * @param {Place} place
 * @param {number[]} at
 * @returns {Offer}
 */
function offer(place, at) {
  const id = place.kind === "room" ? place.room.id : place.person.id;
  return { ...place, key: `${place.kind} ${id}`, at };
}
