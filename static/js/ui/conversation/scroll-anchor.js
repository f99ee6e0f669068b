/**
 * What one reads, remembered as a row and its distance from the top edge, and found again when rows
 * have come, gone or grown around it. At the end it stays at the end. Works on the rows' heights alone:
 * it must not touch the page.
 *
 * A row is held by its foot: when it is the first in sight and changes, most of what one sees is below.
 * So it is, too, when the oldest row turns out not to be the first of its group and loses its head.
 */

/** @import {RowHeights} from "./row-heights.js" */

/** This close to the end counts as there. */
const END_PX = 40;
/** The row one reads may be deleted: then the next one that is still there holds the place. */
const MARKS = 8;

export class ScrollAnchor {
  isAtEnd = true;
  /** Whether one was brought here and has not moved since. */
  isHeld = false;
  /**
   * The first rows in sight, and how far the head (0) or the foot (1) of each is from the top edge.
   * @type {{key: string, edge: 0 | 1, offset: number}[]}
   */
  #marks = [];

  /** @param {RowHeights} heights */
  constructor(heights) {
    this.heights = heights;
  }

  /**
   * Note what is in sight; to be called whenever the person has scrolled.
   * @param {number} y where the top edge is, counted from the first row
   * @param {number} toEnd how much is left below
   */
  remember(y, toEnd) {
    this.isAtEnd = toEnd < END_PX;
    this.isHeld = false;
    const { rows } = this.heights;
    this.#marks = [];
    for (let at = this.heights.indexAt(y); at < rows.length && this.#marks.length < MARKS; at += 1) {
      const row = rows[at];
      // Lines are no places: the line of a day moves when older messages of that day come.
      if (row?.kind !== "message" && row?.kind !== "pending") continue;
      this.#marks.push({ key: row.key, edge: 1, offset: this.heights.top(at + 1) - y });
    }
  }

  /**
   * Hold this row there from now on.
   * @param {string} key
   * @param {number} offset
   */
  hold(key, offset) {
    this.isAtEnd = false;
    this.isHeld = true;
    this.#marks = [{ key, edge: 0, offset }];
  }

  /**
   * Where the top edge belongs, counted from the first row.
   * @param {number} viewPx the height of what is in sight
   */
  y(viewPx) {
    const { heights } = this;
    if (!this.isAtEnd) {
      for (const { key, edge, offset } of this.#marks) {
        const index = heights.indexOf(key);
        if (index >= 0) return heights.top(index + edge) - offset;
      }
    }
    return heights.total - viewPx;
  }
}
