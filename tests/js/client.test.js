import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { Api } from "../../static/js/net/api.js";
import { Outbox } from "../../static/js/net/outbox.js";
import { Gateway } from "../../static/js/net/socket.js";
import { Subscriptions } from "../../static/js/net/subscriptions.js";
import { Client } from "../../static/js/state/client.js";
import { jumpTarget } from "../../static/js/state/jump.js";
import { connectionWord, recoveredCount } from "../../static/js/state/connection.js";
import { conversation } from "../../static/js/state/messages.js";
import { announcements, toast } from "../../static/js/state/notices.js";
import { pending } from "../../static/js/state/pending.js";
import { isUnread } from "../../static/js/state/reads.js";
import { currentRoomId, currentServerId, rooms } from "../../static/js/state/rooms.js";
import { route } from "../../static/js/state/route.js";
import { me, notice, phase } from "../../static/js/state/session.js";
import { wire } from "../../static/js/state/wiring.js";
import { EPOCH, FakeClock, authOk, fakeSockets, message, settle } from "./fakes.js";

const ANN = { id: "u1", username: "ann", displayName: "Ann", avatarUrl: null, isGuest: false };
const SERVERS = [{ id: "s1", name: "Parlor" }];
const ROOMS = ["r1", "r2"].map((id, position) => ({ id, serverId: "s1", type: "text", name: id, slug: id, position, lastSeq: 0 }));

let client;
let kept;
let bar;
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
  bar = { steps: [], now: "" };
  const address = {
    read: () => bar.now,
    write: (to, { isStep }) => {
      if (isStep) bar.steps.push(to);
      bar.now = to;
    },
  };
  client = new Client({ api, gateway, subscriptions, outbox, memory, address, clock });
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
    last().receive("room:activity", { roomId: "r2", lastSeq: 7, newestSeq: 7, newestBy: "u2", mentions: null });
    assert.equal(isUnread("r2"), true);
    client.openRoom("r2");
    joined("r2", 7, [message(7, { roomId: "r2" })], { readSeq: 5, unread: 1, mentions: 0 });
    assert.equal(isUnread("r2"), true);
    client.seen();
    assert.equal(isUnread("r2"), false);
  });

  test("a room taken away is left for the next one", () => {
    last().receive("room:removed", { roomId: "r1", reason: "kicked" });
    assert.equal(rooms.value.has("r1"), false);
    assert.equal(currentRoomId.value, "r2");
  });
});

