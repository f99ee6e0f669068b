/** Short sentences for the person: what a screen reader should say, and what just did not work. */

import { signal } from "@preact/signals-core";

/** @import {Signal} from "@preact/signals-core" */

/** @typedef {{id: number, text: string}} Notice */

let lastId = 0;

/** @type {Signal<Notice[]>} the newest few, for the live region */
export const announcements = signal(/** @type {Notice[]} */ ([]));

/** @type {Signal<Notice | null>} a sentence on screen until it is dismissed or replaced */
export const toast = signal(/** @type {Notice | null} */ (null));

/** @param {string} text */
export function announce(text) {
  announcements.value = [...announcements.value.slice(-4), { id: ++lastId, text }];
}

/** @param {string} text */
export function showToast(text) {
  toast.value = { id: ++lastId, text };
}

export function dismissToast() {
  toast.value = null;
}

export function noticesReset() {
  announcements.value = [];
  toast.value = null;
}
