import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { Api } from "../../static/js/net/api.js";
import { Outbox } from "../../static/js/net/outbox.js";
import { Gateway } from "../../static/js/net/socket.js";
import { Subscriptions } from "../../static/js/net/subscriptions.js";
import { Client } from "../../static/js/state/client.js";
import { connectionWord, recoveredCount } from "../../static/js/state/connection.js";
import { conversation } from "../../static/js/state/messages.js";
import { announcements } from "../../static/js/state/notices.js";
import { pending } from "../../static/js/state/pending.js";
import { currentRoomId, hasNews, rooms } from "../../static/js/state/rooms.js";
import { me, notice, phase } from "../../static/js/state/session.js";
import { wire } from "../../static/js/state/wiring.js";
import { EPOCH, FakeClock, authOk, fakeSockets, message, settle } from "./fakes.js";

const ANN = { id: "u1", username: "ann", displayName: "Ann", avatarUrl: null, isGuest: false };
const SERVERS = [{ id: "s1", name: "Parlor" }];
const ROOMS = ["r1", "r2"].map((id, position) => ({ id, serverId: "s1", type: "text", name: id, slug: id, position, lastSeq: 0 }));

let client;
let kept;
let answers;
let last;
let clock;

const token = (sub) => `x.${btoa(JSON.stringify({ sub, iat: 0, exp: 900 }))}.x`;
const answer = (data) => new Response(JSON.stringify({ success: true, data, meta: { totalPages: 1 } }));

beforeEach(() => {
  client?.leave("notice.bye");
  clock = new FakeClock();
  kept = new Map([["session", "u1"]]);
  answers = {
    "/auth/refresh": () => answer({ accessToken: token("u1") }),
    "/auth/me": () => answer({ user: ANN }),
    "/auth/logout": () => answer({ id: "s" }),
    "/servers": () => answer(SERVERS),
    "/rooms": () => answer(ROOMS),
  };
  const fetch = async (url) => {
    const path = url.replace("/api/v1", "").split("?")[0];
    return (answers[path] ?? (() => assert.fail(`nobody expected ${path}`)))();
  };
  const api = new Api({ fetch, clock, locks: null });
  const fake = fakeSockets();
  last = fake.last;
  const gateway = new Gateway({
    url: "ws://parlor.test/ws",
    getToken: () => api.freshToken(),
    refresh: () => api.refresh(),
    WebSocket: fake.FakeWebSocket,
    clock,
    random: () => 1,
  });
  const subscriptions = new Subscriptions(gateway, clock);
  const outbox = new Outbox({
    isReady: (roomId) => subscriptions.isJoined(roomId),
    transmit: ({ roomId, content, nonce }) => gateway.request("message:send", { roomId, content, nonce }),
    clock,
  });
  const memory = { get: (key) => kept.get(key) ?? null, set: (key, value) => (value === null ? kept.delete(key) : kept.set(key, value)) };
  client = new Client({ api, gateway, subscriptions, outbox, memory });
  wire(client);
});

/** Signed in, connected, the first room joined. */
async function atHome() {
  await client.restore();
  await settle();
  last().accept();
  last().receive("auth:ok", authOk({ user: ANN }));
  joined("r1", 2, [message(1), message(2)]);
}

function joined(roomId, lastSeq, messages, more = {}) {
  const asked = last().frames("room:join").findLast(({ data }) => data.roomId === roomId);
  const room = ROOMS.find(({ id }) => id === roomId);
  last().receive(
    "room:joined",
    { room: { ...room, lastSeq }, messages, lastSeq, epoch: EPOCH, recovered: false, participants: [], typing: [], ...more },
    asked?.id,
  );
}

async function reconnected() {
  await clock.tick(1000);
  last().accept();
  last().receive("auth:ok", authOk({ user: ANN }));
}

const shown = () => conversation("r1").value.list.map(({ content }) => content);

describe("coming in", () => {
  test("without a mark of an earlier session the server is asked nothing", async () => {
    kept.clear();
    answers = {};
    await client.restore();
    assert.equal(phase.value, "signed-out");
    assert.equal(notice.value, null);
  });

  test("the cookie's session opens the room of last time", async () => {
    kept.set("room", "r2");
    await client.restore();
    assert.equal(phase.value, "signed-in");
    assert.equal(me.value?.id, "u1");
    assert.equal(currentRoomId.value, "r2");
  });

  test("a refused cookie leads to the welcome screen with a sentence", async () => {
    answers["/auth/refresh"] = () => new Response(JSON.stringify({ success: false, error: { code: "INVALID_TOKEN" } }), { status: 401 });
    await client.restore();
    assert.equal(phase.value, "signed-out");
    assert.equal(notice.value, "notice.signed-out");
    assert.equal(kept.has("session"), false);
  });
});

