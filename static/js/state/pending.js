/** What is on its way, per room, as the outbox tells it. It must not send. */

import { signal } from "@preact/signals-core";

import { withEntry } from "./maps.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {OutboxEntry} from "../net/outbox.js" */

/** @type {Signal<ReadonlyMap<string, OutboxEntry[]>>} by room id */
export const pending = signal(new Map());

/**
 * @param {string} roomId
 * @param {OutboxEntry[]} entries
 */
export function pendingChanged(roomId, entries) {
  pending.value = withEntry(pending.value, roomId, entries);
}
