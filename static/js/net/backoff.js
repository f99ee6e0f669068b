/**
 * How long to wait before the next attempt. It must not wait itself.
 */

const FLOOR_MS = 150;

/**
 * Exponential, with full jitter: after a restart hundreds of clients must not come back in step.
 */
export class Backoff {
  #attempt = 0;

  /**
   * @param {{baseMs?: number, capMs?: number, random?: () => number}} [options]
   */
  constructor({ baseMs = 1000, capMs = 15_000, random = Math.random } = {}) {
    this.baseMs = baseMs;
    this.capMs = capMs;
    this.random = random;
  }

  get attempt() {
    return this.#attempt;
  }

  /** Milliseconds until the next attempt; each call counts as a failed one. */
  next() {
    const ceiling = Math.min(this.capMs, this.baseMs * 2 ** Math.min(this.#attempt, 16));
    this.#attempt += 1;
    return Math.max(FLOOR_MS, Math.round(ceiling * this.random()));
  }

  /**
   * Start no lower than this many failures, for a server that asked to be left in peace.
   * @param {number} attempt
   */
  atLeast(attempt) {
    this.#attempt = Math.max(this.#attempt, attempt);
  }

  reset() {
    this.#attempt = 0;
  }
}
