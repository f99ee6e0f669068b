/** What a session's user agent says, in words one knows. A guess by name, for display only; no DOM. */

import { t } from "../../i18n/index.js";

/** Some name others too: the more special one comes first. @type {[RegExp, string][]} */
const BROWSERS = [
  [/Edg(e|A|iOS)?\//, "Edge"],
  [/OPR\/|Opera/, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/HeadlessChrome\/|Chrome\/|CriOS\/|Chromium\//, "Chrome"],
  [/Safari\//, "Safari"],
  [/^(curl|python|httpx|node)/i, "A program"],
];
/** @type {[RegExp, string][]} */
const SYSTEMS = [
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/CrOS/, "ChromeOS"],
  [/Mac OS X|Macintosh/, "Mac"],
  [/Linux|X11/, "Linux"],
];

/**
 * @param {string | null} userAgent
 * @returns {string} "Firefox on Linux"
 */
export function deviceOf(userAgent) {
  const browser = nameIn(BROWSERS, userAgent);
  const system = nameIn(SYSTEMS, userAgent);
  if (!system) return browser ?? t("sessions.device.unknown");
  return t("sessions.device", { browser: browser ?? t("sessions.browser.unknown"), system });
}

/**
 * @param {[RegExp, string][]} names
 * @param {string | null} userAgent
 */
function nameIn(names, userAgent) {
  return names.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1];
}
