/** How a message's reactions follow the server's word. Pure: no signals, and no counting of its own. */

/** @import {Message, Reaction, ReactionChanged} from "../net/protocol.js" */

/** The server names at most this many people per emoji. */
const MOST_NAMED = 50;

/**
 * A change as everybody is told it.
 * @param {Reaction[]} reactions
 * @param {Pick<ReactionChanged, "emoji" | "userId" | "added" | "count">} change
 * @param {string | undefined} myId
 * @returns {Reaction[]} in the order of first use, as before
 */
export function reactionsAfter(reactions, { emoji, userId, added, count }, myId) {
  if (count <= 0) return reactions.filter((reaction) => reaction.emoji !== emoji);
  const before = reactions.find((reaction) => reaction.emoji === emoji);
  const others = (before?.userIds ?? []).filter((id) => id !== userId);
  const userIds = added ? [...others, userId].slice(0, MOST_NAMED) : others;
  const after = { emoji, count, userIds, me: userId === myId ? added : (before?.me ?? false) };
  return before ? reactions.map((reaction) => (reaction === before ? after : reaction)) : [...reactions, after];
}

/**
 * What everybody is told does not say whether oneself is among them. Where not all are named, what was
 * known before still holds: one's own reactions come one by one.
 * @param {Message} message
 * @param {Message | undefined} known the same message, as it was
 * @param {string | undefined} myId
 * @returns {Message}
 */
export function withMine(message, known, myId) {
  if (message.reactions.every(({ me }) => typeof me === "boolean")) return message;
  const reactions = message.reactions.map((reaction) => {
    const { emoji, count, userIds } = reaction;
    const before = known?.reactions.find((other) => other.emoji === emoji)?.me === true;
    const isNamed = userIds.includes(myId ?? "");
    return { ...reaction, me: reaction.me ?? (isNamed || (before && count > userIds.length)) };
  });
  return { ...message, reactions };
}
