/**
 * What a person wrote and the server has not confirmed yet. Every entry keeps its nonce, so it can be
 * sent again after any doubt without being written twice (PROTOCOL.md, rule 3). It must not know
 * how entries travel (`transmit` does) nor show them.
 *
 * Per room one entry is under way at a time: that keeps the order in which they were written. What
 * another page of the same person wrote is shown here too, and sent from there; when that page is gone,
 * its store hands the entries over.
 *
 * Events: `change` ({roomId}), `idle` ({roomId}: nothing of that room waits here any more).
 */

import { Backoff } from "./backoff.js";
import { systemClock } from "./clock.js";
import { Emitter } from "./emitter.js";
import { asNetError } from "./errors.js";
import { newName } from "./names.js";

/** @import {Clock} from "./clock.js" */
/** @import {NetError} from "./errors.js" */
/** @import {Ack} from "./protocol.js" */

/**
 * @typedef {object} OutboxEntry
 * @property {string} nonce
 * @property {string} roomId
 * @property {string} content
 * @property {string | null} replyTo
 * @property {"pending" | "sent" | "failed"} state sent: acknowledged, not yet seen in the room
 * @property {string} createdAt
 * @property {{code: string, message: string} | null} error
 * @property {Ack | null} ack
 */

/**
 * What other pages of the same person did. `put` with `isOurs`: the entry is this page's to send now.
 * @typedef {object} OutboxNews
 * @property {(entry: OutboxEntry, isOurs: boolean) => void} put
 * @property {(nonce: string) => void} removed
 * @property {() => void} wiped
 */

/**
 * Where one person's entries survive a reload; `put` makes an entry this page's. What is there already,
 * and what other pages do, is told as news, in the order it was written.
 * @typedef {object} OutboxStore
 * @property {(personId: string, news: OutboxNews) => Promise<void>} open
 * @property {(entry: OutboxEntry) => Promise<void>} put
 * @property {(nonce: string) => Promise<void>} remove
 * @property {() => Promise<void>} wipe everything of this person, in every page
 * @property {() => void} close
 */

/**
 * @typedef {object} OutboxOptions
 * @property {(entry: OutboxEntry) => Promise<Ack>} transmit rejects with a NetError
 * @property {(roomId: string) => boolean} isReady whether transmit has a chance now
 * @property {OutboxStore} [store]
 * @property {Clock} [clock]
 * @property {() => number} [random]
 * @property {() => string} [uuid]
 */

/** @returns {OutboxStore} a store that forgets on reload */
export function memoryStore() {
  const done = async () => {};
  return { open: done, put: done, remove: done, wipe: done, close: () => {} };
}

/** How many nonces of what arrived are remembered: word of them from elsewhere may come late. */
const MOST_SETTLED = 500;

export class Outbox extends Emitter {
  /** @type {Map<string, OutboxEntry>} by nonce, in the order they were written */
  #entries = new Map();
  /** @type {Set<string>} nonces of entries that another page sends */
  #elsewhere = new Set();
  /** @type {Set<string>} nonces of what has arrived: it must not come back */
  #settled = new Set();
  /** @type {Set<string>} rooms with an entry under way */
  #sending = new Set();
  /** @type {Map<string, unknown>} rooms that wait before the next try: their timers */
  #pauses = new Map();
  /** @type {Map<string, Backoff>} */
  #backoffs = new Map();

  /** @param {OutboxOptions} options */
  constructor(options) {
    super();
    this.options = options;
    this.store = options.store ?? memoryStore();
    this.clock = options.clock ?? systemClock;
    this.uuid = options.uuid ?? newName;
  }

  /**
   * Take up what earlier pages of this person left behind.
   * @param {string} personId
   */
  async open(personId) {
    await this.store.open(personId, {
      put: (entry, isOurs) => this.#told(entry, isOurs),
      removed: (nonce) => this.#forget(nonce),
      wiped: () => this.#forgetAll(),
    });
  }

  /**
   * @param {{roomId: string, content: string, replyTo?: string | null}} message
   * @returns {OutboxEntry}
   */
  add({ roomId, content, replyTo = null }) {
    /** @type {OutboxEntry} */
    const entry = {
      nonce: this.uuid(),
      roomId,
      content,
      replyTo,
      state: "pending",
      createdAt: new Date(this.clock.now()).toISOString(),
      error: null,
      ack: null,
    };
    this.#put(entry);
    this.flush(roomId);
    return entry;
  }

