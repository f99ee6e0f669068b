/**
 * Putting one line of a list elsewhere: with the mouse, with a finger (held first), or by keys. It knows
 * lines by their keys and where they stand on the screen; what a move means is its owner's.
 */

import { signal } from "@preact/signals";

/** @import {Signal} from "@preact/signals" */

const LONG_PRESS_MS = 450;
/** A pointer that moves further than this means to move something; a finger before it was held, to scroll. */
const STILL_PX = 6;
/** So near to the list's edge it scrolls, by so much per frame. */
const EDGE_PX = 36;
const SCROLL_PX = 7;

/** @typedef {{key: string, side: "before" | "after"}} Mark where the line would go: beside that one */
/**
 * @typedef {object} Moving
 * @property {string} key the line that is moved
 * @property {readonly string[]} before all lines as they stood
 * @property {readonly string[]} lines all lines as they would stand
 * @property {"keys" | "pointer"} by by keys the list shows `lines` already; under a pointer it holds still
 * @property {Mark | null} mark
 */
/**
 * @typedef {object} ArrangerParts
 * @property {(key: string) => Element | null} elementOf null: not on screen, and passed over
 * @property {(lines: readonly string[], key: string) => void} onDrop only where something moved
 * @property {(what: "picked" | "moved" | "dropped" | "back", key: string, lines: readonly string[]) => void} [onSay]
 */

export class Arranger {
  /** @type {Signal<Moving | null>} */
  moving = signal(/** @type {Moving | null} */ (null));
  /** The line a finger holds. @type {Signal<string | null>} */
  held = signal(/** @type {string | null} */ (null));
  /** Ends what listens while something is moved by keys. */
  #stop = () => {};
  /** @type {Press | null} */
  #press = null;

  /** @param {ArrangerParts} parts */
  constructor(parts) {
    this.parts = parts;
  }

  // By keys.

  /**
   * From now on arrows (or the buttons of moving-bar.js) move this line, Enter leaves it there, Escape puts
   * it back; so does anything else.
   * @param {string} key
   * @param {readonly string[]} lines
   */
  pick(key, lines) {
    this.cancel();
    this.moving.value = { key, before: lines, lines, by: "keys", mark: null };
    this.parts.onSay?.("picked", key, lines);
    const cancel = (/** @type {Event} */ { target }) => {
      if (!(/** @type {Partial<Element>} */ (target).closest?.("[data-moves]"))) this.cancel();
    };
    window.addEventListener("pointerdown", cancel, { capture: true });
    this.#stop = () => window.removeEventListener("pointerdown", cancel, { capture: true });
  }

  /**
   * The key of a list that holds the focus.
   * @param {KeyboardEvent} event
   */
  onKeyDown = (event) => {
    if (this.moving.peek()?.by !== "keys") return;
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowUp: () => this.step(-1),
      ArrowDown: () => this.step(1),
      Enter: () => this.drop(),
      " ": () => this.drop(),
      Escape: () => this.cancel(),
      Tab: () => this.cancel(),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  /** @param {-1 | 1} by */
  step(by) {
    const moving = this.moving.peek();
    if (!moving) return;
    const from = moving.lines.indexOf(moving.key);
    let to = from + by;
    while (moving.lines[to] !== undefined && !this.parts.elementOf(moving.lines[to] ?? "")) to += by;
    if (moving.lines[to] === undefined) return;
    const lines = moved(moving.lines, moving.key, to);
    this.moving.value = { ...moving, lines };
    this.parts.onSay?.("moved", moving.key, lines);
  }

  drop() {
    const moving = this.moving.peek();
    this.#end();
    if (!moving) return;
    if (moving.by === "keys") this.parts.onSay?.("dropped", moving.key, moving.lines);
    if (moving.lines.some((line, index) => line !== moving.before[index])) this.parts.onDrop(moving.lines, moving.key);
  }

  cancel() {
    const moving = this.moving.peek();
    this.#end();
    if (moving?.by === "keys") this.parts.onSay?.("back", moving.key, moving.before);
  }

  #end() {
    this.#stop();
    this.#stop = () => {};
    this.#press?.end();
    this.#press = null;
    this.held.value = null;
    this.moving.value = null;
  }

  // By pointer.

