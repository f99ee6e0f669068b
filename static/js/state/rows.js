/**
 * A conversation as the rows one sees: day lines, messages grouped by author and time, what is on its
 * way at the end. Pure: no signals, no DOM.
 */

/** @import {Message, User} from "../net/protocol.js" */
/** @import {OutboxEntry} from "../net/outbox.js" */

/**
 * @typedef {{kind: "day", key: string, at: string}} DayRow
 * @typedef {{kind: "message", key: string, message: Message, isFirst: boolean, quoted: Message | null | undefined}} MessageRow
 * @typedef {{kind: "pending", key: string, entry: OutboxEntry, isFirst: boolean}} PendingRow
 * @typedef {DayRow | MessageRow | PendingRow} Row
 */

const GROUP_MS = 5 * 60_000;

/**
 * `quoted` is the message a reply points to, null where it is not loaded.
 * @param {Message[]} list
 * @param {OutboxEntry[]} pending
 * @param {string} myId
 * @returns {Row[]}
 */
export function rowsOf(list, pending, myId) {
  /** @type {Row[]} */
  const rows = [];
  const byId = new Map(list.map((message) => [message.id, message]));
  const repliedTo = new Set(list.filter((message) => !message.deletedAt).map(({ replyTo }) => replyTo));
  const last = { senderId: "", at: 0, day: "" };
  for (const message of list) {
    // A deletion leaves a trace only where a reply points to it.
    if (message.deletedAt && !repliedTo.has(message.id)) continue;
    const isFirst = place(rows, last, message.sender?.id ?? "", message.createdAt);
    const quoted = message.replyTo ? (byId.get(message.replyTo) ?? null) : undefined;
    rows.push({ kind: "message", key: keyOf(message), message, isFirst: isFirst || !!quoted, quoted });
  }
  for (const entry of pending) {
    const isFirst = place(rows, last, myId, entry.createdAt);
    rows.push({ kind: "pending", key: `${myId} ${entry.nonce}`, entry, isFirst });
  }
  return rows;
}

/**
 * The same for a message on its way and when it arrived, so that its row stays where it is.
 * @param {Message} message
 */
export function keyOf(message) {
  return message.nonce && message.sender ? `${message.sender.id} ${message.nonce}` : message.id;
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
 * Adds the day line where one is due.
 * @param {Row[]} rows
 * @param {{senderId: string, at: number, day: string}} last
 * @param {string} senderId
 * @param {string} createdAt
 * @returns {boolean} whether a new group starts
 */
function place(rows, last, senderId, createdAt) {
  const time = new Date(createdAt);
  const day = time.toDateString();
  const isNewDay = day !== last.day;
  if (isNewDay) rows.push({ kind: "day", key: `day ${day}`, at: createdAt });
  const at = time.getTime();
  const isFirst = isNewDay || senderId !== last.senderId || at - last.at > GROUP_MS;
  // The group's time is that of its head: a slow trickle starts a new group in the end.
  Object.assign(last, { senderId, day, at: isFirst ? at : last.at });
  return isFirst;
}
