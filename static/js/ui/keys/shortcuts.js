/** The keys that work everywhere: a table, read by keys.js and by the help. What they do is keys.js's. */

import { VOICE_KEYS } from "./voice-keys.js";

/** @import {KeyLine} from "./key-names.js" */
/** @import {VoiceKeyName} from "./voice-keys.js" */

/**
 * Where it works: anywhere · outside of text fields · in an empty field, too (there it would do nothing
 * else; on a Mac Option+↑ moves among the lines of a text).
 * @typedef {"anywhere" | "outside" | "empty"} Reach
 */
/**
 * @typedef {"switcher" | "help" | "settings" | "next" | "previous" | "nextUnread" | "previousUnread"
 *   | "region" | "regionBack" | VoiceKeyName} ShortcutName
 */
/** @typedef {KeyLine & {name: ShortcutName, reach: Reach}} Shortcut */

/** @type {Shortcut[]} */
export const SHORTCUTS = [
  { name: "switcher", keys: ["Mod+K"], what: "keys.switcher", reach: "anywhere" },
  { name: "previous", keys: ["Alt+ArrowUp"], what: "keys.previous", reach: "empty" },
  { name: "next", keys: ["Alt+ArrowDown"], what: "keys.next", reach: "empty" },
  { name: "previousUnread", keys: ["Alt+Shift+ArrowUp"], what: "keys.previous.unread", reach: "empty" },
  { name: "nextUnread", keys: ["Alt+Shift+ArrowDown"], what: "keys.next.unread", reach: "empty" },
  { name: "region", keys: ["Ctrl+F6"], what: "keys.region", reach: "anywhere" },
  { name: "regionBack", keys: ["Ctrl+Shift+F6"], what: "keys.region.back", reach: "anywhere" },
  { name: "settings", keys: ["Mod+,"], what: "keys.settings", reach: "anywhere" },
  { name: "help", keys: ["Mod+/", "?"], what: "keys.help", reach: "anywhere" },
];

/** Those of a call; each does nothing where there is nothing to do. @type {Shortcut[]} */
export const VOICE_SHORTCUTS = Object.entries(VOICE_KEYS).map(([name, keys]) => ({
  name: /** @type {VoiceKeyName} */ (name),
  keys: [keys],
  what: `keys.voice.${name}`,
  reach: "anywhere",
}));
