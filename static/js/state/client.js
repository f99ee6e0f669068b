/**
 * What a person can do, in one place: come in and leave here, the rest by the parts it is made of. Turns
 * wishes into calls of net/; what comes back reaches the state through wiring.js. It must not touch the DOM.
 */

import { batch } from "@preact/signals-core";

import { claimsOf } from "../net/api.js";
import { Backoff } from "../net/backoff.js";
import { asNetError } from "../net/errors.js";
import { Account } from "./account.js";
import { Announcing } from "./announcing.js";
import { Calls, callsReset } from "./calls.js";
import { categoriesReset } from "./categories.js";
import { Channels } from "./channels.js";
import { Communities } from "./communities.js";
import { connectionReset } from "./connection.js";
import { Devices } from "./devices.js";
import { Direct, directReset } from "./direct.js";
import { Directory } from "./directory.js";
import { History } from "./history.js";
import { jumpReset } from "./jump.js";
import { membersReset } from "./members.js";
import { messagesReset } from "./messages.js";
import { Moderation } from "./moderation.js";
import { noticesReset } from "./notices.js";
import { peopleReset } from "./people.js";
import { permissionsReset } from "./permissions.js";
import { Places } from "./places.js";
import { quotesReset } from "./quotes.js";
import { Reading } from "./reading.js";
import { readsReset } from "./reads.js";
import { replyingReset } from "./replying.js";
import { rolesReset } from "./roles.js";
import { roomsReset } from "./rooms.js";
import { isInvitation, placeOf, routeReset } from "./route.js";
import { ServerLists } from "./server-lists.js";
import { me, phase, signedIn, signedOut } from "./session.js";
import { Standing } from "./standing.js";
import { Talking } from "./talking.js";
import { TypingSignal } from "./typing-signal.js";
import { versionsReset } from "./versions.js";
import { keepVoiceChoices } from "./voice-choices.js";
import { voiceReset } from "./voice.js";
import { Writing } from "./writing.js";

/** @import {Api} from "../net/api.js" */
/** @import {Clock} from "../net/clock.js" */
/** @import {NetError} from "../net/errors.js" */
/** @import {Outbox} from "../net/outbox.js" */
/** @import {Gateway} from "../net/socket.js" */
/** @import {Subscriptions} from "../net/subscriptions.js" */
/** @import {Message, PresenceStatus, User} from "../net/protocol.js" */
/** @import {Route} from "./route.js" */

/**
 * What the browser remembers: whether to try the cookie, and where the person was.
 * @typedef {object} Memory
 * @property {(key: string) => string | null} get
 * @property {(key: string, value: string | null) => void} set
 */

/**
 * What follows the # in the address bar. A step can be undone with Back.
 * @typedef {object} Address
 * @property {() => string} read
 * @property {(to: string, how: {isStep: boolean}) => void} write
 */

/**
 * @typedef {object} Parts
 * @property {Api} api
 * @property {Gateway} gateway
 * @property {Subscriptions} subscriptions
 * @property {Outbox} outbox
 * @property {Memory} memory
 * @property {Address} address
 * @property {Clock} [clock]
 * @property {MediaDevices | null} [mediaDevices] null where the page is not secure
 */

const RESETS = [
  ...[callsReset, categoriesReset, connectionReset, directReset, jumpReset, membersReset, messagesReset, noticesReset],
  ...[peopleReset, permissionsReset, quotesReset, readsReset, replyingReset, rolesReset, roomsReset, routeReset, versionsReset, voiceReset],
];

export class Client {
  #restoring = new Backoff();

  /** @param {Parts} parts */
  constructor({ api, gateway, subscriptions, outbox, memory, address, clock, mediaDevices = null }) {
    this.api = api;
    this.gateway = gateway;
    this.subscriptions = subscriptions;
    this.outbox = outbox;
    this.memory = memory;
    this.address = address;
    this.typing = new TypingSignal((type, roomId) => gateway.send(type, { roomId }));
    this.announcing = new Announcing(clock);
    this.account = new Account(api);
    this.directory = new Directory(api);
    this.serverLists = new ServerLists(api);
    this.channels = new Channels(api);
    this.history = new History(api, clock);
    this.reading = new Reading(gateway, clock);
    this.standing = new Standing(api);
    this.writing = new Writing(this);
    this.places = new Places(this);
    this.direct = new Direct(this);
    this.calls = new Calls(this);
    this.devices = new Devices(mediaDevices, memory);
    keepVoiceChoices(memory);
    this.talking = new Talking(this);
    this.communities = new Communities(this);
    this.moderation = new Moderation(api);
  }

