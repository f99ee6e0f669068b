/** The headings that channels of each server stand under. It must not fetch: server-lists.js does. */

import { signal } from "@preact/signals-core";

import { withEntry } from "./maps.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Category} from "../net/protocol.js" */

/** By server id, in their order; none where they are not known yet. @type {Signal<ReadonlyMap<string, Category[]>>} */
const known = signal(new Map());

/** @type {Category[]} */
const NONE = [];

/** @param {string | null} serverId null: rooms of no server have none */
export function categoriesOf(serverId) {
  return known.value.get(serverId ?? "") ?? NONE;
}

/** @param {string} serverId */
export function areCategoriesKnown(serverId) {
  return known.value.has(serverId);
}

/** server:categories_updated, and what was fetched. @param {{serverId: string, categories: Category[]}} data */
export function categoriesTold({ serverId, categories }) {
  known.value = withEntry(known.value, serverId, [...categories].sort((a, b) => a.position - b.position));
}

/**
 * Where a channel stands among the headings: under none comes first. A heading that is not known (yet)
 * comes last, until it is.
 * @param {{serverId: string | null, categoryId: string | null}} room
 */
export function categoryRank({ serverId, categoryId }) {
  if (categoryId === null) return -1;
  const categories = categoriesOf(serverId);
  const index = categories.findIndex(({ id }) => id === categoryId);
  return index < 0 ? categories.length : index;
}

export function categoriesReset() {
  known.value = new Map();
}
