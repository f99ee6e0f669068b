/**
 * Tells others that this person writes: `typing:start` at most every 3 s, `typing:stop` when they
 * send, clear or leave. It must not show who else writes: people.js does.
 */

import { systemClock } from "../net/clock.js";

/** @import {Clock} from "../net/clock.js" */

const EVERY_MS = 3_000;
/** The server forgets a start after 6 s: a stop later than that says nothing new. */
const FORGOTTEN_MS = 6_000;
/** The server does not tell a start this soon after a stop; the next key says it. */
const QUIET_MS = 1_200;

export class TypingSignal {
  /** @type {Map<string, number>} by room: when it was last said */
  #said = new Map();
  /** @type {Map<string, number>} by room: when it was last taken back */
  #stopped = new Map();

  /**
   * @param {(type: "typing:start" | "typing:stop", roomId: string) => void} send
   * @param {Clock} [clock]
   */
  constructor(send, clock = systemClock) {
    this.send = send;
    this.clock = clock;
  }

  /** @param {string} roomId */
  writes(roomId) {
    const now = this.clock.now();
    if (now - (this.#said.get(roomId) ?? -Infinity) < EVERY_MS) return;
    if (now - (this.#stopped.get(roomId) ?? -Infinity) < QUIET_MS) return;
    this.#said.set(roomId, now);
    this.send("typing:start", roomId);
  }

  /** @param {string} roomId */
  stop(roomId) {
    const said = this.#said.get(roomId);
    if (said === undefined) return;
    this.#said.delete(roomId);
    this.#stopped.set(roomId, this.clock.now());
    if (this.clock.now() - said < FORGOTTEN_MS) this.send("typing:stop", roomId);
  }
}
