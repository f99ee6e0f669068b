/**
 * The one kind of error net/ raises: a stable code for programs, a sentence for people.
 * It must not decide what to do about an error; callers do.
 */

/** @import {ErrorDetail} from "./protocol.js" */

/**
 * Codes of our own, beside the server's: NETWORK (no answer over HTTP), DISCONNECTED (the socket is
 * not there), TIMEOUT (no reply in time; it may still have happened), BAD_ANSWER (not our JSON).
 */
export class NetError extends Error {
  /**
   * @param {string} code
   * @param {string} [message]
   * @param {{details?: ErrorDetail[], status?: number, retryAfterMs?: number | null}} [more]
   */
  constructor(code, message = code, { details = [], status = 0, retryAfterMs = null } = {}) {
    super(message);
    this.name = "NetError";
    this.code = code;
    this.details = details;
    this.status = status;
    this.retryAfterMs = retryAfterMs ?? retryAfterOf(details);
  }

  /** The most telling sentence: what exactly was wrong, where the answer says it. */
  get sentence() {
    return this.details[0]?.message || this.message;
  }

  /** True where the server knows the person and says no: waiting will not help. */
  get isRefusal() {
    return this.status === 401 || this.status === 403;
  }

  /** True where the same request may work a little later, unchanged. */
  get isPassing() {
    return PASSING.has(this.code);
  }
}

const PASSING = new Set(["NETWORK", "DISCONNECTED", "TIMEOUT", "UNAVAILABLE", "RATE_LIMITED"]);

/**
 * The socket has no headers: RATE_LIMITED says in its details how long to wait.
 * @param {ErrorDetail[]} details
 * @returns {number | null}
 */
function retryAfterOf(details) {
  for (const { params } of details) {
    const seconds = params?.retryAfterS ?? params?.retryAfter;
    if (typeof seconds === "number") return seconds * 1000;
  }
  return null;
}

/**
 * An error object of the wire as a NetError.
 * @param {unknown} wire
 * @param {number} [status]
 * @param {number | null} [retryAfterMs]
 */
export function netErrorOf(wire, status = 0, retryAfterMs = null) {
  const { code, message, details } = /** @type {Record<string, any>} */ (wire ?? {});
  return new NetError(String(code ?? "BAD_ANSWER"), message ? String(message) : undefined, {
    details: Array.isArray(details) ? details : [],
    status,
    retryAfterMs,
  });
}

/**
 * Anything that was thrown, as a NetError.
 * @param {unknown} error
 * @returns {NetError}
 */
export function asNetError(error) {
  if (error instanceof NetError) return error;
  return new NetError("UNEXPECTED", error instanceof Error ? error.message : String(error));
}
