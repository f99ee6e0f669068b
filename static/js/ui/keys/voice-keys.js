/** The keys of a call: those that work everywhere, and the one that is held to speak. No DOM here. */

import { t } from "../../i18n/index.js";

/** @typedef {"mute" | "deafen" | "camera" | "screen" | "leave" | "join"} VoiceKeyName */

/** @type {Record<VoiceKeyName, string>} */
export const VOICE_KEYS = {
  mute: "Alt+Shift+M",
  deafen: "Alt+Shift+D",
  camera: "Alt+Shift+V",
  screen: "Alt+Shift+S",
  leave: "Alt+Shift+L",
  join: "Alt+Shift+J",
};

/** What a key's place is called: "Space", "F8", "Right Alt". @param {string} code of a KeyboardEvent */
export function keyWords(code) {
  const letter = /^(?:Key|Digit|Numpad)(.+)$/.exec(code)?.[1];
  if (letter) return letter;
  const side = /^(.+?)(Left|Right)$/.exec(code);
  return side ? t(`keys.side.${side[2]}`, { key: side[1] ?? "" }) : code;
}
