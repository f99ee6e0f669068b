/**
 * What a person can do: come in, open a room, write, edit, delete, read back, leave. Turns wishes into
 * calls of net/; what comes back reaches the state through wiring.js. It must not touch the DOM.
 */

import { batch } from "@preact/signals-core";

import { claimsOf } from "../net/api.js";
import { Backoff } from "../net/backoff.js";
import { asNetError } from "../net/errors.js";
import { connectionReset } from "./connection.js";
import { messagesForgotten, messagesReset, oldestSeq, olderIs, olderLoaded, conversation } from "./messages.js";
import { noticesReset } from "./notices.js";
import { peopleReset } from "./people.js";
import { activity, currentRoomId, listsLoaded, roomGroups, roomSeen, rooms, roomsReset } from "./rooms.js";
import { me, phase, signedIn, signedOut } from "./session.js";
import { TypingSignal } from "./typing-signal.js";
import { versionsReset } from "./versions.js";

/** @import {Api} from "../net/api.js" */
/** @import {NetError} from "../net/errors.js" */
/** @import {Outbox} from "../net/outbox.js" */
/** @import {Gateway} from "../net/socket.js" */
/** @import {Subscriptions} from "../net/subscriptions.js" */
/** @import {User} from "../net/protocol.js" */

/**
 * What the browser remembers: whether to try the cookie, and where the person was.
 * @typedef {object} Memory
 * @property {(key: string) => string | null} get
 * @property {(key: string, value: string | null) => void} set
 */

/** @typedef {{api: Api, gateway: Gateway, subscriptions: Subscriptions, outbox: Outbox, memory: Memory}} Parts */

const PAGE = 50;

export class Client {
  #restoring = new Backoff();
  /** A number per stay: an answer that comes after its person has left must not change the next one's page. */
  #stay = 0;

  /** @param {Parts} parts */
  constructor({ api, gateway, subscriptions, outbox, memory }) {
    this.api = api;
    this.gateway = gateway;
    this.subscriptions = subscriptions;
    this.outbox = outbox;
    this.memory = memory;
    this.typing = new TypingSignal((type, roomId) => gateway.send(type, { roomId }));
  }

  /** At page load: the session of the cookie, if there may be one. */
  async restore() {
    // Without this mark every first visit would begin with a refused request.
    if (this.memory.get("session") === null) return signedOut(null);
    phase.value = "restoring";
    try {
      await this.api.refresh();
      const { data } = await this.api.get("/auth/me");
      return await this.#start(data.user);
    } catch (error) {
      return this.#notRestored(asNetError(error));
    }
  }

  /** @param {NetError} error */
  #notRestored(error) {
    if (error.isRefusal) {
      this.#forgetSession();
      signedOut("notice.signed-out");
    } else {
      phase.value = "unreachable";
      setTimeout(() => phase.value === "unreachable" && this.restore(), this.#restoring.next());
    }
  }

  /**
   * @param {"register" | "login" | "guest"} door
   * @param {object} body
   */
  async enter(door, body) {
    const { user } = await this.api.enter(door, body);
    this.memory.set("session", user.id);
    await this.#start(user);
  }

