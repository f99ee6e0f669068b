/** Which headings of the channel column a person keeps folded, on this device. Nothing else. */

import { effect, signal } from "@preact/signals-core";

import { me } from "./session.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Memory} from "./client.js" */

/** Ids of categories. @type {Signal<ReadonlySet<string>>} */
export const folded = signal(new Set());

/** @type {Memory | null} */
let memory = null;

const keyOf = () => `folded.${me.peek()?.id}`;

/** From now on it is kept there, for each person apart. @param {Memory} place */
export function keepFolded(place) {
  memory = place;
  effect(() => {
    folded.value = me.value ? read() : new Set();
  });
}

/** @param {string} id */
export function toggleFolded(id) {
  const next = new Set(folded.peek());
  if (!next.delete(id)) next.add(id);
  folded.value = next;
  memory?.set(keyOf(), next.size > 0 ? JSON.stringify([...next]) : null);
}

/** @returns {Set<string>} */
function read() {
  try {
    const kept = JSON.parse(memory?.get(keyOf()) ?? "[]");
    return new Set(Array.isArray(kept) ? kept : []);
  } catch {
    return new Set();
  }
}
