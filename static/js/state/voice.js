/**
 * Who sits in which room's voice and how, as the server says it; and one's own call: how it stands, what
 * comes in, how well. Signals and reducers; what a person can do is talking.js's. It must not fetch.
 */

import { batch, computed, signal } from "@preact/signals-core";

import { withEntry, withoutEntry } from "./maps.js";
import { me } from "./session.js";

/** @import {ReadonlySignal, Signal} from "@preact/signals-core" */
/** @import {NetError} from "../net/errors.js" */
/** @import {VoiceState} from "../net/protocol.js" */
/** @import {CallState, OverReason} from "../voice/call.js" */
/** @import {Medium} from "../voice/session.js" */
/** @import {Quality} from "../voice/quality.js" */

/** @typedef {ReadonlyMap<string, VoiceState>} Seats by user id, who came first first */

/** @type {Signal<ReadonlyMap<string, Seats>>} by room id */
export const seats = signal(new Map());

/** Who speaks in the room one sits in. @type {Signal<ReadonlySet<string>>} user ids */
export const speaking = signal(new Set());

/** @type {CallState} */
const NO_CALL = { phase: "off", roomId: null, sessionId: null };
/** @type {Quality} */
const NOTHING_KNOWN = { word: "unknown", why: null, figures: { bitrate: null, packetLoss: null, jitter: null, rtt: null, resolution: null, fps: null } };

/** This page's own call. @type {Signal<CallState>} */
export const call = signal(NO_CALL);

/** Where one sits on this page, or is about to. @type {ReadonlySignal<string | null>} */
export const callRoomId = computed(() => call.value.roomId);

/** How one sits, or will. */
export const how = signal({ muted: false, deafened: false });

/** What others send. @type {Signal<readonly Medium[]>} */
export const media = signal(/** @type {readonly Medium[]} */ ([]));

/** One's own screen while it is shared. @type {Signal<MediaStream | null>} */
export const ownScreen = signal(/** @type {MediaStream | null} */ (null));

/** Whether one's camera is on for the others, not only for oneself. */
export const isCameraShown = signal(false);

/** @type {Signal<Quality>} */
export const quality = signal(NOTHING_KNOWN);

/** Why one sits nowhere any more, until something else is done. @type {Signal<{roomId: string | null, reason: OverReason} | null>} */
export const over = signal(/** @type {{roomId: string | null, reason: OverReason} | null} */ (null));

/** What the door said. @type {Signal<{roomId: string, error: NetError} | null>} */
export const refused = signal(/** @type {{roomId: string, error: NetError} | null} */ (null));

/** The browser plays nothing before somebody has clicked. */
export const isSoundBlocked = signal(false);

/** A face, or a screen. @typedef {{key: string, userId: string, source: "camera" | "screen", track: MediaStreamTrack | null, isOwn: boolean}} Tile */

/** @param {string} roomId @returns {VoiceState[]} */
export function sittersOf(roomId) {
  return [...(seats.value.get(roomId)?.values() ?? [])];
}

/** How oneself sits there, on whatever device. @param {string} roomId */
export function ownSeatIn(roomId) {
  return seats.value.get(roomId)?.get(me.value?.id ?? "") ?? null;
}

/** @param {VoiceState} state */
export function isSpeaking({ userId, roomId, muted, serverMuted }) {
  return roomId === callRoomId.value && !muted && !serverMuted && speaking.value.has(userId);
}

// --- reducers, named like the events ----------------------------------------------------------------

/** @param {VoiceState & {joined: boolean}} data */
export function voiceState({ joined, ...state }) {
  const { roomId, userId, sessionId } = state;
  const here = seats.value.get(roomId) ?? new Map();
  const known = here.get(userId);
  // A late word of an older session says nothing about this one.
  if (known && known.sessionId > sessionId) return;
  if (joined) seats.value = withEntry(seats.value, roomId, withEntry(here, userId, state));
  else if (known?.sessionId === sessionId) setSeats(roomId, withoutEntry(here, userId));
  if (!joined || state.muted || state.serverMuted) quiet(userId);
}

/** @param {{roomId: string, userId: string, speaking: boolean}} data */
export function voiceSpeaking({ roomId, userId, speaking: isLoud }) {
  if (roomId !== callRoomId.value) return;
  if (!isLoud) return quiet(userId);
  speaking.value = new Set([...speaking.value, userId]);
}

/**
 * All who sit in a room.
 * @param {string} roomId
 * @param {VoiceState[]} states
 */
export function roomSeats(roomId, states) {
  if (states.length === 0 && !seats.value.has(roomId)) return;
  setSeats(roomId, new Map(states.map((state) => [state.userId, state])));
}

/** All who sit anywhere that one sees. @param {VoiceState[]} states */
export function allSeats(states) {
  /** @type {Map<string, Map<string, VoiceState>>} */
  const found = new Map();
  for (const state of states) found.set(state.roomId, (found.get(state.roomId) ?? new Map()).set(state.userId, state));
  seats.value = found;
}

/** @param {string} roomId */
export function roomSeatsForgotten(roomId) {
  seats.value = withoutEntry(seats.value, roomId);
}

/** The call, with what belongs to it alone. @param {CallState} state */
export function callChanged(state) {
  batch(() => {
    if (state.roomId !== call.value.roomId) speaking.value = new Set();
    if (state.phase !== "connected") quality.value = NOTHING_KNOWN;
    call.value = state;
  });
}

export function voiceReset() {
  batch(() => {
    seats.value = new Map();
    speaking.value = new Set();
    call.value = NO_CALL;
    how.value = { muted: false, deafened: false };
    media.value = [];
    ownScreen.value = null;
    isCameraShown.value = false;
    quality.value = NOTHING_KNOWN;
    over.value = refused.value = null;
    isSoundBlocked.value = false;
  });
}

/** @param {string} userId */
function quiet(userId) {
  if (speaking.value.has(userId)) speaking.value = new Set([...speaking.value].filter((id) => id !== userId));
}

/**
 * @param {string} roomId
 * @param {Seats} here
 */
function setSeats(roomId, here) {
  seats.value = here.size > 0 ? withEntry(seats.value, roomId, here) : withoutEntry(seats.value, roomId);
}
