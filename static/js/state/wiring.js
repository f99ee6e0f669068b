/**
 * Lays the cables between net/ and state/: events to reducers, and what an event asks to be done to the
 * client. It must not hold state of its own.
 */

import { batch } from "@preact/signals-core";

import { t } from "../i18n/index.js";
import { gathering } from "./catching-up.js";
import { connection, recoveredCount, wasConnected } from "./connection.js";
import { partnersOf } from "./direct.js";
import { messagesMerged, messagesReplaced } from "./messages.js";
import { showToast } from "./notices.js";
import { pendingChanged } from "./pending.js";
import { presence, roomEntered, typingForgotten } from "./people.js";
import { quotesForgotten, quotesFrom } from "./quotes.js";
import { changeSeen, numbered, plain } from "./reducers.js";
import { currentRoomId, rooms, servers } from "./rooms.js";
import { me, phase } from "./session.js";
import { staleBy, versionTold } from "./versions.js";

/** @import {Api} from "../net/api.js" */
/** @import {Message} from "../net/protocol.js" */
/** @import {Client} from "./client.js" */

const REASONS = { "signed-out": "notice.signed-out", banned: "notice.banned" };

/**
 * Events that carry a server's version, and which server they mean.
 * @type {Record<string, (data: any) => string | null | undefined>}
 */
const VERSIONED = {
  "room:updated": ({ room }) => room.serverId,
  "room:deleted": ({ roomId }) => rooms.peek().get(roomId)?.serverId,
  "server:updated": ({ server }) => server.id,
  "server:roles_updated": ({ serverId }) => serverId,
  "server:categories_updated": ({ serverId }) => serverId,
  "server:member_joined": ({ serverId }) => serverId,
  "server:member_left": ({ serverId }) => serverId,
  "server:member_updated": ({ serverId }) => serverId,
};

/** @param {Client} client */
export function wire(client) {
  wireVersions(client);
  wireVoice(client);
  wireEvents(client);
  wireMessages(client);
  wireRooms(client);
  wireStanding(client);
  wireConnection(client);
  wireOutbox(client);
  wireSession(client, client.api);
}

/** @param {Client} client */
function wireEvents({ gateway, reading, announcing, communities, talking }) {
  gateway.on("read:updated", (data) => batch(() => reading.told(data)));
  // Before the reducers: afterwards nothing would be new any more.
  gateway.on("room:activity", (data) => announcing.activity(data));
  // Before them, too: whether it is a new one, and what one that is gone was called.
  gateway.on("server:updated", ({ server }) => {
    if (servers.peek().has(server.id)) return;
    communities.appeared(server.id).catch(() => {});
    // Who sits in its rooms was told to nobody here.
    talking.refresh();
  });
  gateway.on("server:removed", (data) => communities.lost(data));
  for (const [type, reduce] of Object.entries(plain)) {
    gateway.on(type, (data) => batch(() => reduce(data)));
  }
}

/** Before the reducers: afterwards nobody knows whose a deleted room was. @param {Client} client */
function wireVersions(client) {
  const { gateway, directory } = client;
  const missed = gathering((serverIds) => catchUp(client, serverIds));
  for (const [type, serverOf] of Object.entries(VERSIONED)) {
    gateway.on(type, (data) => {
      const serverId = serverOf(data);
      if (serverId && versionTold(serverId, data.version)) missed(serverId);
    });
  }
  gateway.on("pong", (pong) => {
    const stale = staleBy(pong);
    stale.servers.forEach(missed);
    if (!stale.me) return;
    directory.loadMe().catch(() => {});
    // One's version also grows with rooms outside servers, which have none of their own.
    refreshLists(client);
  });
}

/** @param {Client} client */
function wireMessages(client) {
  const { subscriptions, reading, announcing } = client;
  quotesFrom((messageId) => client.history.fetchMessage(messageId));
  subscriptions.on("apply", ({ roomId, type, data }) =>
    batch(() => {
      numbered[type]?.(data);
      changeSeen(roomId, data.message?.changeSeq ?? data.changeSeq);
      if (data.message) settle(client, [data.message]);
      if (type !== "message:new") return;
      announcing.message(data.message);
      reading.arrived(data.message);
    }),
  );
  subscriptions.on("merge", ({ roomId, messages }) =>
    batch(() => {
      messagesMerged(roomId, messages);
      messages.forEach((/** @type {Message} */ message) => reading.arrived(message));
      changeSeen(roomId, Math.max(0, ...messages.map((/** @type {Message} */ { changeSeq }) => changeSeq)));
      settle(client, messages);
    }),
  );
  subscriptions.on("replace", ({ roomId, messages }) =>
    batch(() => {
      messagesReplaced(roomId, messages);
      quotesForgotten(roomId);
      settle(client, messages);
    }),
  );
}

