/**
 * Fetches what this person may do where they are looking, and again when something was told that may
 * change it. The old answer stays until the new one is there, so that nothing blinks. What is known is
 * permissions.js's; it must not decide anything.
 */

import { asNetError } from "../net/errors.js";
import { rooms } from "./lists.js";
import { me } from "./session.js";
import { isKnown, knownKeys, permissionKey, permissionsAre, permissionsForgotten } from "./permissions.js";

/** @import {Api} from "../net/api.js" */
/** @import {Kind} from "./permissions.js" */

/** For this person there is no such room or server any more. */
const GONE = new Set(["NOT_FOUND", "FORBIDDEN", "GONE", "UNAUTHORIZED"]);

export class Standing {
  /** @type {Map<string, {isStale: boolean}>} what is being asked; `isStale`: ask once more */
  #asking = new Map();
  /** @type {Map<string, number>} how often each is looked at */
  #watched = new Map();
  /** A number per stay of a person. */
  #stay = 0;

  /** @param {Pick<Api, "get">} api */
  constructor(api) {
    this.api = api;
  }

  /**
   * Known, and kept fresh, until it is looked away from.
   * @param {Kind} kind
   * @param {string} id
   * @returns {() => void} to be called then
   */
  watch(kind, id) {
    const key = permissionKey(kind, id);
    this.#watched.set(key, (this.#watched.get(key) ?? 0) + 1);
    if (!isKnown(key) && !this.#asking.has(key)) this.#ask(key);
    return () => {
      const left = (this.#watched.get(key) ?? 0) - 1;
      if (left > 0) this.#watched.set(key, left);
      else this.#watched.delete(key);
    };
  }

  /** The connection was away, or a version was missed. */
  refresh() {
    for (const key of new Set([...knownKeys.peek(), ...this.#watched.keys()])) this.#again(key);
  }

  /** @param {string} roomId */
  roomChanged(roomId) {
    this.#again(permissionKey("rooms", roomId));
  }

  /** Roles, the person's own or what they mean. @param {string} serverId */
  serverChanged(serverId) {
    this.#again(permissionKey("servers", serverId));
    for (const { id, serverId: home } of rooms.peek().values()) if (home === serverId) this.roomChanged(id);
  }

  /** @param {{serverId: string, member: {user: {id: string}}}} told */
  memberChanged({ serverId, member }) {
    if (member.user.id === me.peek()?.id) this.serverChanged(serverId);
  }

  reset() {
    this.#stay += 1;
    this.#asking.clear();
    this.#watched.clear();
  }

  /** What nobody looks at is asked for when somebody does. @param {string} key */
  #again(key) {
    if (this.#watched.has(key)) this.#ask(key);
    else permissionsForgotten(key);
  }

  /** @param {string} key */
  async #ask(key) {
    const underWay = this.#asking.get(key);
    if (underWay) {
      underWay.isStale = true;
      return;
    }
    const stay = this.#stay;
    const question = { isStale: false };
    this.#asking.set(key, question);
    do {
      question.isStale = false;
      await this.#fetch(key, stay);
    } while (question.isStale && stay === this.#stay);
    if (stay === this.#stay) this.#asking.delete(key);
  }

  /**
   * @param {string} key
   * @param {number} stay
   */
  async #fetch(key, stay) {
    try {
      const { data } = await this.api.get(`/${key}/permissions`);
      if (stay === this.#stay) permissionsAre(key, data);
    } catch (error) {
      // Without an answer the next reconnect asks again.
      if (GONE.has(asNetError(error).code) && stay === this.#stay) permissionsForgotten(key);
    }
  }
}
