/**
 * Changing a channel's overrides: each change shows at once and goes out after the one before; where one is
 * refused, what the server has is shown. It must not draw, nor know who may do it.
 */

import { signal } from "@preact/signals-core";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Override, PermissionName} from "../net/protocol.js" */
/** @import {Channels} from "./channels.js" */

/** @typedef {"allow" | "inherit" | "deny"} Wanted */

export class Overriding {
  /** Null: not known yet. @type {Signal<Override[] | null>} */
  list = signal(/** @type {Override[] | null} */ (null));
  /** What was refused last. @type {Signal<unknown>} */
  problem = signal(/** @type {unknown} */ (null));
  /** @type {Signal<"none" | "busy" | "done">} */
  saving = signal(/** @type {"none" | "busy" | "done"} */ ("none"));
  #queue = Promise.resolve();
  #waiting = 0;

  /**
   * @param {Pick<Channels, "overrides" | "setOverride" | "clearOverride">} channels
   * @param {string} roomId
   */
  constructor(channels, roomId) {
    this.channels = channels;
    this.roomId = roomId;
  }

  /** As the server has them; not while a change of one's own is under way. */
  async load() {
    try {
      const found = await this.channels.overrides(this.roomId);
      if (this.#waiting === 0) this.list.value = found;
    } catch (error) {
      this.problem.value = error;
    }
  }

  /**
   * @param {Override} one a target, perhaps one that says nothing yet
   * @param {PermissionName} name
   * @param {Wanted} wanted
   */
  set(one, name, wanted) {
    const known = this.list.peek() ?? [];
    const now = known.find(({ target }) => target === one.target) ?? one;
    const next = {
      ...now,
      allow: withOrWithout(now.allow, name, wanted === "allow"),
      deny: withOrWithout(now.deny, name, wanted === "deny"),
    };
    const isKnown = known.some(({ target }) => target === one.target);
    this.list.value = isKnown ? known.map((other) => (other.target === one.target ? next : other)) : [...known, next];
    this.#send(() => this.channels.setOverride(this.roomId, one.target, next));
  }

  /** @param {string} target */
  clear(target) {
    this.list.value = (this.list.peek() ?? []).filter((one) => one.target !== target);
    this.#send(() => this.channels.clearOverride(this.roomId, target));
  }

  /** @param {() => Promise<unknown>} work */
  #send(work) {
    this.#waiting += 1;
    this.problem.value = null;
    this.saving.value = "busy";
    this.#queue = this.#queue.then(work).then(
      () => this.#sent("done"),
      (error) => {
        this.#sent("none");
        this.problem.value = error;
        return this.load();
      },
    );
  }

  /** @param {"none" | "done"} how */
  #sent(how) {
    this.#waiting -= 1;
    if (how === "none" || this.#waiting === 0) this.saving.value = how;
  }
}

/**
 * @param {PermissionName[]} names
 * @param {PermissionName} name
 * @param {boolean} isIn
 * @returns {PermissionName[]}
 */
function withOrWithout(names, name, isIn) {
  const others = names.filter((one) => one !== name);
  return isIn ? [...others, name] : others;
}
