/**
 * The versions of one's servers and of oneself, as events and pongs tell them: a pong with a newer one
 * than any event told means that a frame was lost, and so does an event that leaves one out. It must not
 * fetch what is stale; wiring.js does.
 */

/** @import {Pong} from "../net/protocol.js" */

/** @type {Map<string, number>} by server id, and under `me` */
const known = new Map();

/**
 * @param {string} key
 * @param {number | undefined} version
 * @returns {boolean} whether it is newer than what was known; the first one is only noted
 */
export function versionSeen(key, version) {
  if (version === undefined) return false;
  const before = known.get(key);
  known.set(key, Math.max(before ?? 0, version));
  return before !== undefined && version > before;
}

/**
 * An event told one.
 * @param {string} key
 * @param {number | null | undefined} version null: told without one
 * @returns {boolean} whether one in between was never told
 */
export function versionTold(key, version) {
  if (version === undefined || version === null) return false;
  const before = known.get(key);
  versionSeen(key, version);
  return before !== undefined && version > before + 1;
}

/**
 * @param {Pong} pong
 * @returns {{servers: string[], me: boolean}} what is to be fetched again
 */
export function staleBy({ servers = {}, me }) {
  const stale = Object.entries(servers).filter(([id, version]) => versionSeen(id, version));
  return { servers: stale.map(([id]) => id), me: versionSeen("me", me) };
}

export function versionsReset() {
  known.clear();
}
