/**
 * The emoji there are, with the names people type; fetched when they are first needed, and the ones
 * this person used last. It must not draw any.
 */

import { computed, effect, signal } from "@preact/signals-core";

import { me } from "./session.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Memory} from "./client.js" */

/**
 * @typedef {object} Emoji
 * @property {string} char
 * @property {string} name in words, e.g. "grinning face"
 * @property {string[]} codes what is typed between colons, e.g. "grinning"
 * @property {string[]} tags further words it is found by
 * @property {string} group
 */
/** @typedef {{name: string, list: Emoji[]}} EmojiGroup */

const KEY = "emoji";
const RECENT_MAX = 18;
/** What stands there before anything was used. */
const USUAL = ["👍", "❤️", "😂", "🎉", "👀", "🙏", "🔥", "✅"];

/** @type {Signal<Emoji[] | null>} null: not fetched yet */
export const allEmoji = signal(null);

/** @type {Signal<string[]>} characters, the newest first */
export const recentEmoji = signal(USUAL);

/** @type {Memory | null} */
let memory = null;
/** @type {Promise<Emoji[]> | null} */
let loading = null;

/** In their groups, in the order of the data. */
export const emojiGroups = computed(() => {
  /** @type {Map<string, Emoji[]>} */
  const groups = new Map();
  for (const emoji of allEmoji.value ?? []) {
    const list = groups.get(emoji.group);
    if (list) list.push(emoji);
    else groups.set(emoji.group, [emoji]);
  }
  return [...groups].map(([name, list]) => ({ name, list }));
});

/**
 * From now on the recent ones are kept there; as with drafts, for as long as one is signed in.
 * @param {Memory} place
 */
export function keepRecentEmoji(place) {
  memory = place;
  const myId = computed(() => me.value?.id);
  effect(() => {
    const kept = (myId.value && place.get(KEY)?.split(" ").filter(Boolean)) || [];
    recentEmoji.value = withFirst(kept, USUAL);
  });
}

/** It was used: it comes first from now on. @param {string} char */
export function emojiUsed(char) {
  recentEmoji.value = withFirst([char], recentEmoji.value);
  memory?.set(KEY, recentEmoji.value.join(" "));
}

/**
 * Fetches them once; after a failure the next call tries again.
 * @returns {Promise<Emoji[]>}
 */
export function loadEmoji() {
  loading ??= fetchEmoji().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

/**
 * Those whose names begin with the words first, then those that have them anywhere.
 * @param {Emoji[]} list
 * @param {string} query
 * @param {number} limit
 * @returns {Emoji[]}
 */
export function searchEmoji(list, query, limit) {
  const wanted = query.trim().toLowerCase().replace(/[\s-]+/g, "_");
  if (wanted === "") return [];
  const ranked = list.flatMap((emoji, order) => {
    const rank = rankOf(emoji, wanted);
    return rank < Infinity ? [{ emoji, rank, order }] : [];
  });
  ranked.sort((a, b) => a.rank - b.rank || a.order - b.order);
  return ranked.slice(0, limit).map(({ emoji }) => emoji);
}

/**
 * @param {Emoji[]} list
 * @param {string} code
 */
export function emojiByCode(list, code) {
  return list.find(({ codes }) => codes.includes(code));
}

/**
 * @param {Emoji} emoji
 * @param {string} wanted
 * @returns {number} the smaller the better
 */
function rankOf({ char, name, codes, tags }, wanted) {
  if (char === wanted || codes.includes(wanted)) return 0;
  if (codes.some((code) => code.startsWith(wanted))) return 1;
  if (tags.some((tag) => tag.startsWith(wanted))) return 2;
  if (codes.some((code) => code.includes(`_${wanted}`))) return 3;
  const words = name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_");
  return words.startsWith(wanted) || words.includes(`_${wanted}`) ? 4 : Infinity;
}

async function fetchEmoji() {
  const { list } = await import("./emoji-data.js");
  allEmoji.value = list;
  return list;
}

/**
 * @param {string[]} first
 * @param {string[]} rest
 */
function withFirst(first, rest) {
  return [...new Set([...first, ...rest])].slice(0, RECENT_MAX);
}
