/**
 * Keeps what one reads where it is while rows come and go around it, and keeps to the end while one is
 * there. Works on rows that carry `data-key`, in document order; it must not know what they are.
 */

/** This close to the end counts as there. */
const END_PX = 40;

export class ScrollAnchor {
  isAtEnd = true;
  /** @type {{key: string, offset: number} | null} the first row in sight, and how far it is from the top */
  #mark = null;

  /** @param {HTMLElement} scroller */
  constructor(scroller) {
    this.scroller = scroller;
  }

  /** Note what is in sight; to be called whenever the person has scrolled. */
  remember() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.isAtEnd = scrollHeight - scrollTop - clientHeight < END_PX;
    const row = this.#firstInSight();
    this.#mark = row && { key: row.dataset.key ?? "", offset: row.offsetTop - scrollTop };
  }

  /** Put it back in its place; to be called after rows or sizes changed. */
  restore() {
    if (this.isAtEnd) return this.toEnd();
    const row = this.#mark && this.#rows().find(({ dataset }) => dataset.key === this.#mark?.key);
    if (row && this.#mark) this.scroller.scrollTop = row.offsetTop - this.#mark.offset;
  }

  toEnd() {
    this.isAtEnd = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #rows() {
    return /** @type {HTMLElement[]} */ ([...this.scroller.querySelectorAll("[data-key]")]);
  }

  /** Rows lie one below the other: the first one that ends below the top edge, found by halving. */
  #firstInSight() {
    const rows = this.#rows();
    const top = this.scroller.scrollTop;
    let low = 0;
    let high = rows.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const row = /** @type {HTMLElement} */ (rows[middle]);
      if (row.offsetTop + row.offsetHeight <= top) low = middle + 1;
      else high = middle;
    }
    return rows[low] ?? null;
  }
}
