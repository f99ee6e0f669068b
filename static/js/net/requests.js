/**
 * Requests over the socket that wait for the reply with their id. It must not touch the socket.
 */

import { systemClock } from "./clock.js";
import { NetError } from "./errors.js";

/** @import {Clock} from "./clock.js" */

/**
 * @typedef {{resolve: (data: any) => void, reject: (error: NetError) => void, timer: unknown}} Waiting
 */

export class Requests {
  /** @type {Map<string, Waiting>} */
  #waiting = new Map();
  #lastId = 0;

  /** @param {Clock} [clock] */
  constructor(clock = systemClock) {
    this.clock = clock;
  }

  /**
   * @param {number} timeoutMs
   * @returns {{id: string, reply: Promise<any>}}
   */
  open(timeoutMs) {
    const id = `c${++this.#lastId}`;
    const reply = new Promise((resolve, reject) => {
      const timer = this.clock.setTimeout(
        () => this.reject(id, new NetError("TIMEOUT", "No reply came in time.")),
        timeoutMs,
      );
      this.#waiting.set(id, { resolve, reject, timer });
    });
    return { id, reply };
  }

  /**
   * @param {unknown} id
   * @param {unknown} data
   */
  resolve(id, data) {
    this.#take(id)?.resolve(data);
  }

  /**
   * @param {unknown} id
   * @param {NetError} error
   * @returns {boolean} whether somebody was waiting for it
   */
  reject(id, error) {
    const waiting = this.#take(id);
    waiting?.reject(error);
    return waiting !== undefined;
  }

  /** @param {NetError} error */
  rejectAll(error) {
    for (const id of [...this.#waiting.keys()]) this.reject(id, error);
  }

  /** @param {unknown} id */
  #take(id) {
    const waiting = this.#waiting.get(/** @type {string} */ (id));
    if (!waiting) return undefined;
    this.#waiting.delete(/** @type {string} */ (id));
    this.clock.clearTimeout(waiting.timer);
    return waiting;
  }
}
