/** A person's picture, or their initials on one of eight tints; with a presence dot where asked. */

import { t } from "../i18n/index.js";
import { connectionWord } from "../state/connection.js";
import { presence } from "../state/people.js";
import { html } from "./html.js";

/** @import {Person, PresenceStatus} from "../net/protocol.js" */

const TINTS = 8;

/** @param {{person: Person | null, small?: boolean}} props */
export function Avatar({ person, small = false }) {
  const size = small ? 28 : 36;
  const name = person?.displayName ?? "?";
  return html`
    <span class="avatar tint-${tintOf(person?.id ?? "")} ${small ? "is-small" : ""}" aria-hidden="true">
      ${person?.avatarUrl
        ? html`<img src=${person.avatarUrl} alt="" width=${size} height=${size} loading="lazy" />`
        : initialsOf(name)}
    </span>
  `;
}

/** The dot differs in shape too: colour alone says nothing. @param {{userId: string}} props */
export function PresenceDot({ userId }) {
  /** @type {PresenceStatus | "unknown"} without a connection nothing is known, not even of oneself */
  const status = connectionWord.value === "ready" ? (presence.value.get(userId)?.status ?? "offline") : "unknown";
  const words = t(`status.${status}`);
  return html`<span class="presence is-${status}" role="img" aria-label=${words} title=${words}></span>`;
}

/** @param {string} name */
function initialsOf(name) {
  const words = name.split(/[\s_.-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0] ?? name];
  return letters.map((word) => [...(word ?? "")][0] ?? "").join("").toUpperCase();
}

/**
 * The same person has the same tint everywhere.
 * @param {string} id
 */
function tintOf(id) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return sum % TINTS;
}
