/**
 * One living connection to the gateway at /ws: identify, requests and replies, heartbeat, reconnect.
 * It knows no DOM and no message type but its own (auth, ping, error); what frames mean is for others.
 *
 * Events: `state` (a ConnectionState, at each change), `ready` (AuthOk: identified, frames flow),
 * `down` ({code}: the connection is gone), `error` (a server error nobody asked for), and every
 * frame's own type with its `data`.
 */

import { Backoff } from "./backoff.js";
import { systemClock } from "./clock.js";
import { Emitter } from "./emitter.js";
import { NetError, asNetError, netErrorOf } from "./errors.js";
import { CLOSE, PROTOCOL_VERSION } from "./protocol.js";
import { Requests } from "./requests.js";

/** @import {Clock} from "./clock.js" */
/** @import {AuthOk} from "./protocol.js" */

/**
 * @typedef {object} ConnectionState
 * @property {"idle" | "connecting" | "ready" | "waiting" | "stopped"} state
 * @property {number | null} retryAt when the next attempt starts, by the clock
 * @property {boolean} online what the device says; false does not stop attempts
 * @property {"signed-out" | "banned" | "replaced" | null} reason why it stopped
 */

/**
 * @typedef {object} GatewayOptions
 * @property {string} url
 * @property {() => Promise<string>} getToken an access token; a NetError that is a refusal signs out
 * @property {() => Promise<unknown>} refresh makes getToken answer with a newer one
 * @property {new (url: string) => WebSocket} [WebSocket]
 * @property {Clock} [clock]
 * @property {() => number} [random]
 */

const CONNECT_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 10_000;
const PONG_TIMEOUT_MS = 8_000;
const PROBE_TIMEOUT_MS = 4_000;
const STABLE_MS = 5_000;
const FLOODING_ATTEMPT = 3;
/** The server closes at 64 KiB (1009): what is larger must not be sent, or it would be again and again. */
const MAX_FRAME_BYTES = 63 * 1024;
/** @type {Map<number, "banned" | "replaced">} */
const FINAL = new Map([
  [CLOSE.banned, "banned"],
  [CLOSE.replaced, "replaced"],
]);