  /** At page load: the session of the cookie, if there may be one. */
  async restore() {
    this.places.readPage();
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
      this.places.readPage();
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
    if (!(await this.directory.loadLists())) return;
    batch(() => {
      signedIn(user);
      this.places.openFirst();
    });
    this.#restoring.reset();
    this.memory.set("session", user.id);
    this.gateway.connect();
    await this.outbox.open(user.id);
  }

  async signOut() {
    const hadUnsent = this.outbox.waitingRooms.length > 0;
    const leaving = this.api.logout();
    this.leave(hadUnsent ? "notice.wiped" : "notice.bye", { isWiped: true });
    // Without a network it ends here only; the cookie's session then ends by itself.
    await leaving.catch(() => {});
  }

  /**
   * Back to the welcome screen. What was unsent waits for this person to come back, unless they, or the
   * server, ended the session on purpose: then nothing is kept.
   * @param {string} why
   * @param {{isWiped?: boolean}} [how]
   */
  leave(why, { isWiped = false } = {}) {
    this.#forgetSession();
    if (isWiped) this.outbox.wipe();
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
    this.directory.reset();
    this.serverLists.reset();
    this.reading.reset();
    this.standing.reset();
    this.talking.reset();
    this.subscriptions.clear();
    this.gateway.close();
    this.outbox.close();
    batch(() => {
      next();
      for (const reset of RESETS) reset();
    });
  }

  #forgetSession() {
    this.api.setToken(null);
    for (const key of ["session", "room", "rooms", "drafts", "emoji"]) this.memory.set(key, null);
    // Whoever was invited is so whatever became of an older session; so is a call's address.
    const here = this.address.read();
    if (!isInvitation(here) && placeOf(here).name !== "call") this.address.write("", { isStep: false });
  }

  // Where one is: places.js.

  /** @param {string | null} roomId */
  openRoom(roomId) {
    this.places.openRoom(roomId);
  }

  /** @param {string | null} serverId */
  openServer(serverId) {
    this.places.openServer(serverId);
  }

  /** @param {Route} route */
  go(route) {
    this.places.go(route);
  }

  /**
   * @param {string} roomId
   * @param {string} messageId
   */
  jumpTo(roomId, messageId) {
    return this.places.jumpTo(roomId, messageId);
  }

  // What one writes: writing.js.

  /**
   * @param {string} content
   * @param {{replyTo?: string | null}} [more]
   */
  send(content, more) {
    this.writing.send(content, more);
  }

  /**
   * @param {string} messageId
   * @param {string} content
   */
  edit(messageId, content) {
    return this.writing.edit(messageId, content);
  }

  /** @param {string} messageId */
  delete(messageId) {
    return this.writing.delete(messageId);
  }

  /**
   * @param {string} messageId
   * @param {string} emoji
   * @param {boolean} on
   */
  react(messageId, emoji, on) {
    return this.writing.react(messageId, emoji, on);
  }

  // What one reads: reading.js, history.js, directory.js.

  /** The open room was looked at up to its newest message. */
  seen() {
    this.reading.seen();
  }

  /** @param {string} roomId */
  markRead(roomId) {
    return this.reading.markRead(roomId);
  }

  /** @param {Message} message */
  markUnreadFrom(message) {
    return this.reading.markUnreadFrom(message);
  }

  /** @param {string} roomId */
  async loadOlder(roomId) {
    await this.history.loadOlder(roomId);
  }

  /** @param {string} serverId */
  loadMembers(serverId) {
    return this.directory.loadMembers(serverId);
  }

  // Who one is: account.js.

  /** @param {Record<string, unknown>} fields */
  saveProfile(fields) {
    return this.account.saveProfile(fields);
  }

  /** @param {{status: PresenceStatus, customStatus?: string | null, expiresAt?: string | null}} chosen */
  setStatus(chosen) {
    return this.account.setStatus(chosen);
  }

  sessions() {
    return this.account.sessions();
  }

  /** @param {string} sessionId */
  endSession(sessionId) {
    return this.account.endSession(sessionId);
  }

  endOtherSessions() {
    return this.account.endOtherSessions();
  }
}
