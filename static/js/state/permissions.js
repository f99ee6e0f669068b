/**
 * What this person may do in a server and in a room, and which rule decides it: the server's own answer
 * (PROTOCOL.md, "Permissions"), never reckoned here. Until it has come nobody knows: then what is asked
 * for is not offered, but for what nearly everybody may. It must not fetch; standing.js does.
 */

import { computed, signal } from "@preact/signals-core";

import { withEntry, withoutEntry } from "./maps.js";

/** @import {ReadonlySignal, Signal} from "@preact/signals-core" */
/** @import {Permissions, PermissionName} from "../net/protocol.js" */

/** By `key`. @type {Signal<ReadonlyMap<string, Permissions>>} */
const known = signal(new Map());

/** @typedef {"servers" | "rooms"} Kind as in the address of what is asked */

/**
 * @param {Kind} kind
 * @param {string} id
 */
export function permissionKey(kind, id) {
  return `${kind}/${id}`;
}

/**
 * @param {Kind} kind
 * @param {string} id
 * @returns {Permissions | null} null: not known yet
 */
export function permissionsOf(kind, id) {
  return known.value.get(permissionKey(kind, id)) ?? null;
}

/**
 * Whether a person may do this in a whole server; false until it is known.
 * @param {string | null} serverId
 * @param {PermissionName} name
 */
export function mayInServer(serverId, name) {
  return serverId !== null && (permissionsOf("servers", serverId)?.permissions.includes(name) ?? false);
}

/**
 * Whether a person may do this in a room.
 * @param {string} roomId
 * @param {PermissionName} name
 * @param {boolean} [unknown] the answer until it is known
 */
export function mayInRoom(roomId, name, unknown = false) {
  return permissionsOf("rooms", roomId)?.permissions.includes(name) ?? unknown;
}

/** @type {ReadonlySignal<string[]>} */
export const knownKeys = computed(() => [...known.value.keys()]);

/** @param {string} key */
export function isKnown(key) {
  return known.peek().has(key);
}

/**
 * @param {string} key
 * @param {Permissions} permissions
 */
export function permissionsAre(key, permissions) {
  known.value = withEntry(known.value, key, permissions);
}

/** @param {string} key */
export function permissionsForgotten(key) {
  known.value = withoutEntry(known.value, key);
}

export function permissionsReset() {
  known.value = new Map();
}
