/**
 * What a person does in voice: sits down, gets up, is silent or deaf, shows a face or a screen; and what
 * they do to others there. Joins the engine (voice/, fetched with the first voice of a visit) with the
 * devices and with the signals of voice.js. It must not touch the DOM.
 */

import { batch, effect } from "@preact/signals-core";

import { errorText, t } from "../i18n/index.js";
import { NetError, asNetError } from "../net/errors.js";
import { announce, showToast } from "./notices.js";
import { ownCamera } from "./tiles.js";
import { micMode, volumeOf, volumes } from "./voice-choices.js";
import { voiceNews } from "./voice-news.js";
import { allSeats, call, callChanged, how, isCameraShown, isSoundBlocked, media, over, ownScreen, quality, refused, roomSeats, voiceState } from "./voice.js";

/** @import {Api} from "../net/api.js" */
/** @import {VoiceState} from "../net/protocol.js" */
/** @import {Gateway} from "../net/socket.js" */
/** @import {VoiceCall} from "../voice/call.js" */
/** @import {Sending} from "../voice/session.js" */
/** @import {Sound} from "../voice/sound.js" */
/** @import {Devices} from "./devices.js" */

/** @typedef {{call: VoiceCall, sound: Sound}} Engine */

/**
 * @typedef {object} TalkingParts
 * @property {Gateway} gateway
 * @property {Api} api
 * @property {Devices} devices
 * @property {(gateway: Gateway, api: Api, hearing: {volumeOf: (userId: string) => number, onBlocked: (is: boolean) => void}) => Promise<Engine>} [makeEngine]
 */

export class Talking {
  /** @type {Promise<Engine> | null} */
  #making = null;
  /** @type {Engine | null} */
  #engine = null;
  #isHeld = false;
  #isComing = false;
  /** What was told while the list of all was on its way. @type {(VoiceState & {joined: boolean})[] | null} */
  #toldMeanwhile = null;

  /** @param {TalkingParts} parts */
  constructor({ gateway, api, devices, makeEngine = fetchEngine }) {
    this.gateway = gateway;
    this.api = api;
    this.devices = devices;
    this.makeEngine = makeEngine;
  }

  // --- sitting ------------------------------------------------------------------------------------

  /**
   * Sits down in a room's voice, up from wherever one sat.
   * @param {string} roomId
   */
  async join(roomId) {
    if (call.peek().roomId === roomId) return;
    batch(() => {
      over.value = refused.value = null;
      callChanged({ phase: "joining", roomId, sessionId: null });
    });
    this.#stopScreen();
    if (!how.peek().muted) this.#openMicrophone();
    try {
      const engine = await this.#ready();
      // Somebody thought better of it while the engine was fetched.
      if (call.peek().roomId !== roomId) return;
      await engine.call.join(roomId, how.peek());
      if (call.peek().roomId === roomId) announce(t("voice.joined.self"));
    } catch (thrown) {
      this.#refused(roomId, thrown);
    }
  }

