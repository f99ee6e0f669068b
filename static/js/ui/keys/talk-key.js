/** The key that is held to speak: heard everywhere on the page, but taken from no field that writes with it. */

import { micMode, talkKey } from "../../state/voice-choices.js";
import { callRoomId } from "../../state/voice.js";

/** @import {Client} from "../../state/client.js" */

/** What these write, or do to a button that has the focus. */
const WRITES = /^(?:Key|Digit|Numpad|Space|Enter|Tab|Back|Bracket|Semicolon|Quote|Comma|Period|Slash|Minus|Equal|Intl)/;

/**
 * @param {Pick<Client, "talking">} client
 * @returns {() => void} ends it
 */
export function holdToTalk({ talking }) {
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.code !== talkKey.peek() || micMode.peek() !== "hold" || callRoomId.peek() === null) return;
    if (WRITES.test(event.code) && isNeeded(event.target)) return;
    event.preventDefault();
    talking.hold(true);
  };
  /** @param {KeyboardEvent} event */
  const onKeyUp = (event) => {
    if (event.code === talkKey.peek()) talking.hold(false);
  };
  // Released where nobody here hears of it, it counts as released.
  const onBlur = () => talking.hold(false);
  document.addEventListener("keydown", onKeyDown);
  document.addEventListener("keyup", onKeyUp);
  window.addEventListener("blur", onBlur);
  return () => {
    document.removeEventListener("keydown", onKeyDown);
    document.removeEventListener("keyup", onKeyUp);
    window.removeEventListener("blur", onBlur);
  };
}

/** @param {EventTarget | null} target */
function isNeeded(target) {
  return target instanceof HTMLElement && target.matches("input, textarea, select, button, a, [contenteditable]");
}
