/**
 * What the stage shows of a room's voice: a tile for each face and each shared screen, which one is large,
 * and which is small. Derived from voice.js; it must not draw.
 */

import { computed, signal } from "@preact/signals-core";

import { call, isCameraShown, media, ownScreen, seats } from "./voice.js";
import { me } from "./session.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {VoiceState} from "../net/protocol.js" */
/** @import {Tile} from "./voice.js" */

/** The tile a person chose to see large. @type {Signal<string | null>} its key */
export const pinned = signal(/** @type {string | null} */ (null));

/** One's camera as this page has it; set by talking.js. @type {Signal<MediaStreamTrack | null>} */
export const ownCamera = signal(/** @type {MediaStreamTrack | null} */ (null));

/**
 * Faces in the order of coming, screens before all.
 * @param {string} roomId
 * @returns {Tile[]}
 */
export function tilesOf(roomId) {
  const here = [...(seats.value.get(roomId)?.values() ?? [])];
  const isHere = call.value.roomId === roomId;
  const faces = here.map((state) => tile(state, "camera", isHere));
  const screens = here.filter((state) => hasScreen(state, isHere)).map((state) => tile(state, "screen", isHere));
  return [...screens, ...faces];
}

/** Which tile is large: the chosen one, else a screen; null: all alike. @param {Tile[]} tiles */
export function largeOf(tiles) {
  const chosen = tiles.find(({ key }) => key === pinned.value);
  return chosen ?? tiles.find(({ source, isOwn }) => source === "screen" && !isOwn) ?? null;
}

/** Whether there is any picture of others to look at. */
export const hasPictures = computed(() => media.value.some(({ kind }) => kind === "video"));

/** @param {string} key */
export function togglePinned(key) {
  pinned.value = pinned.peek() === key ? null : key;
}

/**
 * @param {VoiceState} state
 * @param {"camera" | "screen"} source
 * @param {boolean} isHere
 * @returns {Tile}
 */
function tile({ userId, sessionId }, source, isHere) {
  const isOwn = userId === me.value?.id && sessionId === call.value.sessionId;
  const found = media.value.find((one) => one.userId === userId && one.source === source && one.kind === "video");
  const own = source === "screen" ? (ownScreen.value?.getVideoTracks()[0] ?? null) : isCameraShown.value ? ownCamera.value : null;
  return { key: `${userId}-${source}`, userId, source, isOwn, track: !isHere ? null : isOwn ? own : (found?.track ?? null) };
}

/**
 * @param {VoiceState} state
 * @param {boolean} isHere
 */
function hasScreen({ userId, sessionId, screenSharing }, isHere) {
  if (isHere && userId === me.value?.id && sessionId === call.value.sessionId) return ownScreen.value !== null;
  return screenSharing;
}
