/**
 * Parlor's REST API: one envelope, one kind of error, one refresh for any number of callers. The
 * access token lives in this object only; the refresh token in an HttpOnly cookie no script sees.
 * It must not know what the data means, nor touch the DOM.
 *
 * Events: `refreshed` (the new access token; it may be another person's, where another tab signed in),
 * `signed-out` (the refresh token was refused).
 */

import { sleep, systemClock } from "./clock.js";
import { Emitter } from "./emitter.js";
import { NetError, asNetError, netErrorOf } from "./errors.js";

/** @import {Clock} from "./clock.js" */

/**
 * @typedef {object} ApiOptions
 * @property {string} [base]
 * @property {typeof globalThis.fetch} [fetch]
 * @property {Clock} [clock]
 * @property {Pick<LockManager, "request"> | null} [locks] keeps tabs from spending one cookie twice
 */

/**
 * @typedef {object} RequestOptions
 * @property {Record<string, string | number | undefined>} [query]
 * @property {object} [body]
 * @property {AbortSignal} [signal]
 */

/** @typedef {{data: any, meta: any}} Answer */

const LOCK = "parlor-refresh";
const EARLY_MS = 15_000;
const MAX_WAITS = 2;
const MAX_WAIT_MS = 20_000;

export class Api extends Emitter {
  /** @type {string | null} */
  #token = null;
  #expiresAt = 0;
  /** @type {Promise<any> | null} the refresh under way, shared by all who need it */
  #refreshing = null;

  /** @param {ApiOptions} [options] */
  constructor({ base = "/api/v1", fetch = globalThis.fetch, clock = systemClock, locks } = {}) {
    super();
    this.base = base;
    this.clock = clock;
    // Called as a method of something else, the browser's fetch throws.
    this.fetch = (/** @type {string} */ url, /** @type {RequestInit} */ init) => fetch(url, init);
    this.locks = locks === undefined ? (globalThis.navigator?.locks ?? null) : locks;
  }

  get hasToken() {
    return this.#token !== null;
  }

  /**
   * Take a fresh access token, or none.
   * @param {string | null} token
   */
  setToken(token) {
    this.#token = token;
    this.#expiresAt = token === null ? 0 : this.clock.now() + lifetimeMs(token);
  }

