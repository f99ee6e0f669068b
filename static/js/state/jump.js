/** Where the conversation is to be moved to, and how the way there stands. It must not load, nor scroll. */

import { signal } from "@preact/signals-core";

/** @import {Signal} from "@preact/signals-core" */

/**
 * The message to bring into sight; `token` differs each time, so that the same place can be asked for again.
 * @type {Signal<{roomId: string, messageId: string, token: number} | null>}
 */
export const jumpTarget = signal(/** @type {{roomId: string, messageId: string, token: number} | null} */ (null));

/**
 * A jump under way: how many messages have been gone through for it.
 * @type {Signal<{roomId: string, messageId: string, loaded: number} | null>}
 */
export const jumping = signal(/** @type {{roomId: string, messageId: string, loaded: number} | null} */ (null));

let lastToken = 0;

/**
 * @param {string} roomId
 * @param {string} messageId
 */
export function jumpArrived(roomId, messageId) {
  jumpTarget.value = { roomId, messageId, token: ++lastToken };
}

export function jumpReset() {
  jumpTarget.value = null;
  jumping.value = null;
}
