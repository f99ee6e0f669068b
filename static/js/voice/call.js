/**
 * Sitting in a room's voice, through everything that happens to a connection: comes in, sends what it is
 * given, hears who else is there, and comes back by itself where coming back is what one wants. It must not
 * know what is on screen, nor where a track comes from.
 *
 * Events: `state` (a CallState, at each change), `media` (Medium[] of the others), `people` (VoiceState[]:
 * who sat there when one came in), `stopped` (a Sending that the server has ended), `quality` (a Quality), `over` ({roomId, reason}: one sits there no
 * longer, and nothing here tries to).
 */

import { systemClock } from "../net/clock.js";
import { Emitter } from "../net/emitter.js";
import { NetError, asNetError } from "../net/errors.js";
import { VoiceSession } from "./session.js";
import { Timers } from "./timers.js";
import { Watch } from "./watch.js";

/** @import {Clock} from "../net/clock.js" */
/** @import {VoiceLeftReason} from "../net/protocol.js" */
/** @import {Line} from "./line.js" */
/** @import {Quality} from "./quality.js" */
/** @import {DeviceLike, Sending} from "./session.js" */

/**
 * Beside what the server says: unreachable (this network lets no media through), lost (it tried for long
 * enough), and what the door said when one was to come in again.
 * @typedef {VoiceLeftReason | "unreachable" | "lost" | "asleep" | "full" | "unknown"} OverReason
 */
/** @typedef {"off" | "joining" | "connected" | "reconnecting"} CallPhase */
/** @typedef {{phase: CallPhase, roomId: string | null, sessionId: string | null}} CallState */
/** @typedef {{muted: boolean, deafened: boolean}} How */

/** ICE may mend itself, or be mended; then one comes in again. */
const MEND_MS = 2_500;
const RETRY_MS = 500;
const LONGEST_RETRY_MS = 5_000;
const GIVE_UP_MS = 60_000;
/** So often no media got through at all. */
const MOST_FAILURES = 3;
const MOVED_WITHIN_MS = 3_000;
/** Where media stopped the gateway is most likely cut, too: it is not waited for long. */
const PROBE_MS = 1_000;

/** Nobody meant it: come in again. @type {Set<string>} */
const BACK = new Set(["silent", "not_connected", "socket_lost", "worker_lost"]);
/** The server does not know it yet. @type {Set<string>} */
const NEWS = new Set(["unreachable", "lost", "asleep"]);
/** What the door says when one may not come in again. @type {Record<string, OverReason>} */
const REFUSALS = { FORBIDDEN: "removed", NOT_FOUND: "removed", GONE: "ended", CONFLICT: "full", NOT_AUTHENTICATED: "signed_out" };

export class VoiceCall extends Emitter {
  /** @type {CallState} */
  #state = { phase: "off", roomId: null, sessionId: null };
  /** @type {VoiceSession | null} */
  #session = null;
  /** @type {How} */
  #how = { muted: false, deafened: false };
  /** What is to be sent; kept for the next stay, too. @type {Map<Sending, MediaStreamTrack>} */
  #tracks = new Map();
  #isMicOpen = true;
  #isWatching = true;
  /** A number per stay: what an older one still does must not touch a newer one. */
  #turn = 0;
  #failures = 0;
  /** Those told of while one is not in yet. @type {Map<string, {roomId: string, kind: "audio" | "video"}>} */
  #early = new Map();

