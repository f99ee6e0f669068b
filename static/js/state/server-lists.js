/**
 * Fetches what a server's members are told as whole lists: its categories and its roles. Once looked at,
 * a list is fetched again when something of it may have been missed. It must not decide when; wiring.js does.
 */

import { areCategoriesKnown, categoriesTold } from "./categories.js";
import { rolesTold } from "./roles.js";

/** @import {Api} from "../net/api.js" */

export class ServerLists {
  /** A number per stay of a person. */
  #stay = 0;
  /** @type {Map<string, Promise<boolean>>} what is being asked, by server id */
  #asking = new Map();
  /** @type {Set<string>} servers that were looked at */
  #wanted = new Set();

  /** @param {Pick<Api, "get">} api */
  constructor(api) {
    this.api = api;
  }

  /**
   * Known from now on.
   * @param {string} serverId
   * @returns {Promise<boolean>} whether it is known
   */
  async load(serverId) {
    this.#wanted.add(serverId);
    return areCategoriesKnown(serverId) || this.refresh(serverId);
  }

  /**
   * The same again, where it was looked at.
   * @param {string} serverId
   * @returns {Promise<boolean>} whether an answer came
   */
  refresh(serverId) {
    if (!this.#wanted.has(serverId)) return Promise.resolve(false);
    // What changed while an answer was under way may be missing in it.
    const after = this.#asking.get(serverId) ?? Promise.resolve(true);
    const stay = this.#stay;
    const asking = after.then(() => this.#read(serverId, stay));
    this.#asking.set(serverId, asking);
    asking.then(() => this.#asking.get(serverId) === asking && this.#asking.delete(serverId));
    return asking;
  }

  refreshAll() {
    return Promise.all([...this.#wanted].map((serverId) => this.refresh(serverId)));
  }

  reset() {
    this.#stay += 1;
    this.#asking.clear();
    this.#wanted.clear();
  }

  /**
   * @param {string} serverId
   * @param {number} stay
   */
  async #read(serverId, stay) {
    try {
      const [categories, roles] = await Promise.all([
        this.api.get(`/servers/${serverId}/categories`),
        this.api.get(`/servers/${serverId}/roles`),
      ]);
      if (stay !== this.#stay) return false;
      categoriesTold({ serverId, categories: categories.data });
      rolesTold({ serverId, roles: roles.data });
      return true;
    } catch {
      return false;
    }
  }
}
