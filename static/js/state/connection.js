/** What is true about the connection, for the banner. It must not connect. */

import { computed, signal } from "@preact/signals-core";

/** @import {ConnectionState} from "../net/socket.js" */
/** @import {Signal} from "@preact/signals-core" */

/** @type {Signal<ConnectionState>} */
export const connection = signal({ state: "idle", retryAt: null, online: true, reason: null });

/** Whether this page was connected before: then it reconnects, else it connects. */
export const wasConnected = signal(false);

/** How many changes the latest reconnect brought back; 0 where there was nothing, or no reconnect. */
export const recoveredCount = signal(0);

/**
 * One word that tests and styles can wait for.
 * @typedef {"idle" | "connecting" | "ready" | "waiting" | "offline" | "stopped"} ConnectionWord
 */
export const connectionWord = computed(() => {
  const { state, online } = connection.value;
  if (state !== "ready" && state !== "idle" && state !== "stopped" && !online) return "offline";
  return /** @type {ConnectionWord} */ (state);
});

export function connectionReset() {
  wasConnected.value = false;
  recoveredCount.value = 0;
}
