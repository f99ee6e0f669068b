/**
 * Things that stand elsewhere after a change go there instead of jumping: each is moved back by a transform
 * and let go (FLIP). They are found by `data-glide`, which names them across changes. At once where
 * somebody wants stillness.
 */

import { useLayoutEffect, useRef } from "preact/hooks";

import { isStill } from "../viewport.js";

const GLIDE_MS = 220;
const NAME = "glide";

/** @typedef {{x: number, y: number, width: number, height: number}} Place within the frame, in pixels */

/** @returns {{current: any}} a ref for the frame; what is in it glides at each of its owner's renders */
export function useGlide() {
  const frame = useRef(/** @type {HTMLElement | null} */ (null));
  const before = useRef(/** @type {Map<string, Place>} */ (new Map()));
  useLayoutEffect(() => {
    /** @type {Map<string, Place>} */
    const now = new Map();
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (frame.current?.querySelectorAll("[data-glide]") ?? [])) {
      const key = element.dataset.glide ?? "";
      const gliding = element.getAnimations().filter(({ id }) => id === NAME);
      const seen = gliding.length > 0 ? placeOf(element, frame.current) : before.current.get(key);
      for (const one of gliding) one.cancel();
      const place = placeOf(element, frame.current);
      now.set(key, place);
      if (seen && !isStill.value && isElsewhere(seen, place)) glide(element, seen, place);
    }
    before.current = now;
  });
  return frame;
}

/**
 * @param {HTMLElement} element
 * @param {HTMLElement | null} frame
 * @returns {Place}
 */
function placeOf(element, frame) {
  const { x, y, width, height } = element.getBoundingClientRect();
  const origin = frame?.getBoundingClientRect();
  return { x: x - (origin?.x ?? 0), y: y - (origin?.y ?? 0), width, height };
}

/**
 * @param {Place} a
 * @param {Place} b
 */
function isElsewhere(a, b) {
  return b.width > 0 && (Math.abs(a.x - b.x) > 1 || Math.abs(a.y - b.y) > 1 || Math.abs(a.width - b.width) > 1);
}

/**
 * @param {HTMLElement} element
 * @param {Place} from
 * @param {Place} to
 */
function glide(element, from, to) {
  const start = `translate(${from.x - to.x}px, ${from.y - to.y}px) scale(${from.width / to.width}, ${from.height / to.height})`;
  const frames = [{ transform: start, transformOrigin: "0 0" }, { transform: "none", transformOrigin: "0 0" }];
  element.animate(frames, { id: NAME, duration: GLIDE_MS, easing: "ease-out" });
}
