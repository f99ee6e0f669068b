/** What a person does to messages: write, edit, delete, react. What comes of it, the room's frames say. */

import { currentRoomId } from "./lists.js";

/** @import {Outbox} from "../net/outbox.js" */
/** @import {Gateway} from "../net/socket.js" */
/** @import {TypingSignal} from "./typing-signal.js" */

export class Writing {
  /** @type {Map<string, {on: boolean, done: Promise<unknown>}>} reactions under way, by message and emoji */
  #reacting = new Map();

  /**
   * @param {{gateway: Pick<Gateway, "request">, outbox: Outbox, typing: TypingSignal}} parts
   */
  constructor({ gateway, outbox, typing }) {
    this.gateway = gateway;
    this.outbox = outbox;
    this.typing = typing;
  }

  /**
   * @param {string} content
   * @param {{replyTo?: string | null}} [more]
   */
  send(content, { replyTo = null } = {}) {
    const roomId = currentRoomId.peek();
    if (roomId === null) return;
    this.typing.stop(roomId);
    this.outbox.add({ roomId, content, replyTo });
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
   * The same wish twice is one; the opposite one waits for the first.
   * @param {string} messageId
   * @param {string} emoji
   * @param {boolean} on
   * @returns {Promise<unknown>}
   */
  react(messageId, emoji, on) {
    const key = `${messageId} ${emoji}`;
    const before = this.#reacting.get(key);
    if (before?.on === on) return before.done;
    const ask = () => this.gateway.request(on ? "reaction:add" : "reaction:remove", { messageId, emoji });
    const done = (before ? before.done.then(ask, ask) : ask()).finally(() => {
      if (this.#reacting.get(key)?.done === done) this.#reacting.delete(key);
    });
    this.#reacting.set(key, { on, done });
    return done;
  }
}
