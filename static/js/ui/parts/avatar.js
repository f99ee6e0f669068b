/** A person's picture, or their initials on one of eight tints; with a presence dot where asked. */

import { t } from "../../i18n/index.js";
import { connectionWord } from "../../state/connection.js";
import { presence } from "../../state/people.js";
import { me } from "../../state/session.js";
import { html } from "./html.js";

/** @import {Person, PresenceStatus} from "../../net/protocol.js" */

const TINTS = 8;

/** @type {Record<string, number>} as base.css has them */
const SIZES_PX = { small: 28, normal: 36, large: 72 };

/** @param {{person: Person | null, small?: boolean, large?: boolean}} props */
export function Avatar({ person, small = false, large = false }) {
  const size = small ? "small" : large ? "large" : "normal";
  const px = SIZES_PX[size];
  const image = ownImage(person?.avatarUrl);
  return html`
    <span class="avatar is-${size} tint-${tintOf(person?.username ?? "")}" aria-hidden="true">
      ${image
        ? html`<img src=${image} alt="" width=${px} height=${px} loading="lazy" />`
        : initialsOf(person?.displayName ?? "?")}
    </span>
  `;
}

/**
 * Pictures of other sites are not asked for: the page's own rules (CSP) refuse them, and they would tell
 * the other site who is looking.
 * @param {string | null | undefined} url
 * @returns {string | null}
 */
export function ownImage(url) {
  if (!url) return null;
  const found = URL.parse(url, location.href);
  return found?.origin === location.origin ? found.href : null;
}

/**
 * Without a connection nothing is known, not even of oneself.
 * @param {string} userId
 * @returns {PresenceStatus | "unknown"}
 */
export function statusOf(userId) {
  if (connectionWord.value !== "ready") return "unknown";
  const own = me.value?.id === userId ? me.value.status : null;
  return presence.value.get(userId)?.status ?? own ?? "offline";
}

/** @param {{userId: string}} props */
export function PresenceDot({ userId }) {
  return html`<${StatusDot} status=${statusOf(userId)} />`;
}

/** The dot differs in shape too: colour alone says nothing. @param {{status: PresenceStatus | "unknown"}} props */
export function StatusDot({ status }) {
  const words = t(`status.${status}`);
  return html`<span class="presence is-${status}" role="img" aria-label=${words} title=${words}></span>`;
}

/** @param {string} name */
export function initialsOf(name) {
  const words = name.split(/[\s_.-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0] ?? name];
  return letters.map((word) => [...(word ?? "")][0] ?? "").join("").toUpperCase();
}

/**
 * The same name has the same tint everywhere.
 * @param {string} name
 */
export function tintOf(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return sum % TINTS;
}
