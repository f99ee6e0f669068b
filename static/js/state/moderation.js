/**
 * What is done to the people of a community: roles, nicknames, kicks, bans, timeouts. Who may do what to
 * whom is the server's to decide; `actionsOn` says what is worth offering. It must not touch the DOM.
 */

import { memberChanged, memberLeft } from "./members.js";
import { roleOf } from "./people-groups.js";

/** @import {Api} from "../net/api.js" */
/** @import {Ban, Member, Permissions, Role} from "../net/protocol.js" */
/** @import {Page} from "./listing.js" */

/** @type {Record<string, number>} how high the built-in roles stand */
const RANKS = { owner: 4, admin: 3, moderator: 2, member: 0 };

/** Built-in roles that are given; a server is handed over, not given. */
const GIVEN = /** @type {const} */ (["admin", "moderator", "member"]);

export const MAX_TIMEOUT_S = 28 * 86_400;

/** @typedef {"standing" | "timeout" | "kick" | "ban"} Action */

export class Moderation {
  /** @param {Pick<Api, "get" | "request">} api */
  constructor(api) {
    this.api = api;
  }

  /**
   * @param {string} serverId
   * @param {{q: string, page: number}} asked
   * @returns {Promise<Page<Member>>}
   */
  async members(serverId, { q, page }) {
    const { data, meta } = await this.api.get(`/servers/${serverId}/members`, { query: { q, page, limit: 50 } });
    return { rows: data, total: meta.total, pages: meta.totalPages };
  }

  /**
   * The server's own roles, the highest first.
   * @param {string} serverId
   * @returns {Promise<Role[]>}
   */
  async roles(serverId) {
    return (await this.api.get(`/servers/${serverId}/roles`)).data;
  }

  /**
   * @param {string} serverId
   * @param {string} userId
   * @param {{role?: string, roleIds?: string[], nickname?: string | null}} changes
   */
  async change(serverId, userId, changes) {
    await this.#changed(serverId, "PATCH", `members/${userId}`, changes);
  }

  /**
   * Until then they read and hear, and say nothing.
   * @param {string} serverId
   * @param {string} userId
   * @param {{seconds: number, reason: string}} how
   */
  async timeOut(serverId, userId, how) {
    await this.#changed(serverId, "PUT", `timeouts/${userId}`, how);
  }

  /**
   * @param {string} serverId
   * @param {string} userId
   */
  async endTimeout(serverId, userId) {
    await this.#changed(serverId, "DELETE", `timeouts/${userId}`);
  }

  /**
   * @param {string} serverId
   * @param {Member} member
   * @param {{reason: string}} why
   */
  async kick(serverId, member, why) {
    await this.api.request("DELETE", `/servers/${serverId}/members/${member.user.id}`, { body: why });
    memberLeft({ serverId, member });
  }

  /**
   * Out, and kept out; also somebody who is not in.
   * @param {string} serverId
   * @param {string} userId
   * @param {{reason: string, expiresAt: string | null}} how
   */
  async ban(serverId, userId, how) {
    await this.api.request("PUT", `/servers/${serverId}/bans/${userId}`, { body: how });
  }

  /**
   * @param {string} serverId
   * @param {{page: number}} asked
   * @returns {Promise<Page<Ban>>}
   */
  async bans(serverId, { page }) {
    const { data, meta } = await this.api.get(`/servers/${serverId}/bans`, { query: { page, limit: 20 } });
    return { rows: data, total: meta.total, pages: meta.totalPages };
  }

  /**
   * @param {string} serverId
   * @param {string} userId
   */
  async liftBan(serverId, userId) {
    await this.api.request("DELETE", `/servers/${serverId}/bans/${userId}`);
  }

  /**
   * @param {string} serverId
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  async #changed(serverId, method, path, body) {
    const { data: member } = await this.api.request(method, `/servers/${serverId}/${path}`, body && { body });
    memberChanged({ serverId, member });
  }
}

/**
 * What is worth offering: where two members stand by custom roles that both have, the server knows better.
 * @param {Permissions | null} mine what one may do in the server; null: not known yet
 * @param {Member | undefined} self
 * @param {Member | undefined} other undefined: not in the server
 * @returns {Action[]}
 */
export function actionsOn(mine, self, other) {
  const may = new Set(mine?.permissions);
  if (!self) return [];
  if (!other) return may.has("ban") ? ["ban"] : [];
  if (self.user.id === other.user.id) return ["standing"];
  if (!standsAbove(self, other)) return [];
  return [
    .../** @type {Action[]} */ (may.has("manage_roles") || may.has("manage_server") ? ["standing"] : []),
    .../** @type {const} */ (["timeout", "kick", "ban"]).filter((name) => may.has(name)),
  ];
}

/**
 * @param {Member} self
 * @param {Member} other
 */
function standsAbove(self, other) {
  const [mine, theirs] = [rankOf(self), rankOf(other)];
  if (mine !== theirs || mine > 0) return mine > theirs;
  return self.roleIds.length > 0 && self.roleIds[0] !== other.roleIds[0];
}

/** @param {Member} member */
function rankOf(member) {
  return RANKS[roleOf(member)] ?? 0;
}

/**
 * The built-in roles one may give to somebody who stands below: those below one's own.
 * @param {Member} self
 */
export function rolesToGive(self) {
  return GIVEN.filter((role) => (RANKS[role] ?? 0) < rankOf(self));
}

/**
 * Whether one may give or take a custom role: it stands below one's own highest, and holds nothing one lacks.
 * @param {Permissions | null} mine
 * @param {Member} self
 * @param {Role} role
 * @param {Role[]} roles all of the server's
 */
export function mayGive(mine, self, role, roles) {
  if (!mine?.permissions.includes("manage_roles")) return false;
  if (role.permissions.some((name) => !mine.permissions.includes(name))) return false;
  if (rankOf(self) > 0) return true;
  const own = roles.filter(({ id }) => self.roleIds.includes(id)).map(({ position }) => position);
  return own.length > 0 && Math.min(...own) < role.position;
}
