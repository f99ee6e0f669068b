/**
 * Where each row of a long list lies: heights as measured, as guessed before that, and the sums over
 * them. Pure: it is told heights, it never looks at the page.
 */

/** @import {Row} from "../../state/rows.js" */

/** A line of text, a group's first line with its gap, a day line: what message.css makes of them. */
const LINE_PX = 23;
const PADDING_PX = 4;
const HEAD_PX = 33;
const LINE_ROW_PX = 40;
const REACTIONS_PX = 34;
const QUOTE_PX = 22;

export class RowHeights {
  /** How many letters fit on a line, roughly; a guess only moves the scrollbar's thumb. */
  lettersPerLine = 75;
  /** @type {Row[]} */
  rows = [];
  /** @type {Map<string, number>} by row key */
  #measured = new Map();
  /** `#tops[i]` is where row i begins; true up to and including `#valid`. */
  #tops = new Float64Array(64);
  #valid = 0;

  /** @param {Row[]} rows */
  setRows(rows) {
    const before = this.rows;
    let same = 0;
    while (same < rows.length && rows[same] === before[same]) same += 1;
    this.#valid = Math.min(this.#valid, same);
    this.rows = rows;
    if (this.#tops.length <= rows.length) {
      const grown = new Float64Array(rows.length * 2);
      grown.set(this.#tops.subarray(0, this.#valid + 1));
      this.#tops = grown;
    }
  }

  /**
   * @param {number} index
   * @param {number} px
   */
  measured(index, px) {
    const row = this.rows[index];
    if (!row || this.#measured.get(row.key) === px) return;
    this.#measured.set(row.key, px);
    this.#valid = Math.min(this.#valid, index);
  }

  /** @param {number} index up to the number of rows: the end of the last one */
  top(index) {
    const tops = this.#tops;
    for (let at = this.#valid; at < index; at += 1) tops[at + 1] = /** @type {number} */ (tops[at]) + this.height(at);
    this.#valid = Math.max(this.#valid, index);
    return tops[index] ?? 0;
  }

  get total() {
    return this.top(this.rows.length);
  }

  /** @param {number} index */
  height(index) {
    const row = this.rows[index];
    if (!row) return 0;
    return this.#measured.get(row.key) ?? this.#guess(row);
  }

  /**
   * The row at a height: the first that ends below it, found by halving.
   * @param {number} y
   */
  indexAt(y) {
    let low = 0;
    let high = this.rows.length - 1;
    this.top(this.rows.length);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.top(middle + 1) <= y) low = middle + 1;
      else high = middle;
    }
    return Math.max(low, 0);
  }

  /**
   * Looked for from the end, where most of what is asked for lies.
   * @param {string} key
   */
  indexOf(key) {
    return this.rows.findLastIndex((row) => row.key === key);
  }

  /** @param {Row} row */
  #guess(row) {
    if (row.kind === "day" || row.kind === "unread") return LINE_ROW_PX;
    const text = (row.kind === "message" ? row.message.content : row.entry.content) ?? "";
    const lines = text.length < this.lettersPerLine && !text.includes("\n") ? 1 : this.#lines(text);
    const more = row.kind === "message" && row.message.reactions.length > 0 ? REACTIONS_PX : 0;
    const quote = row.kind === "message" && row.message.replyTo !== null ? QUOTE_PX : 0;
    return PADDING_PX + lines * LINE_PX + (row.isFirst ? HEAD_PX : 0) + more + quote;
  }

  /** @param {string} text */
  #lines(text) {
    let lines = 0;
    for (const line of text.split("\n")) lines += Math.max(1, Math.ceil(line.length / this.lettersPerLine));
    return lines;
  }
}
