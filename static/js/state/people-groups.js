/** The people of a community as one reads them: by role, then by name; who is not here comes last. */

/** @import {Member, Role as OwnRole} from "../net/protocol.js" */
/** @import {Presence} from "./people.js" */

/** @typedef {"owner" | "admin" | "moderator" | "member"} Role */
/**
 * `name`: what a role of the server's own making is called; `key` is its id then.
 * @typedef {{key: string, name: string | null, members: Member[]}} PeopleGroup
 */

/** @type {readonly Role[]} the highest first */
export const ROLES = ["owner", "admin", "moderator", "member"];

/**
 * A member's built-in role: the first of their roles. The others are names of the server's own making, and
 * may read alike.
 * @param {{roles: string[]} | undefined} member
 * @returns {Role}
 */
export function roleOf(member) {
  return ROLES.find((role) => role === member?.roles[0]) ?? "member";
}

/** What they are called in this community. @param {Member} member */
export function nameOf({ user, nickname }) {
  return nickname || user.displayName;
}

/**
 * By standing: the built-in roles, and between moderators and plain members the server's own.
 * @param {readonly Member[]} members
 * @param {ReadonlyMap<string, Presence>} presence
 * @param {readonly OwnRole[]} [own] the highest first
 * @returns {PeopleGroup[]} without the empty ones
 */
export function groupsOf(members, presence, own = []) {
  const names = new Map(own.map(({ id, name }) => [id, name]));
  /** @type {Map<string, Member[]>} */
  const groups = new Map(["owner", "admin", "moderator", ...names.keys(), "member", "offline"].map((key) => [key, []]));
  for (const member of [...members].sort(byName)) {
    const isHere = (presence.get(member.user.id)?.status ?? "offline") !== "offline";
    groups.get(isHere ? groupOf(member, own) : "offline")?.push(member);
  }
  return [...groups]
    .map(([key, list]) => ({ key, name: names.get(key) ?? null, members: list }))
    .filter((group) => group.members.length > 0);
}

/**
 * @param {Member} member
 * @param {readonly OwnRole[]} own
 */
function groupOf(member, own) {
  const role = roleOf(member);
  if (role !== "member") return role;
  return own.find(({ id }) => member.roleIds?.includes(id))?.id ?? role;
}

/**
 * @param {Member} a
 * @param {Member} b
 */
function byName(a, b) {
  return nameOf(a).localeCompare(nameOf(b)) || a.user.id.localeCompare(b.user.id);
}