export class Gateway extends Emitter {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ConnectionState} */
  #state = { state: "idle", retryAt: null, online: true, reason: null };
  /** A number per attempt: what an earlier one still does must not touch a later one. */
  #turn = 0;
  #refreshTried = false;
  /** @type {Record<string, unknown>} the timers that run, by name */
  #timers = {};

  /** @param {GatewayOptions} options */
  constructor(options) {
    super();
    const { clock = systemClock, random = Math.random } = options;
    this.options = options;
    this.clock = clock;
    this.backoff = new Backoff({ random });
    this.requests = new Requests(clock);
    this.heartbeatMs = 25_000;
  }

  /** @returns {ConnectionState} */
  get state() {
    return this.#state;
  }

  get isReady() {
    return this.#state.state === "ready";
  }

  /** Start, or start again after `close` or a stop. */
  connect() {
    if (this.#state.state === "connecting" || this.isReady) return;
    this.#refreshTried = false;
    this.backoff.reset();
    this.#open();
  }

  /** End on purpose; nothing reconnects until `connect`. */
  close() {
    this.#turn += 1;
    this.#forget(1000);
    this.#set({ state: "idle", retryAt: null, reason: null });
  }

  /** Do not wait for the timer. */
  retryNow() {
    if (this.#state.state === "waiting") this.#open();
    else if (this.#state.state === "stopped" && this.#state.reason === "replaced") this.connect();
  }

  /**
   * What the device says about its network. It may be wrong both ways, so a live socket is only
   * asked for a sign of life, and attempts go on while offline.
   * @param {boolean} online
   */
  setOnline(online) {
    this.#set({ online });
    if (this.isReady) this.probe();
    else if (online) this.retryNow();
  }

  /**
   * Ask for a sign of life now: after sleep, or when the network changed.
   * @param {number} [timeoutMs] for as long it is waited for
   */
  probe(timeoutMs = PROBE_TIMEOUT_MS) {
    if (this.isReady) this.#ping(timeoutMs);
  }

  /**
   * @param {string} type
   * @param {object} data
   * @returns {boolean} false where there is no connection to send it on
   */
  send(type, data) {
    return this.isReady && this.#write({ type, data });
  }

  /**
   * @param {string} type
   * @param {object} data
   * @param {{timeoutMs?: number}} [options]
   * @returns {Promise<any>} the reply's data; rejects with a NetError
   */
  request(type, data, { timeoutMs = REQUEST_TIMEOUT_MS } = {}) {
    if (!this.isReady) return Promise.reject(new NetError("DISCONNECTED", "Not connected."));
    if (new TextEncoder().encode(JSON.stringify(data)).length > MAX_FRAME_BYTES) {
      return Promise.reject(new NetError("TOO_LARGE", "This is too large to be sent."));
    }
    const { id, reply } = this.requests.open(timeoutMs);
    if (!this.#write({ type, id, data })) this.requests.reject(id, new NetError("DISCONNECTED"));
    return reply;
  }

  async #open() {
    const turn = ++this.#turn;
    this.#stopTimers();
    this.#set({ state: "connecting", retryAt: null, reason: null });
    try {
      const token = await this.options.getToken();
      if (turn === this.#turn) this.#attach(token);
    } catch (error) {
      if (turn === this.#turn) this.#tokenFailed(asNetError(error));
    }
  }

  /** @param {string} token */
  #attach(token) {
    const socket = new (this.options.WebSocket ?? WebSocket)(this.options.url);
    this.#socket = socket;
    this.#timer("connect", CONNECT_TIMEOUT_MS, () => this.#lost(0));
    socket.onopen = () =>
      this.#write({ type: "auth:identify", data: { token, protocol: PROTOCOL_VERSION } });
    socket.onmessage = (event) => this.#received(event.data);
    socket.onclose = (event) => this.#lost(event.code);
  }

  /** @param {object} frame */
  #write(frame) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** @param {unknown} text */
  #received(text) {
    this.#stopTimer("pong");
    const frame = parse(text);
    if (!frame) return;
    if (frame.type === "auth:ok") this.#identified(frame.data);
    if (frame.type === "error" || frame.type === "auth:error") {
      const error = netErrorOf(frame.data);
      if (!this.requests.reject(frame.id, error)) this.emit("error", error);
      return;
    }
    // Listeners first: they see frames in the order of the wire, whatever awaits the reply.
    this.emit(frame.type, frame.data);
    this.requests.resolve(frame.id, frame.data);
  }

  /** @param {AuthOk} auth */
  #identified(auth) {
    this.#stopTimer("connect");
    this.heartbeatMs = (auth.heartbeatSeconds || 25) * 1000;
    this.#set({ state: "ready", retryAt: null });
    this.#beatLater();
    // A server that accepts and drops at once must not be hammered: count afresh only when it held.
    this.#timer("stable", STABLE_MS, () => {
      this.backoff.reset();
      this.#refreshTried = false;
    });
    this.emit("ready", auth);
  }

  #beatLater() {
    this.#timer("beat", this.heartbeatMs, () => {
      this.#ping(PONG_TIMEOUT_MS);
      this.#beatLater();
    });
  }

  /** @param {number} timeoutMs */
  #ping(timeoutMs) {
    if (this.#write({ type: "ping", data: {} })) {
      this.#timer("pong", timeoutMs, () => this.#lost(0));
    }
  }

  /**
   * The connection is gone: said by a close frame, or found out by silence (code 0).
   * @param {number} code
   */
  #lost(code) {
    this.#turn += 1;
    this.#forget(code);
    const reason = FINAL.get(code);
    if (reason) this.#set({ state: "stopped", retryAt: null, reason });
    else if (code === CLOSE.notAuthenticated) this.#refuse();
    else {
      if (code === CLOSE.flooding) this.backoff.atLeast(FLOODING_ATTEMPT);
      this.#retryLater();
    }
  }

  /** 4401: the token may only be old. One refresh tells; a second refusal in a row is the answer. */
  async #refuse() {
    if (this.#refreshTried) return this.#signedOut();
    this.#refreshTried = true;
    const turn = this.#turn;
    this.#set({ state: "connecting", retryAt: null });
    try {
      await this.options.refresh();
      if (turn === this.#turn) this.#open();
    } catch (error) {
      if (turn === this.#turn) this.#tokenFailed(asNetError(error));
    }
    return undefined;
  }

  /** @param {NetError} error */
  #tokenFailed(error) {
    if (error.isRefusal) this.#signedOut();
    else {
      // The refresh did not get through; it has not been refused, so it may be tried again.
      this.#refreshTried = false;
      this.#retryLater();
    }
  }

  #signedOut() {
    this.#set({ state: "stopped", retryAt: null, reason: "signed-out" });
  }

  #retryLater() {
    const waitMs = this.backoff.next();
    this.#set({ state: "waiting", retryAt: this.clock.now() + waitMs });
    this.#timer("retry", waitMs, () => this.#open());
  }

  /**
   * Let go of the socket without waiting for its close event, which a dead network may delay by minutes.
   * @param {number} code
   */
  #forget(code) {
    const socket = this.#socket;
    const wasReady = this.isReady;
    this.#socket = null;
    this.#stopTimers();
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      if (socket.readyState < 2) socket.close();
    }
    if (wasReady) this.#set({ state: "connecting" });
    this.requests.rejectAll(new NetError("DISCONNECTED", "The connection was lost."));
    if (wasReady) this.emit("down", { code });
  }

  /** @param {Partial<ConnectionState>} change */
  #set(change) {
    this.#state = { ...this.#state, ...change };
    this.emit("state", this.#state);
  }

  /**
   * @param {string} name
   * @param {number} ms
   * @param {() => void} run
   */
  #timer(name, ms, run) {
    this.#stopTimer(name);
    this.#timers[name] = this.clock.setTimeout(() => {
      delete this.#timers[name];
      run();
    }, ms);
  }

  /** @param {string} name */
  #stopTimer(name) {
    if (!(name in this.#timers)) return;
    this.clock.clearTimeout(this.#timers[name]);
    delete this.#timers[name];
  }

  #stopTimers() {
    for (const name of Object.keys(this.#timers)) this.#stopTimer(name);
  }
}

/**
 * @param {unknown} text
 * @returns {{type: string, id?: string, data: any} | null}
 */
function parse(text) {
  try {
    const frame = JSON.parse(String(text));
    return frame && typeof frame.type === "string" ? { ...frame, data: frame.data ?? {} } : null;
  } catch {
    return null;
  }
}
