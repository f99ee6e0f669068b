import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { NetError } from "../../static/js/net/errors.js";
import { messagesMerged, messagesReplaced, messagesReset } from "../../static/js/state/messages.js";
import { Reading } from "../../static/js/state/reading.js";
import { countText, isUnread, marking, mentionsOf, readOf, readTold, readsReset, serverNews, unreadLine } from "../../static/js/state/reads.js";
import { currentRoomId, listsLoaded, roomsReset, serverTiles } from "../../static/js/state/rooms.js";
import { me } from "../../static/js/state/session.js";
import { FakeClock, message, settle } from "./fakes.js";

const room = (id, more = {}) => ({ id, serverId: "s1", type: "text", name: id, slug: id, position: 0, lastSeq: 5, ...more });

beforeEach(() => {
  messagesReset();
  readsReset();
  roomsReset();
  me.value = { id: "u1" };
  listsLoaded([{ id: "s1", name: "Parlor" }], [room("r1"), room("r2"), room("alone", { serverId: null })]);
});

describe("what is unread", () => {
  test("a room whose newest message was written by another and not read", () => {
    assert.equal(isUnread("r1"), false);
    readTold("r1", { readSeq: 3, newestSeq: 5, newestBy: "u2", unread: 2, mentions: 1 });
    assert.equal(isUnread("r1"), true);
    assert.equal(mentionsOf("r1"), 1);
    readTold("r1", { newestBy: "u1" });
    assert.equal(isUnread("r1"), false);
    readTold("r1", { newestSeq: 3, newestBy: "u2" });
    assert.equal(isUnread("r1"), false);
  });

  test("edits and reactions move lastSeq, and make nothing unread", () => {
    readTold("r1", { lastSeq: 40 });
    assert.equal(isUnread("r1"), false);
    assert.equal(readOf("r1").lastSeq, 40);
  });

  test("what is not told, or not counted, stays as it was known", () => {
    readTold("r1", { readSeq: 3, newestSeq: 5, newestBy: "u2", unread: 2, mentions: 1 });
    readTold("r1", { lastSeq: 6, newestSeq: undefined, mentions: null });
    assert.deepEqual(readOf("r1"), { readSeq: 3, lastSeq: 6, newestSeq: 5, newestBy: "u2", unread: 2, mentions: 1 });
  });

  test("a server has the news of its rooms; rooms of none have a tile of their own, last", () => {
    readTold("r1", { readSeq: 3, newestSeq: 5, newestBy: "u2", mentions: 1 });
    readTold("r2", { readSeq: 3, newestSeq: 5, newestBy: "u2", mentions: 2 });
    assert.deepEqual(serverNews("s1"), { isUnread: true, mentions: 3 });
    const tiles = serverTiles.value.map(({ server, ...news }) => [server?.id ?? null, news]);
    assert.deepEqual(tiles, [["s1", { isUnread: true, mentions: 3 }], [null, { isUnread: false, mentions: 0 }]]);
  });

  test("a count is a number up to 99", () => {
    assert.deepEqual([0, 7, 99, 100].map(countText), ["", "7", "99", "99+"]);
  });
});