describe("finding one's way", () => {
  beforeEach(async () => {
    answers["/servers"] = () => answer([...SERVERS, { id: "s2", name: "Workshop" }]);
    answers["/rooms"] = () => answer([...ROOMS, { ...ROOMS[0], id: "r3", slug: "r3", serverId: "s2" }]);
    await atHome();
  });

  const back = (to) => {
    bar.now = to;
    client.places.addressChanged();
  };

  test("what opens by itself is no step; what a person opens is one, and Back undoes it", () => {
    assert.deepEqual([bar.now, bar.steps], ["/r1", []]);
    client.openRoom("r2");
    client.go({ name: "settings", section: "sessions" });
    assert.deepEqual(bar.steps, ["/r2", "/settings/sessions"]);
    back("/r1");
    assert.deepEqual([currentRoomId.value, route.value.name, bar.steps.length], ["r1", "room", 2]);
    back("/settings/status");
    assert.deepEqual(route.value, { name: "settings", section: "status" });
    assert.equal(currentRoomId.value, "r1");
  });

  test("settings are left by going to the room they were opened from", () => {
    client.go({ name: "settings", section: "profile" });
    client.openRoom("r1");
    assert.equal(route.value.name, "room");
    assert.deepEqual(bar.steps, ["/settings/profile", "/r1"]);
  });

  test("an address that leads nowhere is put right, without a step", () => {
    back("/nowhere");
    assert.deepEqual([currentRoomId.value, bar.now, bar.steps], ["r1", "/r1", []]);
  });

  test("a server opens where one was in it last, else at its first channel", () => {
    client.openRoom("r2");
    client.openServer("s2");
    assert.deepEqual([currentRoomId.value, currentServerId.value], ["r3", "s2"]);
    client.openServer("s1");
    assert.equal(currentRoomId.value, "r2");
  });

  test("a server that is gone takes its rooms and its pages along, and says why", () => {
    client.openServer("s2");
    client.go({ name: "server", id: "s2", section: "members" });
    last().receive("room:removed", { roomId: "r3", reason: "kicked" });
    last().receive("server:removed", { serverId: "s2", reason: "kicked" });
    assert.deepEqual([route.value.name, currentServerId.value, bar.now], ["room", "s1", `/${currentRoomId.value}`]);
    assert.equal(rooms.value.has("r3"), false);
    assert.match(toast.value.text, /removed from Workshop/);
  });

  test("a server that one leaves takes its rooms along without a word, whichever comes first", async () => {
    client.openServer("s2");
    answers["/servers/s2/members/me"] = () => {
      last().receive("room:removed", { roomId: "r3", reason: "left" });
      last().receive("server:removed", { serverId: "s2", reason: "left" });
      return answer({ id: "s2" });
    };
    await client.communities.leave("s2");
    assert.deepEqual([currentServerId.value, rooms.value.has("r3"), toast.value], ["s1", false, null]);
  });

  test("a server that appears by itself brings its channels, without taking one along", async () => {
    answers["/servers/s9"] = () => answer({ id: "s9", name: "Attic" });
    answers["/servers/s9/channels"] = () => answer([{ ...ROOMS[0], id: "r9", slug: "r9", serverId: "s9" }]);
    answers["/unread"] = () => answer([]);
    last().receive("server:updated", { server: { id: "s9", name: "Attic" }, version: 2 });
    await settle();
    await settle();
    assert.equal(rooms.value.has("r9"), true);
    assert.equal(currentRoomId.value, "r1");
  });

  test("whoever signs out at an invite keeps it; any other address is forgotten", () => {
    client.go({ name: "invite", code: "abc" });
    client.leave("notice.bye");
    assert.equal(bar.now, "/invite/abc");
  });

  test("an address with a message jumps to it", async () => {
    back("/r1?m=m1");
    await settle();
    assert.deepEqual([jumpTarget.value.roomId, jumpTarget.value.messageId], ["r1", "m1"]);
    assert.equal(bar.now, "/r1?m=m1");
  });

  test("an address with a message that is not there says so", async () => {
    answers["/messages/m9"] = () => new Response(JSON.stringify({ success: false, error: { code: "NOT_FOUND" } }), { status: 404 });
    back("/r1?m=m9");
    await settle();
    await settle();
    assert.equal(toast.value?.text, "That message could not be found.");
    assert.equal(jumpTarget.value, null);
  });

  test("a room taken away while in settings leaves them open", () => {
    client.go({ name: "settings", section: "profile" });
    last().receive("room:removed", { roomId: "r1", reason: "kicked" });
    assert.deepEqual([route.value.name, bar.now, currentRoomId.value], ["settings", "/settings/profile", "r2"]);
  });

  test("a message of another room: the room is opened, and waited for", async () => {
    const jump = client.jumpTo("r2", "n1");
    assert.equal(currentRoomId.value, "r2");
    joined("r2", 1, [message(1, { id: "n1", roomId: "r2" })]);
    assert.equal(await jump, true);
    assert.equal(await client.jumpTo("nowhere", "n1"), false);
  });

  test("the page may begin in settings; the room of last time is behind them", async () => {
    client.leave("notice.bye");
    kept.set("session", "u1").set("room", "r2");
    bar.now = "/settings/appearance";
    await client.restore();
    assert.equal(route.value.name, "settings");
    assert.deepEqual([currentRoomId.value, bar.now], ["r2", "/settings/appearance"]);
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
