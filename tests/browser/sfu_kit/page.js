/**
 * A caller made of unmodified mediasoup-client and nothing else. Tests drive `window.caller`; each
 * method does one thing and resolves when it is done. Knows nothing of Parlor's own client.
 */
import { Device } from "mediasoup-client";

class Wire {
  constructor(onEvent) {
    this.waiting = new Map();
    this.number = 0;
    this.onEvent = onEvent;
  }

  async open() {
    this.socket = new WebSocket(`ws://${location.host}/wire`);
    this.socket.onmessage = ({ data }) => this.heard(JSON.parse(data));
    await new Promise((resolve, reject) => {
      this.socket.onopen = resolve;
      this.socket.onerror = reject;
    });
  }

  heard({ id, ok, error, event, data }) {
    if (event) return this.onEvent(event, data);
    const { resolve, reject } = this.waiting.get(id);
    this.waiting.delete(id);
    return error ? reject(new Error(error)) : resolve(ok);
  }

  ask(method, data = {}) {
    const id = ++this.number;
    this.socket.send(JSON.stringify({ id, method, data }));
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }
}

class Caller {
  constructor() {
    this.producers = {};
    this.consumers = {};
    this.events = [];
    this.states = {};
    this.wire = new Wire((event, data) => this.events.push({ event, data }));
  }

  async join(room = "room") {
    await this.wire.open();
    const { rtpCapabilities } = await this.wire.ask("join", { room });
    this.device = new Device();
    await this.device.load({ routerRtpCapabilities: rtpCapabilities });
    this.send = await this.transport("send");
    this.recv = await this.transport("recv");
  }

  async transport(direction) {
    const made = await this.wire.ask("transport", { direction });
    const create = direction === "send" ? "createSendTransport" : "createRecvTransport";
    const transport = this.device[create](made);
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      this.wire.ask("connect", { transportId: transport.id, dtlsParameters }).then(done, failed);
    });
    transport.on("connectionstatechange", (state) => { this.states[direction] = state; });
    transport.on("produce", ({ kind, rtpParameters, appData }, done, failed) => {
      const data = { transportId: transport.id, kind, rtpParameters, source: appData.source };
      this.wire.ask("produce", data).then(done, failed);
    });
    return transport;
  }

  /** `mimeType` chooses among the codecs that both sides have; without it the first is taken. */
  async produce(kind, { mimeType, ...options } = {}) {
    const asked = kind === "audio" ? { audio: true } : { video: { width: 640, height: 360 } };
    const stream = await navigator.mediaDevices.getUserMedia(asked);
    const [track] = stream.getTracks();
    const source = kind === "audio" ? "mic" : "camera";
    // After sound alone Chromium would take six seconds to find out that there is room for more.
    const codecOptions = kind === "video" ? { videoGoogleStartBitrate: 1000 } : {};
    const wanted = { track, codecOptions, appData: { source }, ...options };
    if (mimeType) {
      wanted.codec = this.device.rtpCapabilities.codecs.find((it) => it.mimeType === mimeType);
    }
    const producer = await this.send.produce(wanted);
    this.producers[kind] = producer;
    return producer.id;
  }

  async consume(producerId) {
    const { rtpCapabilities } = this.device;
    const data = { transportId: this.recv.id, producerId, rtpCapabilities };
    const consumer = await this.recv.consume(await this.wire.ask("consume", data));
    const element = document.createElement(consumer.kind);
    element.autoplay = true;
    element.srcObject = new MediaStream([consumer.track]);
    element.id = consumer.id;
    document.body.append(element);
    this.consumers[consumer.id] = consumer;
    await this.wire.ask("resume", { id: consumer.id });
    return consumer.id;
  }

  /** From asking for a transport of its own to its first packet of sound, in ms. */
  async firstAudio(producerId) {
    const started = performance.now();
    this.recv = await this.transport("recv");
    const consumer = this.consumers[await this.consume(producerId)];
    while (!consumer.rtpReceiver.getSynchronizationSources().length) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const tookMs = performance.now() - started;
    this.recv.close();
    return tookMs;
  }

  /** Inbound figures of a consumer, or outbound ones of a producer (the highest layer last). */
  async stats(id) {
    const consumer = this.consumers[id];
    const part = consumer ?? Object.values(this.producers).find((it) => it.id === id);
    const wanted = consumer ? "inbound-rtp" : "outbound-rtp";
    const found = [...(await part.getStats()).values()].filter((it) => it.type === wanted);
    return consumer ? found[0] ?? {} : found;
  }

  /**
   * Listens and watches for a while. The longest stretch of sound that was made up because
   * nothing came, and the longest time that a picture stood still, in ms.
   */
  async watch(soundId, pictureId, durationMs) {
    const video = document.getElementById(pictureId);
    let last = performance.now();
    let freezeMs = 0;
    let isOver = false;
    const onFrame = (now) => {
      freezeMs = Math.max(freezeMs, now - last);
      last = now;
      if (!isOver) video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
    const end = performance.now() + durationMs;
    let [gapMs, runMs, before] = [0, 0, await this.stats(soundId)];
    const first = before;
    while (performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      const now = await this.stats(soundId);
      const samples = now.totalSamplesReceived - before.totalSamplesReceived;
      const madeUp = now.concealedSamples - before.concealedSamples;
      if (samples <= 0) continue; // Chromium keeps figures for a moment
      runMs = madeUp > 0.8 * samples ? runMs + samples / 48 : 0;
      gapMs = Math.max(gapMs, runMs);
      before = now;
    }
    isOver = true;
    freezeMs = Math.max(freezeMs, performance.now() - last);
    const madeUpShare = (before.concealedSamples - first.concealedSamples)
      / (before.totalSamplesReceived - first.totalSamplesReceived);
    return { gapMs, freezeMs, madeUpShare };
  }

  /** What an inbound stream is made of, as the receiver's own statistics name it. */
  async codec(id) {
    const report = await this.consumers[id].getStats();
    return report.get((await this.stats(id)).codecId)?.mimeType ?? "";
  }

  async pair(direction) {
    const report = [...(await this[direction].getStats()).values()];
    return report.find((it) => it.type === "candidate-pair" && it.nominated) ?? {};
  }

  async restartIce(direction) {
    const transport = this[direction];
    const iceParameters = await this.wire.ask("restart_ice", { transportId: transport.id });
    await transport.restartIce({ iceParameters });
  }
}

window.caller = new Caller();
