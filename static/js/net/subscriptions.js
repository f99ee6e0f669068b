/**
 * The rooms this socket should be in: joins them, again after each reconnect, and feeds each room's
 * cursor with its frames. It must not keep messages; its listeners do.
 *
 * Events: `apply` ({roomId, type, data}: the next numbered change), `merge` and `replace`
 * ({roomId, messages}), `joined` (RoomJoined, after its messages were taken in), `recovered`
 * ({roomId, count}: what a reconnect brought back), `refused` ({roomId, error}: not, or no longer,
 * a room of this person).
 */

import { systemClock } from "./clock.js";
import { Emitter } from "./emitter.js";
import { asNetError, netErrorOf } from "./errors.js";
import { RoomCursor, numberOf } from "./recovery.js";

/** @import {Clock} from "./clock.js" */
/** @import {NetError} from "./errors.js" */
/** @import {Gateway} from "./socket.js" */
/** @import {AuthOk, Missed, Pong, RoomJoined} from "./protocol.js" */

const NUMBERED = ["message:new", "message:updated", "message:deleted", "reaction:changed"];
const REFUSALS = new Set(["NOT_FOUND", "FORBIDDEN", "VALIDATION_ERROR", "GONE"]);
const JOIN_RETRY_MS = 3_000;

export class Subscriptions extends Emitter {
  /** @type {Map<string, RoomCursor>} by room id; kept after leaving, so that coming back is cheap */
  #cursors = new Map();
  /** @type {Set<string>} */
  #wanted = new Set();
  /** @type {Set<string>} rooms a lost connection cut off, until they have caught up */
  #cutOff = new Set();
  /** @type {Map<string, number>} cursors to recover from, sent together */
  #toRecover = new Map();
  /** @type {string | null} */
  #epoch = null;

