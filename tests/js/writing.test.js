import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { NetError } from "../../static/js/net/errors.js";
import { Announcing } from "../../static/js/state/announcing.js";
import { currentRoomId, rooms } from "../../static/js/state/lists.js";
import { announcements, noticesReset } from "../../static/js/state/notices.js";
import { reactionsAfter, withMine } from "../../static/js/state/reactions.js";
import { readTold, readsReset } from "../../static/js/state/reads.js";
import { me } from "../../static/js/state/session.js";
import { Writing } from "../../static/js/state/writing.js";
import { FakeClock, message, settle } from "./fakes.js";

describe("reactions of a message", () => {
  const tea = { emoji: "🫖", count: 2, userIds: ["u2", "u1"], me: true };
  const cake = { emoji: "🍰", count: 1, userIds: ["u2"], me: false };
  const change = { emoji: "🫖", userId: "u3", added: true, count: 3 };

  test("keep the order of first use; the server counts", () => {
    const after = reactionsAfter([tea, cake], change, "u1");
    assert.deepEqual(after, [{ emoji: "🫖", count: 3, userIds: ["u2", "u1", "u3"], me: true }, cake]);
    assert.deepEqual(reactionsAfter([tea, cake], { ...change, count: 0, added: false }, "u1"), [cake]);
    assert.equal(reactionsAfter([tea], { ...change, emoji: "🎈" }, "u1").at(-1).emoji, "🎈");
  });

  test("one's own come and go with one's own changes only", () => {
    const [mine] = reactionsAfter([cake], { ...change, emoji: "🍰", userId: "u1", count: 2 }, "u1");
    assert.equal(mine.me, true);
    const [gone] = reactionsAfter([tea], { ...change, userId: "u1", added: false, count: 1 }, "u1");
    assert.deepEqual([gone.me, gone.userIds], [false, ["u2"]]);
  });

  test("at most fifty are named", () => {
    const crowd = { ...tea, userIds: Array.from({ length: 50 }, (_, n) => `p${n}`), count: 50 };
    assert.equal(reactionsAfter([crowd], { ...change, count: 51 }, "u1")[0].userIds.length, 50);
  });

  test("what everybody is told leaves one's own as it was known", () => {
    const told = (reaction) => withMine(message(1, { reactions: [{ ...reaction, me: null }] }), undefined, "u1").reactions[0].me;
    assert.deepEqual([told(tea), told(cake)], [true, false]);
    const crowd = { emoji: "🫖", count: 80, userIds: ["u2"], me: true };
    const known = message(1, { reactions: [crowd] });
    const next = withMine(message(1, { reactions: [{ ...crowd, me: null }] }), known, "u1");
    assert.equal(next.reactions[0].me, true);
  });
});

describe("reacting", () => {
  let asked;
  let writing;

  beforeEach(() => {
    asked = [];
    const request = (type) => new Promise((resolve, reject) => asked.push({ type, resolve, reject }));
    writing = new Writing({ gateway: { request }, outbox: null, typing: null });
  });

  const types = () => asked.map(({ type }) => type);

  test("the same twice is one; the opposite waits for it", async () => {
    const first = writing.react("m1", "🫖", true);
    assert.equal(writing.react("m1", "🫖", true), first);
    writing.react("m1", "🫖", false);
    writing.react("m1", "🍰", true);
    assert.deepEqual(types(), ["reaction:add", "reaction:add"]);
    asked[0].resolve({});
    await settle();
    assert.deepEqual(types(), ["reaction:add", "reaction:add", "reaction:remove"]);
  });

  test("an error is the caller's, and it can be tried again", async () => {
    const first = writing.react("m1", "🫖", true);
    asked[0].reject(new NetError("CONFLICT"));
    await assert.rejects(first, { code: "CONFLICT" });
    writing.react("m1", "🫖", true);
    assert.equal(asked.length, 2);
  });
});

describe("what is read aloud", () => {
  let clock;
  let announcing;

  const said = () => announcements.value.map(({ text }) => text);

  beforeEach(() => {
    noticesReset();
    readsReset();
    clock = new FakeClock();
    announcing = new Announcing(clock);
    currentRoomId.value = "r1";
    me.value = { id: "u1" };
    rooms.value = new Map([["r2", { id: "r2", name: "general" }]]);
  });

  test("each message of others in the open room", () => {
    announcing.message(message(1));
    announcing.message(message(2, { sender: { id: "u1" } }));
    announcing.message(message(3, { roomId: "r2" }));
    assert.deepEqual(said(), ["Bob: number 1"]);
  });

  test("a crowd of them is one sentence", async () => {
    for (let seq = 1; seq <= 12; seq += 1) announcing.message(message(seq));
    assert.equal(said().at(-1), "Bob: number 5");
    await clock.tick(2000);
    assert.equal(said().at(-1), "7 more new messages.");
    announcing.message(message(13));
    assert.equal(said().at(-1), "Bob: number 13");
  });

  test("a mention elsewhere, and only where it is new", () => {
    const activity = { roomId: "r2", lastSeq: 4, newestSeq: 4, newestBy: "u2", mentions: 1 };
    announcing.activity(activity);
    readTold("r2", activity);
    announcing.activity({ ...activity, mentions: 1 });
    announcing.activity({ ...activity, mentions: null });
    assert.deepEqual(said(), ["You were mentioned in #general."]);
  });
});
