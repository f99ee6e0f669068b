import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import {
  conversation,
  messageChanged,
  messageDeleted,
  messagesMerged,
  messagesReplaced,
  messagesReset,
  oldestSeq,
  olderLoaded,
  reactionChanged,
} from "../../static/js/state/messages.js";
import * as people from "../../static/js/state/people.js";
import * as roomState from "../../static/js/state/rooms.js";
import { TypingSignal } from "../../static/js/state/typing-signal.js";
import { staleBy, versionSeen, versionsReset } from "../../static/js/state/versions.js";
import { FakeClock, message } from "./fakes.js";

const person = (id) => ({ id, username: id, displayName: id, avatarUrl: null });

describe("messages", () => {
  const list = () => conversation("r1").value.list;
  const seqs = () => list().map(({ seq }) => seq);

  beforeEach(() => {
    messagesReset();
    messagesReplaced("r1", [message(8), message(9), message(10)]);
  });

  test("a fresh list has older ones unless it starts with number 1", () => {
    assert.equal(conversation("r1").value.hasOlder, true);
    messagesReplaced("r1", [message(1), message(2)]);
    assert.equal(conversation("r1").value.hasOlder, false);
    messagesReplaced("r1", []);
    assert.equal(conversation("r1").value.hasOlder, false);
    assert.equal(conversation("r1").value.isLoaded, true);
  });

  test("a new one comes last, wherever it came from", () => {
    messageChanged({ message: message(12) });
    messagesMerged("r1", [message(11), message(9)]);
    assert.deepEqual(seqs(), [8, 9, 10, 11, 12]);
  });

  test("only a newer change counts", () => {
    messageChanged({ message: message(9, { changeSeq: 12, content: "edited" }) });
    messageChanged({ message: message(9, { changeSeq: 11, content: "older edit" }) });
    assert.equal(list()[1].content, "edited");
  });

  test("an edit of one not loaded is kept until its page comes, and wins over it", () => {
    messageChanged({ message: message(3, { changeSeq: 11, content: "edited" }) });
    assert.deepEqual(seqs(), [8, 9, 10]);
    olderLoaded("r1", [message(2), message(3), message(4)], true);
    assert.deepEqual(seqs(), [2, 3, 4, 8, 9, 10]);
    assert.equal(list()[1].content, "edited");
    assert.equal(oldestSeq("r1"), 2);
  });

  test("a deletion of one not loaded is not undone by its page", () => {
    messageDeleted({ id: "m3", roomId: "r1", seq: 3, changeSeq: 11, deletedAt: "2026-11-20T20:40:00.000Z" });
    olderLoaded("r1", [message(2), message(3)], false);
    assert.deepEqual(list().map(({ deletedAt }) => deletedAt !== null), [false, true, false, false, false]);
    assert.equal(conversation("r1").value.hasOlder, false);
  });

  test("a deletion takes the content and keeps the place", () => {
    messageDeleted({ id: "m9", roomId: "r1", seq: 9, changeSeq: 11, deletedAt: "2026-11-20T20:40:00.000Z" });
    assert.equal(list()[1].content, null);
    assert.deepEqual(seqs(), [8, 9, 10]);
  });

  test("reactions are counted by the server", () => {
    const change = { roomId: "r1", messageId: "m9", seq: 9, emoji: "🫖", userId: "u2" };
    reactionChanged({ ...change, changeSeq: 11, added: true, count: 1 });
    reactionChanged({ ...change, changeSeq: 12, userId: "u3", added: true, count: 2 });
    assert.deepEqual(list()[1].reactions, [{ emoji: "🫖", count: 2, userIds: ["u2", "u3"], me: false }]);
    reactionChanged({ ...change, changeSeq: 13, added: false, count: 1 });
    reactionChanged({ ...change, changeSeq: 14, userId: "u3", added: false, count: 0 });
    assert.deepEqual(list()[1].reactions, []);
  });

  test("rooms do not mix", () => {
    messageChanged({ message: message(11, { roomId: "r2" }) });
    assert.deepEqual(seqs(), [8, 9, 10]);
  });
});

