/**
 * Finding by a few letters: how well a word fits, and which of its letters were meant. Pure; what is
 * searched is the caller's.
 */

/** @typedef {{score: number, at: number[]}} Match `at`: places of the letters that were meant */

const BEGINS = 100;
const BEGINS_WORD = 60;
/** From here on the letters stand together. */
export const IN_ONE_PIECE = 30;
const SCATTERED = 10;

/**
 * Letters in their order; together at the start they are worth most. Case and accents do not count.
 * @param {string} query
 * @param {string} text
 * @returns {Match | null}
 */
export function match(query, text) {
  const wanted = plain(query);
  const given = plain(text);
  if (wanted.length === 0) return { score: 0, at: [] };
  const place = bestPlace(wanted, given);
  if (place < 0) return scattered(wanted, given);
  const at = wanted.map((_letter, index) => place + index);
  const base = place === 0 ? BEGINS : isWordStart(given, place) ? BEGINS_WORD : IN_ONE_PIECE;
  // Of two that begin alike, the shorter one is nearer to what was typed.
  return { score: base + wanted.length / (given.length + 1), at };
}

/**
 * The best of several words, with the word's index.
 * @param {string} query
 * @param {string[]} texts
 */
export function bestMatch(query, texts) {
  let best = /** @type {(Match & {index: number}) | null} */ (null);
  texts.forEach((text, index) => {
    const found = match(query, text);
    if (found && (!best || found.score > best.score)) best = { ...found, index };
  });
  return best;
}

/**
 * The text in pieces, those that were meant marked.
 * @param {string} text
 * @param {number[]} at
 * @returns {{text: string, isHit: boolean}[]}
 */
export function pieces(text, at) {
  /** @type {{text: string, isHit: boolean}[]} */
  const found = [];
  const hits = new Set(at);
  Array.from(text).forEach((letter, index) => {
    const isHit = hits.has(index);
    const last = found.at(-1);
    if (last && last.isHit === isHit) last.text += letter;
    else found.push({ text: letter, isHit });
  });
  return found;
}

/** @param {string} text */
function plain(text) {
  // A letter stays one letter: an ﬁ or an İ must not shift the places after it.
  return Array.from(text, (letter) => {
    const bare = letter.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    return Array.from(bare)[0] ?? letter;
  });
}

/**
 * @param {string[]} wanted
 * @param {string[]} given
 * @returns {number} a word's start before any other place; -1: not in one piece
 */
function bestPlace(wanted, given) {
  let first = -1;
  for (let place = 0; place + wanted.length <= given.length; place += 1) {
    if (!wanted.every((letter, index) => given[place + index] === letter)) continue;
    if (isWordStart(given, place)) return place;
    if (first < 0) first = place;
  }
  return first;
}

/**
 * @param {string[]} wanted
 * @param {string[]} given
 * @returns {Match | null}
 */
function scattered(wanted, given) {
  /** @type {number[]} */
  const at = [];
  for (const letter of wanted) {
    const place = given.indexOf(letter, (at.at(-1) ?? -1) + 1);
    if (place < 0) return null;
    at.push(place);
  }
  const spread = (at.at(-1) ?? 0) - (at[0] ?? 0) - wanted.length + 1;
  return { score: SCATTERED / (1 + spread), at };
}

/**
 * @param {string[]} letters
 * @param {number} place
 */
function isWordStart(letters, place) {
  return place === 0 || /[\s_.\-#@/]/.test(letters[place - 1] ?? "");
}
