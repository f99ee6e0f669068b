/**
 * Microphone, camera and speaker: which there are, which this browser's person chose, and what came of
 * asking for them. Knows `navigator.mediaDevices` as it is handed in, and no other part of the page: what
 * a stream looks or sounds like is its users' business. A track that is no longer needed is stopped at
 * once, so that the light beside the camera tells the truth.
 */

import { signal } from "@preact/signals-core";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Memory} from "./client.js" */

/** @typedef {"microphone" | "camera"} Input */
/** @typedef {Input | "speaker"} DeviceKind */
/**
 * denied: the person, or the browser for them, said no · missing: there is none · busy: another program has
 * it · insecure: browsers hand devices to https and this machine only · lost: it was taken out.
 * @typedef {"off" | "asking" | "on" | "denied" | "missing" | "busy" | "insecure" | "lost" | "failed"} InputState
 */
/** @typedef {{id: string, label: string}} Device */
/** @typedef {{state: Signal<InputState>, stream: Signal<MediaStream | null>}} InputSignals */

/** @type {Record<DeviceKind, MediaDeviceKind>} */
const KINDS = { microphone: "audioinput", camera: "videoinput", speaker: "audiooutput" };

/** @type {Record<string, InputState>} by the name of what getUserMedia throws */
const WHY = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** A screen as it is; what it plays untouched: filters made for speech would tear music apart. */
const SCREEN = {
  video: { frameRate: { ideal: 15, max: 30 } },
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
};

/** What one sees of oneself, and what others will: enough for a face, little for a line. */
const CONSTRAINTS = {
  microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  camera: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
};

export class Devices {
  /** Of each kind: those there are. Their names come with the first permission. @type {Signal<Record<DeviceKind, Device[]>>} */
  list = signal(/** @type {Record<DeviceKind, Device[]>} */ ({ microphone: [], camera: [], speaker: [] }));

  /** Ids of those chosen; "": the system's own choice. @type {Signal<Record<DeviceKind, string>>} */
  chosen;

  /** @type {Record<Input, InputSignals>} */
  inputs = { microphone: inputSignals(), camera: inputSignals() };

  /** A number per wish for an input: what an older one brings is put back. @type {Record<Input, number>} */
  #wishes = { microphone: 0, camera: 0 };

  /**
   * @param {MediaDevices | null} media null or undefined where the page is not secure
   * @param {Memory} memory
   */
  constructor(media, memory) {
    this.media = media ?? null;
    this.memory = memory;
    this.chosen = signal({
      microphone: memory.get(keyOf("microphone")) ?? "",
      camera: memory.get(keyOf("camera")) ?? "",
      speaker: memory.get(keyOf("speaker")) ?? "",
    });
    this.media?.addEventListener?.("devicechange", () => this.refresh());
  }

  /** Which there are now. */
  async refresh() {
    if (!this.media) return;
    const found = await this.media.enumerateDevices().catch(() => []);
    const of = (/** @type {DeviceKind} */ kind) =>
      // Before the first permission a device has neither id nor name.
      found.filter((one) => one.kind === KINDS[kind] && one.deviceId !== "").map(({ deviceId, label }) => ({ id: deviceId, label }));
    this.list.value = { microphone: of("microphone"), camera: of("camera"), speaker: of("speaker") };
  }

  /**
   * Asks for it, with the one that was chosen if it is there.
   * @param {Input} kind
   * @returns {Promise<MediaStream | null>} null where it did not come; `state` says why
   */
  async turnOn(kind) {
    const wish = ++this.#wishes[kind];
    const { state } = this.inputs[kind];
    if (!this.media) {
      state.value = "insecure";
      return null;
    }
    state.value = "asking";
    try {
      const stream = await this.#ask(kind, this.media);
      if (wish !== this.#wishes[kind]) {
        stop(stream);
        return null;
      }
      this.#take(kind, stream);
      await this.refresh();
      return stream;
    } catch (error) {
      if (wish === this.#wishes[kind]) this.#put(kind, WHY[error instanceof Error ? error.name : ""] ?? "failed");
      return null;
    }
  }

  /** @param {Input} kind */
  turnOff(kind) {
    this.#wishes[kind] += 1;
    this.#put(kind, "off");
  }

  /**
   * Which screen, window or tab to show; the browser asks. Rejects where it cannot be done.
   * @returns {Promise<MediaStream | null>} null where the person thought better of it
   */
  async askForScreen() {
    if (!this.media?.getDisplayMedia) throw new Error("this browser shows no screens");
    try {
      return await this.media.getDisplayMedia(SCREEN);
    } catch (error) {
      if (error instanceof Error && error.name === "NotAllowedError") return null;
      throw error;
    }
  }

  turnAllOff() {
    this.turnOff("microphone");
    this.turnOff("camera");
  }

  /**
   * From now on this one, here and at the next visit; what is on changes over.
   * @param {DeviceKind} kind
   * @param {string} id
   */
  async choose(kind, id) {
    this.chosen.value = { ...this.chosen.peek(), [kind]: id };
    this.memory.set(keyOf(kind), id || null);
    if (kind !== "speaker" && this.inputs[kind].state.peek() === "on") await this.turnOn(kind);
  }

  /**
   * The chosen one may not be plugged in today: then any, and the choice stays for the day it is.
   * @param {Input} kind
   * @param {MediaDevices} media
   */
  async #ask(kind, media) {
    const name = kind === "microphone" ? "audio" : "video";
    const id = this.chosen.peek()[kind];
    const usual = CONSTRAINTS[kind];
    if (!id) return media.getUserMedia({ [name]: usual });
    try {
      return await media.getUserMedia({ [name]: { ...usual, deviceId: { exact: id } } });
    } catch (error) {
      if (!(error instanceof Error) || WHY[error.name] !== "missing") throw error;
      return media.getUserMedia({ [name]: usual });
    }
  }

  /**
   * @param {Input} kind
   * @param {MediaStream} stream
   */
  #take(kind, stream) {
    this.#put(kind, "on", stream);
    for (const track of stream.getTracks()) {
      track.addEventListener("ended", () => {
        // stop() says nothing: this is the device going.
        if (this.inputs[kind].stream.peek() === stream) this.#put(kind, "lost");
      });
    }
  }

  /**
   * @param {Input} kind
   * @param {InputState} state
   * @param {MediaStream | null} [stream]
   */
  #put(kind, state, stream = null) {
    const input = this.inputs[kind];
    const before = input.stream.peek();
    if (before && before !== stream) stop(before);
    input.stream.value = stream;
    input.state.value = state;
  }
}

/** @returns {InputSignals} */
function inputSignals() {
  return { state: signal(/** @type {InputState} */ ("off")), stream: signal(/** @type {MediaStream | null} */ (null)) };
}

/** @param {MediaStream} stream */
function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/** @param {DeviceKind} kind */
function keyOf(kind) {
  return `device.${kind}`;
}