describe("people", () => {
  const here = () => [...(people.peopleHere.value.get("r1")?.keys() ?? [])];

  beforeEach(() => {
    people.peopleReset();
    const visit = (id, leftAt = null) => ({ user: person(id), role: "member", joinedAt: "", leftAt });
    people.roomEntered("r1", [visit("a", "2026-11-20T20:36:02.123Z"), visit("a"), visit("b"), visit("c", "x")], [person("b")]);
  });

  test("a person is here once, however many visits there were", () => {
    assert.deepEqual(here(), ["a", "b"]);
    assert.equal(people.countsHere.value.get("r1"), 2);
  });

  test("coming and going", () => {
    people.userJoined({ roomId: "r1", user: person("d") });
    people.userJoined({ roomId: "r1", user: person("d") });
    people.userLeft({ roomId: "r1", user: person("a") });
    assert.deepEqual(here(), ["b", "d"]);
  });

  test("a crowded room tells only how many", () => {
    people.userJoined({ roomId: "r1", user: null, count: 101 });
    assert.deepEqual(here(), ["a", "b"]);
    assert.equal(people.countsHere.value.get("r1"), 101);
  });

  test("who leaves no longer writes", () => {
    assert.ok(people.typing.value.get("r1")?.has("b"));
    people.userLeft({ roomId: "r1", user: person("b") });
    assert.equal(people.typing.value.get("r1")?.size, 0);
  });

  test("who went while nobody looked is not in the next snapshot", () => {
    people.presenceUpdated({ changes: [{ userId: "a", status: "idle", customStatus: null, lastSeenAt: null }] });
    people.presenceReplaced({ changes: [{ userId: "b", status: "online", customStatus: null, lastSeenAt: null }] });
    assert.deepEqual([...people.presence.value.keys()], ["b"]);
  });

  test("presence is what the last batch said", () => {
    people.presenceUpdated({ changes: [{ userId: "a", status: "idle", customStatus: "tea", lastSeenAt: null }] });
    people.presenceUpdated({ changes: [{ userId: "b", status: "dnd", customStatus: null, lastSeenAt: null }] });
    assert.deepEqual(people.presence.value.get("a"), { status: "idle", customStatus: "tea" });
  });
});

describe("rooms", () => {
  const room = (id, more = {}) => ({ id, serverId: "s1", type: "text", name: id, slug: id, position: 0, lastSeq: 5, ...more });

  beforeEach(() => {
    roomState.roomsReset();
    const servers = [{ id: "s2", name: "Workshop" }, { id: "s1", name: "Parlor" }];
    const rooms = [
      room("b", { position: 2 }),
      room("a", { position: 1 }),
      room("voice", { type: "voice" }),
      room("alone", { serverId: null }),
      room("w", { serverId: "s2" }),
    ];
    roomState.listsLoaded(servers, rooms);
  });

  test("grouped by server name, in their places; rooms that stand alone last; those one talks in among them", () => {
    const groups = roomState.roomGroups.value.map(({ server, rooms }) => [server?.name ?? null, rooms.map(({ id }) => id)]);
    assert.deepEqual(groups, [["Parlor", ["voice", "a", "b"]], ["Workshop", ["w"]], [null, ["alone"]]]);
  });

  test("a server takes its rooms along", () => {
    assert.deepEqual(roomState.serverGone("s1").sort(), ["a", "b", "voice"]);
    assert.deepEqual(roomState.roomGroups.value.map(({ server }) => server?.name), ["Workshop", undefined]);
  });
});

describe("typing", () => {
  let clock;
  let typing;
  let said;

  beforeEach(() => {
    clock = new FakeClock();
    said = [];
    typing = new TypingSignal((type) => said.push(type.slice(7)), clock);
  });

  test("is said at most every three seconds while one writes", () => {
    for (let second = 0; second < 7; second += 0.5) {
      typing.writes("r1");
      clock.time += 500;
    }
    assert.deepEqual(said, ["start", "start", "start"]);
  });

  test("is taken back once, and not where it was never said", () => {
    typing.stop("r1");
    typing.writes("r1");
    typing.stop("r1");
    typing.stop("r1");
    assert.deepEqual(said, ["start", "stop"]);
  });

  test("is not taken back when the server has forgotten it already", () => {
    typing.writes("r1");
    clock.time += 6_000;
    typing.stop("r1");
    assert.deepEqual(said, ["start"]);
  });

  test("right after a stop the next start waits until the server would tell it", () => {
    typing.writes("r1");
    typing.stop("r1");
    typing.writes("r1");
    clock.time += 1_300;
    typing.writes("r1");
    assert.deepEqual(said, ["start", "stop", "start"]);
  });
});

test("a pong with a version no event told says what to fetch again", () => {
  versionsReset();
  assert.deepEqual(staleBy({ heads: {}, servers: { s1: 3 }, me: 1 }), { servers: [], me: false });
  versionSeen("s1", 4);
  assert.deepEqual(staleBy({ heads: {}, servers: { s1: 4 }, me: 1 }), { servers: [], me: false });
  assert.deepEqual(staleBy({ heads: {}, servers: { s1: 5 }, me: 2 }), { servers: ["s1"], me: true });
  assert.deepEqual(staleBy({ heads: {}, servers: { s1: 5 }, me: 2 }), { servers: [], me: false });
});
