/**
 * Tells the server how far this person has read: what was on screen at the room's end, at most once
 * every 800 ms per room, and what they mark by hand. It must not count what is unread; reads.js holds
 * what the server says.
 */

import { systemClock } from "../net/clock.js";
import { currentRoomId } from "./lists.js";
import { conversation } from "./messages.js";
import { isUnread, lineIs, marking, markingIs, readOf, reads, readTold } from "./reads.js";
import { me } from "./session.js";

/** @import {Clock} from "../net/clock.js" */
/** @import {Gateway} from "../net/socket.js" */
/** @import {Message, ReadUpdated, RoomJoined} from "../net/protocol.js" */

const EVERY_MS = 800;

export class Reading {
  /** @type {Map<string, unknown>} rooms whose mark waits for its turn: their timers */
  #timers = new Map();
  /** @type {Set<string>} rooms marked unread by hand; they rest until they are opened again */
  #resting = new Set();
  /** @type {string | null} the room whose line has yet to be drawn: it was just opened */
  #fresh = null;
  /** The newest number this person has seen in this visit of the room; null while not known. */
  #seenSeq = /** @type {number | null} */ (null);
  #isAway = false;
  #wasAtEnd = false;

  /**
   * @param {Pick<Gateway, "request" | "isReady">} gateway
   * @param {Clock} [clock]
   */
  constructor(gateway, clock = systemClock) {
    this.gateway = gateway;
    this.clock = clock;
  }

  /**
   * The line stands where one had read to. What was told last may be old: the join says it for certain.
   * @param {string} roomId
   * @param {{isJoined?: boolean}} [how] joined already, there will be no join
   */
  opened(roomId, { isJoined = false } = {}) {
    this.#resting.delete(roomId);
    this.#fresh = isJoined ? null : roomId;
    this.#seenSeq = reads.peek().get(roomId)?.readSeq ?? null;
    lineIs(roomId, isUnread(roomId) ? readOf(roomId).readSeq : null);
  }

  /** @param {string} roomId */
  left(roomId) {
    this.flush(roomId);
    lineIs(roomId, null);
  }

  /** The first join of a visit; after a reconnect the line stays. @param {RoomJoined} joined */
  joined({ room, readSeq, unread = 0 }) {
    if (this.#fresh !== room.id || readSeq === undefined) return;
    this.#fresh = null;
    this.#seenSeq = Math.max(this.#seenSeq ?? 0, readSeq);
    lineIs(room.id, unread > 0 ? readSeq : null);
  }

  /** What others write while nobody looks is new since one left. @param {Message} message */
  arrived({ roomId, seq, sender, deletedAt }) {
    if (!this.#isAway || roomId !== currentRoomId.peek() || this.#seenSeq === null) return;
    const isNew = seq > this.#seenSeq && sender?.id !== me.peek()?.id && deletedAt === null;
    if (isNew) lineIs(roomId, this.#seenSeq);
  }

  /** The window was hidden, or is looked at again. @param {boolean} isAway */
  away(isAway) {
    if (isAway === this.#isAway) return;
    const newest = conversation(currentRoomId.peek() ?? "").peek().list.at(-1)?.seq;
    if (isAway) this.#wasAtEnd = newest !== undefined && newest === this.#seenSeq;
    this.#isAway = isAway;
    if (isAway) this.flush();
    // Who left the room's end finds themselves at its end.
    else if (this.#wasAtEnd) this.seen();
  }

  /** The open room is looked at, at its end. */
  seen() {
    const roomId = currentRoomId.peek();
    const seq = conversation(roomId ?? "").peek().list.at(-1)?.seq;
    if (roomId === null || seq === undefined || this.#isAway || this.#resting.has(roomId)) return;
    this.#seenSeq = Math.max(this.#seenSeq ?? 0, seq);
    if (!reads.peek().has(roomId) || seq <= Math.max(readOf(roomId).readSeq, marking.peek().get(roomId) ?? 0)) return;
    markingIs(roomId, seq);
    this.#sendLater(roomId);
  }

  /**
   * Unread from this message on, until the room is opened again.
   * @param {Message} message
   */
  async markUnreadFrom({ roomId, seq }) {
    this.#rest(roomId);
    try {
      await this.gateway.request("read:set", { roomId, seq: seq - 1 });
      if (roomId === currentRoomId.peek()) lineIs(roomId, seq - 1);
    } catch (error) {
      this.#resting.delete(roomId);
      throw error;
    }
  }

  /**
   * Read to its end, without opening it.
   * @param {string} roomId
   */
  async markRead(roomId) {
    this.#resting.delete(roomId);
    const { newestSeq, readSeq } = readOf(roomId);
    if (newestSeq <= readSeq) return;
    markingIs(roomId, newestSeq);
    await this.#send(roomId);
  }

  /** read:updated: the answer to this page, or what another one of the person did. @param {ReadUpdated} data */
  told({ roomId, seq, unread, mentions }) {
    if (seq < readOf(roomId).readSeq) this.#rest(roomId);
    readTold(roomId, { readSeq: seq, unread, mentions });
    if (seq >= (marking.peek().get(roomId) ?? Infinity)) markingIs(roomId, null);
  }

  /** What waits goes out now. @param {string} [roomId] */
  flush(roomId) {
    for (const id of roomId === undefined ? [...this.#timers.keys()] : [roomId]) {
      if (this.#stop(id)) this.#send(id).catch(() => {});
    }
  }

  /** Connected again: what could not be told meanwhile is told now. */
  resume() {
    for (const roomId of marking.peek().keys()) this.#sendLater(roomId);
  }

  reset() {
    for (const roomId of [...this.#timers.keys()]) this.#stop(roomId);
    this.#resting.clear();
    this.#fresh = this.#seenSeq = null;
    this.#wasAtEnd = false;
  }

  /** Marked unread, here or elsewhere: looking at it does not undo that. @param {string} roomId */
  #rest(roomId) {
    this.#resting.add(roomId);
    this.#stop(roomId);
    markingIs(roomId, null);
  }

  /** @param {string} roomId */
  #sendLater(roomId) {
    if (this.#timers.has(roomId)) return;
    const due = () => {
      this.#timers.delete(roomId);
      this.#send(roomId).catch(() => {});
    };
    this.#timers.set(roomId, this.clock.setTimeout(due, EVERY_MS));
  }

  /** @param {string} roomId */
  async #send(roomId) {
    const seq = marking.peek().get(roomId);
    if (seq === undefined) return;
    try {
      await this.gateway.request("read:update", { roomId, seq });
    } catch (error) {
      // Without a connection it waits for the next one; refused, it is not under way any more.
      if (this.gateway.isReady && marking.peek().get(roomId) === seq) markingIs(roomId, null);
      throw error;
    }
  }

  /**
   * @param {string} roomId
   * @returns {boolean} whether one was waiting
   */
  #stop(roomId) {
    if (!this.#timers.has(roomId)) return false;
    this.clock.clearTimeout(this.#timers.get(roomId));
    return this.#timers.delete(roomId);
  }
}
