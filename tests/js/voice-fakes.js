/** What the tests of voice stand on: a server that is asked, tracks, and mediasoup's part of a browser. */

import { Emitter } from "../../static/js/net/emitter.js";
import { NetError } from "../../static/js/net/errors.js";

export class FakeTrack extends EventTarget {
  readyState = "live";
  enabled = true;

  constructor(name) {
    super();
    this.name = name;
  }

  clone() {
    return Object.assign(new FakeTrack(`${this.name}'`), { enabled: this.enabled });
  }

  stop() {
    this.readyState = "ended";
  }
}

/** The gateway and REST: answers at once, or as a test has said; remembers what it was asked. */
export class FakeLine extends Emitter {
  isReady = true;
  asked = [];
  refusals = {};
  sessions = 0;
  here = [];
  inRoom = [];

  #answer(name, data, value) {
    this.asked.push([name, data]);
    const refusal = this.refusals[name];
    return refusal ? Promise.reject(new NetError(refusal)) : Promise.resolve(value);
  }

  count(name) {
    return this.asked.filter(([one]) => one === name).length;
  }

  last(name) {
    return this.asked.filter(([one]) => one === name).at(-1)?.[1];
  }

  join(roomId, how) {
    this.sessionId = `s${++this.sessions}`;
    const me = { userId: "me", roomId, sessionId: this.sessionId };
    return this.#answer("join", { roomId, ...how }, {
      ...{ sessionId: this.sessionId, roomId, rtpCapabilities: {}, iceServers: [] },
      ...{ participants: [me, ...this.here], producers: this.inRoom },
    });
  }

  leave(sessionId) {
    this.asked.push(["leave", sessionId]);
    return true;
  }

  setState(sessionId, how) {
    return this.#answer("setState", how, {});
  }

  session(sessionId) {
    return this.#answer("session", sessionId, {});
  }

  producers() {
    return this.#answer("producers", null, this.inRoom);
  }

  measured(sessionId, figures) {
    return this.#answer("measured", figures, {});
  }

  transport(sessionId, direction) {
    return this.#answer("transport", direction, { id: `${sessionId}-${direction}` });
  }

  connect(transportId) {
    return this.#answer("connect", transportId, {});
  }

  produce(transportId, what) {
    return this.#answer("produce", what, { id: `${transportId}-${what.source}-${what.kind}` });
  }

  consume(transportId, producerId, caps, paused) {
    const [userId, source, kind] = producerId.split("/");
    return this.#answer("consume", { producerId, paused }, { id: `c-${producerId}`, producerId, userId, source, kind, rtpParameters: {} });
  }

  rest(act, part) {
    return this.#answer(act, part, {});
  }

  restartIce(transportId) {
    return this.#answer("restartIce", transportId, { iceParameters: {} });
  }

  probe() {}
}

class FakeTransport {
  closed = false;
  /** Something new at each look; a test may stop it. */
  received = () => (this.count += 1);
  count = 0;
  connectionState = "new";
  made = [];
  #listeners = {};

  constructor({ id }) {
    this.id = id;
  }

  on(name, listener) {
    this.#listeners[name] = listener;
  }

  #ask(name, data) {
    return new Promise((done, failed) => this.#listeners[name](data, done, failed));
  }

  /** As Chromium does: connects with the first thing on it, the way itself a moment later. */
  async #first() {
    if (this.made.length > 0) return;
    this.connectionState = "connecting";
    await this.#ask("connect", { dtlsParameters: {} });
  }

  async produce({ track, codecOptions, appData }) {
    await this.#first();
    const { id } = await this.#ask("produce", { kind: track.name.includes("mic") || track.name.includes("sound") || track.name === "silence" ? "audio" : "video", rtpParameters: {}, appData });
    const producer = {
      ...{ id, track, codecOptions, closed: false, paused: false },
      getStats: async () => new Map([["pair", { type: "candidate-pair", nominated: true, state: "succeeded", bytesReceived: this.received() }]]),
      async replaceTrack({ track: next }) {
        producer.track.stop();
        producer.track = next;
        next.enabled = !producer.paused;
      },
      pause() {
        producer.paused = true;
        producer.track.enabled = false;
      },
      resume() {
        producer.paused = false;
        producer.track.enabled = true;
      },
      close() {
        producer.closed = true;
        producer.track.stop();
      },
    };
    this.made.push(producer);
    return producer;
  }

  async consume({ id, producerId, kind }) {
    await this.#first();
    const consumer = { id, producerId, kind, track: new FakeTrack(producerId), closed: false, paused: false };
    Object.assign(consumer, {
      close: () => Object.assign(consumer, { closed: true }),
      pause: () => Object.assign(consumer, { paused: true }),
      resume: () => Object.assign(consumer, { paused: false }),
    });
    this.made.push(consumer);
    return consumer;
  }

  async restartIce() {}

  async getStats() {
    return new Map();
  }

  become(state) {
    this.connectionState = state;
    this.#listeners.connectionstatechange?.(state);
  }

  close() {
    this.closed = true;
    for (const one of this.made) one.track.stop();
  }
}

/** Devices as `newDevice` makes them; the test finds the newest ways in `out` and `into`. */
export function fakeDevices() {
  const made = { out: null, into: null, count: 0 };
  const newDevice = async () => ({
    recvRtpCapabilities: {},
    load: async () => {},
    createSendTransport(options) {
      made.count += 1;
      return (made.out = new FakeTransport(options));
    },
    createRecvTransport: (options) => (made.into = new FakeTransport(options)),
  });
  return { made, newDevice };
}

/** Let every promise that can settle do so, however long the chain. */
export async function settled() {
  for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
}
