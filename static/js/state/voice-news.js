/** What is said aloud of who comes, goes and is silent where one talks; and who calls. It must not change who sits where. */

import { t } from "../i18n/index.js";
import { currentRoomId, rooms } from "./lists.js";
import { announce, showToast } from "./notices.js";
import { me } from "./session.js";
import { call, seats } from "./voice.js";

/** @import {VoiceState} from "../net/protocol.js" */

/** Before it is taken into the state. @param {VoiceState & {joined: boolean}} data */
export function voiceNews(data) {
  const { roomId, userId, joined } = data;
  if (joined && isRinging(data)) ring(data);
  const { roomId: here, phase } = call.peek();
  if (roomId !== here || phase !== "connected") return;
  const before = seats.peek().get(roomId)?.get(userId);
  const text = userId === me.peek()?.id ? aboutMe(data, before) : aboutOther(data, before);
  if (text) announce(text);
}

/**
 * @param {VoiceState} now
 * @param {VoiceState | undefined} before
 */
function aboutMe({ sessionId, serverMuted }, before) {
  const isHere = sessionId === call.peek().sessionId;
  if (!isHere || !before || before.serverMuted === serverMuted) return "";
  return t(serverMuted ? "voice.silenced.self" : "voice.unsilenced.self");
}

/**
 * @param {VoiceState & {joined: boolean}} now
 * @param {VoiceState | undefined} before
 */
function aboutOther({ user, joined, sessionId, muted }, before) {
  const name = user.displayName;
  if (!before) return joined ? t("voice.joined", { name }) : "";
  if (!joined) return before.sessionId === sessionId ? t("voice.left", { name }) : "";
  return before.muted === muted ? "" : t(muted ? "voice.muted" : "voice.unmuted", { name });
}

/** Somebody begins to talk in a direct conversation: they wait for an answer. @param {VoiceState} state */
function isRinging({ roomId, userId }) {
  const isFirst = (seats.peek().get(roomId)?.size ?? 0) === 0;
  return isFirst && userId !== me.peek()?.id && rooms.peek().get(roomId)?.type === "direct" && call.peek().roomId !== roomId;
}

/** @param {VoiceState} state */
function ring({ roomId, user }) {
  const text = t("voice.rings", { name: user.displayName });
  announce(text);
  // Where the conversation is open it is seen at once.
  if (currentRoomId.peek() !== roomId) showToast(text);
}
