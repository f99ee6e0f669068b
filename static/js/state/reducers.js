/**
 * One reducer per event of the server, under the protocol's own name. Reducers change state and nothing
 * else: what an event asks to be done (leave a room, sign out) is wiring.js's.
 */

import { categoriesTold } from "./categories.js";
import { directHeard, recipientRenamed } from "./direct.js";
import { me } from "./session.js";
import { memberChanged, memberLeft, memberRenamed } from "./members.js";
import { messageChanged, messageDeleted, newestMessage, reactionChanged } from "./messages.js";
import { personUpdated, presenceUpdated, typingUpdated, userJoined, userLeft } from "./people.js";
import { newestIs, readOf, readTold } from "./reads.js";
import { replyTargetDeleted } from "./replying.js";
import { rolesTold } from "./roles.js";
import { roomGone, roomUpdated, serverGone, serverUpdated } from "./rooms.js";
import { roomSeats, roomSeatsForgotten, voiceSpeaking, voiceState } from "./voice.js";

/** @import {AuthOk, Message, RoomActivity, RoomJoined, User} from "../net/protocol.js" */

/**
 * Changes with a number: the room's cursor hands them in, each once and in order.
 * @type {Record<string, (data: any) => void>}
 */
export const numbered = {
  "message:new": (data) => {
    messageChanged(data);
    stopsWriting(data.message);
    directHeard(data.message.roomId, Date.parse(data.message.createdAt));
  },
  "message:updated": messageChanged,
  "message:deleted": (data) => {
    messageDeleted(data);
    replyTargetDeleted(data);
  },
  "reaction:changed": reactionChanged,
};

/**
 * Everything else, as it comes from the socket.
 * @type {Record<string, (data: any) => void>}
 */
export const plain = {
  "auth:ok": (/** @type {AuthOk} */ { user, rooms }) => {
    me.value = user;
    for (const { id, ...told } of rooms) readTold(id, told);
  },
  "room:joined": (/** @type {RoomJoined} */ { room, lastSeq, readSeq, unread, mentions, voice }) => {
    roomUpdated(room);
    roomSeats(room.id, voice ?? []);
    readTold(room.id, { lastSeq, readSeq, unread, mentions });
  },
  "room:activity": (/** @type {RoomActivity} */ { roomId, ...told }) => {
    if ((told.newestSeq ?? 0) > readOf(roomId).newestSeq) directHeard(roomId);
    readTold(roomId, told);
  },
  "room:updated": ({ room }) => roomUpdated(room),
  "room:deleted": roomLost,
  "room:removed": roomLost,
  "room:user_joined": userJoined,
  "room:user_left": userLeft,
  "server:updated": ({ server }) => serverUpdated(server),
  "server:roles_updated": rolesTold,
  "server:categories_updated": categoriesTold,
  "server:member_joined": memberChanged,
  "server:member_left": memberLeft,
  "server:member_updated": memberChanged,
  "server:removed": ({ serverId }) => serverGone(serverId),
  "typing:update": (data) => {
    if (data.user.id !== me.value?.id) typingUpdated(data);
  },
  "presence:update": presenceUpdated,
  "voice:state": voiceState,
  "voice:speaking": voiceSpeaking,
  "user:updated": (/** @type {{user: User}} */ { user }) => {
    personUpdated(user);
    memberRenamed(user);
    recipientRenamed(user);
    if (user.id === me.value?.id) me.value = { ...me.value, ...user };
  },
};

/**
 * A room that is joined is not told as activity: its own frames say how far it goes.
 * @param {string} roomId
 * @param {number} seq
 */
export function changeSeen(roomId, seq) {
  newestIs(roomId, newestMessage(roomId));
  readTold(roomId, { lastSeq: seq });
}

/** @param {{roomId: string}} data */
function roomLost({ roomId }) {
  roomGone(roomId);
  roomSeatsForgotten(roomId);
}

/** @param {Message} message */
function stopsWriting({ roomId, sender }) {
  if (sender) typingUpdated({ roomId, user: sender, isTyping: false });
}
