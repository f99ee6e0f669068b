/**
 * Looks at a stay every now and then: whether anything still comes back, how well one hears, and when all
 * of it is to be looked through. It must not know what follows from that.
 *
 * Events: `slept` (this device did, for too long), `silent` (nothing comes back, at each look), `quality` (a
 * Quality), `round` (the same: it is time to look for what the doorbell may have lost, and to tell what the
 * server cannot measure).
 */

import { Emitter } from "../net/emitter.js";
import { Pulse, receivedOf } from "./pulse.js";
import { Meter } from "./quality.js";
import { Timers } from "./timers.js";

/** @import {Clock} from "../net/clock.js" */
/** @import {VoiceSession} from "./session.js" */

const PULSE_MS = 250;
const BEAT_MS = 2_000;
const BEATS_PER_ROUND = 15;
/** Whoever was away for so long does not want to find themselves heard again. */
const ASLEEP_MS = 60_000;

export class Watch extends Emitter {
  /** When this device was last seen to be awake, in the clock's milliseconds. */
  #awakeAt = 0;
  #meter = new Meter();
  #pulse = new Pulse();
  #beats = 0;
  /** @type {VoiceSession | null} */
  #session = null;

  /** @param {Clock} clock */
  constructor(clock) {
    super();
    this.clock = clock;
    this.timers = new Timers(clock);
  }

  /** Whether nothing has come back for too long. */
  get isSilent() {
    return this.#pulse.isSilent;
  }

  /** Whether this device slept since the last look, for too long. */
  get hasSlept() {
    return this.clock.now() - this.#awakeAt > ASLEEP_MS;
  }

  /** @param {VoiceSession} session from now on */
  start(session) {
    this.stop();
    this.#session = session;
    this.#beat(session);
    this.#feel(session);
  }

  stop() {
    this.#session = null;
    this.timers.stopAll();
    this.#meter = new Meter();
    this.#pulse = new Pulse();
    this.#awakeAt = this.clock.now();
  }

  /** @param {VoiceSession} session */
  #feel(session) {
    this.timers.start("pulse", PULSE_MS, async () => {
      if (this.hasSlept) return this.emit("slept", null);
      this.#awakeAt = this.clock.now();
      this.#feel(session);
      const received = receivedOf(await session.statsOut().catch(() => []));
      if (session === this.#session && this.#pulse.read(received, this.clock.now())) this.emit("silent", null);
    });
  }

  /** @param {VoiceSession} session */
  #beat(session) {
    this.timers.start("beat", BEAT_MS, async () => {
      this.#beat(session);
      this.#beats += 1;
      const quality = this.#meter.read(await session.stats().catch(() => []), this.clock.now());
      if (session !== this.#session) return;
      this.emit("quality", quality);
      if (this.#beats % BEATS_PER_ROUND === 0) this.emit("round", quality);
    });
  }
}