  /** @param {User} user */
  async #start(user) {
    if (!(await this.loadLists())) return;
    batch(() => {
      signedIn(user);
      this.openFirstRoom();
    });
    this.#restoring.reset();
    this.memory.set("session", user.id);
    this.gateway.connect();
    await this.outbox.load();
    for (const roomId of this.outbox.waitingRooms) this.subscriptions.join(roomId);
  }

  /**
   * The servers and rooms, as they are now.
   * @returns {Promise<boolean>} false where the person left meanwhile
   */
  async loadLists() {
    const stay = this.#stay;
    const [serverList, roomList] = await Promise.all([this.api.all("/servers"), this.api.all("/rooms")]);
    if (stay !== this.#stay) return false;
    listsLoaded(serverList, roomList);
    return true;
  }

  /** Oneself, as one is now. */
  async loadMe() {
    const stay = this.#stay;
    const { data } = await this.api.get("/auth/me");
    if (stay === this.#stay) me.value = data.user;
  }

  /** Where the address points, else where the person was, else the first there is. */
  #firstRoom() {
    const shown = roomGroups.value.flatMap((group) => group.rooms);
    const wanted = [this.memory.get("address"), this.memory.get("room")];
    const found = wanted.map((ref) => ref && shown.find(({ id, slug }) => ref === id || ref === slug));
    return (found.find(Boolean) || shown[0])?.id ?? null;
  }

  /** @param {string | null} roomId */
  openRoom(roomId) {
    const before = currentRoomId.value;
    if (before === roomId) return;
    if (before !== null) {
      this.typing.stop(before);
      currentRoomId.value = null;
      this.leaveIfIdle(before);
    }
    currentRoomId.value = roomId;
    if (roomId === null) return;
    roomSeen(roomId);
    this.subscriptions.join(roomId);
    const room = rooms.value.get(roomId);
    this.memory.set("room", roomId);
    this.memory.set("address", room?.slug ?? roomId);
    this.viewServer();
  }

  /**
   * A room that still has something to send stays joined until it went out: the server takes messages
   * for joined rooms only.
   * @param {string} roomId
   */
  leaveIfIdle(roomId) {
    if (roomId === currentRoomId.value || this.outbox.waitingRooms.includes(roomId)) return;
    this.subscriptions.leave(roomId);
  }

  /** Hear the presence of the people of the open room's server. */
  viewServer() {
    const serverId = rooms.value.get(currentRoomId.value ?? "")?.serverId;
    if (serverId) this.gateway.send("server:view", { serverId });
  }

  /**
   * The room is gone for this person.
   * @param {string} roomId
   */
  dropRoom(roomId) {
    this.subscriptions.forget(roomId);
    messagesForgotten(roomId);
    if (currentRoomId.value === roomId) {
      currentRoomId.value = null;
      this.openFirstRoom();
    }
  }

  openFirstRoom() {
    this.openRoom(this.#firstRoom());
  }

  /** The address was changed by hand, or by a link. */
  followAddress() {
    if (phase.value === "signed-in") this.openFirstRoom();
  }

  /** @param {string} content */
  send(content) {
    const roomId = currentRoomId.value;
    if (roomId === null) return;
    this.typing.stop(roomId);
    this.outbox.add({ roomId, content });
  }

  /**
   * @param {string} messageId
   * @param {string} content
   */
  edit(messageId, content) {
    return this.gateway.request("message:edit", { messageId, content });
  }

  /** @param {string} messageId */
  delete(messageId) {
    return this.gateway.request("message:delete", { messageId });
  }

  /**
   * One page further back. Several calls while one is under way are one.
   * @param {string} roomId
   */
  async loadOlder(roomId) {
    const { hasOlder, older } = conversation(roomId).peek();
    if (!hasOlder || older === "loading") return;
    const before = oldestSeq(roomId);
    olderIs(roomId, "loading");
    try {
      const { data, meta } = await this.api.get(`/rooms/${roomId}/messages`, { query: { limit: PAGE, before } });
      // A list replaced meanwhile begins elsewhere: this page is no part of it.
      if (oldestSeq(roomId) === before) olderLoaded(roomId, data, meta.hasMore);
    } catch {
      olderIs(roomId, "failed");
    }
  }

  /** The open room was looked at up to its newest message. */
  seen() {
    const roomId = currentRoomId.value;
    const known = activity.value.get(roomId ?? "");
    if (roomId && known && known.seenSeq < known.lastSeq) roomSeen(roomId);
  }

  async signOut() {
    const hadUnsent = this.outbox.waitingRooms.length > 0;
    const leaving = this.api.logout();
    this.leave(hadUnsent ? "notice.wiped" : "notice.bye");
    // Without a network it ends here only; the cookie's session then ends by itself.
    await leaving.catch(() => {});
  }

  /**
   * Back to the welcome screen, nothing of this person kept.
   * @param {string} why
   */
  leave(why) {
    this.#forgetSession();
    this.#clear(() => signedOut(why));
  }

  /**
   * Another tab signed another person in: this page becomes theirs, and nothing goes out under the
   * wrong name.
   * @param {string} token
   */
  checkPerson(token) {
    const { sub } = claimsOf(token);
    if (phase.value !== "signed-in" || sub === undefined || sub === me.value?.id) return;
    this.#clear(() => {
      phase.value = "restoring";
    });
    this.restore();
  }

  /** @param {() => void} next */
  #clear(next) {
    this.#stay += 1;
    this.subscriptions.clear();
    this.gateway.close();
    this.outbox.clear();
    batch(() => {
      next();
      for (const reset of [connectionReset, messagesReset, peopleReset, roomsReset, noticesReset, versionsReset]) {
        reset();
      }
    });
  }

  #forgetSession() {
    this.api.setToken(null);
    for (const key of ["session", "room", "address"]) this.memory.set(key, null);
  }
}
