/**
 * Markdown by keys: pure changes of a text and its selection, and the table of the keys that make them.
 * The field they are made in is field-edit.js's.
 */

import { isPressed } from "../keys/key-names.js";

/** @import {KeyPress} from "../keys/key-names.js" */
/** @typedef {{text: string, start: number, end: number}} Edit a text and what is selected of it */

/**
 * @typedef {object} MarkKey
 * @property {string} name
 * @property {string} keys
 * @property {string} what a key of the catalogue
 * @property {(edit: Edit) => Edit} change
 */

/** @type {MarkKey[]} */
export const MARK_KEYS = [
  { name: "bold", keys: "Mod+B", what: "mark.bold", change: (edit) => wrapped(edit, "**") },
  { name: "italic", keys: "Mod+I", what: "mark.italic", change: (edit) => wrapped(edit, "*") },
  { name: "strike", keys: "Mod+Shift+X", what: "mark.strike", change: (edit) => wrapped(edit, "~~") },
  { name: "code", keys: "Mod+E", what: "mark.code", change: asCode },
  { name: "link", keys: "Mod+Shift+U", what: "mark.link", change: linked },
  { name: "quote", keys: "Mod+Shift+9", what: "mark.quote", change: (edit) => prefixed(edit, "> ") },
  { name: "list", keys: "Mod+Shift+8", what: "mark.list", change: (edit) => prefixed(edit, "- ") },
];

const LIST_START = /^(\s*)((?:> ?)*)(?:([-*+]) |(\d{1,9})([.)]) )?/;

/** @param {KeyPress} event */
export function markKeyOf(event) {
  return MARK_KEYS.find(({ keys }) => isPressed(event, keys));
}

/**
 * With the mark around the selection; taken away where it is there already. Before the closing mark it
 * steps out: the same key starts and ends what is typed.
 * @param {Edit} edit
 * @param {string} mark
 * @returns {Edit}
 */
export function wrapped({ text, start, end }, mark) {
  const size = mark.length;
  const before = text.slice(0, start);
  const chosen = text.slice(start, end);
  const after = text.slice(end);
  if (endsWithMark(before, mark) && startsWithMark(after, mark)) {
    return { text: before.slice(0, -size) + chosen + after.slice(size), start: start - size, end: end - size };
  }
  const isInside = (before.split("\n").at(-1) ?? "").split(mark).length % 2 === 0;
  if (chosen === "" && isInside && startsWithMark(after, mark)) return { text, start: start + size, end: start + size };
  if (chosen.length > 2 * size && startsWithMark(chosen, mark) && endsWithMark(chosen, mark)) {
    return { text: before + chosen.slice(size, -size) + after, start, end: end - 2 * size };
  }
  // Spaces at the edges stay outside: "** bold **" would not be bold.
  const [, lead = "", core = "", trail = ""] = /^(\s*)([^]*?)(\s*)$/.exec(chosen) ?? [];
  const from = start + lead.length + size;
  return { text: before + lead + mark + core + mark + trail + after, start: from, end: from + core.length };
}

/** Inline code; several lines become a block. @param {Edit} edit @returns {Edit} */
export function asCode(edit) {
  const { text, start, end } = edit;
  const chosen = text.slice(start, end);
  if (!chosen.includes("\n")) return wrapped(edit, "`");
  const before = text.slice(0, start);
  const lead = before === "" || before.endsWith("\n") ? "```\n" : "\n```\n";
  const after = text.slice(end);
  const trail = after === "" || after.startsWith("\n") ? "\n```" : "\n```\n";
  const from = start + lead.length;
  return { text: before + lead + chosen + trail + after, start: from, end: from + chosen.length };
}

/** A link from the selection; the place that is still missing is selected. @param {Edit} edit @returns {Edit} */
export function linked({ text, start, end }) {
  const chosen = text.slice(start, end);
  const isAddress = /^https?:\/\/\S+$/.test(chosen);
  const [words, address] = isAddress ? ["", chosen] : [chosen, "https://"];
  const made = `[${words}](${address})`;
  const from = isAddress || chosen === "" ? start + 1 : start + words.length + 3;
  const to = isAddress || chosen === "" ? from : from + address.length;
  return { text: text.slice(0, start) + made + text.slice(end), start: from, end: to };
}

/**
 * Every line of the selection with a sign before it; taken away where all have it.
 * @param {Edit} edit
 * @param {string} sign
 * @returns {Edit}
 */
export function prefixed({ text, start, end }, sign) {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = text.indexOf("\n", end);
  const to = lineEnd < 0 ? text.length : lineEnd;
  const lines = text.slice(from, to).split("\n");
  const isThere = lines.every((line) => line.startsWith(sign));
  const changed = lines.map((line) => (isThere ? line.slice(sign.length) : sign + line)).join("\n");
  const first = isThere ? -sign.length : sign.length;
  return {
    text: text.slice(0, from) + changed + text.slice(to),
    start: Math.max(from, start + first),
    end: Math.max(from, end + changed.length - (to - from)),
  };
}

/**
 * A new line that goes on with the list or quote it is in; an empty item ends it.
 * @param {Edit} edit
 * @returns {Edit}
 */
export function brokenLine({ text, start, end }) {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const line = text.slice(from, start);
  const [sign = "", space = "", quote = "", bullet = "", number = "", dot = ""] = LIST_START.exec(line) ?? [];
  const isItem = quote !== "" || bullet !== "" || number !== "";
  if (isItem && line === sign && start === end && isLineEnd(text, end)) {
    return { text: text.slice(0, from) + text.slice(end), start: from, end: from };
  }
  const next = number ? `${Number(number) + 1}${dot} ` : bullet && `${bullet} `;
  const lead = isItem && start - from >= sign.length ? `\n${space}${quote}${next}` : "\n";
  const place = start + lead.length;
  return { text: text.slice(0, start) + lead + text.slice(end), start: place, end: place };
}

/**
 * A "*" that is half of a "**" is not italic's.
 * @param {string} text
 * @param {string} mark
 */
function startsWithMark(text, mark) {
  if (mark !== "*") return text.startsWith(mark);
  const stars = /^\**/.exec(text)?.[0].length ?? 0;
  return stars === 1 || stars === 3;
}

/**
 * @param {string} text
 * @param {string} mark
 */
function endsWithMark(text, mark) {
  if (mark !== "*") return text.endsWith(mark);
  const stars = /\**$/.exec(text)?.[0].length ?? 0;
  return stars === 1 || stars === 3;
}

/**
 * @param {string} text
 * @param {number} place
 */
function isLineEnd(text, place) {
  return place === text.length || text[place] === "\n";
}
