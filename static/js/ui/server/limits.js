/** How long something holds and how often it works, as choices in words. Values only. */

import { dateOf, t, timeOf } from "../../i18n/index.js";

const HOUR_S = 3600;
const DAY_S = 86_400;

/** The longest is what the server takes (PROTOCOL.md). */
const TIMEOUTS_S = [60, 300, 600, HOUR_S, 6 * HOUR_S, DAY_S, 3 * DAY_S, 7 * DAY_S, 28 * DAY_S];
const BANS_S = [HOUR_S, DAY_S, 7 * DAY_S, 30 * DAY_S, 365 * DAY_S];
const INVITES_S = [1800, HOUR_S, 6 * HOUR_S, DAY_S, 7 * DAY_S, 30 * DAY_S];
const USES = [1, 5, 10, 25, 50, 100];

/** "" stands for: without a limit. @typedef {{value: string, words: string}} Option */

/** @param {number} seconds */
export function lengthOf(seconds) {
  if (seconds % DAY_S === 0) return t("length.days", { count: seconds / DAY_S });
  if (seconds % HOUR_S === 0) return t("length.hours", { count: seconds / HOUR_S });
  return t("length.minutes", { count: seconds / 60 });
}

/** @param {number[]} all @returns {Option[]} */
const lengths = (all) => all.map((seconds) => ({ value: String(seconds), words: lengthOf(seconds) }));

/** @returns {Option[]} */
export const timeoutLengths = () => lengths(TIMEOUTS_S);

/** @returns {Option[]} */
export const banLengths = () => [{ value: "", words: t("ban.for-good") }, ...lengths(BANS_S)];

/** @returns {Option[]} */
export const inviteLengths = () => [...lengths(INVITES_S), { value: "", words: t("invite.never") }];

/** @returns {Option[]} */
export const inviteUses = () => [
  { value: "", words: t("invite.unlimited") },
  ...USES.map((count) => ({ value: String(count), words: t("invite.uses", { count }) })),
];

/** A day and its hour. @param {string} iso */
export function momentOf(iso) {
  return `${dateOf(iso)}, ${timeOf(iso)}`;
}

/** @param {string} value of an option @returns {number | null} */
export function numberOf(value) {
  return value === "" ? null : Number(value);
}