describe("marking", () => {
  let clock;
  let asked;
  let gateway;
  let reading;

  beforeEach(() => {
    clock = new FakeClock();
    asked = [];
    gateway = {
      isReady: true,
      request: (type, data) => new Promise((resolve, reject) => asked.push({ type, data, resolve, reject })),
    };
    reading = new Reading(gateway, clock);
    opened(3, 2);
    messagesReplaced("r1", [4, 5].map((seq) => message(seq)));
  });

  /** r1 is opened afresh, read up to a number. */
  function opened(readSeq, unread) {
    currentRoomId.value = "r1";
    reading.opened("r1");
    readTold("r1", { readSeq, newestSeq: 5, newestBy: "u2", unread });
    reading.joined({ room: room("r1"), readSeq, unread });
  }

  const told = (seq, unread = 0) => reading.told({ roomId: "r1", seq, unread, mentions: 0 });
  const line = () => unreadLine.value.get("r1") ?? null;
  const marks = () => asked.map(({ type, data }) => `${type} ${data.seq}`);

  test("what is looked at is not unread any more, and told once in a while", async () => {
    reading.seen();
    assert.equal(isUnread("r1"), false);
    messagesMerged("r1", [message(6)]);
    reading.seen();
    assert.deepEqual(marks(), []);
    await clock.tick(800);
    assert.deepEqual(marks(), ["read:update 6"]);
    told(6);
    reading.seen();
    await clock.tick(2000);
    assert.equal(marks().length, 1);
    assert.equal(marking.value.size, 0);
  });

  test("leaving the room, or the window, tells it at once", () => {
    reading.seen();
    reading.left("r1");
    assert.deepEqual(marks(), ["read:update 5"]);
    reading.opened("r1");
    messagesMerged("r1", [message(6)]);
    reading.seen();
    reading.away(true);
    assert.deepEqual(marks(), ["read:update 5", "read:update 6"]);
  });

  test("without a connection it waits; refused, the room is unread again", async () => {
    gateway.isReady = false;
    reading.seen();
    await clock.tick(800);
    asked[0].reject(new NetError("DISCONNECTED"));
    await settle();
    assert.equal(isUnread("r1"), false);
    gateway.isReady = true;
    reading.resume();
    await clock.tick(800);
    assert.deepEqual(marks(), ["read:update 5", "read:update 5"]);
    asked[1].reject(new NetError("FORBIDDEN"));
    await settle();
    assert.equal(isUnread("r1"), true);
  });

  test("marked unread by hand, looking does not undo it until the room is opened again", async () => {
    reading.seen();
    const done = reading.markUnreadFrom(message(4));
    assert.deepEqual(marks(), ["read:set 3"]);
    asked[0].resolve({});
    await done;
    reading.seen();
    await clock.tick(2000);
    assert.equal(marks().length, 1);
    assert.equal(isUnread("r1"), true);
    assert.equal(line(), 3);
    reading.opened("r1");
    reading.seen();
    await clock.tick(800);
    assert.deepEqual(marks(), ["read:set 3", "read:update 5"]);
  });

  test("marked unread on another page, looking here does not undo it either", async () => {
    reading.seen();
    await clock.tick(800);
    told(5);
    told(3, 2);
    reading.seen();
    await clock.tick(2000);
    assert.equal(marks().length, 1);
    assert.equal(isUnread("r1"), true);
  });

  test("a room can be marked read from outside", async () => {
    readTold("r2", { readSeq: 1, newestSeq: 9, newestBy: "u2" });
    reading.markRead("r2");
    assert.equal(isUnread("r2"), false);
    assert.deepEqual(asked.map(({ data }) => data), [{ roomId: "r2", seq: 9 }]);
  });

  test("the line stands where one had read to, and stays while one reads and reconnects", () => {
    assert.equal(line(), 3);
    reading.seen();
    told(5);
    reading.joined({ room: room("r1"), readSeq: 5, unread: 0 });
    assert.equal(line(), 3);
    reading.left("r1");
    opened(5, 0);
    assert.equal(line(), null);
  });

  test("a room that is joined already has its line at once, and no later one", () => {
    currentRoomId.value = "r2";
    readTold("r2", { readSeq: 4, newestSeq: 6, newestBy: "u2" });
    reading.opened("r2", { isJoined: true });
    assert.equal(unreadLine.value.get("r2"), 4);
    reading.joined({ room: room("r2"), readSeq: 6, unread: 0 });
    assert.equal(unreadLine.value.get("r2"), 4);
  });

  test("one's own words, from another page, draw no line", () => {
    opened(5, 0);
    reading.seen();
    reading.away(true);
    reading.arrived(message(6, { sender: { id: "u1" } }));
    assert.equal(line(), null);
  });

  test("what comes while the window is hidden is new since one left", async () => {
    opened(5, 0);
    reading.seen();
    reading.away(true);
    reading.arrived(message(6));
    reading.arrived(message(7));
    messagesMerged("r1", [message(6), message(7)]);
    assert.equal(line(), 5);
    reading.seen();
    await clock.tick(800);
    assert.deepEqual(marks(), []);
    reading.away(false);
    await clock.tick(800);
    assert.deepEqual(marks(), ["read:update 7"]);
    assert.equal(line(), 5);
  });

  test("who had not read to the end keeps the line they had, and nothing is marked for them", async () => {
    reading.away(true);
    reading.arrived(message(6));
    reading.away(false);
    await clock.tick(800);
    assert.equal(line(), 3);
    assert.deepEqual(marks(), []);
  });
});