  /**
   * @param {string} roomId
   * @param {unknown} thrown
   */
  #refused(roomId, thrown) {
    const now = call.peek().roomId;
    if (now !== null && now !== roomId) return;
    const error = thrown instanceof NetError ? thrown : new NetError(isUnsupported(thrown) ? "VOICE_UNSUPPORTED" : "VOICE_FAILED");
    if (!(thrown instanceof NetError)) console.warn("voice", thrown);
    batch(() => {
      callChanged({ phase: "off", roomId: null, sessionId: null });
      refused.value = { roomId, error };
    });
    this.#putAway();
  }

  leave() {
    if (call.peek().roomId === null) return;
    this.#engine?.call.leave();
    callChanged({ phase: "off", roomId: null, sessionId: null });
    this.#putAway();
    announce(t("voice.left.self"));
  }

  /** Another person, or nobody. */
  reset() {
    this.#engine?.call.leave();
    this.#putAway();
  }

  /** What was said about it is read. */
  dismiss() {
    batch(() => {
      over.value = refused.value = null;
    });
  }

  // --- how one sits -------------------------------------------------------------------------------

  toggleMute() {
    const isMuted = !how.peek().muted;
    this.#be(isMuted ? { muted: true } : { muted: false, deafened: false });
    announce(t(isMuted ? "voice.muted.self" : "voice.unmuted.self"));
  }

  /** Who hears nothing is not heard either, and is heard again afterwards as before. */
  toggleDeafen() {
    const isDeaf = !how.peek().deafened;
    this.#be({ deafened: isDeaf });
    announce(t(isDeaf ? "voice.deafened.self" : "voice.undeafened.self"));
  }

  /** @param {{muted?: boolean, deafened?: boolean}} change */
  #be(change) {
    how.value = { ...how.peek(), ...change };
    const { muted, deafened } = how.peek();
    if (call.peek().roomId === null) return;
    this.#engine?.call.setHow(change);
    this.#gate();
    if (!muted && !deafened) this.#openMicrophone();
  }

  /** The key that opens the microphone. @param {boolean} isHeld */
  hold(isHeld) {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    this.#gate();
  }

  #gate() {
    const isOpen = micMode.peek() === "open" || this.#isHeld;
    this.#engine?.call.setMicOpen(isOpen && !how.peek().deafened);
  }

  /** Without one nobody hears anything: then that is what the others see. */
  async #openMicrophone() {
    const { state, stream } = this.devices.inputs.microphone;
    if (stream.peek() === null && state.peek() !== "asking") await this.devices.turnOn("microphone");
    const isMissing = stream.peek() === null && !["asking", "on", "off"].includes(state.peek());
    if (isMissing && call.peek().roomId !== null && !how.peek().muted) this.#be({ muted: true });
  }

  async toggleCamera() {
    if (isCameraShown.peek()) return this.#hideCamera();
    const stream = this.devices.inputs.camera.stream.peek() ?? (await this.devices.turnOn("camera"));
    if (stream && call.peek().roomId !== null) isCameraShown.value = true;
  }

  #hideCamera() {
    isCameraShown.value = false;
    this.devices.turnOff("camera");
  }

  async toggleScreen() {
    if (ownScreen.peek()) return this.#stopScreen();
    const roomId = call.peek().roomId;
    const stream = await this.devices.askForScreen().catch(() => {
      showToast(t("voice.screen.failed"));
      return null;
    });
    if (!stream) return;
    if (call.peek().roomId !== roomId || roomId === null) return stop(stream);
    // The browser has a button of its own that ends it.
    stream.getVideoTracks()[0]?.addEventListener("ended", () => ownScreen.peek() === stream && this.#stopScreen());
    ownScreen.value = stream;
  }

  #stopScreen() {
    const stream = ownScreen.peek();
    if (!stream) return;
    ownScreen.value = null;
    stop(stream);
  }

  // --- before one sits ----------------------------------------------------------------------------

  /**
   * From a room before the call into it: what is on there stays on, and what is off is off inside.
   * @template T
   * @param {() => Promise<T>} walk
   */
  async comeIn(walk) {
    const { microphone, camera } = this.devices.inputs;
    const [isHeard, isSeen] = [microphone.stream.peek() !== null, camera.stream.peek() !== null];
    this.#isComing = true;
    try {
      return await walk();
    } finally {
      this.#isComing = false;
      if (call.peek().roomId === null) {
        how.value = { muted: !isHeard, deafened: false };
        isCameraShown.value = isSeen;
      }
    }
  }

  /** A room before a call is left: what nobody hears or sees is not recorded either. */
  putAwayUnused() {
    if (this.#isComing || call.peek().roomId !== null) return;
    this.devices.turnAllOff();
  }

  // --- others -------------------------------------------------------------------------------------

  /**
   * @param {string} roomId
   * @param {string} userId
   * @param {{serverMuted?: boolean, moveTo?: string | null}} change
   */
  async changeOther(roomId, userId, change) {
    const { data } = await this.api.request("PATCH", `/voice/channels/${roomId}/states/${userId}`, { body: change });
    roomSeats(roomId, data);
  }

  /** All who sit anywhere; what is told meanwhile is newer. */
  async refresh() {
    this.#toldMeanwhile = [];
    try {
      const { data } = await this.api.get("/voice/states");
      batch(() => {
        allSeats(data);
        for (const told of this.#toldMeanwhile ?? []) voiceState(told);
      });
    } catch {
      // `ready` asks again.
    } finally {
      this.#toldMeanwhile = null;
    }
  }

  /** Before it is taken into the state. @param {VoiceState & {joined: boolean}} data */
  told(data) {
    this.#toldMeanwhile?.push(data);
    voiceNews(data);
  }

  /** This device's network is another one now. */
  networkChanged() {
    this.#engine?.call.networkChanged();
  }

  /** Sound that the browser held back. */
  unblock() {
    this.#engine?.sound.unblock();
  }

  /** Whether anybody looks at pictures now. @param {boolean} isOn */
  watch(isOn) {
    this.#engine?.call.watch(isOn);
  }

  // --- the engine ---------------------------------------------------------------------------------

  /** @returns {Promise<Engine>} */
  #ready() {
    this.#making ??= this.#make().catch((error) => {
      // A network that was away for a moment must not be the end of it.
      this.#making = null;
      throw error;
    });
    return this.#making;
  }

  async #make() {
    const onBlocked = (/** @type {boolean} */ is) => {
      isSoundBlocked.value = is;
    };
    const engine = await this.makeEngine(this.gateway, this.api, { volumeOf, onBlocked });
    this.#engine = engine;
    this.#listen(engine);
    this.#feed(engine);
    return engine;
  }

  /** What it says becomes state. @param {Engine} engine */
  #listen({ call: voice, sound }) {
    voice.on("state", (state) => {
      // While one goes elsewhere the end of the old call is not the end of it.
      if (state.phase === "off" && call.peek().phase === "joining") return;
      callChanged(state);
    });
    voice.on("media", (list) => {
      media.value = list;
      sound.play(list);
    });
    voice.on("people", (states) => roomSeats(states[0]?.roomId ?? "", states));
    voice.on("stopped", (what) => this.#notSent(what));
    voice.on("quality", (now) => {
      quality.value = now;
    });
    voice.on("over", (told) => {
      batch(() => {
        callChanged({ phase: "off", roomId: null, sessionId: null });
        over.value = told;
      });
      this.#putAway();
      announce(t(`voice.over.${told.reason}`));
    });
  }

  /** What the state holds goes to it. @param {Engine} engine */
  #feed({ call: voice, sound }) {
    const { microphone, camera } = this.devices.inputs;
    const put = (/** @type {Sending} */ what, /** @type {MediaStreamTrack | null} */ track) => {
      voice.setTrack(what, track).catch((error) => track && this.#notSent(what, asNetError(error)));
    };
    effect(() => put("mic", microphone.stream.value?.getAudioTracks()[0] ?? null));
    effect(() => {
      ownCamera.value = camera.stream.value?.getVideoTracks()[0] ?? null;
    });
    effect(() => put("camera", isCameraShown.value ? ownCamera.value : null));
    effect(() => {
      put("screen", ownScreen.value?.getVideoTracks()[0] ?? null);
      put("screen-sound", ownScreen.value?.getAudioTracks()[0] ?? null);
    });
    effect(() => sound.setDeafened(how.value.deafened));
    effect(() => sound.setSpeaker(this.devices.chosen.value.speaker));
    effect(() => {
      micMode.value;
      this.#gate();
    });
    effect(() => {
      volumes.value;
      sound.adjust();
    });
    effect(() => {
      if (microphone.state.value === "lost" && call.peek().roomId !== null && !how.peek().muted) this.#be({ muted: true });
    });
    effect(() => {
      if (camera.stream.value === null) isCameraShown.value = false;
    });
  }

  /**
   * What is not sent does not look as if it were. A connection that is away comes back, and then it is sent.
   * @param {Sending} what
   * @param {NetError | null} [error] null: it was sent, and the server ended it
   */
  #notSent(what, error = null) {
    if (error?.isPassing || what === "mic") return;
    if (what === "camera") this.#hideCamera();
    else this.#stopScreen();
    showToast(error === null || error.code === "FORBIDDEN" ? t("voice.video.forbidden") : errorText(error));
  }

  /** The light beside the camera goes out with the call. */
  #putAway() {
    this.#stopScreen();
    isCameraShown.value = false;
    this.devices.turnAllOff();
  }
}

/** @type {NonNullable<TalkingParts["makeEngine"]>} */
async function fetchEngine(gateway, api, hearing) {
  const { makeEngine } = await import("../voice/engine.js");
  return makeEngine(gateway, api, hearing);
}

/** @param {unknown} thrown */
function isUnsupported(thrown) {
  return thrown instanceof Error && thrown.name === "UnsupportedError";
}

/** @param {MediaStream} stream */
function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}
