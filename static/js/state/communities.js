/**
 * What a person does with communities: make, find, join, leave and settle them, and invite others. Who is
 * in one, and how they stand there, is moderation.js's. It must not touch the DOM.
 */

import { t } from "../i18n/index.js";
import { chosenServerId, currentRoomId, servers } from "./lists.js";
import { membersForgotten } from "./members.js";
import { showToast } from "./notices.js";
import { serverUpdated } from "./rooms.js";

/** @import {Api} from "../net/api.js" */
/** @import {Invite, InvitePreview, InviteUse, Server} from "../net/protocol.js" */
/** @import {Directory} from "./directory.js" */
/** @import {Page} from "./listing.js" */
/** @import {Places} from "./places.js" */

/**
 * @typedef {object} CommunitiesParts
 * @property {Pick<Api, "get" | "post" | "request">} api
 * @property {Directory} directory
 * @property {Pick<Places, "openServer" | "settleIn" | "dropServer">} places
 */

/** Why somebody is no longer in one, where there is more to say than that. */
const SAID = new Set(["kicked", "banned", "deleted"]);

export class Communities {
  /** @type {string | null} the server this person is about to leave */
  #leaving = null;

  /** @param {CommunitiesParts} parts */
  constructor(parts) {
    this.parts = parts;
  }

  /**
   * Make one, with a first channel, and go there. A first channel that cannot be made is no reason to
   * undo the rest: one can be made later.
   * @param {{name: string, isPublic: boolean}} wanted
   */
  async make(wanted) {
    const { data: server } = await this.parts.api.post("/servers", wanted);
    const first = { name: t("server.first-channel"), type: "text" };
    await this.parts.api.post(`/servers/${server.id}/channels`, first).catch(() => {});
    await this.#enter(server.id);
  }

  /** Into a public one. @param {string} serverId */
  async join(serverId) {
    await this.parts.api.request("PUT", `/servers/${serverId}/members/me`, { body: {} });
    await this.#enter(serverId);
  }

  /**
   * @param {string} serverId
   * @param {string} code
   */
  async accept(serverId, code) {
    await this.parts.api.post(`/invites/${encodeURIComponent(code)}/accept`, {});
    await this.#enter(serverId);
  }

  /** @param {string} serverId */
  async leave(serverId) {
    this.#leaving = serverId;
    try {
      await this.parts.api.request("DELETE", `/servers/${serverId}/members/me`);
      this.lost({ serverId, reason: "left" });
    } finally {
      this.#leaving = null;
    }
  }

  /** Whether one leaves the server one is in, here and now: nobody has to be told that its rooms go. */
  get isLeaving() {
    return this.#leaving !== null && this.#leaving === chosenServerId.peek();
  }

  /**
   * The server is new to this person: told by an event, perhaps of another device.
   * @param {string} serverId
   */
  async appeared(serverId) {
    await this.parts.directory.loadServer(serverId);
    if (currentRoomId.peek() === null) this.parts.places.settleIn();
  }

  /**
   * It is gone, for this person or for all; a sentence says why. Twice is once.
   * @param {{serverId: string, reason: string}} told
   */
  lost({ serverId, reason }) {
    const server = servers.peek().get(serverId);
    this.parts.directory.serverLost(serverId);
    membersForgotten(serverId);
    if (!server) return;
    this.parts.places.dropServer(serverId);
    if (reason !== "left") showToast(t(`server.lost.${SAID.has(reason) ? reason : "other"}`, { server: server.name }));
  }

  /**
   * A page of those anybody may join.
   * @param {{q: string, page: number}} asked
   * @returns {Promise<Page<Server>>}
   */
  async discover({ q, page }) {
    const { data, meta } = await this.parts.api.get("/servers", { query: { public: 1, q, page, limit: 24 } });
    return { rows: data, total: meta.total, pages: meta.totalPages };
  }

  // Settling one.

  /**
   * @param {string} serverId
   * @param {Record<string, unknown>} changes of the Server shape
   */
  async change(serverId, changes) {
    const { data } = await this.parts.api.request("PATCH", `/servers/${serverId}`, { body: changes });
    serverUpdated(data);
  }

  /**
   * @param {string} serverId
   * @param {string} userId
   */
  async handOver(serverId, userId) {
    const { data } = await this.parts.api.post(`/servers/${serverId}/transfer`, { userId });
    serverUpdated(data);
  }

  /**
   * With all its channels, for everybody.
   * @param {string} serverId
   * @param {string} name typed exactly
   */
  async end(serverId, name) {
    await this.parts.api.request("DELETE", `/servers/${serverId}`, { body: { name } });
    this.lost({ serverId, reason: "deleted" });
  }

  // Invites.

  /**
   * @param {string} code
   * @returns {Promise<InvitePreview>}
   */
  async preview(code) {
    return (await this.parts.api.get(`/invites/${encodeURIComponent(code)}`)).data;
  }

  /**
   * @param {string} serverId
   * @param {{maxUses: number | null, expiresInSeconds: number | null}} limits null: none
   * @returns {Promise<Invite>}
   */
  async invite(serverId, limits) {
    return (await this.parts.api.post(`/servers/${serverId}/invites`, limits)).data;
  }

  /**
   * @param {string} serverId
   * @param {{page: number}} asked
   * @returns {Promise<Page<Invite>>}
   */
  async invites(serverId, { page }) {
    const { data, meta } = await this.parts.api.get(`/servers/${serverId}/invites`, { query: { page, limit: 20 } });
    return { rows: data, total: meta.total, pages: meta.totalPages };
  }

  /** @param {string} code */
  async revoke(code) {
    await this.parts.api.request("DELETE", `/invites/${encodeURIComponent(code)}`);
  }

  /**
   * Who came by it, the latest first.
   * @param {string} code
   * @param {{page: number}} asked
   * @returns {Promise<Page<InviteUse>>}
   */
  async uses(code, { page }) {
    const { data, meta } = await this.parts.api.get(`/invites/${encodeURIComponent(code)}/uses`, { query: { page, limit: 20 } });
    return { rows: data, total: meta.total, pages: meta.totalPages };
  }

  /** @param {string} serverId */
  async #enter(serverId) {
    await this.parts.directory.loadServer(serverId);
    this.parts.places.openServer(serverId);
  }
}

/**
 * The code in what somebody was sent: a link, or the code itself.
 * @param {string} text
 */
export function codeOf(text) {
  const words = text.trim().replace(/[?].*$/, "").split("/").filter(Boolean);
  return words.at(-1) ?? "";
}