  /**
   * The element that scrolls (a ref): a finger that holds a line does not. The browser must know of this
   * before the finger comes down.
   * @param {Element | null} list
   */
  guard = (list) => list?.addEventListener("touchmove", this.#refuseScroll, { passive: false });

  /** @param {Event} event */
  #refuseScroll = (event) => {
    if (this.#press?.isHeld && event.cancelable) event.preventDefault();
  };

  /**
   * Something was pressed that can be moved.
   * @param {PointerEvent} event
   * @param {string} key
   * @param {readonly string[]} lines
   * @param {{onHold?: () => void, isHandle?: boolean, isFixed?: boolean}} [how] `onHold`: a finger was held
   *   and lifted without moving; `isHandle`: it is there for nothing else, so a finger need not be held
   *   first; `isFixed`: it can only be held
   */
  press(event, key, lines, { onHold, isHandle = false, isFixed = false } = {}) {
    if (event.button !== 0 || this.moving.peek() || (isFixed && event.pointerType !== "touch")) return;
    this.#press?.end();
    const press = new Press(event, isHandle);
    press.onHold = () => {
      this.held.value = key;
    };
    press.onMove = (y, x) => {
      if (isFixed) return;
      if (!this.moving.peek()) this.moving.value = { key, before: lines, lines, by: "pointer", mark: null };
      this.#over(y, x);
    };
    press.onEnd = (isLifted) => {
      this.#press = null;
      this.held.value = null;
      if (this.moving.peek()?.by === "pointer") isLifted ? this.drop() : this.cancel();
      else if (isLifted && press.isHeld) onHold?.();
    };
    this.#press = press;
  }

  /**
   * @param {number} y
   * @param {number} x
   */
  #over(y, x) {
    const moving = /** @type {Moving} */ (this.moving.peek());
    const others = moving.before.filter((line) => line !== moving.key);
    /** @type {Mark | null} */
    let mark = null;
    let at = 0;
    for (const [index, key] of others.entries()) {
      const box = this.parts.elementOf(key)?.getBoundingClientRect();
      if (!box) continue;
      if (y <= (box.top + box.bottom) / 2) {
        mark = { key, side: "before" };
        break;
      }
      at = index + 1;
      mark = { key, side: "after" };
    }
    // Every line looks at this: it changes only where the answer does.
    if (mark?.key !== moving.mark?.key || mark?.side !== moving.mark?.side) {
      const lines = [...others.slice(0, at), moving.key, ...others.slice(at)];
      this.moving.value = { ...moving, lines, mark };
    }
    scrollAt(this.parts.elementOf(moving.key), y, x);
  }
}

/** A pointer that is down: until it is lifted, lost, or the person gives up. */
class Press {
  isHeld = false;
  onHold = () => {};
  onMove = (/** @type {number} */ _y, /** @type {number} */ _x) => {};
  onEnd = (/** @type {boolean} */ _isLifted) => {};
  #isMoving = false;
  #listening = new AbortController();
  #timer = 0;

  /**
   * @param {PointerEvent} event
   * @param {boolean} isHandle
   */
  constructor({ pointerType, pointerId, clientX, clientY, target }, isHandle) {
    this.pressed = /** @type {Element} */ (target);
    const isTouch = pointerType === "touch" && !isHandle;
    const { signal: isOver } = this.#listening;
    if (isTouch) this.#timer = window.setTimeout(() => this.#hold(), LONG_PRESS_MS);
    /** @param {PointerEvent} event */
    const onPointerMove = (event) => {
      if (event.pointerId !== pointerId) return;
      const isFar = Math.hypot(event.clientX - clientX, event.clientY - clientY) > STILL_PX;
      if (!this.#isMoving && !isFar) return;
      // The finger scrolls the list.
      if (isTouch && !this.isHeld) return this.#finish(false);
      this.#isMoving = true;
      this.onMove(event.clientY, event.clientX);
    };
    window.addEventListener("pointermove", onPointerMove, { signal: isOver });
    window.addEventListener("pointerup", () => this.#finish(true), { signal: isOver });
    window.addEventListener("pointercancel", () => this.#finish(false), { signal: isOver });
    window.addEventListener("keydown", (event) => this.#onKeyDown(event), { signal: isOver, capture: true });
    // A finger that holds something does not ask for the browser's own menu.
    const refuse = (/** @type {Event} */ event) => isTouch && event.preventDefault();
    window.addEventListener("contextmenu", refuse, { signal: isOver, capture: true });
  }

  end() {
    clearTimeout(this.#timer);
    this.#listening.abort();
  }

  #hold() {
    this.isHeld = true;
    navigator.vibrate?.(10);
    this.onHold();
  }

  /** @param {KeyboardEvent} event */
  #onKeyDown(event) {
    if (event.key !== "Escape" || !this.#isMoving) return;
    event.preventDefault();
    event.stopPropagation();
    this.#finish(false);
  }

  /** @param {boolean} isLifted */
  #finish(isLifted) {
    this.end();
    if (this.#isMoving || this.isHeld) swallowClick(this.pressed);
    this.onEnd(isLifted);
  }
}

/**
 * @param {readonly string[]} lines
 * @param {string} key
 * @param {number} to
 * @returns {string[]}
 */
export function moved(lines, key, to) {
  const others = lines.filter((line) => line !== key);
  return [...others.slice(0, to), key, ...others.slice(to)];
}

/**
 * What was moved is not clicked, too: the lifted pointer would open it.
 * @param {Element} pressed
 */
function swallowClick(pressed) {
  const listening = new AbortController();
  /** @param {Event} event */
  const swallow = (event) => {
    if (!pressed.contains(/** @type {Node} */ (event.target))) return;
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener("click", swallow, { capture: true, signal: listening.signal });
  // A finger's click comes a moment later.
  setTimeout(() => listening.abort(), 300);
}

/**
 * Near its edge the list the line is in scrolls on.
 * @param {Element | null} element
 * @param {number} y
 * @param {number} x
 */
function scrollAt(element, y, x) {
  const list = element?.closest("[data-scrolls]");
  const box = list?.getBoundingClientRect();
  if (!list || !box || x < box.left || x > box.right) return;
  if (y < box.top + EDGE_PX) list.scrollTop -= SCROLL_PX;
  else if (y > box.bottom - EDGE_PX) list.scrollTop += SCROLL_PX;
}