/** @param {Client} client */
function wireRooms(client) {
  const { subscriptions, outbox, gateway, reading } = client;
  subscriptions.on("joined", (joined) => {
    const { room, lastSeq, participants, typing } = joined;
    batch(() => {
      roomEntered(room.id, participants, typing);
      changeSeen(room.id, lastSeq);
      reading.joined(joined);
    });
    outbox.flush(room.id);
  });
  subscriptions.on("refused", ({ roomId }) => roomLost(client, roomId));
  for (const type of ["room:deleted", "room:removed"]) {
    gateway.on(type, ({ roomId, reason = "deleted" }) => roomLost(client, roomId, reason));
  }
  // A new direct room: its people's presence is told from now on; how it is now has to be asked.
  gateway.on("room:updated", ({ room }) => {
    if (room.type === "direct" && partnersOf(room).some(({ id }) => !presence.peek().has(id))) client.places.viewServer();
  });
}

/** What may change what this person may do. @param {Client} client */
function wireStanding({ gateway, standing }) {
  gateway.on("room:updated", ({ room }) => standing.roomChanged(room.id));
  gateway.on("server:roles_updated", ({ serverId }) => standing.serverChanged(serverId));
  gateway.on("server:updated", ({ server }) => standing.serverChanged(server.id));
  gateway.on("server:member_updated", (data) => standing.memberChanged(data));
}

/** @param {Client} client */
function wireVoice({ gateway, talking }) {
  // Before the reducers: afterwards nobody would have come or gone.
  gateway.on("voice:state", (data) => talking.told(data));
  gateway.on("ready", () => talking.refresh());
}

/** @param {Client} client */
function wireConnection(client) {
  const { gateway, subscriptions } = client;
  gateway.on("state", (state) => {
    connection.value = state;
    const why = REASONS[/** @type {keyof typeof REASONS} */ (state.reason)];
    if (state.state === "stopped" && why) client.leave(why, { isWiped: state.reason === "banned" });
  });
  gateway.on("ready", () => {
    const isAgain = wasConnected.value;
    wasConnected.value = true;
    client.places.viewServer();
    client.reading.resume();
    // The pong says which versions there are now: what later ones are measured by.
    gateway.probe();
    // Rooms may have come, changed or gone while nobody listened.
    if (isAgain) {
      refreshLists(client);
      client.serverLists.refreshAll();
    }
    client.standing.refresh();
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
  const { outbox, subscriptions } = client;
  outbox.on("change", ({ roomId }) => {
    pendingChanged(roomId, outbox.entriesOf(roomId));
    // What an earlier page, or one that is gone, left behind: the server takes it from joined rooms only.
    if (outbox.waitingRooms.includes(roomId)) subscriptions.join(roomId);
  });
  outbox.on("idle", ({ roomId }) => client.places.leaveIfIdle(roomId));
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
  client.gateway.on("session:revoked", () => client.leave("notice.revoked", { isWiped: true }));
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

/**
 * @param {Client} client
 * @param {string} roomId
 * @param {string} [reason]
 */
function roomLost(client, roomId, reason = "access") {
  const unsent = client.outbox.entriesOf(roomId).filter(({ state }) => state !== "sent").length;
  // A call's page says it itself.
  const isSaid = client.calls.lost(roomId, reason);
  if (unsent > 0) showToast(t("rooms.gone.unsent", { count: unsent }));
  else if (roomId === currentRoomId.value && !isSaid && !client.communities.isLeaving) showToast(t("rooms.gone"));
  plain["room:removed"]?.({ roomId });
  client.places.dropRoom(roomId);
}

/**
 * Something about these servers was never told.
 * @param {Client} client
 * @param {string[]} serverIds
 */
async function catchUp(client, serverIds) {
  client.standing.refresh();
  const { directory, serverLists } = client;
  const parts = serverIds.flatMap((id) => [serverLists.refresh(id), directory.refreshMembers(id)]);
  await Promise.all([refreshLists(client), ...parts]);
}

/** Without an answer the next reconnect, or pong, asks again. @param {Client} client */
async function refreshLists(client) {
  const isHere = await client.directory.loadLists().catch(() => false);
  if (isHere) currentRoomCheck(client);
}

/** The lists changed: the open room may not be among them any more. @param {Client} client */
function currentRoomCheck(client) {
  const roomId = currentRoomId.value;
  if (roomId !== null && !rooms.value.has(roomId)) roomLost(client, roomId);
  else if (roomId === null) client.places.settleIn();
}
