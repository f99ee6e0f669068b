import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { Gateway } from "../../static/js/net/socket.js";
import { Subscriptions } from "../../static/js/net/subscriptions.js";
import { EPOCH, FakeClock, authOk, fakeSockets, message, settle } from "./fakes.js";

let clock;
let gateway;
let last;
let rooms;
let log;

beforeEach(async () => {
  clock = new FakeClock();
  const fake = fakeSockets();
  last = fake.last;
  gateway = new Gateway({
    url: "ws://parlor.test/ws",
    getToken: async () => "t1",
    refresh: async () => {},
    WebSocket: fake.FakeWebSocket,
    clock,
    random: () => 1,
  });
  rooms = new Subscriptions(gateway, clock);
  log = [];
  rooms.on("apply", ({ roomId, type, data }) => log.push([roomId, type, data.message?.changeSeq ?? data.changeSeq]));
  rooms.on("merge", ({ roomId, messages }) => log.push([roomId, "merge", messages.length]));
  rooms.on("replace", ({ roomId, messages }) => log.push([roomId, "replace", messages.length]));
  rooms.on("recovered", ({ roomId, count }) => log.push([roomId, "recovered", count]));
  rooms.on("refused", ({ roomId, error }) => log.push([roomId, "refused", error.code]));
  await connect();
});

async function connect() {
  gateway.connect();
  await settle();
  last().accept();
  last().receive("auth:ok", authOk());
}

async function reconnect() {
  last().drop(1012);
  await clock.tick(1000);
  last().accept();
  last().receive("auth:ok", authOk());
}

function answerJoin(roomId, lastSeq, more = {}) {
  const asked = last().frames("room:join").findLast(({ data }) => data.roomId === roomId);
  const data = { room: { id: roomId }, messages: [], lastSeq, epoch: EPOCH, recovered: false, participants: [], typing: [], ...more };
  last().receive("room:joined", data, asked.id);
}

const inRoom = (roomId, seq) => ({ message: message(seq, { roomId }) });

test("joining asks once; frames of the room then flow", () => {
  rooms.join("r1");
  rooms.join("r1");
  assert.equal(last().frames("room:join").length, 1);
  assert.equal(rooms.isJoined("r1"), false);
  answerJoin("r1", 4);
  assert.equal(rooms.isJoined("r1"), true);
  last().receive("message:new", inRoom("r1", 5));
  last().receive("message:deleted", { id: "m2", roomId: "r1", seq: 2, changeSeq: 6 });
  assert.deepEqual(log, [["r1", "replace", 0], ["r1", "message:new", 5], ["r1", "message:deleted", 6]]);
  assert.equal(rooms.cursorOf("r1"), 6);
});

test("frames of a room never joined are nobody's", () => {
  last().receive("message:new", inRoom("r9", 5));
  assert.deepEqual(log, []);
});

test("a room wanted while away is joined when the connection is there", async () => {
  last().drop();
  rooms.join("r1");
  await clock.tick(1000);
  last().accept();
  last().receive("auth:ok", authOk());
  assert.deepEqual(last().frames("room:join")[0].data, { roomId: "r1" });
});

test("after a reconnect every wanted room is joined again from its cursor", async () => {
  rooms.join("r1");
  rooms.join("r2");
  answerJoin("r1", 4);
  answerJoin("r2", 9);
  rooms.leave("r2");
  await reconnect();
  const joins = last().frames("room:join").map(({ data }) => data);
  assert.deepEqual(joins, [{ roomId: "r1", lastSeenSeq: 4, epoch: EPOCH }]);
  assert.equal(rooms.isJoined("r1"), false);
  answerJoin("r1", 6, { recovered: true, upTo: 6, messages: [message(5), message(6)] });
  assert.deepEqual(log.slice(2), [["r1", "merge", 2], ["r1", "recovered", 2]]);
});

