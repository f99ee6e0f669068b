/**
 * The client's half of the sequence rules (PROTOCOL.md, "Sequence rules"), for one room: which frame
 * may be applied now, which waits, when to ask for what was missed. It neither sends nor stores:
 * its `effects` do.
 *
 * The cursor is the highest number up to which everything has been applied.
 */

import { systemClock } from "./clock.js";

/** @import {Clock} from "./clock.js" */
/** @import {Message, Missed, RoomJoined} from "./protocol.js" */

/**
 * @typedef {object} CursorEffects
 * @property {(type: string, data: any) => void} apply a numbered frame, exactly once and in order
 * @property {(messages: Message[]) => void} merge upsert by id where changeSeq is newer
 * @property {(messages: Message[]) => void} replace forget the list, these are the newest ones
 * @property {(lastSeenSeq: number) => void} recover ask `connection:recover`
 * @property {() => void} rejoin ask `room:join` without lastSeenSeq
 */

const HOLE_RETRY_MS = 4_000;
const HOLE_RETRY_CAP_MS = 15_000;
const HEAD_GRACE_MS = 1_500;
/** More than this waiting behind a hole is cheaper to fetch than to keep. */
const MAX_HELD = 1_000;

/**
 * The number a frame takes in its room, or null where it takes none.
 * @param {string} type
 * @param {any} data
 * @returns {{roomId: string, seq: number} | null}
 */
export function numberOf(type, data) {
  if (type === "message:new" || type === "message:updated") {
    return { roomId: data.message.roomId, seq: data.message.changeSeq };
  }
  if (type === "message:deleted" || type === "reaction:changed") {
    return { roomId: data.roomId, seq: data.changeSeq };
  }
  return null;
}

export class RoomCursor {
  /** @type {number | null} null: nothing applied yet, the next join replaces everything */
  #cursor = null;
  /** @type {string | null} */
  #epoch = null;
  /** @type {Map<number, {type: string, data: any}>} frames beyond a hole, by their number */
  #held = new Map();
  /** The highest number known to exist. */
  #head = 0;
  #isJoined = false;
  /** Whether pages or an answer are under way; a second question would only repeat them. */
  #isAsking = false;
  #retryMs = HOLE_RETRY_MS;
  /** @type {unknown} */
  #timer = null;

  /**
   * @param {CursorEffects} effects
   * @param {Clock} [clock]
   */
  constructor(effects, clock = systemClock) {
    this.effects = effects;
    this.clock = clock;
  }

  get cursor() {
    return this.#cursor;
  }

  get isJoined() {
    return this.#isJoined;
  }

  /** True while it is known that something is missing. */
  get isBehind() {
    return this.#cursor === null || this.#cursor < this.#head;
  }

  /** What to send along with `room:join`. */
  joinParams() {
    return this.#cursor === null ? {} : { lastSeenSeq: this.#cursor, epoch: this.#epoch };
  }

  /** The next join starts from nothing. */
  reset() {
    this.disconnected();
    this.#cursor = null;
    this.#head = 0;
  }

  /** The socket is gone; the next join brings what the held frames said. */
  disconnected() {
    this.#isJoined = false;
    this.#held.clear();
    this.#settle();
  }

  /** @param {RoomJoined} data */
  joined(data) {
    const isContinued = this.#cursor !== null && data.recovered && data.epoch === this.#epoch;
    this.#isJoined = true;
    this.#epoch = data.epoch;
    this.#settle();
    if (isContinued) {
      this.#head = Math.max(this.#head, data.lastSeq);
      this.effects.merge(data.messages);
      this.#advance(data.upTo ?? data.lastSeq, data.more === true);
    } else {
      this.effects.replace(data.messages);
      this.#cursor = this.#head = data.lastSeq;
      this.#drain();
    }
  }

  /**
   * A numbered frame. Acks are none: they never come here.
   * @param {number} seq
   * @param {string} type
   * @param {any} data
   */
  frame(seq, type, data) {
    this.#head = Math.max(this.#head, seq);
    if (this.#cursor !== null && seq <= this.#cursor) return;
    if (this.#held.size >= MAX_HELD) this.#held.clear();
    this.#held.set(seq, { type, data });
    this.#drain();
  }

  /** @param {Missed} data */
  missed(data) {
    if (this.#cursor === null) return;
    if (!data.recovered || data.epoch !== this.#epoch) {
      this.reset();
      this.effects.rejoin();
      return;
    }
    this.#head = Math.max(this.#head, data.lastSeq ?? 0);
    this.#settle();
    this.effects.merge(data.messages);
    this.#advance(data.upTo, data.more);
  }

  /**
   * The server's head from a pong. Frames may still be on their way, so it gets a little grace.
   * @param {number} lastSeq
   */
  head(lastSeq) {
    this.#head = Math.max(this.#head, lastSeq);
    if (this.#isJoined && this.isBehind && !this.#isAsking && this.#timer === null) {
      this.#timer = this.clock.setTimeout(() => this.#checkHead(), HEAD_GRACE_MS);
    }
  }

  #checkHead() {
    this.#timer = null;
    if (this.isBehind) this.#ask();
  }

  /**
   * @param {number} upTo
   * @param {boolean} more pages follow without being asked for
   */
  #advance(upTo, more) {
    const before = this.#cursor ?? 0;
    this.#cursor = Math.max(before, upTo);
    if (this.#cursor > before) this.#retryMs = HOLE_RETRY_MS;
    // An answer that brought nothing is not asked for again at once, or a fault would spin.
    this.#drain(more || this.#cursor === before);
  }

  /**
   * Apply what follows the cursor without a hole, then see whether a hole is left.
   * @param {boolean} [isComing] the rest needs no question now
   */
  #drain(isComing = false) {
    if (this.#cursor === null) return;
    for (const seq of this.#held.keys()) if (seq <= this.#cursor) this.#held.delete(seq);
    while (this.#applyNext(this.#cursor + 1)) this.#cursor += 1;
    if (!this.isBehind) this.#settle();
    else if (isComing) this.#askLater();
    else if (this.#isAsking) return;
    else if (this.#held.size > 0) this.#ask();
    else this.head(this.#head);
  }

  /** @param {number} seq */
  #applyNext(seq) {
    const next = this.#held.get(seq);
    if (!next) return false;
    try {
      this.effects.apply(next.type, next.data);
    } catch (error) {
      // It does not count as applied: a reducer's fault leaves a hole, and the hole is recovered.
      console.error(`frame ${seq} (${next.type}) could not be applied`, error);
      return false;
    } finally {
      this.#held.delete(seq);
    }
    return true;
  }

  #ask() {
    if (!this.#isJoined || this.#cursor === null) return;
    this.#askLater();
    this.effects.recover(this.#cursor);
  }

  /** An answer, or the next page, is expected; ask (again) if it does not come. */
  #askLater() {
    this.clock.clearTimeout(this.#timer);
    this.#isAsking = true;
    this.#timer = this.clock.setTimeout(() => this.#ask(), this.#retryMs);
    this.#retryMs = Math.min(HOLE_RETRY_CAP_MS, this.#retryMs * 2);
  }

  #settle() {
    this.clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#isAsking = false;
    if (!this.isBehind) this.#retryMs = HOLE_RETRY_MS;
  }
}
