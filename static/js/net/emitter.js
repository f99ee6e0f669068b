/**
 * Named events to listeners, in the order they were added. It must not know what the events mean.
 */

/** @typedef {(payload: any) => void} Listener */

export class Emitter {
  /** @type {Map<string, Set<Listener>>} */
  #listeners = new Map();

  /**
   * @param {string} name
   * @param {Listener} listener
   * @returns {() => void} stops listening
   */
  on(name, listener) {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set.add(listener));
    return () => set.delete(listener);
  }

  /**
   * One listener's fault must not keep the frame from the others, nor end the socket.
   * @param {string} name
   * @param {unknown} [payload]
   */
  emit(name, payload) {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        listener(payload);
      } catch (error) {
        console.error(`a listener of ${name} failed`, error);
      }
    }
  }
}
