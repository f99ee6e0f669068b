/** What forms have in common: which answer belongs to which field. It draws nothing. */

/** @import {NetError} from "../../net/errors.js" */

/**
 * What is wrong with which field, where the answer says so.
 * @param {NetError | null} error
 * @param {string[]} names
 * @returns {Record<string, string>}
 */
export function problemsOf(error, names) {
  const details = (error?.details ?? []).filter(({ field }) => field !== null && names.includes(field));
  return Object.fromEntries(details.map(({ field, message }) => [field, message]));
}
