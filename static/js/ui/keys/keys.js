/**
 * The one listener for keys that work everywhere. It takes nothing from a text field that the field
 * needs, nothing while a dialog is open, and nothing that is the browser's own (F6 alone is).
 */

import { useEffect } from "preact/hooks";

import { isUnread } from "../../state/reads.js";
import { currentRoom, currentRoomId, roomGroups } from "../../state/rooms.js";
import { callRoomId } from "../../state/voice.js";
import { openHelp } from "./help-sheet.js";
import { useClient } from "../parts/html.js";
import { isMac, isPressed } from "./key-names.js";
import { openSwitcher } from "./quick-switcher.js";
import { SHORTCUTS, VOICE_SHORTCUTS } from "./shortcuts.js";
import { holdToTalk } from "./talk-key.js";

/** @import {Client} from "../../state/client.js" */
/** @import {Reach, ShortcutName} from "./shortcuts.js" */
/** @import {VoiceKeyName} from "./voice-keys.js" */

/** From left to right, by what they are called in the page; the composer stands for the conversation. */
const REGIONS = ["rail", "channels", "conversation", "people"];
const FOCUSABLE = 'button:not([tabindex="-1"]), a[href], [tabindex="0"], textarea, input';

/** Stands once on the page while a person is signed in; it draws nothing. */
export function GlobalKeys() {
  const client = useClient();
  useEffect(() => listen(client), []);
  useEffect(() => holdToTalk(client), []);
  return null;
}

/**
 * @param {Client} client
 * @returns {() => void} ends it
 */
function listen(client) {
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    for (const { name, keys, reach } of [...SHORTCUTS, ...VOICE_SHORTCUTS]) {
      const pressed = keys.find((one) => isPressed(event, one));
      if (!pressed || !mayUse(event.target, reachOf(pressed, reach))) continue;
      event.preventDefault();
      run(client, name);
      return;
    }
  };
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}

/**
 * A sign alone is text where one writes.
 * @param {string} pressed
 * @param {Reach} reach
 * @returns {Reach}
 */
function reachOf(pressed, reach) {
  return pressed.length === 1 ? "outside" : reach;
}

/**
 * @param {EventTarget | null} target
 * @param {Reach} reach
 */
function mayUse(target, reach) {
  if (reach === "anywhere") return true;
  const isField = target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
  if (!isField) return true;
  if (reach === "outside") return false;
  return !isMac || !("value" in target) || target.value === "";
}

/**
 * @param {Client} client
 * @param {ShortcutName} name
 */
function run(client, name) {
  if (name === "switcher") openSwitcher();
  else if (name === "help") openHelp();
  else if (name === "settings") client.go({ name: "settings", section: "profile" });
  else if (name === "next") step(client, 1, false);
  else if (name === "previous") step(client, -1, false);
  else if (name === "nextUnread") step(client, 1, true);
  else if (name === "previousUnread") step(client, -1, true);
  else if (name === "region" || name === "regionBack") moveToRegion(name === "region" ? 1 : -1);
  else runVoice(client, name);
}

/** Rooms that have a voice. */
const VOICED = new Set(["voice", "direct", "call"]);

/**
 * @param {Client} client
 * @param {VoiceKeyName} name
 */
function runVoice({ talking }, name) {
  const room = currentRoom.value;
  if (name === "join") return room && VOICED.has(room.type) ? void talking.join(room.id) : undefined;
  if (callRoomId.value === null) return;
  if (name === "mute") talking.toggleMute();
  else if (name === "deafen") talking.toggleDeafen();
  else if (name === "camera") talking.toggleCamera();
  else if (name === "screen") talking.toggleScreen();
  else talking.leave();
}

/**
 * To the next room as they stand in the columns, round the end.
 * @param {Client} client
 * @param {number} by
 * @param {boolean} isUnreadOnly
 */
function step(client, by, isUnreadOnly) {
  const all = roomGroups.value.flatMap(({ rooms }) => rooms.map(({ id }) => id));
  const from = all.indexOf(currentRoomId.value ?? "");
  for (let far = 1; far <= all.length; far += 1) {
    const id = all[(from + by * far + all.length * 2) % all.length];
    if (id === undefined || id === currentRoomId.value) continue;
    if (!isUnreadOnly || isUnread(id)) return client.openRoom(id);
  }
}

/** @param {number} by */
function moveToRegion(by) {
  const regions = REGIONS.map((name) => document.querySelector(`[data-testid="${name}"]`)).filter(
    (region) => region instanceof HTMLElement && !region.inert && region.offsetParent !== null,
  );
  const from = regions.findIndex((region) => region?.contains(document.activeElement));
  for (let far = 1; far <= regions.length; far += 1) {
    const region = regions[(from + by * far + regions.length * 2) % regions.length];
    if (region && focusIn(region)) return;
  }
}

/**
 * Where one is in it, else the first that can have the focus.
 * @param {Element} region
 * @returns {boolean}
 */
function focusIn(region) {
  const composer = region.querySelector("#composer");
  const current = region.querySelector('[aria-current]:not([aria-current="false"])');
  const first = composer ?? current ?? region.querySelector(FOCUSABLE);
  if (!(first instanceof HTMLElement)) return false;
  first.focus();
  return document.activeElement === first;
}
