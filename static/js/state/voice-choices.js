/**
 * What this browser's person chose about talking, here and at the next visit: whether a key opens the
 * microphone, and how loud each of the others is.
 */

import { signal } from "@preact/signals-core";

import { withEntry, withoutEntry } from "./maps.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Memory} from "./client.js" */

/** `open`: always, where it is not muted · `hold`: while the key is held. @typedef {"open" | "hold"} MicMode */

/** @type {Signal<MicMode>} */
export const micMode = signal(/** @type {MicMode} */ ("open"));

/** The key that opens it, as KeyboardEvent.code has it: a place, whatever it writes. @type {Signal<string>} */
export const talkKey = signal("F8");

/** Those one made softer. @type {Signal<ReadonlyMap<string, number>>} by user id, 0 to 1 */
export const volumes = signal(new Map());

/** @type {Memory | null} */
let kept = null;

/** Reads what was chosen; from now on choices are kept there. @param {Memory} memory */
export function keepVoiceChoices(memory) {
  kept = memory;
  micMode.value = memory.get("voice.mode") === "hold" ? "hold" : "open";
  talkKey.value = memory.get("voice.key") ?? "F8";
  volumes.value = readVolumes(memory.get("voice.volumes"));
}

/** @param {MicMode} mode */
export function chooseMicMode(mode) {
  micMode.value = mode;
  kept?.set("voice.mode", mode === "open" ? null : mode);
}

/** @param {string} code */
export function chooseTalkKey(code) {
  talkKey.value = code;
  kept?.set("voice.key", code);
}

/** @param {string} userId */
export function volumeOf(userId) {
  return volumes.value.get(userId) ?? 1;
}

/**
 * @param {string} userId
 * @param {number} volume 0 to 1
 */
export function chooseVolume(userId, volume) {
  volumes.value = volume === 1 ? withoutEntry(volumes.value, userId) : withEntry(volumes.value, userId, volume);
  kept?.set("voice.volumes", volumes.value.size > 0 ? JSON.stringify(Object.fromEntries(volumes.value)) : null);
}

/** @param {string | null} text */
function readVolumes(text) {
  try {
    const found = Object.entries(JSON.parse(text ?? "{}"));
    return new Map(found.filter(([, one]) => typeof one === "number" && one >= 0 && one <= 1).map(([id, one]) => [id, Number(one)]));
  } catch {
    return new Map();
  }
}