describe("the open room", () => {
  beforeEach(atHome);

  test("shows what was joined, and what comes", () => {
    last().receive("message:new", { message: message(3) });
    assert.deepEqual(shown(), ["number 1", "number 2", "number 3"]);
    assert.equal(announcements.value.at(-1)?.text, "Bob: number 3");
  });

  test("what one writes waits in the outbox until it is seen in the room", async () => {
    client.send("hello");
    const [sent] = last().frames("message:send");
    assert.equal(pending.value.get("r1")?.[0]?.state, "pending");
    last().receive("message:ack", { id: "m3", roomId: "r1", seq: 3, changeSeq: 3, nonce: sent.data.nonce, createdAt: "" }, sent.id);
    await settle();
    assert.equal(pending.value.get("r1")?.[0]?.state, "sent");
    last().receive("message:new", { message: message(3, { sender: ANN, nonce: sent.data.nonce, content: "hello" }) });
    assert.deepEqual(pending.value.get("r1"), []);
    assert.deepEqual(shown(), ["number 1", "number 2", "hello"]);
  });

  test("after a reconnect it goes on from its cursor, and says how much came back", async () => {
    client.send("unsure");
    const { nonce } = last().frames("message:send")[0].data;
    last().drop();
    await reconnected();
    assert.deepEqual(last().frames("room:join")[0].data, { roomId: "r1", lastSeenSeq: 2, epoch: EPOCH });
    assert.equal(last().frames("message:send").length, 0);
    const back = [message(1, { changeSeq: 3, content: "edited" }), message(4, { sender: ANN, nonce, content: "unsure" })];
    joined("r1", 4, back, { recovered: true, upTo: 4, more: false });
    assert.deepEqual(shown(), ["edited", "number 2", "unsure"]);
    assert.equal(recoveredCount.value, 2);
    // It had arrived before the connection broke: it is not sent again.
    assert.equal(last().frames("message:send").length, 0);
  });

  test("what had not arrived is sent again with its nonce", async () => {
    client.send("unsure");
    const { nonce } = last().frames("message:send")[0].data;
    last().drop();
    await reconnected();
    joined("r1", 2, [], { recovered: true, upTo: 2, more: false });
    await settle();
    assert.equal(last().frames("message:send")[0].data.nonce, nonce);
  });

  test("changing the room leaves the old one, unless something of it is unsent", async () => {
    client.send("unsent");
    client.openRoom("r2");
    assert.equal(last().frames("room:leave").length, 0);
    const [sent] = last().frames("message:send");
    last().receive("message:ack", { id: "m3", roomId: "r1", seq: 3, changeSeq: 3, nonce: sent.data.nonce, createdAt: "" }, sent.id);
    await settle();
    assert.deepEqual(last().frames("room:leave").map(({ data }) => data.roomId), ["r1"]);
    client.openRoom("r1");
    assert.deepEqual(last().frames("room:leave").map(({ data }) => data.roomId), ["r1", "r2"]);
  });

  test("news elsewhere is a dot until one looks", () => {
    last().receive("room:activity", { roomId: "r2", lastSeq: 7, mentions: null });
    assert.equal(hasNews("r2"), true);
    client.openRoom("r2");
    assert.equal(hasNews("r2"), false);
  });

  test("a room taken away is left for the next one", () => {
    last().receive("room:removed", { roomId: "r1", reason: "kicked" });
    assert.equal(rooms.value.has("r1"), false);
    assert.equal(currentRoomId.value, "r2");
  });
});

describe("going", () => {
  beforeEach(atHome);

  test("signing out forgets everything of this person", async () => {
    await client.signOut();
    assert.equal(phase.value, "signed-out");
    assert.equal(me.value, null);
    assert.equal(rooms.value.size, 0);
    assert.deepEqual([...kept], []);
    assert.equal(connectionWord.value, "idle");
  });

  test("session:revoked ends here, with a sentence", () => {
    last().receive("session:revoked");
    assert.equal(notice.value, "notice.revoked");
    assert.equal(client.gateway.state.state, "idle");
  });

  test("a ban ends here, with another one", () => {
    last().drop(4403);
    assert.equal(notice.value, "notice.banned");
  });

  test("another person in another tab: the page becomes theirs, and sends nothing of the first", async () => {
    client.send("from ann");
    const before = last();
    answers["/auth/refresh"] = () => answer({ accessToken: token("u9") });
    answers["/auth/me"] = () => answer({ user: { ...ANN, id: "u9" } });
    await client.api.refresh();
    await settle();
    await settle();
    assert.equal(before.readyState, 3);
    assert.equal(me.value?.id, "u9");
    assert.deepEqual(client.outbox.waitingRooms, []);
    assert.deepEqual(shown(), []);
  });
});
