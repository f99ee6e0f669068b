/** Gathers what is to be fetched again while a fetch is under way, so that a burst of gaps costs two. No more. */

/**
 * @param {(ids: string[]) => Promise<unknown>} work for everything gathered so far; it may fail
 * @returns {(id: string) => void}
 */
export function gathering(work) {
  /** @type {Set<string>} */
  const waiting = new Set();
  let isBusy = false;
  const run = async () => {
    isBusy = true;
    while (waiting.size > 0) {
      const ids = [...waiting];
      waiting.clear();
      await work(ids).catch(() => {});
    }
    isBusy = false;
  };
  return (id) => {
    waiting.add(id);
    if (!isBusy) run();
  };
}
