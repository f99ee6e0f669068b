/** Which message is being replied to, in each room, while one writes. It must not send. */

import { signal } from "@preact/signals-core";

import { withEntry, withoutEntry } from "./maps.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Message} from "../net/protocol.js" */

/** @type {Signal<ReadonlyMap<string, Message>>} by room id */
export const replyingTo = signal(new Map());

/** @param {Message} message */
export function startReply(message) {
  replyingTo.value = withEntry(replyingTo.peek(), message.roomId, message);
}

/** @param {string} roomId */
export function cancelReply(roomId) {
  replyingTo.value = withoutEntry(replyingTo.peek(), roomId);
}

/** What is gone cannot be replied to any more. @param {{id: string, roomId: string}} message */
export function replyTargetDeleted({ id, roomId }) {
  if (replyingTo.peek().get(roomId)?.id === id) cancelReply(roomId);
}

export function replyingReset() {
  replyingTo.value = new Map();
}
