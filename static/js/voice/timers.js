/** Timers by name: starting one anew stops the one before. Nothing else here. */

/** @import {Clock} from "../net/clock.js" */

export class Timers {
  /** @type {Map<string, unknown>} */
  #running = new Map();

  /** @param {Clock} clock */
  constructor(clock) {
    this.clock = clock;
  }

  /**
   * @param {string} name
   * @param {number} ms
   * @param {() => void} run
   */
  start(name, ms, run) {
    this.stop(name);
    const timer = this.clock.setTimeout(() => {
      this.#running.delete(name);
      run();
    }, ms);
    this.#running.set(name, timer);
  }

  /** @param {string} name */
  isRunning(name) {
    return this.#running.has(name);
  }

  /** @param {string} name */
  stop(name) {
    if (this.#running.has(name)) this.clock.clearTimeout(this.#running.get(name));
    this.#running.delete(name);
  }

  stopAll() {
    for (const name of [...this.#running.keys()]) this.stop(name);
  }
}
