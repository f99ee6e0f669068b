/** The servers and rooms this person has, and which one is open: the bare facts. rooms.js derives from them. */

import { signal } from "@preact/signals-core";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Room, Server} from "../net/protocol.js" */

/** Those this person belongs to. @type {Signal<ReadonlyMap<string, Server>>} */
export const servers = signal(new Map());

/** @type {Signal<ReadonlyMap<string, Room>>} */
export const rooms = signal(new Map());

/** Whether the lists have come; before that nothing is "empty". */
export const roomsLoaded = signal(false);

/** @type {Signal<string | null>} */
export const currentRoomId = signal(null);

/**
 * The server that was turned to last; null stands for the rooms that belong to none.
 * @type {Signal<string | null>}
 */
export const chosenServerId = signal(null);