  /** @param {string} roomId */
  entriesOf(roomId) {
    return [...this.#entries.values()].filter((entry) => entry.roomId === roomId);
  }

  /** Rooms that still have something to send. */
  get waitingRooms() {
    const ours = [...this.#entries.values()].filter((entry) => this.#isDue(entry));
    return [...new Set(ours.map((entry) => entry.roomId))];
  }

  /**
   * A failed one again, with its old nonce: the server may have it after all.
   * @param {string} nonce
   */
  retry(nonce) {
    const entry = this.#entries.get(nonce);
    if (entry?.state !== "failed") return;
    this.#put({ ...entry, state: "pending", error: null });
    this.flush(entry.roomId);
  }

  /** @param {string} nonce */
  discard(nonce) {
    if (this.#entries.get(nonce)?.state === "failed") this.#remove(nonce);
  }

  /**
   * The message was seen in its room.
   * @param {string | null} nonce
   */
  settle(nonce) {
    if (nonce === null) return;
    this.#settled.add(nonce);
    const [oldest] = this.#settled;
    if (oldest !== undefined && this.#settled.size > MOST_SETTLED) this.#settled.delete(oldest);
    if (this.#entries.has(nonce)) this.#remove(nonce);
  }

  /**
   * The room is gone for this person: nothing can be sent there any more.
   * @param {string} roomId
   */
  drop(roomId) {
    for (const { nonce } of this.entriesOf(roomId)) this.#remove(nonce);
  }

  /** Send what waits, in every room or in one. Call it whenever a room becomes ready. */
  flush(/** @type {string | undefined} */ roomId = undefined) {
    const rooms = roomId === undefined ? this.waitingRooms : [roomId];
    for (const room of rooms) this.#sendNext(room);
  }

  /** Another person signs in: nothing of this one may leave under their name. It stays theirs, stored. */
  close() {
    this.store.close();
    this.#forgetAll();
    this.#settled.clear();
  }

  /** This person signs out: nothing of what they wrote is kept here. */
  wipe() {
    this.#keep(this.store.wipe());
    this.#forgetAll();
  }

  #forgetAll() {
    for (const timer of this.#pauses.values()) this.clock.clearTimeout(timer);
    this.#pauses.clear();
    for (const nonce of [...this.#entries.keys()]) this.#forget(nonce);
  }

  /**
   * @param {OutboxEntry} entry
   * @param {boolean} isOurs
   */
  #told(entry, isOurs) {
    const { nonce, roomId, state } = entry;
    // It has arrived: seen in the room here, or acknowledged to a page that is gone.
    if (this.#settled.has(nonce) || (isOurs && state === "sent")) return this.#keep(this.store.remove(nonce));
    if (isOurs) this.#elsewhere.delete(nonce);
    else this.#elsewhere.add(nonce);
    this.#entries.set(nonce, entry);
    this.#changed(roomId);
    this.flush(roomId);
  }

  /** @param {OutboxEntry} entry */
  #isDue({ nonce, state }) {
    return state === "pending" && !this.#elsewhere.has(nonce);
  }

  /** @param {string} roomId */
  async #sendNext(roomId) {
    if (this.#sending.has(roomId) || this.#pauses.has(roomId)) return;
    const entry = this.entriesOf(roomId).find((waiting) => this.#isDue(waiting));
    if (!entry || !this.options.isReady(roomId)) return;
    this.#sending.add(roomId);
    try {
      this.#acked(entry.nonce, await this.options.transmit(entry));
    } catch (error) {
      this.#refused(entry.nonce, asNetError(error));
    } finally {
      this.#sending.delete(roomId);
    }
    this.#sendNext(roomId);
  }

  /**
   * @param {string} nonce
   * @param {Ack} ack
   */
  #acked(nonce, ack) {
    const entry = this.#entries.get(nonce);
    this.#backoffs.delete(ack.roomId);
    // Its message:new may have come first, and settled it.
    if (entry) this.#put({ ...entry, state: "sent", ack, error: null });
  }

  /**
   * @param {string} nonce
   * @param {NetError} error
   */
  #refused(nonce, error) {
    const entry = this.#entries.get(nonce);
    if (!entry) return;
    if (!error.isPassing) {
      this.#put({ ...entry, state: "failed", error: { code: error.code, message: error.sentence } });
    } else if (error.code !== "DISCONNECTED" || this.options.isReady(entry.roomId)) {
      // Without a connection the room's next `flush` comes with the next join.
      this.#pause(entry.roomId, error.retryAfterMs);
    }
  }

  /**
   * @param {string} roomId
   * @param {number | null} retryAfterMs
   */
  #pause(roomId, retryAfterMs) {
    const backoff = this.#backoffs.get(roomId) ?? new Backoff({ random: this.options.random });
    this.#backoffs.set(roomId, backoff);
    const waitMs = backoff.next();
    const resume = () => {
      this.#pauses.delete(roomId);
      this.#sendNext(roomId);
    };
    this.#pauses.set(roomId, this.clock.setTimeout(resume, retryAfterMs ?? waitMs));
  }

  /** @param {OutboxEntry} entry */
  #put(entry) {
    this.#entries.set(entry.nonce, entry);
    this.#elsewhere.delete(entry.nonce);
    this.#keep(this.store.put(entry));
    this.#changed(entry.roomId);
  }

  /** @param {string} nonce */
  #remove(nonce) {
    this.#keep(this.store.remove(nonce));
    this.#forget(nonce);
  }

  /** @param {string} nonce */
  #forget(nonce) {
    const entry = this.#entries.get(nonce);
    this.#entries.delete(nonce);
    this.#elsewhere.delete(nonce);
    if (entry) this.#changed(entry.roomId);
  }

  /** @param {string} roomId */
  #changed(roomId) {
    this.emit("change", { roomId });
    if (!this.waitingRooms.includes(roomId)) this.emit("idle", { roomId });
  }

  /**
   * A full or forbidden disk must not stop the conversation.
   * @param {Promise<void>} write
   */
  #keep(write) {
    write.catch((error) => console.warn("the outbox could not be kept", error));
  }
}
