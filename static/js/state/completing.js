/**
 * What is being typed that could be completed: a person after @, a room after #, an emoji after a
 * colon; and what it could become. Pure: the people, rooms and emoji are handed in.
 */

import { searchEmoji } from "./emoji.js";
import { bestMatch, IN_ONE_PIECE } from "./match.js";

/** @import {Person, Room} from "../net/protocol.js" */
/** @import {Emoji} from "./emoji.js" */

/** @typedef {"person" | "room" | "emoji"} CompletionKind */
/** @typedef {{kind: CompletionKind, query: string, start: number, end: number, isClosed: boolean}} Token */
/**
 * @typedef {object} Option
 * @property {string} key
 * @property {string} insert what stands in the text afterwards, without the space that follows
 * @property {string} label
 * @property {number[]} at letters of the label that were meant
 * @property {string} hint
 * @property {Person} [person]
 * @property {Room} [room]
 * @property {string} [char]
 */

export const MAX_OPTIONS = 8;
/** No name is longer; further back nothing is looked for. */
const REACH = 64;

/** A word starts after a space or an opening sign; an address such as a@b is no mention. */
const BEFORE = String.raw`(?<=^|[\s([{"'*_~>|])`;
/** @type {[CompletionKind, RegExp][]} */
const SHAPES = [
  ["person", new RegExp(String.raw`${BEFORE}@([\p{L}\p{N}_.-]*)$`, "u")],
  ["room", new RegExp(String.raw`${BEFORE}#([\p{L}\p{N}_-]*)$`, "u")],
  // Two letters at least, so that ":)" and ":D" are what they are.
  ["emoji", new RegExp(String.raw`${BEFORE}:([a-zA-Z0-9_+-]{2,}):?$`, "u")],
];

/**
 * @param {string} text
 * @param {number} caret
 * @returns {Token | null}
 */
export function tokenAt(text, caret) {
  const before = text.slice(0, caret);
  // One more than is looked at, so that the cut is not taken for a word's start.
  const near = before.slice(-REACH - 1);
  for (const [kind, shape] of SHAPES) {
    const found = shape.exec(near);
    if (!found || (found.index === 0 && before.length > near.length)) continue;
    if (isInCode(before)) return null;
    const [whole, query = ""] = found;
    return { kind, query, start: caret - whole.length, end: caret, isClosed: kind === "emoji" && whole.endsWith(":") };
  }
  return null;
}

/**
 * People by any of their names; without letters, in the order given (those here first).
 * @param {{person: Person, nickname?: string | null}[]} people
 * @param {string} query
 * @returns {Option[]}
 */
export function personOptions(people, query) {
  const found = people.flatMap(({ person, nickname }, order) => {
    const names = [nickname || person.displayName, person.username, person.displayName];
    const best = bestMatch(query, names);
    return best && isNear(best, query) ? [{ person, names, best, order }] : [];
  });
  found.sort((a, b) => b.best.score - a.best.score || a.order - b.order);
  return found.slice(0, MAX_OPTIONS).map(({ person, names, best }) => ({
    key: person.id,
    insert: `@${person.username}`,
    label: names[0] ?? "",
    at: best.index === 0 ? best.at : [],
    hint: `@${person.username}`,
    person,
  }));
}

/**
 * Rooms that have a word to be called by.
 * @param {{room: Room, place: string}[]} rooms
 * @param {string} query
 * @returns {Option[]}
 */
export function roomOptions(rooms, query) {
  const found = rooms.flatMap(({ room, place }, order) => {
    if (!room.slug) return [];
    const label = room.name ?? room.slug;
    const best = bestMatch(query, [label, room.slug]);
    return best && isNear(best, query) ? [{ room, place, label, best, order }] : [];
  });
  found.sort((a, b) => b.best.score - a.best.score || a.order - b.order);
  return found.slice(0, MAX_OPTIONS).map(({ room, place, label, best }) => ({
    key: room.id,
    insert: `#${room.slug}`,
    label,
    at: best.index === 0 ? best.at : [],
    hint: place,
    room,
  }));
}

/**
 * @param {Emoji[]} list
 * @param {string} query
 * @returns {Option[]}
 */
export function emojiOptions(list, query) {
  return searchEmoji(list, query, MAX_OPTIONS).map(({ char, codes, name }) => ({
    key: char,
    insert: char,
    label: `:${codes.find((code) => code.includes(query)) ?? codes[0]}:`,
    at: [],
    hint: name,
    char,
  }));
}

/**
 * The text with the token replaced, and where the caret then stands.
 * @param {string} text
 * @param {{start: number, end: number}} token
 * @param {string} insert
 */
export function completed(text, { start, end }, insert) {
  const after = text.slice(end);
  const space = after.startsWith(" ") ? "" : " ";
  const caret = start + insert.length + 1;
  return { text: text.slice(0, start) + insert + space + after, start: caret, end: caret };
}

/**
 * Scattered letters are a guess; while one writes, a guess would only be in the way of Enter.
 * @param {{score: number}} found
 * @param {string} query
 */
function isNear(found, query) {
  return query === "" || found.score >= IN_ONE_PIECE;
}

/** Code is left as it is typed. @param {string} before */
function isInCode(before) {
  const fences = before.split("```");
  if (fences.length % 2 === 0) return true;
  const line = (fences.at(-1) ?? "").split("\n").at(-1) ?? "";
  return line.split("`").length % 2 === 0;
}
