/**
 * Calls by code: looking at one from outside, coming in, going, ending it, and one's calls of the past.
 * Sound and picture are not here: devices.js knows the devices, talking.js carries them.
 */

import { computed, signal } from "@preact/signals-core";

import { asNetError } from "../net/errors.js";
import { rooms } from "./lists.js";
import { roomUpdated } from "./rooms.js";
import { me, phase } from "./session.js";
import { callRoomId } from "./voice.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Participant, Person, Room} from "../net/protocol.js" */
/** @import {NetError} from "../net/errors.js" */
/** @import {Client} from "./client.js" */

/**
 * What is known of a call from outside; `room` only for who is signed in.
 * @typedef {object} CallSeen
 * @property {string} code
 * @property {string | null} name
 * @property {Person | null} host
 * @property {boolean} isActive
 * @property {boolean} guestsAllowed
 * @property {number} count who belong to it now
 * @property {number | null} seats
 * @property {Room | null} room
 */

/** Why one is not in it: nobody has this code, it cannot be reached, no seat, no guests, kept out, taken out, left by oneself.
 * @typedef {"unknown" | "unreachable" | "full" | "guests" | "banned" | "removed" | "left"} Outside */

/** @typedef {{name?: string, guestsAllowed?: boolean, maxParticipants?: number}} CallSettings */

const CODE = /^[a-z]{4}-[a-z]{4}-[a-z]{4}$/;
/** A link, or the code in it. */
const IN_TEXT = /(?:^|\/call\/)([a-z]{4}-[a-z]{4}-[a-z]{4})\/?$/i;

/** The call one looks at. @type {Signal<CallSeen | null>} */
export const callSeen = signal(/** @type {CallSeen | null} */ (null));

/** @type {Signal<Outside | null>} null: nothing speaks against coming in */
export const outside = signal(/** @type {Outside | null} */ (null));

/** The code of the call this page is in; the others one belongs to are a click away. @type {Signal<string | null>} */
export const insideCode = signal(/** @type {string | null} */ (null));

/** Whose `outside` and `callSeen` these are. @type {string | null} */
let lookedAt = null;

/** Those one belongs to and that go on, the newest first. */
export const openCalls = computed(() =>
  [...rooms.value.values()]
    .filter(({ type, code, isActive, serverId }) => type === "call" && code !== null && isActive && serverId === null)
    .sort((a, b) => b.id.localeCompare(a.id)),
);

/** @param {string} code */
export function callRoomOf(code) {
  return [...rooms.value.values()].find((room) => room.code === code) ?? null;
}

/**
 * @param {string} text a code, or an address with one
 * @returns {string | null}
 */
export function codeIn(text) {
  return IN_TEXT.exec(text.trim())?.[1]?.toLowerCase() ?? null;
}

export function callsReset() {
  lookedAt = null;
  callSeen.value = null;
  outside.value = null;
  insideCode.value = null;
}

export class Calls {
  /** @param {Client} client */
  constructor(client) {
    this.client = client;
  }

  /**
   * From outside; again and again while one stands before the door.
   * @param {string} code
   */
  async look(code) {
    if (lookedAt !== code) {
      lookedAt = code;
      callSeen.value = null;
      outside.value = null;
    }
    if (!CODE.test(code)) {
      outside.value = "unknown";
      return;
    }
    try {
      const seen = await this.#read(code);
      callSeen.value = seen;
      clear("unreachable");
      if (!isFull(seen)) clear("full");
    } catch (error) {
      const { code: why } = asNetError(error);
      if (why === "NOT_FOUND" || why === "NOT_AUTHENTICATED") outside.value = "unknown";
      else if (callSeen.peek() === null) outside.value = "unreachable";
    }
  }

  /** @param {string} code */
  async join(code) {
    lookedAt = code;
    outside.value = null;
    try {
      const { data: room } = await this.client.talking.comeIn(() => this.client.api.post(`/rooms/${code}/join`));
      roomUpdated(room);
      callSeen.value = seenOf(code, room);
      insideCode.value = code;
      this.client.places.enterCall(room.id);
      this.client.talking.join(room.id);
    } catch (error) {
      this.#refused(code, asNetError(error));
    }
  }

