/** The row one was just led to: marked for a moment, so that the eye finds it. */

import { signal } from "@preact/signals";

/** @import {Signal} from "@preact/signals" */

const SHOWN_MS = 2000;

/** @type {Signal<string | null>} a row's key */
export const highlightedKey = signal(null);

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {string} key */
export function highlight(key) {
  clearTimeout(timer);
  highlightedKey.value = key;
  timer = setTimeout(() => {
    highlightedKey.value = null;
  }, SHOWN_MS);
}
