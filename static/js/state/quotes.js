/**
 * The messages that replies point to. One that is not loaded is asked for once and then kept with the
 * room's messages, below the floor, so that it follows every change of the room. It must not fetch:
 * `quotesFrom` is given what does.
 */

import { signal } from "@preact/signals-core";

import { withEntry, withoutEntry } from "./maps.js";
import { conversation, knownMessage, messagesMerged } from "./messages.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Message} from "../net/protocol.js" */

/**
 * @callback FetchMessage
 * @param {string} messageId
 * @returns {Promise<Message | null>} null: there is none (any more)
 */

/** @type {FetchMessage} */
let fetchMessage = async () => null;

/** @type {Map<string, Set<string>>} by room id: the messages asked for */
const asked = new Map();

/** @type {Signal<ReadonlyMap<string, ReadonlySet<string>>>} by room id: the messages that are not there */
const gone = signal(new Map());

/** @param {FetchMessage} fetch */
export function quotesFrom(fetch) {
  fetchMessage = fetch;
}

/**
 * @param {string} roomId
 * @param {string} messageId
 * @returns {Message | null | undefined} undefined: not known yet; null: gone
 */
export function quoteOf(roomId, messageId) {
  // Read for its news: whatever is drawn with this answer is drawn again when the room changes.
  void conversation(roomId).value;
  const known = knownMessage(roomId, messageId);
  if (known) return known;
  if (gone.value.get(roomId)?.has(messageId)) return null;
  ask(roomId, messageId);
  return undefined;
}

/** The room's list begins anew; what it quoted is no longer kept. @param {string} roomId */
export function quotesForgotten(roomId) {
  asked.delete(roomId);
  gone.value = withoutEntry(gone.peek(), roomId);
}

export function quotesReset() {
  asked.clear();
  gone.value = new Map();
}

/**
 * @param {string} roomId
 * @param {string} messageId
 */
function ask(roomId, messageId) {
  const inRoom = asked.get(roomId) ?? new Set();
  if (inRoom.has(messageId)) return;
  asked.set(roomId, inRoom.add(messageId));
  // Later: this may be asked while something is being drawn, which must not change anything.
  queueMicrotask(() => fill(roomId, messageId, inRoom));
}

/**
 * @param {string} roomId
 * @param {string} messageId
 * @param {Set<string>} inRoom
 */
async function fill(roomId, messageId, inRoom) {
  try {
    const message = await fetchMessage(messageId);
    // The room was forgotten meanwhile, or another person sits here.
    if (asked.get(roomId) !== inRoom) return;
    if (message?.roomId === roomId) messagesMerged(roomId, [message]);
    else gone.value = withEntry(gone.peek(), roomId, new Set(gone.peek().get(roomId)).add(messageId));
  } catch {
    // Without an answer it may be asked again, when it is next looked at.
    inRoom.delete(messageId);
  }
}
