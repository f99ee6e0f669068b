/** Names that nobody else has. Nothing else belongs here. */

/** Not crypto.randomUUID: there is none on pages that are served without TLS. */
export function newName() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