  /**
   * Signed out: a name is enough where guests are let in.
   * @param {string} code
   * @param {string} username
   */
  async joinAsGuest(code, username) {
    await this.client.talking.comeIn(() => this.client.enter("guest", { username }));
    await this.join(code);
  }

  /** @param {string} code */
  async leave(code) {
    const room = callRoomOf(code);
    if (!room) return;
    if (callRoomId.peek() === room.id) this.client.talking.leave();
    await this.client.api.post(`/rooms/${room.id}/leave`);
    this.lost(room.id, "left");
  }

  /**
   * The room is no longer this person's.
   * @param {string} roomId
   * @param {string} reason as the server says it
   * @returns {boolean} whether it is the call one looks at: its page says so
   */
  lost(roomId, reason) {
    const seen = callSeen.peek();
    if (seen === null || seen.room?.id !== roomId) return false;
    if (insideCode.peek() === seen.code) insideCode.value = null;
    outside.value = reason === "left" ? "left" : reason === "banned" ? "banned" : "removed";
    return true;
  }

  /** @param {string} roomId @param {CallSettings} changes */
  async settle(roomId, changes) {
    const { data } = await this.client.api.request("PATCH", `/rooms/${roomId}`, { body: changes });
    roomUpdated(data);
  }

  /** For everybody. @param {string} roomId */
  async end(roomId) {
    const { data } = await this.client.api.post(`/rooms/${roomId}/end`);
    roomUpdated(data);
  }

  /**
   * A new one, and its green room.
   * @param {CallSettings} settings
   */
  async make(settings) {
    const { data: room } = await this.client.api.post("/rooms", { type: "call", ...settings });
    roomUpdated(room);
    this.client.go({ name: "call", code: room.code });
  }

  /**
   * One's calls, the newest first, a page of them.
   * @param {number} page
   * @returns {Promise<{list: Room[], pages: number}>}
   */
  async history(page) {
    const query = { type: "call", mine: 1, page, limit: 20 };
    const { data, meta } = await this.client.api.get("/rooms", { query });
    return { list: data, pages: meta?.totalPages ?? 1 };
  }

  /**
   * Everybody who was in it, once each. Who may no longer look into it gets nobody.
   * @param {string} roomId
   * @returns {Promise<Person[]>}
   */
  async people(roomId) {
    try {
      const { data } = await this.client.api.get(`/rooms/${roomId}/participants`);
      return [...new Map(data.map((/** @type {Participant} */ { user }) => [user.id, user])).values()];
    } catch (error) {
      if (["FORBIDDEN", "NOT_FOUND"].includes(asNetError(error).code)) return [];
      throw error;
    }
  }

  /**
   * @param {string} code
   * @returns {Promise<CallSeen>}
   */
  async #read(code) {
    if (phase.peek() === "signed-in") {
      const { data } = await this.client.api.get(`/rooms/${code}`);
      if (rooms.peek().has(data.id)) roomUpdated(data);
      return seenOf(code, data);
    }
    const { data } = await this.client.api.getPublic(`/rooms/${code}`);
    return { ...data, seats: null, room: null };
  }

  /**
   * @param {string} code
   * @param {NetError} error
   */
  #refused(code, error) {
    if (error.code === "GONE") this.look(code);
    else if (error.code === "CONFLICT") outside.value = "full";
    else if (error.code === "NOT_FOUND") outside.value = "unknown";
    else if (error.code === "FORBIDDEN") outside.value = isGuestRefused() ? "guests" : "banned";
    else throw error;
  }
}

/** Who comes as a guest and finds no guests let in. */
function isGuestRefused() {
  return me.peek()?.isGuest === true && callSeen.peek()?.guestsAllowed === false;
}

/** @param {CallSeen} seen */
function isFull({ seats, count }) {
  return seats !== null && count >= seats;
}

/** @param {Outside} reason holds no longer */
function clear(reason) {
  if (outside.peek() === reason) outside.value = null;
}

/**
 * @param {string} code
 * @param {Room} room
 * @returns {CallSeen}
 */
function seenOf(code, room) {
  const { name, createdBy: host, isActive, guestsAllowed, counts, maxParticipants: seats } = room;
  return { code, name, host, isActive, guestsAllowed, count: counts.participants, seats, room };
}