test("what came while one was in another room is no recovery to speak of", () => {
  rooms.join("r1");
  answerJoin("r1", 4);
  rooms.leave("r1");
  rooms.join("r1");
  answerJoin("r1", 6, { recovered: true, upTo: 6, messages: [message(5), message(6)] });
  assert.deepEqual(log.slice(1), [["r1", "merge", 2]]);
});

test("a room left and entered again goes on from its cursor", () => {
  rooms.join("r1");
  answerJoin("r1", 4);
  rooms.leave("r1");
  assert.deepEqual(last().frames("room:leave")[0].data, { roomId: "r1" });
  rooms.join("r1");
  assert.deepEqual(last().frames("room:join")[1].data, { roomId: "r1", lastSeenSeq: 4, epoch: EPOCH });
});

describe("holes", () => {
  beforeEach(() => {
    for (const roomId of ["r1", "r2"]) {
      rooms.join(roomId);
      answerJoin(roomId, 4);
    }
    log.length = 0;
  });

  test("holes of several rooms found together are one question", async () => {
    last().receive("message:new", inRoom("r1", 7));
    last().receive("message:new", inRoom("r2", 6));
    await settle();
    assert.deepEqual(last().frames("connection:recover").map(({ data }) => data), [
      { rooms: [{ roomId: "r1", lastSeenSeq: 4 }, { roomId: "r2", lastSeenSeq: 4 }], epoch: EPOCH },
    ]);
    last().receive("connection:missed", {
      roomId: "r1", messages: [message(5), message(6)], upTo: 6, lastSeq: 7, epoch: EPOCH, recovered: true, more: false,
    });
    assert.deepEqual(log, [["r1", "merge", 2], ["r1", "message:new", 7]], "no connection was lost: nothing to tell");
  });

  test("recovered: false joins afresh, without a cursor", async () => {
    last().receive("message:new", inRoom("r1", 7));
    await settle();
    last().receive("connection:missed", { roomId: "r1", messages: [], upTo: 0, lastSeq: 9000, epoch: EPOCH, recovered: false, more: false });
    assert.deepEqual(last().frames("room:join").at(-1).data, { roomId: "r1" });
    answerJoin("r1", 9000, { messages: [message(9000)] });
    assert.deepEqual(log, [["r1", "replace", 1]]);
    assert.equal(rooms.cursorOf("r1"), 9000);
  });

  test("an error for the room says it is no longer this person's", () => {
    last().receive("connection:missed", { roomId: "r1", error: { code: "NOT_FOUND", message: "Not found." } });
    assert.deepEqual(log, [["r1", "refused", "NOT_FOUND"]]);
    assert.equal(rooms.isJoined("r1"), false);
  });

  test("a pong with a head beyond asks for the rest", async () => {
    last().receive("pong", { heads: { r1: 6, r2: 4, r3: 8 } });
    await clock.tick(1500);
    assert.deepEqual(last().frames("connection:recover")[0].data.rooms, [{ roomId: "r1", lastSeenSeq: 4 }]);
  });
});

test("a refused join is said, and not tried again", async () => {
  rooms.join("r1");
  last().receive("error", { code: "NOT_FOUND", message: "Not found.", details: [] }, last().frames("room:join")[0].id);
  await settle();
  assert.deepEqual(log, [["r1", "refused", "NOT_FOUND"]]);
  await reconnect();
  assert.equal(last().frames("room:join").length, 0);
});

test("a join that fails for the moment is tried again", async () => {
  rooms.join("r1");
  last().receive("error", { code: "UNAVAILABLE", message: "Later.", details: [] }, last().frames("room:join")[0].id);
  await clock.tick(3000);
  assert.equal(last().frames("room:join").length, 2);
});

test("clear forgets every room and cursor", async () => {
  rooms.join("r1");
  answerJoin("r1", 4);
  rooms.clear();
  await reconnect();
  assert.equal(last().frames("room:join").length, 0);
  assert.equal(rooms.cursorOf("r1"), null);
});
