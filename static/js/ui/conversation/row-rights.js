/**
 * What one may do with a message: what its room allows this person, and whether they wrote it. Until it is
 * known, what nearly everybody may is offered. The server decides again.
 */

import { mayInRoom } from "../../state/permissions.js";
import { isEditable } from "../../state/rows.js";
import { me } from "../../state/session.js";

/** @import {Message} from "../../net/protocol.js" */

/** @param {Message} message */
export function isOwn(message) {
  return message.sender?.id === me.value?.id && isEditable(message);
}

/** @param {Message} message */
export function mayDo(message) {
  const mayPost = mayInRoom(message.roomId, "post", true);
  const isMine = isOwn(message);
  return {
    reply: mayPost,
    react: mayInRoom(message.roomId, "react", true),
    edit: isMine && mayPost,
    // One's own also where one may write no more.
    delete: isMine || mayInRoom(message.roomId, "manage_messages"),
  };
}
