/**
 * Reading back: older pages of a room, and the way to one message. It must not join rooms; client.js
 * opens them.
 */

import { effect } from "@preact/signals-core";

import { systemClock } from "../net/clock.js";
import { asNetError } from "../net/errors.js";
import { jumpArrived, jumping } from "./jump.js";
import { currentRoomId } from "./lists.js";
import { conversation, knownMessage, olderIs, olderLoaded, oldestSeq } from "./messages.js";
import { firstCertain } from "./rows.js";

/** @import {Api} from "../net/api.js" */
/** @import {Clock} from "../net/clock.js" */
/** @import {Message} from "../net/protocol.js" */

const PAGE = 50;
const JUMP_PAGE = 100;
const MOST_PAGES = 50;
const ROOM_WITHIN_MS = 15_000;

export class History {
  /** @type {Map<string, Promise<boolean>>} the page that is under way, by room */
  #underWay = new Map();

  /**
   * @param {Pick<Api, "get">} api
   * @param {Clock} [clock]
   */
  constructor(api, clock = systemClock) {
    this.api = api;
    this.clock = clock;
  }

  /**
   * One page further back. Several calls while one is under way are one: all of them end with it.
   * @param {string} roomId
   * @param {number} [limit]
   * @returns {Promise<boolean>} whether the list grew
   */
  loadOlder(roomId, limit = PAGE) {
    const underWay = this.#underWay.get(roomId);
    if (underWay) return underWay;
    const page = this.#loadPage(roomId, limit).finally(() => this.#underWay.delete(roomId));
    this.#underWay.set(roomId, page);
    return page;
  }

  /**
   * @param {string} roomId
   * @param {number} limit
   */
  async #loadPage(roomId, limit) {
    if (!conversation(roomId).peek().hasOlder) return false;
    const before = oldestSeq(roomId);
    olderIs(roomId, "loading");
    try {
      const { data, meta } = await this.api.get(`/rooms/${roomId}/messages`, { query: { limit, before } });
      // A list replaced meanwhile begins elsewhere: this page is no part of it.
      const isFitting = oldestSeq(roomId) === before;
      if (isFitting) olderLoaded(roomId, data, meta.hasMore);
      return isFitting;
    } catch {
      olderIs(roomId, "failed");
      return false;
    }
  }

  /**
   * @param {string} messageId
   * @returns {Promise<Message | null>} null: there is none for this person
   */
  async fetchMessage(messageId) {
    try {
      return (await this.api.get(`/messages/${messageId}`)).data;
    } catch (error) {
      if (GONE.has(asNetError(error).code)) return null;
      throw error;
    }
  }

  /**
   * Loads back to a message of the open room, then points at it.
   * @param {string} roomId
   * @param {string} messageId
   * @returns {Promise<boolean>} false: it is not there, too far back, or one went elsewhere meanwhile
   */
  async jumpTo(roomId, messageId) {
    const way = { roomId, messageId, loaded: 0 };
    jumping.value = way;
    try {
      const isThere = await this.#reach(way);
      if (isThere && jumping.peek()?.messageId === messageId) jumpArrived(roomId, messageId);
      return isThere;
    } finally {
      // A later jump has its own progress.
      if (jumping.peek()?.messageId === messageId) jumping.value = null;
    }
  }

  /** @param {{roomId: string, messageId: string, loaded: number}} way */
  async #reach({ roomId, messageId }) {
    if (!(await this.#isLoaded(roomId))) return false;
    const target = knownMessage(roomId, messageId) ?? (await this.fetchMessage(messageId).catch(() => null));
    if (target?.roomId !== roomId) return false;
    for (let page = 0; target.seq < firstShown(roomId); page += 1) {
      const isWanted = roomId === currentRoomId.peek() && jumping.peek()?.messageId === messageId;
      if (page === MOST_PAGES || !isWanted || !(await this.loadOlder(roomId, JUMP_PAGE))) return false;
      jumping.value = { roomId, messageId, loaded: conversation(roomId).peek().list.length };
    }
    return conversation(roomId).peek().list.some(({ id }) => id === messageId);
  }

  /** @param {string} roomId */
  #isLoaded(roomId) {
    return this.#until(() => conversation(roomId).value.isLoaded);
  }

  /**
   * @param {() => boolean} holds
   * @returns {Promise<boolean>} false where it did not come in time
   */
  #until(holds) {
    return new Promise((resolve) => {
      let stop = () => {};
      /** @param {boolean} answer */
      const end = (answer) => {
        this.clock.clearTimeout(timer);
        resolve(answer);
        queueMicrotask(() => stop());
      };
      const timer = this.clock.setTimeout(() => end(false), ROOM_WITHIN_MS);
      stop = effect(() => {
        if (holds()) end(true);
      });
    });
  }
}

/**
 * Older messages than this are loaded at most, not shown.
 * @param {string} roomId
 */
function firstShown(roomId) {
  const { list, hasOlder } = conversation(roomId).peek();
  return (hasOlder && list[firstCertain(list)]?.seq) || oldestSeq(roomId);
}

const GONE = new Set(["NOT_FOUND", "FORBIDDEN", "GONE", "VALIDATION_ERROR"]);
