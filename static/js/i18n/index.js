/** `t(key)`: a sentence of the catalogue, with its places filled; and times in words. No DOM. */

import { en } from "./en.js";

/** @import {NetError} from "../net/errors.js" */

const catalogue = en;
const locale = globalThis.navigator?.language || "en";
const plurals = new Intl.PluralRules("en");
const timeFormat = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const fullFormat = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" });
const dayFormat = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const dateFormat = new Intl.DateTimeFormat(locale, { dateStyle: "long" });
const agoFormat = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS_MS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/**
 * @param {string} key
 * @param {Record<string, string | number>} [params] `count` also chooses the plural form
 * @returns {string} the key itself where the catalogue lacks it, so that a gap is seen
 */
export function t(key, params = {}) {
  const found = catalogue[key];
  const text = typeof found === "object" ? found[plurals.select(Number(params.count))] ?? found.other : found;
  return (text ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(params[name] ?? whole));
}

/**
 * What to tell the person about an error: our sentence for its code, else the server's.
 * @param {NetError | {code: string, message: string}} error
 */
export function errorText(error) {
  const key = `error.${error.code}`;
  const theirs = "sentence" in error ? error.sentence : error.message;
  return key in catalogue ? t(key) : theirs || t("error.unknown");
}

/** @param {string} iso */
export function timeOf(iso) {
  return timeFormat.format(new Date(iso));
}

/** @param {string} iso */
export function fullTimeOf(iso) {
  return fullFormat.format(new Date(iso));
}

/**
 * @param {string} iso
 * @param {Date} [now]
 */
export function dayOf(iso, now = new Date()) {
  const day = new Date(iso);
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (day.toDateString() === now.toDateString()) return t("day.today");
  if (day.toDateString() === yesterday.toDateString()) return t("day.yesterday");
  return dayFormat.format(day);
}

/** The hour, with the day where that is not today. @param {string} iso @param {Date} [now] */
export function momentOf(iso, now = new Date()) {
  const isToday = new Date(iso).toDateString() === now.toDateString();
  return isToday ? timeOf(iso) : `${dateOf(iso)}, ${timeOf(iso)}`;
}

/** Without the hour. @param {string} iso */
export function dateOf(iso) {
  return dateFormat.format(new Date(iso));
}

/**
 * How long ago, roughly: "3 hours ago".
 * @param {string} iso
 * @param {number} [now]
 */
export function agoOf(iso, now = Date.now()) {
  const ms = new Date(iso).getTime() - now;
  const [unit, size] = UNITS_MS.find(([, length]) => Math.abs(ms) >= length) ?? ["minute", 60_000];
  return agoFormat.format(Math.min(0, Math.round(ms / size)), unit);
}
