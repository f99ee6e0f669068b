/**
 * How keys are written in the tables ("Mod+Shift+K"), when an event is that key, and how a person reads
 * them. "Mod" is ⌘ on a Mac and Ctrl elsewhere. No DOM here.
 */

/** @typedef {Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} KeyPress */
/**
 * @typedef {object} KeyLine one line of the help
 * @property {string[]} keys any of these
 * @property {string} what a key of the catalogue
 */

export const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

/** @type {Record<string, string>} */
const NAMES = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
  PageUp: "Page Up",
  PageDown: "Page Down",
};

/** @type {Record<string, string>} */
const MAC_NAMES = { Mod: "⌘", Ctrl: "⌃", Alt: "⌥", Shift: "⇧" };

/**
 * @param {KeyPress} event
 * @param {string} keys
 * @param {boolean} [mac]
 */
export function isPressed(event, keys, mac = isMac) {
  const parts = keys.split("+");
  const key = parts.pop() ?? "";
  const wants = (/** @type {string} */ name) => parts.includes(name);
  const ctrl = wants("Ctrl") || (wants("Mod") && !mac);
  const meta = wants("Mod") && mac;
  if (event.ctrlKey !== ctrl || event.metaKey !== meta || event.altKey !== wants("Alt")) return false;
  // A sign such as "?" lies under Shift on some keyboards and not on others.
  const isLetter = /^[a-z0-9]$/i.test(key) || key.length > 1;
  if (isLetter && event.shiftKey !== wants("Shift")) return false;
  return event.key.toLowerCase() === key.toLowerCase() || isSamePlace(event, key, wants("Shift"));
}

/**
 * The parts of a key as one reads them.
 * @param {string} keys
 * @param {boolean} [mac]
 * @returns {string[]}
 */
export function readable(keys, mac = isMac) {
  // The sign itself, not what joins keys.
  if (keys === "+") return [keys];
  return keys.split("+").map((part) => {
    if (mac && part in MAC_NAMES) return MAC_NAMES[part] ?? part;
    if (part.length === 1) return part.toUpperCase();
    return part === "Mod" ? "Ctrl" : (NAMES[part] ?? part);
  });
}

/** For aria-keyshortcuts. @param {string} keys */
export function ariaKeys(keys) {
  return keys.replace("Mod", isMac ? "Meta" : "Control").replace("Ctrl", "Control");
}

/**
 * A layout without Latin letters still has the key: its place says which. Digits under Shift, too.
 * @param {KeyPress} event
 * @param {string} key
 * @param {boolean} isShifted
 */
function isSamePlace({ key: typed, code }, key, isShifted) {
  if (/^[a-z]$/i.test(key)) return !/^[a-z]$/i.test(typed) && code === `Key${key.toUpperCase()}`;
  return /^[0-9]$/.test(key) && isShifted && code === `Digit${key}`;
}