  /**
   * @param {object} parts
   * @param {Line} parts.line
   * @param {() => Promise<DeviceLike>} parts.newDevice
   * @param {() => MediaStreamTrack} parts.silence stands for a microphone where there is none: a way that
   *   sends nothing at all is none
   * @param {Clock} [parts.clock]
   */
  constructor({ line, newDevice, silence, clock = systemClock }) {
    super();
    this.line = line;
    this.newDevice = newDevice;
    this.silence = silence;
    this.clock = clock;
    this.timers = new Timers(clock);
    this.watcher = new Watch(clock);
    this.watcher.on("slept", () => this.#isOver("asleep"));
    this.watcher.on("silent", () => this.#mend());
    this.watcher.on("quality", (quality) => this.emit("quality", quality));
    this.watcher.on("round", (quality) => this.#lookAtAll(quality));
    line.on("voice:left", (data) => this.#left(data));
    line.on("voice:moved", (data) => this.#moved(data));
    line.on("voice:new_producer", (data) => this.#appeared(data));
    line.on("voice:producer_closed", ({ producerId }) => this.#gone(producerId));
    line.on("ready", () => this.#socketIsBack());
  }

  get state() {
    return this.#state;
  }

  // --- what a person does -------------------------------------------------------------------------

  /**
   * Sits down there; wherever one sat before one sits no longer. Rejects with what the door says.
   * @param {string} roomId
   * @param {How} how
   */
  async join(roomId, how) {
    this.#how = { ...how };
    this.#failures = 0;
    const turn = this.#begin(roomId, "joining");
    try {
      await this.#enter(turn, roomId);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.leave();
      throw error;
    }
  }

  leave() {
    const { sessionId } = this.#state;
    this.#end();
    if (sessionId) this.line.leave(sessionId);
  }

  /** Takes effect here at once; the server hears of it when it can. @param {Partial<How>} how */
  setHow(how) {
    this.#how = { ...this.#how, ...how };
    this.#gate();
    if (this.#session) this.line.setState(this.#session.id, how).catch(() => {});
  }

  /** Whether the microphone is open where it is not muted: while a key is held. @param {boolean} isOpen */
  setMicOpen(isOpen) {
    this.#isMicOpen = isOpen;
    this.#gate();
  }

  /**
   * From now on, and after coming back, this is sent.
   * @param {Sending} what
   * @param {MediaStreamTrack | null} track stays its owner's: what is sent is a copy
   */
  async setTrack(what, track) {
    if (track) this.#tracks.set(what, track);
    else this.#tracks.delete(what);
    await this.#put(what);
  }

  /** Whether anybody looks at pictures. @param {boolean} isOn */
  watch(isOn) {
    this.#isWatching = isOn;
    this.#session?.watch(isOn);
  }

  /** This device's network is another one now: the way through the old one is none. */
  networkChanged() {
    this.#mendAnew();
  }

  // --- coming in ----------------------------------------------------------------------------------

  /**
   * @param {string} roomId
   * @param {CallPhase} phase until one is in
   * @returns {number} the turn that begins
   */
  #begin(roomId, phase) {
    this.#dropSession();
    this.#early.clear();
    this.#set({ phase, roomId, sessionId: null });
    return this.#turn;
  }

  /**
   * @param {number} turn
   * @param {string} roomId
   */
  async #enter(turn, roomId) {
    const how = this.#how;
    const [device, joined] = await Promise.all([this.newDevice(), this.line.join(roomId, how)]);
    // Somebody left, or went elsewhere, while this was on its way.
    if (turn !== this.#turn) return this.#tooLate(joined.sessionId);
    const session = new VoiceSession({ line: this.line, device, joined });
    this.#session = session;
    session.on("media", () => this.emit("media", session.media));
    session.on("connection", () => session === this.#session && this.#connectionChanged(session));
    session.on("stopped", (what) => this.#stopped(what));
    session.watch(this.#isWatching);
    this.#set({ roomId: joined.roomId, sessionId: joined.sessionId });
    this.emit("people", joined.participants);
    if (this.#how !== how) this.setHow(this.#how);
    for (const { id, kind, sessionId } of joined.producers) if (sessionId !== session.id) this.#take(session, id, kind);
    for (const [id, { roomId: where, kind }] of this.#early) if (where === session.roomId) this.#take(session, id, kind);
    await session.open();
    // The microphone first, and waited for: it connects the way out.
    await this.#put("mic");
    for (const what of this.#tracks.keys()) if (what !== "mic") await this.#put(what).catch(() => {});
    if (session === this.#session) this.watcher.start(session);
  }

  /** @param {string} sessionId */
  #tooLate(sessionId) {
    if (this.#state.phase === "off") this.line.leave(sessionId);
  }

  /**
   * Again and again, until one is in, or it is said that one may not.
   * @param {string} roomId
   */
  async #comeBack(roomId) {
    const since = this.clock.now();
    for (;;) {
      const turn = this.#begin(roomId, "reconnecting");
      try {
        if (!this.line.isReady) throw new NetError("DISCONNECTED");
        return await this.#enter(turn, roomId);
      } catch (thrown) {
        if (turn !== this.#turn) return undefined;
        const error = asNetError(thrown);
        const refusal = REFUSALS[error.code];
        if (refusal) return this.#isOver(refusal);
        if (this.clock.now() - since > GIVE_UP_MS) return this.#isOver("lost");
        const waitMs = Math.min(error.retryAfterMs ?? RETRY_MS, LONGEST_RETRY_MS);
        await new Promise((done) => this.timers.start("retry", waitMs, () => done(null)));
        if (turn !== this.#turn) return undefined;
      }
    }
  }

  // --- what one sends -----------------------------------------------------------------------------

  /** @param {Sending} what */
  async #put(what) {
    const session = this.#session;
    if (!session) return;
    const own = this.#tracks.get(what);
    const track = own ? own.clone() : what === "mic" ? this.silence() : null;
    if (track && what === "mic") track.enabled = this.#isHeard;
    await session.send(what, track);
    if (what === "mic") this.#gate();
  }

  /** The server ended it: one may not, any more. @param {Sending} what */
  #stopped(what) {
    this.#tracks.delete(what);
    this.emit("stopped", what);
  }

  get #isHeard() {
    return this.#isMicOpen && !this.#how.muted;
  }

  #gate() {
    this.#session?.setSending("mic", this.#isHeard);
  }

  // --- what one hears -----------------------------------------------------------------------------

  /** @param {{roomId: string, userId: string, producerId: string, kind: "audio" | "video"}} data */
  #appeared({ roomId, userId, producerId, kind }) {
    const session = this.#session;
    // On another page of this person's they are told here, too.
    if (this.#state.phase === "off") return;
    if (!session) this.#early.set(producerId, { roomId, kind });
    else if (roomId === session.roomId && userId !== session.userId) this.#take(session, producerId, kind);
  }

  /** @param {string} producerId */
  #gone(producerId) {
    this.#early.delete(producerId);
    this.#session?.drop(producerId);
  }

  /**
   * @param {VoiceSession} session
   * @param {string} producerId
   * @param {"audio" | "video"} kind
   */
  #take(session, producerId, kind) {
    // What is gone already is no loss; what failed otherwise the next look round finds.
    session.take(producerId, kind).catch(() => {});
  }

  /** @param {Quality} quality */
  #lookAtAll({ figures }) {
    const session = this.#session;
    if (!session || !this.line.isReady) return;
    this.#lookRound(session);
    this.line.measured(session.id, figures);
  }

  /** What the doorbell lost. @param {VoiceSession} session */
  async #lookRound(session) {
    const all = await this.line.producers(session.roomId).catch(() => null);
    if (all === null || session !== this.#session) return;
    const others = all.filter(({ sessionId }) => sessionId !== session.id);
    for (const { producerId } of session.media) if (!others.some(({ id }) => id === producerId)) session.drop(producerId);
    for (const { id, kind } of others) this.#take(session, id, kind);
  }

  // --- what happens to one ------------------------------------------------------------------------

  /** @param {{sessionId: string, roomId: string, reason: VoiceLeftReason}} data */
  #left({ sessionId, roomId, reason }) {
    if (sessionId !== this.#session?.id) return;
    if (reason === "moved") this.#awaitMove(roomId);
    else if (!BACK.has(reason)) this.#isOver(reason);
    else if (this.watcher.hasSlept) this.#isOver("asleep");
    else if (reason !== "not_connected" || this.#failedAgain()) this.#comeBack(roomId);
  }

  /** Where to is said next. @param {string} roomId */
  #awaitMove(roomId) {
    const { sessionId } = this.#state;
    this.#dropSession();
    this.#set({ phase: "reconnecting", roomId, sessionId });
    this.timers.start("move", MOVED_WITHIN_MS, () => this.#isOver("removed"));
  }

  /** @param {{roomId: string, sessionId: string}} data */
  #moved({ roomId, sessionId }) {
    if (sessionId === this.#state.sessionId) this.#comeBack(roomId);
  }

  /** Media went on meanwhile. Whether the session did, and what was told to nobody here, is asked. */
  async #socketIsBack() {
    const session = this.#session;
    if (!session) return;
    try {
      await this.line.session(session.id);
      if (session !== this.#session) return;
      await this.line.setState(session.id, this.#how).catch(() => {});
      // What was turned on while nobody could be told.
      for (const what of this.#tracks.keys()) if (!session.isSending(what)) this.#put(what).catch(() => {});
      // What cut the socket may have cut the ways, too, and a browser takes its time to notice. Those that
      // are whole lose nothing.
      this.#mendAnew();
      await this.#lookRound(session);
    } catch (error) {
      if (session === this.#session && asNetError(error).code === "NOT_FOUND") this.#comeBack(session.roomId);
    }
  }

  /** @param {VoiceSession} session */
  #connectionChanged(session) {
    const word = session.connection;
    if (word === "connected") {
      this.timers.stop("mend");
      this.#failures = 0;
      this.#set({ phase: "connected" });
    } else if (word === "disconnected" || word === "failed") {
      if (this.#state.phase === "connected") this.#set({ phase: "reconnecting" });
      if (word === "disconnected" || this.#failedAgain()) this.#mend();
    }
  }

  /** @returns {boolean} whether there is hope */
  #failedAgain() {
    this.#failures += 1;
    if (this.#failures < MOST_FAILURES) return true;
    this.#isOver("unreachable");
    return false;
  }

  /** Something is different now: what was tried before counts no longer. */
  #mendAnew() {
    this.timers.stop("mend");
    this.#mend();
  }

  /** New credentials for both ways; where that does not help in time, another stay. */
  #mend() {
    const session = this.#session;
    if (!session || this.timers.isRunning("mend")) return;
    this.timers.start("mend", MEND_MS, () => {
      if (session !== this.#session || (session.connection === "connected" && !this.watcher.isSilent)) return;
      // Without the gateway nobody can come in; media may still come back by itself.
      if (this.line.isReady) this.#comeBack(session.roomId);
      else this.#mend();
    });
    this.line.probe(PROBE_MS);
    session.restartIce().catch(() => {});
  }

  // --- ending -------------------------------------------------------------------------------------

  /** @param {OverReason} reason */
  #isOver(reason) {
    const { roomId, sessionId } = this.#state;
    this.#end();
    if (sessionId && NEWS.has(reason)) this.line.leave(sessionId);
    this.emit("over", { roomId, reason });
  }

  #end() {
    this.#dropSession();
    this.#set({ phase: "off", roomId: null, sessionId: null });
  }

  /** What is still on its way belongs to an older turn from now on. */
  #dropSession() {
    const session = this.#session;
    this.#session = null;
    this.timers.stopAll();
    this.watcher.stop();
    session?.close();
    if (session) this.emit("media", []);
    this.#turn += 1;
  }

  /** @param {Partial<CallState>} change */
  #set(change) {
    const next = { ...this.#state, ...change };
    const isSame = next.phase === this.#state.phase && next.roomId === this.#state.roomId && next.sessionId === this.#state.sessionId;
    this.#state = next;
    if (!isSame) this.emit("state", next);
  }
}
