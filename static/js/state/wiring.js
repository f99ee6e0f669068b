/**
 * Lays the cables between net/ and state/: events to reducers, and what an event asks to be done to the
 * client. It must not hold state of its own.
 */

import { batch } from "@preact/signals-core";

import { t } from "../i18n/index.js";
import { connection, recoveredCount, wasConnected } from "./connection.js";
import { messagesMerged, messagesReplaced } from "./messages.js";
import { announce, showToast } from "./notices.js";
import { pendingChanged } from "./pending.js";
import { roomEntered, typingForgotten } from "./people.js";
import { changeSeen, numbered, plain } from "./reducers.js";
import { currentRoomId, rooms } from "./rooms.js";
import { me, phase } from "./session.js";
import { staleBy } from "./versions.js";

/** @import {Api} from "../net/api.js" */
/** @import {Message} from "../net/protocol.js" */
/** @import {Client} from "./client.js" */

const REASONS = { "signed-out": "notice.signed-out", banned: "notice.banned" };

/** @param {Client} client */
export function wire(client) {
  wireEvents(client);
  wireRooms(client);
  wireConnection(client);
  wireOutbox(client);
  wireSession(client, client.api);
}

/** @param {Client} client */
function wireEvents({ gateway }) {
  for (const [type, reduce] of Object.entries(plain)) {
    gateway.on(type, (data) => batch(() => reduce(data)));
  }
}

/** @param {Client} client */
function wireRooms(client) {
  const { subscriptions, outbox, gateway } = client;
  subscriptions.on("apply", ({ roomId, type, data }) =>
    batch(() => {
      numbered[type]?.(data);
      changeSeen(roomId, data.message?.changeSeq ?? data.changeSeq);
      if (data.message) settle(client, [data.message]);
      if (type === "message:new") announceMessage(data.message);
    }),
  );
  subscriptions.on("merge", ({ roomId, messages }) =>
    batch(() => {
      messagesMerged(roomId, messages);
      for (const { changeSeq } of messages) changeSeen(roomId, changeSeq);
      settle(client, messages);
    }),
  );
  subscriptions.on("replace", ({ roomId, messages }) =>
    batch(() => {
      messagesReplaced(roomId, messages);
      settle(client, messages);
    }),
  );
  subscriptions.on("joined", ({ room, lastSeq, participants, typing }) => {
    batch(() => {
      roomEntered(room.id, participants, typing);
      changeSeen(room.id, lastSeq);
    });
    outbox.flush(room.id);
  });
  subscriptions.on("refused", ({ roomId }) => roomLost(client, roomId));
  for (const type of ["room:deleted", "room:removed"]) {
    gateway.on(type, ({ roomId }) => roomLost(client, roomId));
  }
  gateway.on("server:removed", () => currentRoomCheck(client));
}

/** @param {Client} client */
function wireConnection(client) {
  const { gateway, subscriptions } = client;
  gateway.on("state", (state) => {
    connection.value = state;
    const why = REASONS[/** @type {keyof typeof REASONS} */ (state.reason)];
    if (state.state === "stopped" && why) client.leave(why);
  });
  gateway.on("ready", () => {
    const isAgain = wasConnected.value;
    wasConnected.value = true;
    client.viewServer();
    // The pong says which versions there are now: what later ones are measured by.
    gateway.probe();
    // Rooms may have come, changed or gone while nobody listened.
    if (isAgain) refreshLists(client);
  });
  gateway.on("pong", (pong) => {
    const stale = staleBy(pong);
    if (stale.lists) refreshLists(client);
    if (stale.me) client.loadMe().catch(() => {});
  });
  gateway.on("down", () =>
    batch(() => {
      recoveredCount.value = 0;
      typingForgotten();
    }),
  );
  subscriptions.on("recovered", ({ count }) => {
    recoveredCount.value += count;
  });
}

/** @param {Client} client */
function wireOutbox(client) {
  const { outbox } = client;
  outbox.on("change", ({ roomId }) => pendingChanged(roomId, outbox.entriesOf(roomId)));
  outbox.on("idle", ({ roomId }) => {
    client.leaveIfIdle(roomId);
  });
}

/**
 * @param {Client} client
 * @param {Api} api
 */
function wireSession(client, api) {
  api.on("refreshed", (token) => client.checkPerson(token));
  api.on("signed-out", () => {
    if (phase.value === "signed-in") client.leave("notice.signed-out");
  });
  client.gateway.on("session:revoked", () => client.leave("notice.revoked"));
}

/**
 * What arrived in the room need not be sent again.
 * @param {Client} client
 * @param {Message[]} messages
 */
function settle({ outbox }, messages) {
  for (const { sender, nonce } of messages) {
    if (sender?.id === me.value?.id) outbox.settle(nonce);
  }
}

/** @param {Message} message */
function announceMessage({ roomId, sender, content }) {
  if (roomId !== currentRoomId.value || !sender || sender.id === me.value?.id) return;
  announce(t("message.announced", { name: sender.displayName, text: content ?? "" }));
}

/**
 * @param {Client} client
 * @param {string} roomId
 */
function roomLost(client, roomId) {
  if (roomId === currentRoomId.value) showToast(t("rooms.gone"));
  plain["room:removed"]?.({ roomId });
  client.dropRoom(roomId);
}

/** Without an answer the next reconnect, or pong, asks again. @param {Client} client */
async function refreshLists(client) {
  const isHere = await client.loadLists().catch(() => false);
  if (isHere) currentRoomCheck(client);
}

/** The lists changed: the open room may not be among them any more. @param {Client} client */
function currentRoomCheck(client) {
  const roomId = currentRoomId.value;
  if (roomId !== null && !rooms.value.has(roomId)) roomLost(client, roomId);
  else if (roomId === null) client.openFirstRoom();
}
