/** What is begun in each room, until it is sent: a reload loses no word. It sends nothing. */

import { computed, effect, signal } from "@preact/signals-core";

import { withEntry, withoutEntry } from "./maps.js";
import { me } from "./session.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Memory} from "./client.js" */

const KEY = "drafts";

/** @type {Signal<ReadonlyMap<string, string>>} by room id; an empty draft is none */
export const drafts = signal(new Map());

/** @type {Memory | null} */
let memory = null;

/** Rooms whose draft was begun, or gone on with, in this tab: no other tab changes what one is writing. */
const own = /** @type {Set<string>} */ (new Set());

/**
 * From now on they are kept there, and what was kept for whoever is signed in is here again. Signing
 * out takes the key away (state/client.js): of another person nothing is shown.
 * @param {Memory} place
 * @returns {() => void} ends it
 */
export function keepDrafts(place) {
  memory = place;
  const myId = computed(() => me.value?.id);
  return effect(() => {
    own.clear();
    drafts.value = (myId.value && read()) || new Map();
  });
}

/** @param {string} roomId */
export function draftOf(roomId) {
  return drafts.peek().get(roomId) ?? "";
}

/**
 * @param {string} roomId
 * @param {string} text
 */
export function setDraft(roomId, text) {
  if (text === "") own.delete(roomId);
  else own.add(roomId);
  // Another tab may have kept drafts of other rooms meanwhile.
  const kept = withDraft(read() ?? drafts.peek(), roomId, text);
  drafts.value = withOwn(withDraft(drafts.peek(), roomId, text), kept);
  memory?.set(KEY, JSON.stringify([...kept]));
}

/** Another tab of this browser wrote: what it began, went on with or sent is so here, too. */
export function draftsRead() {
  if (me.peek()) drafts.value = withOwn(drafts.peek(), read() ?? new Map());
}

/**
 * @param {ReadonlyMap<string, string>} mine
 * @param {ReadonlyMap<string, string>} kept
 */
function withOwn(mine, kept) {
  return [...own].reduce((all, roomId) => withDraft(all, roomId, mine.get(roomId) ?? ""), kept);
}

/**
 * @param {ReadonlyMap<string, string>} all
 * @param {string} roomId
 * @param {string} text
 */
function withDraft(all, roomId, text) {
  return text === "" ? withoutEntry(all, roomId) : withEntry(all, roomId, text);
}

/** @returns {ReadonlyMap<string, string> | null} null: nothing was ever kept, or keeping is forbidden */
function read() {
  const kept = memory?.get(KEY);
  if (!kept) return null;
  try {
    return new Map(JSON.parse(kept));
  } catch {
    // Whatever stands there is none of ours.
    return null;
  }
}
