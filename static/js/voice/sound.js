/**
 * What one hears of others, through the chosen speaker, each as loud as one likes. Holds the page's audio
 * elements, which are on no screen. It must not know where the tracks come from.
 */

/** @import {Medium} from "./session.js" */

export class Sound {
  /** @type {Map<string, {userId: string, element: HTMLAudioElement}>} by producer id */
  #playing = new Map();
  #isDeafened = false;
  #speaker = "";

  /**
   * @param {object} how
   * @param {(userId: string) => number} how.volumeOf 0 to 1
   * @param {(isBlocked: boolean) => void} how.onBlocked browsers play nothing before somebody has clicked
   * @param {() => HTMLAudioElement} [how.make]
   */
  constructor({ volumeOf, onBlocked, make = () => new Audio() }) {
    this.volumeOf = volumeOf;
    this.onBlocked = onBlocked;
    this.make = make;
  }

  /** All there is to hear now. @param {Medium[]} media */
  play(media) {
    const sounds = media.filter(({ kind }) => kind === "audio");
    for (const [id, { element }] of this.#playing) {
      if (sounds.some(({ producerId }) => producerId === id)) continue;
      this.#playing.delete(id);
      element.pause();
      element.srcObject = null;
    }
    for (const one of sounds) if (!this.#playing.has(one.producerId)) this.#begin(one);
  }

  /** @param {Medium} medium */
  #begin({ producerId, userId, track }) {
    const element = this.make();
    element.srcObject = new MediaStream([track]);
    element.muted = this.#isDeafened;
    element.volume = this.volumeOf(userId);
    this.#playing.set(producerId, { userId, element });
    this.#route(element);
    this.#start(element);
  }

  /** Somebody clicked: now it may. */
  unblock() {
    this.onBlocked(false);
    for (const { element } of this.#playing.values()) this.#start(element);
  }

  /** @param {boolean} isDeafened */
  setDeafened(isDeafened) {
    this.#isDeafened = isDeafened;
    for (const { element } of this.#playing.values()) element.muted = isDeafened;
  }

  /** The volumes are others now. */
  adjust() {
    for (const { userId, element } of this.#playing.values()) element.volume = this.volumeOf(userId);
  }

  /** @param {string} id "": the system's own choice */
  setSpeaker(id) {
    this.#speaker = id;
    for (const { element } of this.#playing.values()) this.#route(element);
  }

  /** @param {HTMLAudioElement} element */
  #start(element) {
    element.play().catch((error) => {
      if (error instanceof Error && error.name === "NotAllowedError") this.onBlocked(true);
    });
  }

  /** One that is not plugged in today leaves it to the system. @param {HTMLAudioElement} element */
  #route(element) {
    if ("setSinkId" in element) element.setSinkId(this.#speaker).catch(() => {});
  }
}
