/**
 * The roles of each server's own making, the highest first, and what colour they give a name. What they
 * permit is decided by the server alone; it must not fetch: server-lists.js does.
 */

import { signal } from "@preact/signals-core";

import { withEntry } from "./maps.js";
import { memberOf } from "./members.js";
import { roleOf } from "./people-groups.js";
import { readableColour } from "./role-colour.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Member, Role} from "../net/protocol.js" */

/** By server id; none where they are not known yet. @type {Signal<ReadonlyMap<string, Role[]>>} */
const known = signal(new Map());

/** @type {Role[]} */
const NONE = [];

/** @param {string | null} serverId */
export function rolesOf(serverId) {
  return known.value.get(serverId ?? "") ?? NONE;
}

/** @param {string} serverId */
export function areRolesKnown(serverId) {
  return known.value.has(serverId);
}

/** server:roles_updated, and what was fetched. @param {{serverId: string, roles: Role[]}} data */
export function rolesTold({ serverId, roles }) {
  known.value = withEntry(known.value, serverId, [...roles].sort((a, b) => a.position - b.position));
}

/**
 * The highest of somebody's own-made roles that has a colour gives it to their name.
 * @param {Pick<Member, "roleIds"> | undefined} member
 * @param {readonly Role[]} roles of their server, the highest first
 * @returns {string | undefined} a CSS colour that can be read on every paper, light and dark
 */
export function colourOf(member, roles) {
  if (!member?.roleIds?.length) return undefined;
  const role = roles.find(({ id, colour }) => colour !== null && member.roleIds.includes(id));
  return role?.colour ? readableColour(role.colour) : undefined;
}

/**
 * The same, of somebody who may or may not be known as a member.
 * @param {string | null | undefined} serverId
 * @param {string | undefined} userId
 */
export function nameColour(serverId, userId) {
  return serverId && userId ? colourOf(memberOf(serverId, userId), rolesOf(serverId)) : undefined;
}

/**
 * Whether a role stands below a member, so that they may change and give it: owner, admins and moderators
 * stand above all of them, others by the highest they have.
 * @param {Role} role
 * @param {Pick<Member, "roles" | "roleIds"> | undefined} member
 * @param {readonly Role[]} roles of the server
 */
export function isBelow(role, member, roles) {
  if (!member) return false;
  if (roleOf(member) !== "member") return true;
  const mine = roles.filter(({ id }) => member.roleIds.includes(id)).map(({ position }) => position);
  return role.position > Math.min(...mine, Number.POSITIVE_INFINITY);
}

export function rolesReset() {
  known.value = new Map();
}
