/**
 * A conversation as the rows one sees: day lines, the line before what is new, messages grouped by author
 * and time, what is on its way at the end. Pure: no signals, no DOM. It runs over the whole list at every
 * change, 10,000 messages and more: what a message alone decides is worked out once and kept with it.
 */

/** @import {Message, User} from "../net/protocol.js" */
/** @import {OutboxEntry} from "../net/outbox.js" */

/**
 * @typedef {{kind: "day", key: string, at: string}} DayRow
 * @typedef {{kind: "unread", key: "unread"}} UnreadRow
 * @typedef {{kind: "message", key: string, message: Message, isFirst: boolean}} MessageRow
 * @typedef {{kind: "pending", key: string, entry: OutboxEntry, isFirst: boolean}} PendingRow
 * @typedef {DayRow | UnreadRow | MessageRow | PendingRow} Row
 */

/**
 * What is known of a message whatever stands around it; with its two possible rows, so that a row that
 * did not change is the same object.
 * @typedef {{at: number, day: string, first: MessageRow, rest: MessageRow, dayRow: DayRow}} Facts
 */

const GROUP_MS = 5 * 60_000;
/** So far a beginning is looked for: one monologue is not left out for the sake of its head. */
const MOST_LEFT_OUT = 25;

/** @type {UnreadRow} */
const UNREAD = Object.freeze({ kind: "unread", key: "unread" });

/** @type {WeakMap<Message, Facts>} */
const known = new WeakMap();

/**
 * @param {Message[]} list
 * @param {OutboxEntry[]} pending
 * @param {string} myId
 * @param {number | null} [line] the newest number read when the room was opened; null: no line
 * @param {boolean} [isWhole] false: there are older ones, so nobody knows yet what the first ones belong
 *   to. They come with what is before them, for a row in sight must not change when older ones load.
 * @returns {Row[]}
 */
export function rowsOf(list, pending, myId, line = null, isWhole = true) {
  /** @type {Row[]} */
  const rows = [];
  const repliedTo = replyTargets(list);
  const last = { senderId: "", at: 0, day: "" };
  let isLineDue = line !== null;
  const start = isWhole ? 0 : startOf(list, myId, line);
  const before = list[start - 1];
  if (before) advance(last, before.sender?.id ?? "", factsOf(before), true);
  for (let index = start; index < list.length; index += 1) {
    const message = /** @type {Message} */ (list[index]);
    // A deletion leaves a trace only where a reply points to it.
    if (message.deletedAt && !repliedTo.has(message.id)) continue;
    const facts = factsOf(message);
    const senderId = message.sender?.id ?? "";
    const isNewDay = facts.day !== last.day && (isWhole || index > 0);
    if (isNewDay) rows.push(facts.dayRow);
    const isUnread = isLineDue && isNews(message, Number(line), myId);
    if (isUnread) rows.push(UNREAD);
    isLineDue &&= !isUnread;
    const isFirst = startsGroup(last, senderId, facts) || isUnread || message.replyTo !== null;
    advance(last, senderId, facts, isFirst);
    rows.push(isFirst ? facts.first : facts.rest);
  }
  for (const entry of pending) rows.push(...pendingRows(entry, myId, last));
  return rows;
}

/**
 * The first message that begins a group whatever comes before the list.
 * @param {Message[]} list
 * @returns {number} its index; -1: there is none near
 */
export function firstCertain(list) {
  return list.slice(0, MOST_LEFT_OUT).findIndex((message, index) => {
    if (message.deletedAt) return false;
    if (message.replyTo !== null) return true;
    const before = list[index - 1];
    if (!before || before.deletedAt) return false;
    const [one, next] = [factsOf(before), factsOf(message)];
    return before.sender?.id !== message.sender?.id || one.day !== next.day || next.at - one.at > GROUP_MS;
  });
}

/**
 * The same for a message on its way and when it arrived, so that its row stays where it is.
 * @param {Message} message
 */
