/**
 * One stay in a room's voice: a way out and a way in, what one sends on the first and hears and sees on the
 * second. It lives as long as its transports do and never comes back; who comes back makes a new one
 * (call.js). It must not know why.
 *
 * Events: `media` (what of others there is changed), `connection` (a ConnectionWord, at each change),
 * `stopped` (a Sending that the server has ended).
 */

import { Emitter } from "../net/emitter.js";

/** @import {types} from "mediasoup-client" */
/** @import {VoiceJoined} from "../net/protocol.js" */
/** @import {Line, Source} from "./line.js" */

/** What one sends. @typedef {"mic" | "camera" | "screen" | "screen-sound"} Sending */
/** Something of somebody that comes in. @typedef {{producerId: string, userId: string, kind: "audio" | "video", source: Source, track: MediaStreamTrack}} Medium */
/** @typedef {"connecting" | "connected" | "disconnected" | "failed"} ConnectionWord */
/** @typedef {Pick<types.Device, "load" | "createSendTransport" | "createRecvTransport" | "recvRtpCapabilities">} DeviceLike */

/** @type {Record<Sending, Source>} */
const SOURCES = { mic: "mic", camera: "camera", screen: "screen", "screen-sound": "screen" };

/** Silence is not sent, and what gets lost is made up for from the next packet. */
const SPEECH = { opusDtx: true, opusFec: true };
/** What a screen plays is music as well. */
const PLAYED = { opusStereo: true, opusFec: true };
/** A picture that begins at 30 kbit/s stays a smear for seconds. */
const PICTURE = { videoGoogleStartBitrate: 1000 };

/** The worst one is what there is. @type {ConnectionWord[]} */
const WORST_FIRST = ["failed", "disconnected", "connecting", "connected"];

export class VoiceSession extends Emitter {
  /** @type {types.Transport | null} */
  #out = null;
  /** @type {types.Transport | null} */
  #in = null;
  /** @type {Map<Sending, types.Producer>} */
  #producers = new Map();
  /** @type {Map<string, {medium: Medium, consumer: types.Consumer}>} by producer id */
  #consumers = new Map();
  /** Those asked for and not there yet, and those gone while they were. @type {Map<string, {isGone: boolean}>} */
  #asked = new Map();
  /** Those told of before the way in was there. @type {Map<string, "audio" | "video">} */
  #early = new Map();
  #isWatching = true;
  #isClosed = false;
  /** One thing after the other on the way out. @type {Promise<unknown>} */
  #sending = Promise.resolve();

  /**
   * @param {object} parts
   * @param {Line} parts.line
   * @param {DeviceLike} parts.device
   * @param {VoiceJoined} parts.joined
   */
  constructor({ line, device, joined }) {
    super();
    this.line = line;
    this.device = device;
    this.joined = joined;
    this.id = joined.sessionId;
    this.roomId = joined.roomId;
    this.userId = joined.participants.find(({ sessionId }) => sessionId === joined.sessionId)?.userId ?? null;
  }

  /** Both ways. What is sent first connects them. */
  async open() {
    const { rtpCapabilities, iceServers } = this.joined;
    await this.device.load({ routerRtpCapabilities: rtpCapabilities });
    const [out, into] = await Promise.all([this.line.transport(this.id, "send"), this.line.transport(this.id, "recv")]);
    const servers = iceServers.map(({ urls, username, credential }) => ({ urls, ...(username && { username }), ...(credential && { credential }) }));
    if (this.#isClosed) return;
    this.#out = this.#wired(this.device.createSendTransport({ ...out, iceServers: servers }));
    this.#in = this.#wired(this.device.createRecvTransport({ ...into, iceServers: servers }));
    this.#out.on("produce", ({ kind, rtpParameters, appData }, done, failed) => {
      const source = /** @type {Source} */ (appData.source);
      this.line.produce(out.id, { kind, rtpParameters, source }).then(done, failed);
    });
    for (const [producerId, kind] of this.#early) this.take(producerId, kind).catch(() => {});
  }