  /**
   * An access token that will live a moment longer; refreshed where needed.
   * @returns {Promise<string>}
   */
  async freshToken() {
    if (this.#token === null || this.clock.now() > this.#expiresAt - EARLY_MS) await this.refresh();
    return /** @type {string} */ (this.#token);
  }

  /**
   * @param {string} path below the base
   * @param {RequestOptions} [options]
   * @returns {Promise<Answer>}
   */
  get(path, options) {
    return this.request("GET", path, options);
  }

  /**
   * The few doors that are open without a token (a call by its code).
   * @param {string} path
   * @returns {Promise<Answer>}
   */
  getPublic(path) {
    return this.#exchange("GET", path, {}, null);
  }

  /**
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<Answer>}
   */
  post(path, body) {
    return this.request("POST", path, { body });
  }

  /**
   * Every page of a list, at most `maxPages` of them.
   * @param {string} path
   * @param {Record<string, string | number>} [query]
   * @param {number} [maxPages]
   * @returns {Promise<any[]>}
   */
  async all(path, query = {}, maxPages = 20) {
    const rows = [];
    for (let page = 1, pages = 1; page <= Math.min(pages, maxPages); page += 1) {
      const { data, meta } = await this.get(path, { query: { ...query, page, limit: 100 } });
      rows.push(...data);
      pages = meta?.totalPages ?? 1;
    }
    return rows;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {RequestOptions} [options]
   * @returns {Promise<Answer>}
   */
  async request(method, path, options = {}) {
    for (let waits = 0; ; waits += 1) {
      try {
        return await this.#authorised(method, path, options);
      } catch (error) {
        const { code, retryAfterMs } = asNetError(error);
        const isWorthWaiting = method === "GET" && code === "RATE_LIMITED" && waits < MAX_WAITS;
        if (!isWorthWaiting || (retryAfterMs ?? 1000) > MAX_WAIT_MS) throw error;
        await sleep(this.clock, retryAfterMs ?? 1000);
      }
    }
  }

  /**
   * The doors that need no token: register, login, guest. Their answer carries one.
   * @param {"register" | "login" | "guest"} door
   * @param {object} body
   * @returns {Promise<any>}
   */
  async enter(door, body) {
    const { data } = await this.#exchange("POST", `/auth/${door}`, { body }, null);
    this.setToken(data.accessToken);
    return data;
  }

  /** End this session here and on the server. Without a network it ends here only. */
  async logout() {
    const token = this.#token;
    this.setToken(null);
    await this.#exchange("POST", "/auth/logout", {}, token);
  }

  /**
   * A new access token from the cookie. Parallel callers share one exchange; tabs take turns.
   * @returns {Promise<any>} the answer's data
   */
  refresh() {
    this.#refreshing ??= this.#withLock(() => this.#refreshOnce())
      .catch((error) => {
        if (asNetError(error).isRefusal) this.#signedOut();
        throw error;
      })
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  async #refreshOnce() {
    const spend = () => this.#exchange("POST", "/auth/refresh", {}, null);
    const { data } = await spend().catch((error) => {
      // Another tab spent it a moment ago; the cookie jar already holds its successor.
      if (error.code === "TOKEN_SPENT") return spend();
      throw error;
    });
    this.setToken(data.accessToken);
    this.emit("refreshed", data.accessToken);
    return data;
  }

  #signedOut() {
    this.setToken(null);
    this.emit("signed-out");
  }

  /**
   * @template T
   * @param {() => Promise<T>} run
   * @returns {Promise<T>}
   */
  async #withLock(run) {
    return this.locks ? await this.locks.request(LOCK, run) : run();
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {RequestOptions} options
   * @returns {Promise<Answer>}
   */
  async #authorised(method, path, options) {
    const token = await this.freshToken();
    try {
      return await this.#exchange(method, path, options, token);
    } catch (error) {
      if (asNetError(error).code !== "INVALID_TOKEN") throw error;
      // Somebody else may have refreshed while this request was under way.
      if (token === this.#token) await this.refresh();
      return this.#exchange(method, path, options, this.#token);
    }
  }

  /**
   * One HTTP exchange, opened from its envelope.
   * @param {string} method
   * @param {string} path
   * @param {RequestOptions} options
   * @param {string | null} token
   * @returns {Promise<Answer>}
   */
  async #exchange(method, path, { query, body, signal }, token) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json" };
    if (token !== null) headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const response = await this.#fetched(this.base + path + queryString(query), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      signal,
    });
    const envelope = await response.json().catch(() => null);
    if (envelope?.success === true) return { data: envelope.data, meta: envelope.meta };
    throw errorOf(response, envelope);
  }

  /**
   * @param {string} url
   * @param {RequestInit} init
   */
  async #fetched(url, init) {
    try {
      return await this.fetch(url, init);
    } catch (error) {
      if (init.signal?.aborted) throw new NetError("ABORTED");
      throw new NetError("NETWORK", error instanceof Error ? error.message : "No network.");
    }
  }
}

/**
 * @param {Response} response
 * @param {any} envelope
 */
function errorOf(response, envelope) {
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : null;
  if (envelope?.error) return netErrorOf(envelope.error, response.status, retryAfterMs);
  // A proxy in front answers in its own words: it stands for a server that is away.
  const code = response.status >= 502 && response.status <= 504 ? "UNAVAILABLE" : "BAD_ANSWER";
  return new NetError(code, `HTTP ${response.status}`, { status: response.status, retryAfterMs });
}

/** @param {Record<string, string | number | undefined>} [query] */
function queryString(query = {}) {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return text ? `?${text}` : "";
}

/**
 * How long a token lives from now on, by its own times: this device's clock may be wrong.
 * @param {string} token
 */
function lifetimeMs(token) {
  const claims = claimsOf(token);
  return claims.exp && claims.iat ? (claims.exp - claims.iat) * 1000 : 15 * 60_000;
}

/**
 * A JWT's claims, for display and timing only; `{}` where it is no JWT.
 * @param {string} token
 * @returns {{sub?: string, exp?: number, iat?: number}}
 */
export function claimsOf(token) {
  try {
    const part = token.split(".")[1] ?? "";
    return JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return {};
  }
}
