/**
 * Fetches what is told as lists: servers, rooms, members, read marks, oneself. An answer that comes
 * after its person has left changes nothing. It must not decide when a list is stale; wiring.js does.
 */

import { batch } from "@preact/signals-core";

import { memberChanges, membersAre, membersLoaded, membersOf } from "./members.js";
import { readTold } from "./reads.js";
import { listsLoaded, roomUpdated, serverUpdated } from "./rooms.js";
import { me } from "./session.js";

/** @import {Api} from "../net/api.js" */
/** @import {Member} from "../net/protocol.js" */

const MEMBER_PAGE = 100;
const MOST_MEMBERS = 1_000;
/** A list during whose reading somebody came or went is read anew, this often at most. */
const READINGS = 3;

export class Directory {
  /** A number per stay of a person. */
  #stay = 0;
  /** @type {Map<string, number>} by server id: how often it was lost; what was asked for before is no longer true */
  #losses = new Map();

  /** @param {Pick<Api, "get" | "all">} api */
  constructor(api) {
    this.api = api;
  }

  /**
   * The servers and rooms, as they are now.
   * @returns {Promise<boolean>} false where the person left meanwhile
   */
  async loadLists() {
    const stay = this.#stay;
    const [serverList, roomList] = await Promise.all([this.api.all("/servers", { mine: 1 }), this.api.all("/rooms")]);
    if (stay !== this.#stay) return false;
    listsLoaded(serverList, roomList);
    return true;
  }

  /**
   * One server that is new to this person, with its channels and what is unread there.
   * @param {string} serverId
   */
  async loadServer(serverId) {
    const [stay, losses] = [this.#stay, this.#losses.get(serverId)];
    const at = `/servers/${serverId}`;
    const [{ data: server }, { data: channels }] = await Promise.all([this.api.get(at), this.api.get(`${at}/channels`)]);
    if (stay !== this.#stay || losses !== this.#losses.get(serverId)) return;
    batch(() => {
      serverUpdated(server);
      channels.forEach(roomUpdated);
    });
    await this.loadUnread().catch(() => {});
  }

  /** @param {string} serverId */
  serverLost(serverId) {
    this.#losses.set(serverId, (this.#losses.get(serverId) ?? 0) + 1);
  }

  /** Oneself, as one is now. */
  async loadMe() {
    const stay = this.#stay;
    const { data } = await this.api.get("/auth/me");
    if (stay === this.#stay) me.value = data.user;
  }

  /** What is unread everywhere, counted afresh. */
  async loadUnread() {
    const stay = this.#stay;
    const { data } = await this.api.get("/unread");
    if (stay !== this.#stay) return;
    for (const { roomId, ...told } of data) readTold(roomId, told);
  }

  /**
   * The members of a server, once; later changes come by themselves.
   * @param {string} serverId
   */
  async loadMembers(serverId) {
    const { state } = membersOf(serverId).peek();
    if (state === "idle" || state === "failed") await this.#readMembers(serverId);
  }

  /**
   * The same again, where they had been loaded.
   * @param {string} serverId
   */
  async refreshMembers(serverId) {
    if (membersOf(serverId).peek().state === "ready") await this.#readMembers(serverId);
  }

  reset() {
    this.#stay += 1;
  }

  /** @param {string} serverId */
  async #readMembers(serverId) {
    const stay = this.#stay;
    const isFirst = membersOf(serverId).peek().state !== "ready";
    // A list that is there stays in sight while it is read again.
    if (isFirst) membersAre(serverId, "loading");
    try {
      for (let reading = 1; reading <= READINGS; reading += 1) {
        const changes = memberChanges(serverId);
        const { list, total } = await this.#memberPages(serverId);
        if (stay !== this.#stay) return;
        membersLoaded(serverId, list, total);
        if (changes === memberChanges(serverId)) return;
      }
    } catch {
      if (isFirst && stay === this.#stay) membersAre(serverId, "failed");
    }
  }

  /**
   * @param {string} serverId
   * @returns {Promise<{list: Member[], total: number}>}
   */
  async #memberPages(serverId) {
    /** @type {Map<string, Member>} somebody may slip to the next page while it is read */
    const found = new Map();
    for (let page = 1; ; page += 1) {
      const query = { page, limit: MEMBER_PAGE };
      const { data, meta } = await this.api.get(`/servers/${serverId}/members`, { query });
      for (const member of data) found.set(member.user.id, member);
      const isLast = page >= (meta?.totalPages ?? 1) || page * MEMBER_PAGE >= MOST_MEMBERS;
      if (isLast) return { list: [...found.values()], total: meta?.total ?? found.size };
    }
  }
}
