/** Who is signed in here, and which screen that means. It must not sign anybody in: client.js does. */

import { signal } from "@preact/signals-core";

/** @import {Signal} from "@preact/signals-core" */
/** @import {User} from "../net/protocol.js" */

/**
 * restoring: not known yet · unreachable: not known, the server does not answer.
 * @typedef {"restoring" | "unreachable" | "signed-out" | "signed-in"} Phase
 */

/** @type {Signal<User | null>} */
export const me = signal(null);

/** @type {Signal<Phase>} */
export const phase = signal(/** @type {Phase} */ ("restoring"));

/**
 * A sentence for the welcome screen (a key of the catalogue): why one is there.
 * @type {Signal<string | null>}
 */
export const notice = signal(null);

/** @param {User} user */
export function signedIn(user) {
  me.value = user;
  notice.value = null;
  phase.value = "signed-in";
}

/** @param {string | null} why */
export function signedOut(why) {
  me.value = null;
  notice.value = why;
  phase.value = "signed-out";
}
