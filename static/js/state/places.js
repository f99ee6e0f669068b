/**
 * Which room, server or page is open, and the address that says so. A person's way is a step that Back
 * undoes; what happens by itself takes the place of where one was. It must not touch the DOM.
 */

import { batch } from "@preact/signals-core";

import { t } from "../i18n/index.js";
import { setDraft } from "./drafts.js";
import { jumping } from "./jump.js";
import { currentRoomId } from "./lists.js";
import { messagesForgotten } from "./messages.js";
import { showToast } from "./notices.js";
import { presenceReplaced } from "./people.js";
import { quotesForgotten } from "./quotes.js";
import { isUnread } from "./reads.js";
import { cancelReply } from "./replying.js";
import { channelsOf, chosenServerId, currentServerId, roomGroups, rooms, serverGone, servers } from "./rooms.js";
import { addressOf, placeOf, route } from "./route.js";
import { phase } from "./session.js";

/** @import {Outbox} from "../net/outbox.js" */
/** @import {Gateway} from "../net/socket.js" */
/** @import {Subscriptions} from "../net/subscriptions.js" */
/** @import {Address, Memory} from "./client.js" */
/** @import {Directory} from "./directory.js" */
/** @import {History} from "./history.js" */
/** @import {Reading} from "./reading.js" */
/** @import {Place, Route} from "./route.js" */
/** @import {TypingSignal} from "./typing-signal.js" */

/**
 * @typedef {object} PlacesParts
 * @property {Gateway} gateway
 * @property {Subscriptions} subscriptions
 * @property {Outbox} outbox
 * @property {TypingSignal} typing
 * @property {Reading} reading
 * @property {History} history
 * @property {Directory} directory
 * @property {Memory} memory
 * @property {Address} address
 */

export class Places {
  /** @param {PlacesParts} parts */
  constructor(parts) {
    this.parts = parts;
    /** Whether one went to the direct messages, and there are none yet. */
    this.isAtDirect = false;
  }

  /** @param {string | null} roomId */
  openRoom(roomId) {
    const { type, code } = rooms.value.get(roomId ?? "") ?? {};
    if (type === "call" && code) return this.go({ name: "call", code });
    this.#enter(roomId);
    route.value = { name: "room" };
    this.#say({ isStep: true });
  }

  /**
   * Where one was in it last, else its first channel.
   * @param {string | null} serverId null: the rooms that belong to no server
   */
  openServer(serverId) {
    chosenServerId.value = serverId;
    const roomId = this.#roomOf(serverId);
    this.isAtDirect = serverId === null && roomId === null;
    this.openRoom(roomId);
    if (this.isAtDirect) this.viewServer();
  }

  /** The lists changed while no room was open: there may be one now where one is. */
  settleIn() {
    const serverId = chosenServerId.value;
    if (serverId === null || !servers.value.has(serverId)) return this.isAtDirect ? undefined : this.openFirst();
    const roomId = this.#roomOf(serverId);
    if (roomId === null) return;
    this.#enter(roomId);
    this.#say({ isStep: false });
  }

  /** @param {Route} next */
  go(next) {
    route.value = next;
    this.#say({ isStep: true });
  }

  /** Before anybody is signed in: which page the address names. Rooms are known later. */
  readPage() {
    const place = placeOf(this.parts.address.read());
    if (place.name !== "room") route.value = place;
  }

  /**
   * The room of a call is open while its page is; where one was in the house is kept.
   * @param {string} roomId
   */
  enterCall(roomId) {
    this.#enter(roomId);
  }

  /** From a call's page, or another, back to where one was in the house. */
  backToHouse() {
    const room = rooms.value.get(currentRoomId.value ?? "");
    if (room && room.type !== "call") return this.go({ name: "room" });
    const last = rooms.value.get(this.parts.memory.get("room") ?? "");
    if (last) this.openRoom(last.id);
    else this.openServer(chosenServerId.value);
  }

  /** Where the address points, else where one was, else the first there is; without a step. */
  openFirst() {
    if (this.followAddress()) return;
    const shown = roomGroups.value.flatMap((group) => group.rooms);
    const last = this.parts.memory.get("room");
    // Where nobody has been before, one reads first.
    this.#enter((shown.find(({ id }) => id === last) ?? shown.find(({ type }) => type !== "voice") ?? shown[0])?.id ?? null);
    if (route.peek().name === "room") this.#say({ isStep: false });
  }

  /**
   * The page was loaded, the address changed by hand or by a link, or Back was pressed.
   * @returns {boolean} whether it led to a room
   */
  followAddress() {
    const place = placeOf(this.parts.address.read());
    if (place.name !== "room") {
      route.value = place;
      return false;
    }
    // Direct rooms and calls have no slug: no name is not theirs.
    const isNamed = (/** @type {{id: string, slug: string | null}} */ { id, slug }) => place.room === id || place.room === slug;
    const room = place.room === null ? undefined : [...rooms.value.values()].find(isNamed);
    if (!room) {
      if (place.room !== null) showToast(t("rooms.unknown"));
      route.value = { name: "room" };
      // A call's room is shown by its own page only.
      if (rooms.value.get(currentRoomId.value ?? "")?.type === "call") this.#enter(this.#roomOf(chosenServerId.value));
      return false;
    }
    if (room.type === "call" && room.code) {
      route.value = { name: "call", code: room.code };
      return false;
    }
    this.#enter(room.id);
    route.value = { name: "room" };
    if (place.messageId) this.#point(room.id, place.messageId);
    return true;
  }

