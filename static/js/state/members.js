/** Who belongs to each server, with their roles. It must not fetch, nor say who is here now: people.js does. */

import { signal } from "@preact/signals-core";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Member, Person} from "../net/protocol.js" */

/**
 * `total` counts all of them, `list` holds the first thousand at most.
 * @typedef {{list: Member[], state: "idle" | "loading" | "ready" | "failed", total: number}} Members
 */

/** @type {Map<string, Signal<Members>>} by server id */
const known = new Map();

/** @type {WeakMap<Member[], Map<string, Member>>} each list by user id; a list is never changed in place */
const byId = new WeakMap();

/** @type {Map<string, number>} by server id: how many changes came; a list read meanwhile may lack one */
const changes = new Map();

/**
 * @param {string} serverId
 * @returns {Signal<Members>}
 */
export function membersOf(serverId) {
  const found = known.get(serverId) ?? signal(/** @type {Members} */ ({ list: [], state: "idle", total: 0 }));
  known.set(serverId, found);
  return found;
}

/**
 * As far as they are loaded.
 * @param {string} serverId
 * @param {string} userId
 */
export function memberOf(serverId, userId) {
  const { list } = membersOf(serverId).value;
  const members = byId.get(list) ?? new Map(list.map((member) => [member.user.id, member]));
  byId.set(list, members);
  return members.get(userId);
}

/**
 * @param {string} serverId
 * @param {"loading" | "failed"} state
 */
export function membersAre(serverId, state) {
  const members = membersOf(serverId);
  members.value = { ...members.peek(), state };
}

/**
 * @param {string} serverId
 * @param {Member[]} list
 * @param {number} total
 */
export function membersLoaded(serverId, list, total) {
  membersOf(serverId).value = { list, state: "ready", total };
}

/** server:member_joined, server:member_updated. @param {{serverId: string, member: Member}} data */
export function memberChanged({ serverId, member }) {
  change(serverId, ({ list, total, ...rest }) => {
    const isKnown = list.some(({ user }) => user.id === member.user.id);
    const next = isKnown ? list.map((old) => (old.user.id === member.user.id ? member : old)) : [...list, member];
    return { ...rest, list: next, total: isKnown ? total : total + 1 };
  });
}

/** @param {{serverId: string, member: Member}} data */
export function memberLeft({ serverId, member }) {
  change(serverId, ({ list, total, ...rest }) => {
    const next = list.filter(({ user }) => user.id !== member.user.id);
    return { ...rest, list: next, total: total - (list.length - next.length) };
  });
}

/** How a person looks, in every server. @param {Person} person */
export function memberRenamed({ id, username, displayName, avatarUrl }) {
  for (const members of known.values()) {
    if (!members.peek().list.some(({ user }) => user.id === id)) continue;
    const list = members.peek().list.map((member) =>
      member.user.id === id ? { ...member, user: { ...member.user, username, displayName, avatarUrl } } : member,
    );
    members.value = { ...members.peek(), list };
  }
}

/** @param {string} serverId */
export function memberChanges(serverId) {
  return changes.get(serverId) ?? 0;
}

/** Whoever comes back reads it anew. @param {string} serverId */
export function membersForgotten(serverId) {
  const members = known.get(serverId);
  if (members) members.value = { list: [], state: "idle", total: 0 };
}

export function membersReset() {
  for (const members of known.values()) members.value = { list: [], state: "idle", total: 0 };
  known.clear();
  changes.clear();
}

/**
 * Only a list that was asked for is kept fresh.
 * @param {string} serverId
 * @param {(members: Members) => Members} next
 */
function change(serverId, next) {
  changes.set(serverId, memberChanges(serverId) + 1);
  const members = known.get(serverId);
  if (members?.peek().state === "ready") members.value = next(members.peek());
}
