/**
 * Whether anything still comes back over a way: a browser says that one is cut after some five seconds, and
 * that this device has another address not at all. The server answers what is sent several times a second,
 * silence too (transport-cc), so a gap is news. Pure reckoning; it must not fetch what it reads.
 */

/** Longer than any pause of a way that is whole, even where every tenth packet gets lost. */
const SILENT_MS = 1_500;

export class Pulse {
  isSilent = false;
  /** @type {number | null} */
  #count = null;
  #changedAt = 0;

  /**
   * @param {number | null} count what had come by now, in any unit; null where nobody can say
   * @param {number} now milliseconds
   * @returns {boolean} whether nothing has come for too long
   */
  read(count, now) {
    if (count === null || this.#count === null || count !== this.#count) this.#changedAt = now;
    this.#count = count;
    this.isSilent = now - this.#changedAt >= SILENT_MS;
    return this.isSilent;
  }
}

/**
 * What came in over the pairs of addresses in use: packets of any kind, and answers to binding requests.
 * @param {any[]} stats
 * @returns {number | null}
 */
export function receivedOf(stats) {
  // Not by its state: Chromium calls a pair "in-progress" while it waits for an answer.
  const used = stats.filter(({ type, nominated }) => type === "candidate-pair" && nominated);
  if (used.length === 0) return null;
  return used.reduce((all, { bytesReceived = 0, responsesReceived = 0 }) => all + bytesReceived + responsesReceived, 0);
}
