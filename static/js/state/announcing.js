/**
 * What a screen reader is told of what others write: each message of the open room, a crowd of them as
 * one sentence; and mentions elsewhere. It must not show anything.
 */

import { t } from "../i18n/index.js";
import { systemClock } from "../net/clock.js";
import { announce } from "./notices.js";
import { currentRoomId, rooms } from "./lists.js";
import { readOf } from "./reads.js";
import { me } from "./session.js";

/** @import {Clock} from "../net/clock.js" */
/** @import {Message, RoomActivity} from "../net/protocol.js" */

const WITHIN_MS = 2_000;
const MOST_SINGLE = 5;

export class Announcing {
  #said = 0;
  #unsaid = 0;
  /** @type {unknown} */
  #timer = null;

  /** @param {Clock} [clock] */
  constructor(clock = systemClock) {
    this.clock = clock;
  }

  /** @param {Message} message */
  message({ roomId, sender, content }) {
    if (roomId !== currentRoomId.peek() || !sender || sender.id === me.peek()?.id) return;
    this.#timer ??= this.clock.setTimeout(() => this.#summarise(), WITHIN_MS);
    this.#said += 1;
    if (this.#said > MOST_SINGLE) this.#unsaid += 1;
    else announce(t("message.announced", { name: sender.displayName, text: content ?? "" }));
  }

  /** Hear this before it is taken into the state. @param {RoomActivity} activity */
  activity({ roomId, mentions }) {
    const count = (mentions ?? 0) - readOf(roomId).mentions;
    const room = rooms.peek().get(roomId)?.name;
    if (count > 0 && room) announce(t("announce.mentions", { room, count }));
  }

  #summarise() {
    if (this.#unsaid > 0) announce(t("announce.messages", { count: this.#unsaid }));
    this.#timer = null;
    this.#said = this.#unsaid = 0;
  }
}