export function keyOf(message) {
  return message.nonce && message.sender ? `${message.sender.id} ${message.nonce}` : message.id;
}

/**
 * How many messages of others came after a number.
 * @param {Message[]} list in the order of `seq`
 * @param {number} seq
 * @param {string} myId
 */
export function countAfter(list, seq, myId) {
  let count = 0;
  for (let index = list.length - 1; index >= 0; index -= 1) {
    const message = /** @type {Message} */ (list[index]);
    if (message.seq <= seq) break;
    if (message.sender?.id !== myId && !message.deletedAt) count += 1;
  }
  return count;
}

/**
 * The newest message of one's own that can be edited.
 * @param {Message[]} list
 * @param {User | null} user
 */
export function lastOwn(list, user) {
  return list.findLast((message) => message.sender?.id === user?.id && isEditable(message)) ?? null;
}

/** @param {Message} message */
export function isEditable(message) {
  return message.type === "user" && !message.deletedAt;
}

/**
 * Where to begin, older messages being on the server. The line before what is new begins a group, too.
 * @param {Message[]} list
 * @param {string} myId
 * @param {number | null} line
 */
function startOf(list, myId, line) {
  const certain = firstCertain(list);
  const news = line === null ? -1 : list.slice(0, MOST_LEFT_OUT).findIndex((message) => isNews(message, line, myId));
  return Math.max(0, certain < 0 || news < 0 ? Math.max(certain, news) : Math.min(certain, news));
}

/**
 * @param {Message} message
 * @param {number} line
 * @param {string} myId
 */
function isNews(message, line, myId) {
  return message.seq > line && (message.sender?.id ?? "") !== myId && !message.deletedAt;
}

/** @param {Message[]} list */
function replyTargets(list) {
  /** @type {Set<string>} */
  const ids = new Set();
  for (const { replyTo, deletedAt } of list) if (replyTo !== null && !deletedAt) ids.add(replyTo);
  return ids;
}

/**
 * @param {Message} message
 * @returns {Facts}
 */
function factsOf(message) {
  let facts = known.get(message);
  if (!facts) {
    const time = new Date(message.createdAt);
    const day = time.toDateString();
    const key = keyOf(message);
    facts = {
      at: time.getTime(),
      day,
      first: { kind: "message", key, message, isFirst: true },
      rest: { kind: "message", key, message, isFirst: false },
      dayRow: { kind: "day", key: `day ${day}`, at: message.createdAt },
    };
    known.set(message, facts);
  }
  return facts;
}

/**
 * @param {OutboxEntry} entry
 * @param {string} myId
 * @param {{senderId: string, at: number, day: string}} last
 * @returns {Row[]}
 */
function pendingRows(entry, myId, last) {
  const time = new Date(entry.createdAt);
  const facts = { at: time.getTime(), day: time.toDateString() };
  const isNewDay = facts.day !== last.day;
  const isFirst = startsGroup(last, myId, facts) || !!entry.replyTo;
  advance(last, myId, facts, isFirst);
  /** @type {PendingRow} */
  const row = { kind: "pending", key: `${myId} ${entry.nonce}`, entry, isFirst };
  return isNewDay ? [{ kind: "day", key: `day ${facts.day}`, at: entry.createdAt }, row] : [row];
}

/**
 * @param {{senderId: string, at: number, day: string}} last
 * @param {string} senderId
 * @param {{at: number, day: string}} next
 */
function startsGroup(last, senderId, next) {
  return next.day !== last.day || senderId !== last.senderId || next.at - last.at > GROUP_MS;
}

/**
 * The group's time is that of its head: a slow trickle starts a new group in the end.
 * @param {{senderId: string, at: number, day: string}} last
 * @param {string} senderId
 * @param {{at: number, day: string}} next
 * @param {boolean} isFirst
 */
function advance(last, senderId, next, isFirst) {
  last.senderId = senderId;
  last.day = next.day;
  if (isFirst) last.at = next.at;
}
