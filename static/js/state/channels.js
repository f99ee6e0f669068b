/**
 * What those who look after a server do with its channels, categories, roles and overrides. Each resolves
 * when the server has done it; what changed comes as events, too. It must not ask whether one may: the
 * server refuses.
 */

import { batch } from "@preact/signals-core";

import { categoriesOf, categoriesTold } from "./categories.js";
import { rooms } from "./lists.js";
import { rolesOf, rolesTold } from "./roles.js";
import { roomUpdated } from "./rooms.js";

/** @import {Api} from "../net/api.js" */
/** @import {Category, Override, Participant, Permissions, Role, Room} from "../net/protocol.js" */
/** @import {ChannelPlace} from "./channel-column.js" */

export class Channels {
  /** @param {Pick<Api, "request" | "get" | "post" | "all">} api */
  constructor(api) {
    this.api = api;
  }

  /**
   * @param {string} serverId
   * @param {object} fields of the Room shape
   * @returns {Promise<Room>}
   */
  async create(serverId, fields) {
    const { data } = await this.api.post(`/servers/${serverId}/channels`, fields);
    roomUpdated(data);
    return data;
  }

  /**
   * @param {string} roomId
   * @param {object} fields
   */
  async update(roomId, fields) {
    roomUpdated((await this.api.request("PATCH", `/rooms/${roomId}`, { body: fields })).data);
  }

  /** @param {string} roomId */
  async delete(roomId) {
    await this.api.request("DELETE", `/rooms/${roomId}`);
  }

  /**
   * At once on this screen; put back where the server refuses, but for what somebody else moved meanwhile.
   * @param {string} serverId
   * @param {ChannelPlace[]} places
   */
  async order(serverId, places) {
    const before = places.flatMap(({ id }) => rooms.peek().get(id) ?? []);
    batch(() => places.forEach(placed));
    try {
      await this.api.request("PUT", `/servers/${serverId}/channels/order`, { body: { channels: places } });
    } catch (error) {
      const ours = new Map(places.map((place) => [place.id, place]));
      batch(() => {
        for (const room of before) if (stands(ours.get(room.id))) placed(room);
      });
      throw error;
    }
  }

  /**
   * @param {string} serverId
   * @param {string} name
   * @returns {Promise<Category>}
   */
  async createCategory(serverId, name) {
    return (await this.api.post(`/servers/${serverId}/categories`, { name })).data;
  }

  /**
   * @param {Category} category
   * @param {string} name
   */
  async renameCategory({ id, serverId }, name) {
    await this.api.request("PATCH", `/servers/${serverId}/categories/${id}`, { body: { name } });
  }

  /** @param {Category} category */
  async deleteCategory({ id, serverId }) {
    await this.api.request("DELETE", `/servers/${serverId}/categories/${id}`);
  }

  /**
   * One goes to another place; the others make room. At once on this screen.
   * @param {string} serverId
   * @param {string[]} ids all of them, as they shall stand
   * @param {string} moved which of them
   */
  async orderCategories(serverId, ids, moved) {
    const before = categoriesOf(serverId);
    const byId = new Map(before.map((category) => [category.id, category]));
    const next = ids.flatMap((id) => byId.get(id) ?? []).map((category, position) => ({ ...category, position }));
    categoriesTold({ serverId, categories: next });
    const ours = categoriesOf(serverId);
    try {
      const body = { position: ids.indexOf(moved) };
      await this.api.request("PATCH", `/servers/${serverId}/categories/${moved}`, { body });
    } catch (error) {
      if (categoriesOf(serverId) === ours) categoriesTold({ serverId, categories: before });
      throw error;
    }
  }

  // Roles.

  /**
   * @param {string} serverId
   * @param {object} fields
   * @returns {Promise<Role>}
   */
  async createRole(serverId, fields) {
    const { data } = await this.api.post(`/servers/${serverId}/roles`, fields);
    const others = rolesOf(serverId).filter(({ id }) => id !== data.id);
    rolesTold({ serverId, roles: [...others, data] });
    return data;
  }

  /**
   * @param {Role} role
   * @param {object} fields
   */
  async updateRole({ id, serverId }, fields) {
    const { data } = await this.api.request("PATCH", `/servers/${serverId}/roles/${id}`, { body: fields });
    rolesTold({ serverId, roles: rolesOf(serverId).map((role) => (role.id === id ? data : role)) });
  }

  /** @param {Role} role */
  async deleteRole({ id, serverId }) {
    await this.api.request("DELETE", `/servers/${serverId}/roles/${id}`);
    rolesTold({ serverId, roles: rolesOf(serverId).filter((role) => role.id !== id) });
  }

  /**
   * At once on this screen.
   * @param {string} serverId
   * @param {string[]} ids all of them, the highest first
   */
  async orderRoles(serverId, ids) {
    const before = rolesOf(serverId);
    const byId = new Map(before.map((role) => [role.id, role]));
    const next = ids.flatMap((id) => byId.get(id) ?? []).map((role, position) => ({ ...role, position }));
    rolesTold({ serverId, roles: next });
    const ours = rolesOf(serverId);
    try {
      await this.api.request("PUT", `/servers/${serverId}/roles/order`, { body: { roleIds: ids } });
    } catch (error) {
      if (rolesOf(serverId) === ours) rolesTold({ serverId, roles: before });
      throw error;
    }
  }

  // Who may do what in a channel, and who belongs to it.

  /**
   * @param {string} roomId
   * @returns {Promise<Override[]>}
   */
  async overrides(roomId) {
    return (await this.api.get(`/rooms/${roomId}/overrides`)).data;
  }

  /**
   * @param {string} roomId
   * @param {string} target `member`, `moderator`, or the id of a role or a person
   * @param {Pick<Override, "allow" | "deny">} wanted
   * @returns {Promise<Override>}
   */
  async setOverride(roomId, target, { allow, deny }) {
    return (await this.api.request("PUT", `/rooms/${roomId}/overrides/${target}`, { body: { allow, deny } })).data;
  }

  /**
   * @param {string} roomId
   * @param {string} target
   */
  async clearOverride(roomId, target) {
    await this.api.request("DELETE", `/rooms/${roomId}/overrides/${target}`);
  }

  /**
   * What somebody may do in a channel, and what decides it.
   * @param {string} roomId
   * @param {string} userId
   * @returns {Promise<Permissions>}
   */
  async permissionsOf(roomId, userId) {
    return (await this.api.get(`/rooms/${roomId}/permissions`, { query: { userId } })).data;
  }

  /**
   * @param {string} roomId
   * @returns {Promise<Participant[]>}
   */
  members(roomId) {
    return this.api.all(`/rooms/${roomId}/members`);
  }

  /**
   * @param {string} roomId
   * @param {string} userId
   */
  async addMember(roomId, userId) {
    await this.api.request("PUT", `/rooms/${roomId}/members/${userId}`);
  }

  /**
   * @param {string} roomId
   * @param {string} userId
   */
  async removeMember(roomId, userId) {
    await this.api.request("DELETE", `/rooms/${roomId}/members/${userId}`);
  }
}

/** @param {{id: string, position: number, categoryId: string | null}} place */
function placed({ id, position, categoryId }) {
  const room = rooms.peek().get(id);
  if (room) roomUpdated({ ...room, position, categoryId });
}

/** Whether a channel still stands there. @param {ChannelPlace | undefined} place */
function stands(place) {
  const room = rooms.peek().get(place?.id ?? "");
  return room?.position === place?.position && room?.categoryId === place?.categoryId;
}
