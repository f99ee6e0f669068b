/** What the layout depends on: whether the side columns are drawers, and which of them is open. */

import { signal } from "@preact/signals";

import { isPeopleShown, showPeople } from "../state/appearance.js";

/** @import {Signal} from "@preact/signals" */

/** @type {Signal<"channels" | "people" | null>} */
export const openDrawer = signal(null);

/** Under 700 px the channels are a drawer, too (shell.css has the same numbers). */
export const isNarrow = media("(max-width: 699px)");
/** Under 1100 px the people are a drawer. */
export const isMedium = media("(max-width: 1099px)");
/** A finger: fields are not focused unasked, that would bring the keyboard up. */
export const isTouch = media("(pointer: coarse)");
/** The device asks for less motion; tokens.css keeps still then. */
export const isStill = media("(prefers-reduced-motion: reduce)");

/** @type {HTMLElement | null} */
let opener = null;

/** @param {"channels" | "people"} which */
export function showDrawer(which) {
  opener = /** @type {HTMLElement | null} */ (document.activeElement);
  openDrawer.value = which;
}

/** Closes it; the focus goes back to where it was opened from. */
export function hideDrawer() {
  if (openDrawer.value === null) return;
  openDrawer.value = null;
  const back = opener;
  opener = null;
  // Until the next drawing it is still inert.
  requestAnimationFrame(() => back?.focus());
}

/** The people: a drawer where it is narrow, else a column that stays as one leaves it. */
export function togglePeople() {
  if (isMedium.value) showDrawer("people");
  else showPeople(!isPeopleShown.value);
}

export function hidePeople() {
  if (isMedium.value) return hideDrawer();
  showPeople(false);
  // Its own button is gone; the one that brings it back is beside the topic.
  document.getElementById("toggle-people")?.focus();
}

/** @param {string} query */
function media(query) {
  const list = window.matchMedia(query);
  const matches = signal(list.matches);
  list.addEventListener("change", () => {
    matches.value = list.matches;
  });
  return matches;
}
