/**
 * One reducer per event of the server, under the protocol's own name. Reducers change state and nothing
 * else: what an event asks to be done (leave a room, sign out) is wiring.js's.
 */

import { me } from "./session.js";
import { messageChanged, messageDeleted, reactionChanged } from "./messages.js";
import { personUpdated, presenceUpdated, typingUpdated, userJoined, userLeft } from "./people.js";
import { currentRoomId, headSeen, roomGone, roomSeen, roomUpdated, serverGone, serverUpdated } from "./rooms.js";
import { versionSeen } from "./versions.js";

/** @import {AuthOk, Message, RoomJoined, User} from "../net/protocol.js" */

/**
 * Changes with a number: the room's cursor hands them in, each once and in order.
 * @type {Record<string, (data: any) => void>}
 */
export const numbered = {
  "message:new": (data) => {
    messageChanged(data);
    stopsWriting(data.message);
  },
  "message:updated": messageChanged,
  "message:deleted": messageDeleted,
  "reaction:changed": reactionChanged,
};

/**
 * Everything else, as it comes from the socket.
 * @type {Record<string, (data: any) => void>}
 */
export const plain = {
  "auth:ok": (/** @type {AuthOk} */ { user, rooms }) => {
    me.value = user;
    for (const { id, lastSeq, mentions } of rooms) headSeen(id, lastSeq, mentions);
  },
  "room:joined": (/** @type {RoomJoined} */ { room, lastSeq }) => {
    roomUpdated(room);
    headSeen(room.id, lastSeq);
  },
  "room:activity": ({ roomId, lastSeq, mentions }) => headSeen(roomId, lastSeq, mentions),
  "read:updated": ({ roomId, seq }) => roomSeen(roomId, seq),
  "room:updated": ({ room }) => roomUpdated(room),
  "room:deleted": ({ roomId }) => roomGone(roomId),
  "room:removed": ({ roomId }) => roomGone(roomId),
  "room:user_joined": userJoined,
  "room:user_left": userLeft,
  "server:updated": ({ server, version }) => {
    serverUpdated(server);
    versionSeen(server.id, version);
  },
  "server:member_joined": ({ serverId, version }) => void versionSeen(serverId, version),
  "server:member_left": ({ serverId, version }) => void versionSeen(serverId, version),
  "server:member_updated": ({ serverId, version }) => void versionSeen(serverId, version),
  "server:removed": ({ serverId }) => serverGone(serverId),
  "typing:update": (data) => {
    if (data.user.id !== me.value?.id) typingUpdated(data);
  },
  "presence:update": presenceUpdated,
  "user:updated": (/** @type {{user: User}} */ { user }) => {
    personUpdated(user);
    if (user.id === me.value?.id) me.value = { ...me.value, ...user };
  },
};

/**
 * A room that is open and looked at has no news.
 * @param {string} roomId
 * @param {number} seq
 */
export function changeSeen(roomId, seq) {
  headSeen(roomId, seq);
  if (roomId === currentRoomId.value) roomSeen(roomId, seq);
}

/** @param {Message} message */
function stopsWriting({ roomId, sender }) {
  if (sender) typingUpdated({ roomId, user: sender, isTyping: false });
}
