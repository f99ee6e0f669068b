/**
 * Which pages of this browser live. A page holds a lock of its own name for as long as it lives; who gets
 * that lock knows that it is gone, however it ended. It must not know what pages do.
 */

import { newName } from "./names.js";

const PREFIX = "parlor-tab-";

export class TabLife {
  /** This page's name. A reload makes another page. */
  id = newName();
  /** @type {Map<string, Set<() => void>>} by page: what to do when it is gone */
  #waiting = new Map();

  /** @param {Pick<LockManager, "request"> | null} [locks] none where the page is not served securely */
  constructor(locks = globalThis.navigator?.locks ?? null) {
    this.locks = locks;
    locks?.request(PREFIX + this.id, () => new Promise(() => {})).catch(() => {});
  }

  /**
   * Without locks nobody knows, and every page counts as gone: then several may do the same work.
   * @param {string} id
   * @param {() => void} run once; pages that live get their turn one after another
   */
  whenGone(id, run) {
    if (id === this.id) return;
    const known = this.#waiting.get(id);
    if (known) return void known.add(run);
    this.#waiting.set(id, new Set([run]));
    const ended = async () => {
      const runs = this.#waiting.get(id) ?? [];
      this.#waiting.delete(id);
      for (const each of runs) each();
    };
    if (this.locks) this.locks.request(PREFIX + id, ended).catch(() => {});
    else queueMicrotask(ended);
  }
}
