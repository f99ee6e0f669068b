/**
 * The messages of each room as this page knows them: one list per room, in the order of `seq`, each
 * message in the newest state it was seen in. It must not fetch, nor judge the order of changes:
 * net/recovery.js hands them in.
 */

import { signal } from "@preact/signals-core";

import { reactionsAfter, withMine } from "./reactions.js";
import { me } from "./session.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Message, MessageDeleted, ReactionChanged} from "../net/protocol.js" */

/**
 * @typedef {object} Conversation
 * @property {Message[]} list from the oldest loaded on, without gaps; deleted ones too
 * @property {boolean} isLoaded
 * @property {boolean} hasOlder
 * @property {"idle" | "loading" | "failed"} older how fetching older ones stands
 */

/**
 * `byId` may know messages below the floor (an old one was edited): they are shown, in that state,
 * once the history in between is loaded.
 * @typedef {{byId: Map<string, Message>, floorSeq: number, view: Signal<Conversation>}} Store
 */

/** @type {Map<string, Store>} */
const stores = new Map();

/** @type {Conversation} */
const EMPTY = Object.freeze({ list: [], isLoaded: false, hasOlder: false, older: "idle" });

/**
 * @param {string} roomId
 * @returns {Signal<Conversation>}
 */
export function conversation(roomId) {
  return storeOf(roomId).view;
}

/**
 * The newest messages; whatever was known is forgotten.
 * @param {string} roomId
 * @param {Message[]} messages
 */
export function messagesReplaced(roomId, messages) {
  const store = storeOf(roomId);
  const before = new Map(store.byId);
  store.byId.clear();
  for (const message of messages) store.byId.set(message.id, withMine(message, before.get(message.id), myId()));
  const seqs = messages.map(({ seq }) => seq);
  // The first number of a room is 1: a list that starts there has nothing before it.
  store.floorSeq = seqs.length > 0 ? Math.min(...seqs) : 0;
  show(store, { isLoaded: true, hasOlder: store.floorSeq > 1, older: "idle" });
}

/**
 * Each message counts where it is newer than what is known of it.
 * @param {string} roomId
 * @param {Message[]} messages
 */
export function messagesMerged(roomId, messages) {
  const store = storeOf(roomId);
  for (const message of messages) take(store, message);
  show(store, {});
}

/**
 * A page of older ones.
 * @param {string} roomId
 * @param {Message[]} messages
 * @param {boolean} hasOlder
 */
export function olderLoaded(roomId, messages, hasOlder) {
  const store = storeOf(roomId);
  for (const message of messages) take(store, message);
  store.floorSeq = Math.min(store.floorSeq, ...messages.map(({ seq }) => seq));
  if (!hasOlder) store.floorSeq = 0;
  show(store, { hasOlder: hasOlder && messages.length > 0, older: "idle" });
}

/**
 * @param {string} roomId
 * @param {"loading" | "failed"} older
 */
export function olderIs(roomId, older) {
  const { view } = storeOf(roomId);
  view.value = { ...view.peek(), older };
}

/** @param {string} roomId */
export function oldestSeq(roomId) {
  return storeOf(roomId).floorSeq;
}

/** message:new, and message:updated: an unknown id is an upsert. @param {{message: Message}} data */
export function messageChanged({ message }) {
  messagesMerged(message.roomId, [message]);
}

/**
 * A deletion of a message not loaded yet is remembered: an older answer must not bring it back.
 * @param {MessageDeleted} data
 */
export function messageDeleted({ id, roomId, seq, changeSeq, deletedAt }) {
  const store = storeOf(roomId);
  const known = store.byId.get(id) ?? blank(id, roomId, seq, deletedAt);
  const gone = { content: null, html: null, mentions: [], reactions: [], deletedAt, updatedAt: deletedAt };
  take(store, { ...known, ...gone, changeSeq });
  show(store, {});
}

/** @param {ReactionChanged} data */
export function reactionChanged({ roomId, messageId, changeSeq, ...change }) {
  const store = storeOf(roomId);
  const known = store.byId.get(messageId);
  if (!known) return;
  take(store, { ...known, reactions: reactionsAfter(known.reactions, change, myId()), changeSeq });
  show(store, {});
}

/**
 * A message of the room in the newest state that was seen, loaded into the list or not.
 * @param {string} roomId
 * @param {string} messageId
 */
export function knownMessage(roomId, messageId) {
  return stores.get(roomId)?.byId.get(messageId);
}

/** The newest one that is not deleted. @param {string} roomId */
export function newestMessage(roomId) {
  return conversation(roomId).peek().list.findLast(({ deletedAt }) => deletedAt === null) ?? null;
}

/** @param {string} roomId */
export function messagesForgotten(roomId) {
  stores.delete(roomId);
}

export function messagesReset() {
  stores.clear();
}

/** @param {string} roomId */
function storeOf(roomId) {
  const known = stores.get(roomId);
  if (known) return known;
  /** @type {Store} */
  const store = { byId: new Map(), floorSeq: 0, view: signal(EMPTY) };
  stores.set(roomId, store);
  return store;
}

/**
 * @param {Store} store
 * @param {Message} message
 */
function take(store, message) {
  const known = store.byId.get(message.id);
  if (known && known.changeSeq >= message.changeSeq) return;
  store.byId.set(message.id, withMine(message, known, myId()));
}

function myId() {
  return me.peek()?.id;
}

/**
 * @param {Store} store
 * @param {Partial<Conversation>} change
 */
function show(store, change) {
  const list = [...store.byId.values()].filter(({ seq }) => seq >= store.floorSeq);
  store.view.value = { ...store.view.peek(), ...change, list: list.sort((a, b) => a.seq - b.seq) };
}

/**
 * What is left of a message that was deleted before it was seen.
 * @param {string} id
 * @param {string} roomId
 * @param {number} seq
 * @param {string} at
 * @returns {Message}
 */
function blank(id, roomId, seq, at) {
  return {
    id,
    roomId,
    seq,
    changeSeq: 0,
    type: "user",
    sender: null,
    content: null,
    html: null,
    nonce: null,
    replyTo: null,
    mentions: [],
    reactions: [],
    pinned: false,
    edited: false,
    editedAt: null,
    deletedAt: at,
    createdAt: at,
    updatedAt: at,
  };
}
