/** One's own account: profile, status, and where one is signed in. It must not sign in or out; client.js does. */

import { me } from "./session.js";

/** @import {Api} from "../net/api.js" */
/** @import {PresenceStatus, Session, User} from "../net/protocol.js" */

export class Account {
  /** @param {Pick<Api, "request" | "get">} api */
  constructor(api) {
    this.api = api;
  }

  /**
   * @param {Record<string, unknown>} fields of the User shape
   * @returns {Promise<User>} as it is now; rejects with a NetError that names the fields
   */
  async saveProfile(fields) {
    return this.#taken(await this.api.request("PATCH", "/users/me", { body: fields }));
  }

  /**
   * @param {{status: PresenceStatus, customStatus?: string | null, expiresAt?: string | null}} chosen
   * @returns {Promise<User>}
   */
  async setStatus(chosen) {
    return this.#taken(await this.api.request("PUT", "/users/me/status", { body: chosen }));
  }

  /** @returns {Promise<Session[]>} */
  async sessions() {
    return (await this.api.get("/auth/sessions")).data;
  }

  /** @param {string} sessionId */
  async endSession(sessionId) {
    await this.api.request("DELETE", `/auth/sessions/${sessionId}`);
  }

  async endOtherSessions() {
    await this.api.request("DELETE", "/auth/sessions");
  }

  /**
   * @param {{data: User}} answer
   * @returns {User}
   */
  #taken({ data: user }) {
    // Another person may sit here by the time the answer comes.
    if (user.id === me.peek()?.id) me.value = { .../** @type {User} */ (me.peek()), ...user };
    return user;
  }
}
