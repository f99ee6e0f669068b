/**
 * The part of a long list that is drawn: the rows in sight, some around them, and those that must not
 * go (they hold the focus, or what is being written). Above and below the list is only as high as the
 * rest would be. Draws nothing itself, and must not know what is in a row.
 *
 * Where rows above change while one reads, the browser itself keeps what is in sight in its place, if it
 * can (`overflow-anchor`; so what is left out is an item of the list: neither the list nor anything else
 * around a row in sight may be given another style). It does so in the midst of a wheel's or a finger's movement, which writing scrollTop
 * would end. The end, and a place one is brought to, are held here, as is everything where it cannot.
 */

import { signal } from "@preact/signals";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { RowHeights } from "./row-heights.js";
import { ScrollAnchor } from "./scroll-anchor.js";

/** @import {Row} from "../../state/rows.js" */

/** Drawn beyond the edges; drawn anew when less than half of it is left. */
const AROUND_PX = 1000;
/** After a leap only what is in sight is drawn at once, the surroundings in the next moment. */
const AROUND_LEAP_PX = 150;
/** What the first drawing is reckoned with, before there is anything to measure. */
const FIRST_VIEW_PX = 800;
const LETTER_PX = 8;
const BESIDE_TEXT_PX = 84;
/** The browser's own anchoring comes to rest on whole pixels. */
const ROUNDING_PX = 1.5;
const HAS_ANCHORING = globalThis.CSS?.supports("overflow-anchor", "auto") ?? false;

/** @typedef {{row: Row, index: number, gap: number}} DrawnRow `gap`: what is left out above it */
/** @typedef {{rows: DrawnRow[], above: number, below: number}} Drawing */

export class RowWindow {
  heights = new RowHeights();
  anchor = new ScrollAnchor(this.heights);
  isAtEnd = signal(true);
  /** The first row in sight. */
  topIndex = signal(0);
  /** Whether the rows were on the page at least once. */
  isSettled = false;
  /** Where the top edge is, counted from the first row. */
  y = 0;
  viewPx = FIRST_VIEW_PX;
  /** @type {HTMLElement | null} */
  scroller = null;
  /** @type {HTMLElement | null} */
  list = null;
  /** @type {HTMLElement | null} what stands for the rows above those that are drawn */
  above = null;
  #from = 0;
  #to = 0;
  #isPartial = false;
  #scrollTop = 0;
  /** @type {Drawing} */
  #drawing = { rows: [], above: 0, below: 0 };
  /** @type {(() => void) | null} what is to be done when the rows asked for are there */
  #afterwards = null;

  /** @param {() => void} redraw */
  constructor(redraw) {
    this.redraw = redraw;
  }

  /** @param {HTMLElement | null} element */
  setScroller = (element) => {
    this.scroller = element;
  };

  /** @param {HTMLElement | null} element */
  setList = (element) => {
    this.list = element;
  };

  /** @param {HTMLElement | null} element */
  setAbove = (element) => {
    this.above = element;
  };

