/**
 * What is open over the channel column: a menu, or a dialog that makes, names or deletes. Here it is asked
 * for; overlays.js draws it.
 */

import { signal } from "@preact/signals";

/** @import {Signal} from "@preact/signals" */
/** @import {Category, Room} from "../../net/protocol.js" */

/**
 * @typedef {{kind: "room-menu", room: Room, anchor: Element | null}
 *   | {kind: "category-menu", category: Category, anchor: Element | null}
 *   | {kind: "new-channel", serverId: string, categoryId: string | null}
 *   | {kind: "new-category", serverId: string}
 *   | {kind: "rename-category" | "delete-category", category: Category}
 *   | {kind: "delete-channel", room: Room}} Wanted
 * @typedef {Wanted & {opening: number}} Open each opening draws a dialog of its own
 */

let openings = 0;

/** @type {Signal<Open | null>} */
export const overlay = signal(/** @type {Open | null} */ (null));

/** @param {Wanted} wanted */
export function openOverlay(wanted) {
  overlay.value = { ...wanted, opening: ++openings };
}

/**
 * The browser says only a moment later that it closed a dialog; what was opened since stays.
 * @param {Open | null} [closed]
 */
export function closeOverlay(closed = overlay.peek()) {
  if (overlay.peek() === closed) overlay.value = null;
}