  /** The same while the page lives: an address that leads nowhere is put right. */
  addressChanged() {
    if (phase.value !== "signed-in") return;
    if (!this.followAddress() && route.peek().name === "room") this.#say({ isStep: false });
  }

  /**
   * @param {string} roomId
   * @param {string} messageId
   */
  async jumpTo(roomId, messageId) {
    if (roomId !== currentRoomId.peek() || route.peek().name !== "room") {
      if (!rooms.peek().has(roomId)) return false;
      this.openRoom(roomId);
    }
    return this.parts.history.jumpTo(roomId, messageId);
  }

  /**
   * The room is gone for this person.
   * @param {string} roomId
   */
  dropRoom(roomId) {
    this.parts.subscriptions.forget(roomId);
    this.parts.outbox.drop(roomId);
    messagesForgotten(roomId);
    quotesForgotten(roomId);
    cancelReply(roomId);
    setDraft(roomId, "");
    if (currentRoomId.value !== roomId) return;
    currentRoomId.value = null;
    // It was the room's own; that it leads nowhere now is no surprise.
    if (route.peek().name === "room") this.parts.address.write("", { isStep: false });
    this.openFirst();
  }

  /**
   * The server is gone for this person, with its rooms and its pages.
   * @param {string} serverId
   */
  dropServer(serverId) {
    const page = route.peek();
    const isOnPage = page.name === "server" && page.id === serverId;
    const isTurnedTo = currentRoomId.peek() === null && chosenServerId.peek() === serverId;
    batch(() => {
      if (isOnPage) route.value = { name: "room" };
      for (const roomId of serverGone(serverId)) this.dropRoom(roomId);
      // An address that leads nowhere now is no surprise.
      if (isOnPage || isTurnedTo) this.parts.address.write("", { isStep: false });
      if (isTurnedTo) this.openFirst();
      else if (isOnPage) this.#say({ isStep: false });
    });
  }

  /**
   * A room that still has something to send stays joined until it went out: the server takes messages
   * for joined rooms only.
   * @param {string} roomId
   */
  leaveIfIdle(roomId) {
    if (roomId === currentRoomId.value || this.parts.outbox.waitingRooms.includes(roomId)) return;
    this.parts.subscriptions.leave(roomId);
  }

  /** Hear the presence of the people of the server one is in, and of those one writes to directly. */
  async viewServer() {
    const serverId = currentServerId.value;
    try {
      const { changes } = await this.parts.gateway.request("server:view", serverId ? { serverId } : {});
      if (serverId === currentServerId.peek()) batch(() => presenceReplaced({ changes }));
    } catch {
      // `ready` asks again.
    }
  }

  /**
   * An address may name a message that is not there; who went elsewhere meanwhile need not hear of it.
   * @param {string} roomId
   * @param {string} messageId
   */
  async #point(roomId, messageId) {
    const isThere = await this.parts.history.jumpTo(roomId, messageId);
    if (!isThere && roomId === currentRoomId.peek() && jumping.peek() === null) showToast(t("jump.missing"));
  }

  /** @param {string | null} roomId */
  #enter(roomId) {
    const before = currentRoomId.value;
    if (before === roomId) return;
    if (before !== null) this.#leave(before);
    currentRoomId.value = roomId;
    if (roomId === null) return;
    this.isAtDirect = false;
    const room = rooms.value.get(roomId);
    const { subscriptions, reading } = this.parts;
    reading.opened(roomId, { isJoined: subscriptions.isJoined(roomId) });
    subscriptions.join(roomId);
    if (room?.type === "call") return;
    const serverId = room?.serverId ?? null;
    chosenServerId.value = serverId;
    this.parts.memory.set("room", roomId);
    this.parts.memory.set("rooms", JSON.stringify({ ...this.#lastRooms(), [serverId ?? ""]: roomId }));
    this.viewServer();
  }

  /** @param {string} roomId */
  #leave(roomId) {
    const { typing, reading, directory } = this.parts;
    typing.stop(roomId);
    reading.left(roomId);
    currentRoomId.value = null;
    this.leaveIfIdle(roomId);
    // While it was open nobody counted for it.
    if (isUnread(roomId)) directory.loadUnread().catch(() => {});
  }

  /** @param {{isStep: boolean}} how */
  #say({ isStep }) {
    const to = addressOf(this.#place());
    if (to !== this.parts.address.read()) this.parts.address.write(to, { isStep });
  }

  /** @returns {Place} */
  #place() {
    if (route.value.name !== "room") return route.value;
    const room = rooms.value.get(currentRoomId.value ?? "");
    return { name: "room", room: room?.slug ?? room?.id ?? null, messageId: null };
  }

  /**
   * @param {string | null} serverId
   * @returns {string | null} the room one was in last, else the first one
   */
  #roomOf(serverId) {
    const { open, text } = channelsOf(serverId);
    const last = this.#lastRooms()[serverId ?? ""];
    return (open.find(({ id }) => id === last) ?? text[0] ?? open[0])?.id ?? null;
  }

  /** @returns {Record<string, string>} by server id: the room last open there */
  #lastRooms() {
    try {
      return JSON.parse(this.parts.memory.get("rooms") ?? "{}");
    } catch {
      return {};
    }
  }
}
