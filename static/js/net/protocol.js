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
 *   customStatus: string | null, lastSeenAt: string | null, roles: string[], bio?: string | null,
 *   createdAt?: string,
 * }} User
 */

/**
 * @typedef {object} Server
 * @property {string} id
 * @property {string} name
 * @property {string} slug
 * @property {string | null} description
 * @property {string | null} iconUrl
 * @property {string | null} bannerUrl
 * @property {boolean} isPublic
 * @property {string | null} ownerId
 * @property {Person | null} owner
 * @property {{members: number, channels: number}} counts
 * @property {string} createdAt
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
 * @property {string | null} categoryId
 * @property {number} position
 * @property {boolean} isPrivate
 * @property {boolean} isArchived
 * @property {boolean} guestsAllowed
 * @property {number} slowModeSeconds
 * @property {number | null} maxParticipants
 * @property {number | null} bitrate kbit/s
 * @property {number} lastSeq
 * @property {Person | null} createdBy
 * @property {boolean} isActive
 * @property {string | null} endedAt
 * @property {{messages: number, participants: number, voice: number}} counts
 * @property {Person[]} recipients of a direct room: everybody in it
 * @property {string} createdAt
 */

/**
 * Lower-case names, as PROTOCOL.md lists them; the second row is of whole servers.
 * @typedef {"view" | "post" | "react" | "manage_messages" | "manage_room" | "mention_everyone" | "join_voice"
 *   | "speak" | "video" | "mute_others" | "move_others"
 *   | "invite" | "kick" | "ban" | "timeout" | "manage_server" | "manage_roles"} PermissionName
 */

/** `until`: the end of a timeout or a ban. @typedef {{kind: string, id: string | null, name: string | null, until: string | null}} DecidedBy */

/**
 * @typedef {object} Permissions
 * @property {PermissionName[]} permissions
 * @property {{permission: PermissionName, allowed: boolean, decidedBy: DecidedBy}[]} rules
 */

/**
 * @typedef {object} Role
 * @property {string} id
 * @property {string} serverId
 * @property {string} name
 * @property {string | null} colour
 * @property {number} position 0 is highest
 * @property {PermissionName[]} permissions
 */

/**
 * @typedef {object} Category
 * @property {string} id
 * @property {string} serverId
 * @property {string} name
 * @property {number} position
 */

/**
 * What a channel allows and denies to one target; the rest stays as it is elsewhere.
 * @typedef {object} Override
 * @property {string} target `member` (everybody), `moderator`, or the id of a role or a person
 * @property {"builtin" | "role" | "user"} kind
 * @property {string} name
 * @property {PermissionName[]} allow
 * @property {PermissionName[]} deny
 */

/**
 * A person in a server.
 * @typedef {object} Member
 * @property {Person} user
 * @property {string[]} roles the built-in one (owner, admin, moderator, member), then the names of roleIds
 * @property {string[]} roleIds
 * @property {string | null} timeoutUntil
 * @property {string | null} nickname
 * @property {string} [joinedAt]
 */

/**
 * Somebody who is kept out.
 * @typedef {{user: Person, by: Person | null, reason: string | null, expiresAt: string | null, createdAt: string}} Ban
 */

/**
 * @typedef {object} Invite
 * @property {string} code
 * @property {string} url below the site's address
 * @property {string} serverId
 * @property {Person} inviter
 * @property {number} uses
 * @property {number | null} maxUses
 * @property {string | null} expiresAt
 * @property {boolean} isActive
 * @property {string} createdAt
 */

/** @typedef {{code: string, server: Server, inviter: Person, expiresAt: string | null, isMember: boolean}} InvitePreview */

/** @typedef {{user: Person, at: string}} InviteUse */

/**
 * A place this person is signed in at.
 * @typedef {object} Session
 * @property {string} id
 * @property {string | null} userAgent
 * @property {string | null} address
 * @property {string} createdAt
 * @property {string | null} lastUsedAt
 * @property {string | null} expiresAt
 * @property {boolean} current
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
 * @property {string[]} userIds at most 50, the first ones
 * @property {boolean | null} [me] whether this person is among them; null in what everybody is told
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
 * @property {string | null} html what `content` looks like, safe to show; null once deleted
 * @property {string | null} nonce
 * @property {string | null} replyTo
 * @property {string[]} [mentions] user ids
 * @property {Reaction[]} reactions in the order of their first use
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
 * @property {Server[]} servers one's own
 * @property {(Omit<ReadState, "roomId"> & {id: string})[]} rooms
 */

/**
 * How far this person has read a room, counted by the server up to 100.
 * @typedef {object} ReadState
 * @property {string} roomId
 * @property {number} lastSeq counts every change: says nothing about unread
 * @property {number} readSeq
 * @property {number} newestSeq of the newest message that is not deleted; 0: none
 * @property {string | null} newestBy its sender
 * @property {number} unread without one's own and deleted ones
 * @property {number} mentions
 */

/** @typedef {{roomId: string, seq: number, unread: number, mentions: number}} ReadUpdated */

/**
 * A room that this socket has not joined.
 * @typedef {{roomId: string, lastSeq: number, newestSeq?: number, newestBy?: string | null, mentions: number | null}} RoomActivity
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
 * @property {number} [readSeq]
 * @property {number} [unread]
 * @property {number} [mentions]
 * @property {Participant[]} participants
 * @property {Person[]} typing
 * @property {VoiceState[]} [voice] who sits in it
 */

/**
 * Somebody sits in a room's voice, and how. `serverMuted`: nothing they say is forwarded.
 * @typedef {object} VoiceState
 * @property {string} roomId
 * @property {string} userId
 * @property {Person} user
 * @property {string} sessionId later ones are greater
 * @property {boolean} muted
 * @property {boolean} deafened
 * @property {boolean} serverMuted
 * @property {boolean} speaking
 * @property {boolean} video
 * @property {boolean} screenSharing
 * @property {string} joinedAt
 */

/**
 * Somebody's microphone, camera or screen.
 * @typedef {object} VoiceProducer
 * @property {string} id
 * @property {string} userId
 * @property {string} sessionId
 * @property {"audio" | "video"} kind
 * @property {"mic" | "camera" | "screen"} source
 * @property {boolean} paused
 */

/**
 * @typedef {object} VoiceJoined
 * @property {string} sessionId
 * @property {string} roomId
 * @property {any} rtpCapabilities mediasoup's
 * @property {RTCIceServer[]} iceServers
 * @property {VoiceState[]} participants
 * @property {VoiceProducer[]} producers
 */

/**
 * Why a voice session is over (PROTOCOL.md, "Voice").
 * @typedef {"left" | "replaced" | "removed" | "moved" | "ended" | "signed_out" | "silent" | "not_connected"
 *   | "socket_lost" | "worker_lost"} VoiceLeftReason
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
