/**
 * What the engine asks of the server (PROTOCOL.md, "Voice"), under the names the server knows. It must not
 * know what the answers are for.
 */

/** @import {Api} from "../net/api.js" */
/** @import {Gateway} from "../net/socket.js" */
/** @import {VoiceJoined, VoiceProducer} from "../net/protocol.js" */
/** @import {types} from "mediasoup-client" */

/** @typedef {"mic" | "camera" | "screen"} Source */
/** @typedef {{id: string, producerId: string, userId: string, kind: "audio" | "video", source: Source, rtpParameters: any, producerPaused: boolean}} Consumed */

export class Line {
  /**
   * @param {Pick<Gateway, "request" | "send" | "on" | "isReady" | "probe">} gateway
   * @param {Pick<Api, "get" | "post">} api
   */
  constructor(gateway, api) {
    this.gateway = gateway;
    this.api = api;
  }

  get isReady() {
    return this.gateway.isReady;
  }

  /** Is the gateway still there? @param {number} timeoutMs */
  probe(timeoutMs) {
    this.gateway.probe(timeoutMs);
  }

  /**
   * @param {string} type
   * @param {(data: any) => void} listener
   * @returns {() => void} stops listening
   */
  on(type, listener) {
    return this.gateway.on(type, listener);
  }

  /**
   * @param {string} roomId
   * @param {{muted: boolean, deafened: boolean}} how
   * @returns {Promise<VoiceJoined>}
   */
  join(roomId, how) {
    return this.gateway.request("voice:join", { roomId, ...how });
  }

  /**
   * Said, not asked: the page may be gone before an answer comes.
   * @param {string} sessionId
   * @returns {boolean} whether it went out
   */
  leave(sessionId) {
    return this.gateway.send("voice:leave", { sessionId });
  }

  /**
   * Whether the server still knows it.
   * @param {string} sessionId
   */
  session(sessionId) {
    return this.api.get(`/voice/sessions/${sessionId}`);
  }

  /**
   * @param {string} roomId
   * @returns {Promise<VoiceProducer[]>}
   */
  async producers(roomId) {
    const { data } = await this.api.get(`/voice/channels/${roomId}/producers`);
    return data;
  }

  /**
   * How well one hears: told now and then, missed by nobody.
   * @param {string} sessionId
   * @param {Record<string, number | string | null>} figures
   */
  async measured(sessionId, figures) {
    const known = Object.entries(figures).filter(([, value]) => value !== null);
    await this.api.post("/voice/metrics", { sessionId, ...Object.fromEntries(known) }).catch(() => {});
  }

  /**
   * @param {string} sessionId
   * @param {{muted?: boolean, deafened?: boolean}} how
   */
  setState(sessionId, how) {
    return this.gateway.request("voice:set_state", { sessionId, ...how });
  }

  /**
   * @param {string} sessionId
   * @param {"send" | "recv"} direction
   * @returns {Promise<types.TransportOptions>}
   */
  transport(sessionId, direction) {
    return this.gateway.request("voice:transport", { sessionId, direction });
  }

  /**
   * @param {string} transportId
   * @param {types.DtlsParameters} dtlsParameters
   */
  connect(transportId, dtlsParameters) {
    return this.gateway.request("voice:connect", { transportId, dtlsParameters });
  }

  /**
   * @param {string} transportId
   * @param {{kind: string, rtpParameters: types.RtpParameters, source: Source}} what
   * @returns {Promise<{id: string}>}
   */
  produce(transportId, what) {
    return this.gateway.request("voice:produce", { transportId, ...what });
  }

  /**
   * @param {string} transportId
   * @param {string} producerId
   * @param {types.RtpCapabilities} rtpCapabilities
   * @param {boolean} paused
   * @returns {Promise<Consumed>}
   */
  consume(transportId, producerId, rtpCapabilities, paused) {
    return this.gateway.request("voice:consume", { transportId, producerId, rtpCapabilities, paused });
  }

  /**
   * Whatever becomes of it: who is gone has nothing to pause or to close any more.
   * @param {"pause" | "resume" | "close"} act
   * @param {{producerId: string} | {consumerId: string}} part
   */
  async rest(act, part) {
    await this.gateway.request(`voice:${act}`, part).catch(() => {});
  }

  /**
   * @param {string} transportId
   * @returns {Promise<{iceParameters: types.IceParameters}>}
   */
  restartIce(transportId) {
    return this.gateway.request("voice:restart_ice", { transportId });
  }
}