  /**
   * @param {Gateway} gateway
   * @param {Clock} [clock]
   */
  constructor(gateway, clock = systemClock) {
    super();
    this.gateway = gateway;
    this.clock = clock;
    for (const type of NUMBERED) gateway.on(type, (data) => this.#numbered(type, data));
    gateway.on("room:joined", (data) => this.#joined(data));
    gateway.on("connection:missed", (data) => this.#missed(data));
    gateway.on("pong", (data) => this.#heads(data));
    gateway.on("ready", (auth) => this.#ready(auth));
    gateway.on("down", () => this.#down());
  }

  /** @param {string} roomId */
  join(roomId) {
    if (this.#wanted.has(roomId)) return;
    this.#wanted.add(roomId);
    if (this.gateway.isReady) this.#sendJoin(roomId);
  }

  /** @param {string} roomId */
  leave(roomId) {
    if (!this.#wanted.delete(roomId)) return;
    this.#cutOff.delete(roomId);
    this.#cursors.get(roomId)?.disconnected();
    this.gateway.send("room:leave", { roomId });
  }

  /**
   * The room is gone for this person: nothing of it is kept.
   * @param {string} roomId
   */
  forget(roomId) {
    this.#wanted.delete(roomId);
    this.#cutOff.delete(roomId);
    this.#cursors.get(roomId)?.reset();
    this.#cursors.delete(roomId);
  }

  /** @param {string} roomId */
  isJoined(roomId) {
    return this.#wanted.has(roomId) && this.#cursors.get(roomId)?.isJoined === true;
  }

  /** @param {string} roomId */
  cursorOf(roomId) {
    return this.#cursors.get(roomId)?.cursor ?? null;
  }

  /** Another person, or nobody: forget every room. */
  clear() {
    // Said aloud, so that others see at once that one has gone and is not only reloading.
    for (const roomId of [...this.#wanted]) this.leave(roomId);
    for (const roomId of [...this.#cursors.keys()]) this.forget(roomId);
  }

  /** @param {AuthOk} auth */
  #ready(auth) {
    this.#epoch = auth.epoch;
    for (const roomId of this.#wanted) this.#sendJoin(roomId);
  }

  #down() {
    this.#toRecover.clear();
    for (const roomId of this.#wanted) if (this.isJoined(roomId)) this.#cutOff.add(roomId);
    for (const cursor of this.#cursors.values()) cursor.disconnected();
  }

  /** @param {string} roomId */
  async #sendJoin(roomId) {
    const params = this.#cursorFor(roomId).joinParams();
    try {
      await this.gateway.request("room:join", { roomId, ...params });
    } catch (error) {
      this.#joinFailed(roomId, asNetError(error));
    }
  }

  /**
   * @param {string} roomId
   * @param {NetError} error
   */
  #joinFailed(roomId, error) {
    // Without a connection there is nothing to do: `ready` joins again.
    if (!this.#wanted.has(roomId) || error.code === "DISCONNECTED") return;
    if (REFUSALS.has(error.code)) {
      this.forget(roomId);
      this.emit("refused", { roomId, error });
      return;
    }
    this.clock.setTimeout(() => {
      if (this.#wanted.has(roomId) && !this.isJoined(roomId) && this.gateway.isReady) {
        this.#sendJoin(roomId);
      }
    }, error.retryAfterMs ?? JOIN_RETRY_MS);
  }

  /** @param {string} roomId */
  #cursorFor(roomId) {
    const known = this.#cursors.get(roomId);
    if (known) return known;
    const cursor = new RoomCursor(
      {
        apply: (type, data) => this.emit("apply", { roomId, type, data }),
        merge: (messages) => this.emit("merge", { roomId, messages }),
        replace: (messages) => this.emit("replace", { roomId, messages }),
        recover: (lastSeenSeq) => this.#recover(roomId, lastSeenSeq),
        rejoin: () => this.#sendJoin(roomId),
      },
      this.clock,
    );
    this.#cursors.set(roomId, cursor);
    return cursor;
  }

  /**
   * @param {string} type
   * @param {any} data
   */
  #numbered(type, data) {
    const number = numberOf(type, data);
    if (number) this.#cursors.get(number.roomId)?.frame(number.seq, type, data);
  }

  /** @param {RoomJoined} data */
  #joined(data) {
    const roomId = data.room.id;
    if (!this.#wanted.has(roomId)) return;
    const cursor = this.#cursorFor(roomId);
    cursor.joined(data);
    this.emit("joined", data);
    this.#tellRecovered(roomId, data.recovered, data.messages.length);
  }

  /** @param {Missed} data */
  #missed(data) {
    if (data.error) {
      this.#joinFailed(data.roomId, netErrorOf(data.error));
      return;
    }
    this.#cursors.get(data.roomId)?.missed(data);
    this.#tellRecovered(data.roomId, data.recovered, data.messages?.length ?? 0);
  }

  /**
   * @param {string} roomId
   * @param {boolean} recovered
   * @param {number} count
   */
  #tellRecovered(roomId, recovered, count) {
    if (!this.#cutOff.has(roomId)) return;
    if (!this.#cursors.get(roomId)?.isBehind) this.#cutOff.delete(roomId);
    if (recovered && count > 0) this.emit("recovered", { roomId, count });
  }

  /** @param {Pong} data */
  #heads(data) {
    for (const [roomId, seq] of Object.entries(data.heads ?? {})) {
      this.#cursors.get(roomId)?.head(seq);
    }
  }

  /**
   * Holes of several rooms found in one turn become one frame.
   * @param {string} roomId
   * @param {number} lastSeenSeq
   */
  #recover(roomId, lastSeenSeq) {
    this.#toRecover.set(roomId, lastSeenSeq);
    if (this.#toRecover.size === 1) queueMicrotask(() => this.#sendRecover());
  }

  #sendRecover() {
    const rooms = [...this.#toRecover].map(([roomId, lastSeenSeq]) => ({ roomId, lastSeenSeq }));
    this.#toRecover.clear();
    if (rooms.length > 0) {
      this.gateway.send("connection:recover", { rooms, epoch: this.#epoch });
    }
  }
}