  /**
   * What to draw of the rows as they are now.
   * @param {Row[]} rows
   * @param {Iterable<string>} keptKeys
   * @returns {Drawing}
   */
  draw(rows, keptKeys) {
    const { heights } = this;
    // Where one is being brought counts more than where the list was until then.
    if (!this.anchor.isHeld) this.#catchUp();
    heights.setRows(rows);
    this.#chooseSpan(this.anchor.y(this.viewPx));
    const kept = [...keptKeys].map((key) => heights.indexOf(key));
    const outside = kept.filter((index) => index >= 0 && (index < this.#from || index >= this.#to));
    const inside = Array.from({ length: this.#to - this.#from }, (_, index) => this.#from + index);
    const indices = [...new Set([...outside, ...inside])].sort((a, b) => a - b);
    let end = heights.top(indices[0] ?? 0);
    const above = end;
    const drawn = indices.map((index) => {
      const gap = heights.top(index) - end;
      end = heights.top(index + 1);
      return { row: /** @type {Row} */ (rows[index]), index, gap };
    });
    this.#drawing = { rows: drawn, above, below: heights.total - end };
    return this.#drawing;
  }

  /** @param {number} y */
  #chooseSpan(y) {
    const { heights } = this;
    const wasDrawn = heights.top(this.#to) > y && heights.top(this.#from) < y + this.viewPx;
    const around = wasDrawn || this.#isPartial ? AROUND_PX : AROUND_LEAP_PX;
    this.#isPartial = around === AROUND_LEAP_PX;
    this.#from = heights.indexAt(y - around);
    this.#to = Math.min(heights.indexAt(y + this.viewPx + around) + 1, heights.rows.length);
  }

  /** The rows are on the page: measure them, and put what one reads back in its place. */
  settle() {
    this.#measure();
    if (this.#isAnchored()) this.#isAt(this.anchor.y(this.viewPx));
    else this.restore();
    const afterwards = this.#afterwards;
    this.#afterwards = null;
    afterwards?.();
    this.isSettled ||= this.heights.rows.length > 0;
    if (this.#isPartial) setTimeout(() => this.list?.isConnected && this.redraw(), 0);
  }

  /** Sizes changed without a drawing: an image came, the field below grew, the screen was turned. */
  resized() {
    this.#measure();
    // The browser puts it right after this; only what it did not is put right in the next frame.
    if (this.#isAnchored()) requestAnimationFrame(() => this.list?.isConnected && this.restore());
    else this.restore();
    this.#redrawIfShort();
  }

  restore() {
    const { scroller, anchor } = this;
    if (!scroller) return;
    const wanted = anchor.isAtEnd ? scroller.scrollHeight - scroller.clientHeight : this.#listTop() + anchor.y(this.viewPx);
    // What is rounding must not be written: it would only stop a scrolling under way.
    const rounding = this.#isAnchored() ? ROUNDING_PX : 0.5;
    if (Math.abs(scroller.scrollTop - wanted) >= rounding) scroller.scrollTop = wanted;
    this.#scrollTop = scroller.scrollTop;
    this.#isAt(this.#scrollTop - this.#listTop());
  }

  /** Whether the browser will keep what is in sight in its place: it does not at the very top. */
  #isAnchored() {
    return HAS_ANCHORING && !this.anchor.isAtEnd && !this.anchor.isHeld && (this.scroller?.scrollTop ?? 0) > 0;
  }

  /** @param {number} y */
  #isAt(y) {
    this.y = y;
    this.topIndex.value = this.heights.indexAt(Math.max(0, y));
  }

  /** The person scrolled (or the place was just restored). */
  scrolled() {
    this.remember();
    this.#redrawIfShort();
  }

  /**
   * Scrolled since, and not told yet (the browser tells with the next frame, also where it scrolled by
   * itself because older rows came): else what is reckoned from the place known so far would take it back.
   */
  #catchUp() {
    if (this.scroller && this.scroller.scrollTop !== this.#scrollTop) this.remember();
  }

  remember() {
    const { scroller } = this;
    if (!scroller) return;
    // The browser may have scrolled by what a row just grew: that row's height has to be known first.
    this.#measure();
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    this.#scrollTop = scrollTop;
    this.#isAt(scrollTop - this.#listTop());
    this.anchor.remember(this.y, scrollHeight - scrollTop - clientHeight);
    this.isAtEnd.value = this.anchor.isAtEnd;
  }

  toEnd() {
    this.anchor.isAtEnd = this.isAtEnd.value = true;
    this.#redrawIfShort(this.anchor.y(this.viewPx));
    this.restore();
  }

  /**
   * Bring a row into sight, drawing it if need be.
   * @param {string} key
   * @param {"nearest" | "center" | "start"} block
   * @param {(row: HTMLElement) => void} [then]
   * @returns {boolean} whether there is such a row
   */
  reveal(key, block, then) {
    const index = this.heights.indexOf(key);
    if (index < 0) return false;
    this.#catchUp();
    const offset = this.#offsetFor(index, block);
    if (offset !== null) this.anchor.hold(key, offset);
    this.#afterwards = () => {
      this.remember();
      const row = this.elementOf(key);
      if (row) then?.(row);
    };
    this.redraw();
    return true;
  }

  /**
   * @param {number} at among the drawn rows
   * @returns {HTMLElement | null}
   */
  drawn(at) {
    // The list's first item is what stands for the rows above.
    return /** @type {HTMLElement | null} */ (this.list?.children[at + 1] ?? null);
  }

  /** @param {string} key */
  elementOf(key) {
    const at = this.#drawing.rows.findIndex(({ row }) => row.key === key);
    return at < 0 ? null : this.drawn(at);
  }

  /**
   * @param {number} index
   * @param {"nearest" | "center" | "start"} block
   * @returns {number | null} null: it may stay where it is
   */
  #offsetFor(index, block) {
    const { heights, viewPx } = this;
    const height = heights.height(index);
    const now = heights.top(index) - this.y;
    if (block === "center") return Math.max(0, (viewPx - height) / 2);
    if (block === "start") return Math.min(viewPx / 6, 96);
    if (now < 0) return 0;
    return now + height > viewPx ? Math.max(0, viewPx - height) : null;
  }

  #measure() {
    const { scroller } = this;
    if (!scroller) return;
    this.viewPx = scroller.clientHeight;
    this.heights.lettersPerLine = Math.max(20, Math.min(75, (scroller.clientWidth - BESIDE_TEXT_PX) / LETTER_PX));
    this.#drawing.rows.forEach(({ index }, at) => {
      const row = this.drawn(at);
      if (row) this.heights.measured(index, row.getBoundingClientRect().height);
    });
  }

  /** @param {number} [y] */
  #redrawIfShort(y = this.y) {
    const { heights, viewPx } = this;
    const hasAbove = this.#from === 0 || heights.top(this.#from) <= y - AROUND_PX / 2;
    const hasBelow = this.#to === heights.rows.length || heights.top(this.#to) >= y + viewPx + AROUND_PX / 2;
    if (!hasAbove || !hasBelow) this.redraw();
  }

  /** Where the first row is, or would be, in the scroller's count. */
  #listTop() {
    const { scroller, above } = this;
    if (!scroller || !above) return 0;
    return above.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
  }
}

/** @returns {RowWindow} */
export function useRowWindow() {
  const [, count] = useState(0);
  const kept = useRef(/** @type {RowWindow | null} */ (null));
  kept.current ??= new RowWindow(() => count((turn) => turn + 1));
  const rows = kept.current;
  useLayoutEffect(() => {
    const { scroller, list } = rows;
    if (!scroller || !list) return;
    const sizes = new ResizeObserver(() => rows.resized());
    sizes.observe(scroller);
    sizes.observe(list);
    return () => sizes.disconnect();
  }, []);
  useLayoutEffect(() => rows.settle());
  return rows;
}
