/**
 * The wire's shapes, as types, and its fixed numbers. The contract is PROTOCOL.md; this file only
 * repeats it for the type checker. No behaviour lives here.
 */

export const PROTOCOL_VERSION = 1;

/** Close codes of the gateway (PROTOCOL.md, "The gateway"). */
export const CLOSE = Object.freeze({
  restart: 1012,
  notAuthenticated: 4401,
  banned: 4403,
  tooSlow: 4408,
  replaced: 4409,
  flooding: 4429,
});

/**
 * @typedef {object} Person
 * @property {string} id
 * @property {string} username
 * @property {string} displayName
 * @property {string | null} avatarUrl
 */

/**
 * @typedef {"online" | "idle" | "dnd" | "offline"} PresenceStatus
 */

/**
 * What the client uses of a User; the rest of the shape is in PROTOCOL.md.
 * @typedef {Person & {
 *   isGuest: boolean, email: string | null, status: PresenceStatus,
 *   customStatus: string | null, lastSeenAt: string | null, roles: string[],
 * }} User
 */

/**
 * @typedef {object} Server
 * @property {string} id
 * @property {string} name
 * @property {string} slug
 * @property {string | null} description
 * @property {string | null} iconUrl
 * @property {boolean} isPublic
 * @property {string | null} ownerId
 * @property {{members: number, channels: number}} counts
 */

/**
 * @typedef {object} Room
 * @property {string} id
 * @property {string | null} serverId
 * @property {"text" | "voice" | "announcement" | "call" | "direct"} type
 * @property {string | null} name
 * @property {string | null} slug
 * @property {string | null} code
 * @property {string | null} topic
 * @property {string | null} description
 * @property {number} position
 * @property {boolean} isPrivate
 * @property {number} lastSeq
 * @property {Person | null} createdBy
 * @property {boolean} isActive
 */

/**
 * A row per visit.
 * @typedef {object} Participant
 * @property {Person} user
 * @property {string} role
 * @property {string} joinedAt
 * @property {string | null} leftAt
 */

/**
 * @typedef {object} Reaction
 * @property {string} emoji
 * @property {number} count
 * @property {string[]} userIds at most 50
 */

/**
 * @typedef {object} Message
 * @property {string} id
 * @property {string} roomId
 * @property {number} seq the number it was written under; its place in the room
 * @property {number} changeSeq the number of its latest change
 * @property {"user" | "system"} type
 * @property {Person | null} sender
 * @property {string | null} content null once deleted
 * @property {string | null} html
 * @property {string | null} nonce
 * @property {string | null} replyTo
 * @property {Reaction[]} reactions
 * @property {boolean} pinned
 * @property {boolean} edited
 * @property {string | null} editedAt
 * @property {string | null} deletedAt
 * @property {string} createdAt
 * @property {string} updatedAt
 */

/**
 * @typedef {object} Ack
 * @property {string} id
 * @property {string} roomId
 * @property {number} seq
 * @property {number} changeSeq
 * @property {string | null} nonce
 * @property {string} createdAt
 */

/**
 * @typedef {object} AuthOk
 * @property {User} user
 * @property {string} sessionId
 * @property {string} epoch
 * @property {number} heartbeatSeconds
 * @property {unknown[]} servers
 * @property {{id: string, lastSeq: number, unread: number, mentions: number}[]} rooms
 */

/**
 * @typedef {object} RoomJoined
 * @property {Room} room
 * @property {Message[]} messages
 * @property {number} lastSeq
 * @property {string} epoch
 * @property {boolean} recovered
 * @property {number} [upTo]
 * @property {boolean} [more]
 * @property {Participant[]} participants
 * @property {Person[]} typing
 */

/**
 * Either a page of what was missed, or an error for that room.
 * @typedef {object} Missed
 * @property {string} roomId
 * @property {Message[]} messages
 * @property {number} upTo
 * @property {number} lastSeq
 * @property {string} epoch
 * @property {boolean} recovered
 * @property {boolean} more
 * @property {{code: string, message: string}} [error]
 */

/**
 * @typedef {{id: string, roomId: string, seq: number, changeSeq: number, deletedAt: string}} MessageDeleted
 */

/**
 * @typedef {object} ReactionChanged
 * @property {string} roomId
 * @property {string} messageId
 * @property {number} seq
 * @property {number} changeSeq
 * @property {string} emoji
 * @property {string} userId
 * @property {boolean} added
 * @property {number} count
 */

/**
 * @typedef {object} PresenceChange
 * @property {string} userId
 * @property {PresenceStatus} status
 * @property {string | null} customStatus
 * @property {string | null} lastSeenAt
 */

/**
 * @typedef {{heads: Record<string, number>, servers?: Record<string, number>, me?: number}} Pong
 */

/**
 * @typedef {{field: string | null, code: string, message: string, params?: Record<string, unknown>}} ErrorDetail
 */