  /**
   * @param {types.Transport} transport
   * @returns {types.Transport}
   */
  #wired(transport) {
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      this.line.connect(transport.id, dtlsParameters).then(() => done(), failed);
    });
    transport.on("connectionstatechange", () => this.emit("connection", this.connection));
    return transport;
  }

  /** @returns {ConnectionWord} */
  get connection() {
    const words = [this.#out, this.#in].map((one) => one?.connectionState).filter((word) => word !== undefined && word !== "new");
    return WORST_FIRST.find((word) => words.includes(word)) ?? "connecting";
  }

  /** What comes in, in the order in which it came. @returns {Medium[]} */
  get media() {
    return [...this.#consumers.values()].map(({ medium }) => medium);
  }

  // --- what one sends -----------------------------------------------------------------------------

  /**
   * From now on this; it is ended here when it is no longer sent.
   * @param {Sending} what
   * @param {MediaStreamTrack | null} track null: no longer
   */
  send(what, track) {
    const next = this.#sending.then(() => this.#send(what, track));
    this.#sending = next.catch(() => {});
    return next;
  }

  /**
   * @param {Sending} what
   * @param {MediaStreamTrack | null} track
   */
  async #send(what, track) {
    const producer = this.#producers.get(what);
    if (this.#isClosed || !this.#out) track?.stop();
    else if (track === null) this.#stop(what);
    else if (producer) await producer.replaceTrack({ track });
    else await this.#produce(what, track, this.#out);
  }

  /**
   * @param {Sending} what
   * @param {MediaStreamTrack} track
   * @param {types.Transport} out
   */
  async #produce(what, track, out) {
    const codecOptions = what === "mic" ? SPEECH : what === "screen-sound" ? PLAYED : PICTURE;
    try {
      const producer = await out.produce({ track, codecOptions, appData: { source: SOURCES[what] } });
      this.#producers.set(what, producer);
    } catch (error) {
      track.stop();
      throw error;
    }
  }

  /** @param {Sending} what */
  #stop(what) {
    const producer = this.#producers.get(what);
    if (!producer) return;
    this.#producers.delete(what);
    producer.close();
    this.line.rest("close", { producerId: producer.id });
  }

  /**
   * Whether what one sends holds anything: silence leaves this device at once, whatever the server knows.
   * @param {Sending} what
   * @param {boolean} isOn
   */
  setSending(what, isOn) {
    const producer = this.#producers.get(what);
    if (!producer || producer.closed || producer.paused !== isOn) return;
    if (isOn) producer.resume();
    else producer.pause();
  }

  // --- what one hears and sees --------------------------------------------------------------------

  /**
   * Somebody's sound or picture. What is gone meanwhile, or known, is left alone.
   * @param {string} producerId
   * @param {"audio" | "video"} kind
   */
  async take(producerId, kind) {
    if (this.#consumers.has(producerId) || this.#asked.has(producerId) || this.#isClosed) return;
    if (!this.#in) return void this.#early.set(producerId, kind);
    const asked = { isGone: false };
    this.#asked.set(producerId, asked);
    try {
      const isPaused = kind === "video" && !this.#isWatching;
      const made = await this.line.consume(this.#in.id, producerId, this.device.recvRtpCapabilities, isPaused);
      if (!this.#isClosed && !asked.isGone) await this.#taken(made, asked);
    } finally {
      this.#asked.delete(producerId);
    }
  }

  /**
   * @param {import("./line.js").Consumed} made
   * @param {{isGone: boolean}} asked
   */
  async #taken({ id, producerId, userId, kind, source, rtpParameters }, asked) {
    const into = /** @type {types.Transport} */ (this.#in);
    // Voice and face of a person stay together; their screen has a time of its own.
    const streamId = `${userId}-${source === "screen" ? "screen" : "self"}`;
    const consumer = await into.consume({ id, producerId, kind, rtpParameters, streamId });
    if (this.#isClosed || asked.isGone) {
      consumer.close();
      return;
    }
    this.#consumers.set(producerId, { medium: { producerId, userId, kind, source, track: consumer.track }, consumer });
    if (kind === "video" && !this.#isWatching) consumer.pause();
    this.emit("media");
  }

  /** @param {string} producerId */
  drop(producerId) {
    this.#early.delete(producerId);
    this.#ended(producerId);
    const asked = this.#asked.get(producerId);
    if (asked) asked.isGone = true;
    const known = this.#consumers.get(producerId);
    if (!known) return;
    this.#consumers.delete(producerId);
    known.consumer.close();
    this.emit("media");
  }

  /** One's own may be ended by others, too. @param {string} producerId */
  #ended(producerId) {
    const what = [...this.#producers].find(([, producer]) => producer.id === producerId)?.[0];
    if (what === undefined) return;
    this.#producers.get(what)?.close();
    this.#producers.delete(what);
    this.emit("stopped", what);
  }

  /** Whether this is sent. @param {Sending} what */
  isSending(what) {
    return this.#producers.has(what);
  }

  /** What is not looked at is not fetched. @param {boolean} isOn */
  watch(isOn) {
    if (isOn === this.#isWatching) return;
    this.#isWatching = isOn;
    for (const { medium, consumer } of this.#consumers.values()) {
      if (medium.kind !== "video") continue;
      if (isOn) consumer.resume();
      else consumer.pause();
      this.line.rest(isOn ? "resume" : "pause", { consumerId: consumer.id });
    }
  }

  // --- the way itself -----------------------------------------------------------------------------

  /** New credentials for a network that has changed; what flows goes on if it can. */
  async restartIce() {
    const ways = [this.#out, this.#in].filter((one) => one !== null && one.connectionState !== "new");
    await Promise.all(
      ways.map(async (one) => {
        const { iceParameters } = await this.line.restartIce(/** @type {types.Transport} */ (one).id);
        if (!one?.closed) await one?.restartIce({ iceParameters });
      }),
    );
  }

  /** @returns {Promise<RTCStats[]>} of both ways */
  async stats() {
    const ways = [this.#out, this.#in].filter((one) => one !== null && !one.closed);
    const reports = await Promise.all(ways.map((one) => /** @type {types.Transport} */ (one).getStats()));
    return reports.flatMap((report) => [...report.values()]);
  }

  /** @returns {Promise<RTCStats[]>} of the way out alone, which is never idle: few, so cheap to ask for */
  async statsOut() {
    const report = await this.#producers.get("mic")?.getStats();
    return report ? [...report.values()] : [];
  }

  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#out?.close();
    this.#in?.close();
    this.#producers.clear();
    this.#consumers.clear();
  }
}
