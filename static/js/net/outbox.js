/**
 * What a person wrote and the server has not confirmed yet. Every entry keeps its nonce, so it can be
 * sent again after any doubt without being written twice (PROTOCOL.md, rule 3). It must not know
 * how entries travel (`transmit` does) nor show them.
 *
 * Per room one entry is under way at a time: that keeps the order in which they were written.
 * Events: `change` ({roomId}), `idle` ({roomId}: nothing of that room waits any more).
 */

import { Backoff } from "./backoff.js";
import { systemClock } from "./clock.js";
import { Emitter } from "./emitter.js";
import { asNetError } from "./errors.js";

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
 * Where entries survive a reload. `load` answers in the order they were put.
 * @typedef {object} OutboxStore
 * @property {() => Promise<OutboxEntry[]>} load
 * @property {(entry: OutboxEntry) => Promise<void>} put
 * @property {(nonce: string) => Promise<void>} remove
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
  return { load: async () => [], put: async () => {}, remove: async () => {} };
}

export class Outbox extends Emitter {
  /** @type {Map<string, OutboxEntry>} by nonce, in the order they were written */
  #entries = new Map();
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
    this.uuid = options.uuid ?? (() => crypto.randomUUID());
  }

  /** Take up what an earlier page left behind. */
  async load() {
    for (const entry of await this.store.load()) {
      if (entry.state === "sent" || this.#entries.has(entry.nonce)) continue;
      this.#entries.set(entry.nonce, entry);
      this.emit("change", { roomId: entry.roomId });
    }
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
    const pending = [...this.#entries.values()].filter((entry) => entry.state === "pending");
    return [...new Set(pending.map((entry) => entry.roomId))];
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
    if (nonce !== null && this.#entries.has(nonce)) this.#remove(nonce);
  }

  /** Send what waits, in every room or in one. Call it whenever a room becomes ready. */
  flush(/** @type {string | undefined} */ roomId = undefined) {
    const rooms = roomId === undefined ? this.waitingRooms : [roomId];
    for (const room of rooms) this.#sendNext(room);
  }

  /** Another person signs in: nothing of this one may leave under their name. */
  clear() {
    for (const timer of this.#pauses.values()) this.clock.clearTimeout(timer);
    this.#pauses.clear();
    for (const nonce of [...this.#entries.keys()]) this.#remove(nonce);
  }

  /** @param {string} roomId */
  async #sendNext(roomId) {
    if (this.#sending.has(roomId) || this.#pauses.has(roomId)) return;
    const entry = this.entriesOf(roomId).find(({ state }) => state === "pending");
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
    this.#keep(this.store.put(entry));
    this.#changed(entry.roomId);
  }

  /** @param {string} nonce */
  #remove(nonce) {
    const entry = this.#entries.get(nonce);
    if (!entry) return;
    this.#entries.delete(nonce);
    this.#keep(this.store.remove(nonce));
    this.#changed(entry.roomId);
  }

  /** @param {string} roomId */
  #changed(roomId) {
    this.emit("change", { roomId });
    if (!this.entriesOf(roomId).some(({ state }) => state === "pending")) {
      this.emit("idle", { roomId });
    }
  }

  /**
   * A full or forbidden disk must not stop the conversation.
   * @param {Promise<void>} write
   */
  #keep(write) {
    write.catch((error) => console.warn("the outbox could not be kept", error));
  }
}
