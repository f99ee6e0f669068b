import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { RoomCursor, numberOf } from "../../static/js/net/recovery.js";
import { EPOCH, FakeClock, message } from "./fakes.js";

let clock;
let cursor;
let log;

beforeEach(() => {
  clock = new FakeClock();
  log = [];
  cursor = new RoomCursor(
    {
      apply: (type, data) => log.push(`apply ${data.message?.changeSeq ?? data.changeSeq}`),
      merge: (messages) => log.push(`merge ${messages.map(({ changeSeq }) => changeSeq)}`),
      replace: (messages) => log.push(`replace ${messages.map(({ changeSeq }) => changeSeq)}`),
      recover: (lastSeenSeq) => log.push(`recover ${lastSeenSeq}`),
      rejoin: () => log.push("rejoin"),
    },
    clock,
  );
});

function joined(lastSeq, more = {}) {
  const messages = more.messages ?? [message(lastSeq)];
  cursor.joined({ room: { id: "r1" }, lastSeq, epoch: EPOCH, recovered: false, ...more, messages });
}

function missed(seqs, upTo, more = {}) {
  const messages = seqs.map((seq) => message(seq));
  cursor.missed({ roomId: "r1", upTo, lastSeq: upTo, epoch: EPOCH, recovered: true, more: false, ...more, messages });
}

function frame(...seqs) {
  for (const seq of seqs) cursor.frame(seq, "message:new", { message: message(seq) });
}

/** What happened since the last call. */
function happened() {
  return log.splice(0);
}

describe("frames", () => {
  beforeEach(() => {
    joined(10);
    happened();
  });

  test("the next number is applied and moves the cursor", () => {
    frame(11, 12);
    assert.deepEqual(happened(), ["apply 11", "apply 12"]);
    assert.equal(cursor.cursor, 12);
  });

  test("a number at or below the cursor is dropped", () => {
    frame(11);
    frame(11, 10, 3);
    assert.deepEqual(happened(), ["apply 11"]);
    assert.equal(cursor.cursor, 11);
  });

  test("beyond a hole a frame is held, and what is missing asked for once", () => {
    frame(13, 14, 15);
    assert.deepEqual(happened(), ["recover 10"]);
    assert.equal(cursor.cursor, 10);
  });

  test("frames out of order fill their own hole", () => {
    frame(12, 11, 13);
    assert.deepEqual(happened(), ["recover 10", "apply 11", "apply 12", "apply 13"]);
    missed([11, 12], 12);
    assert.equal(cursor.cursor, 13);
    assert.deepEqual(happened(), ["merge 11,12"]);
  });

  test("the answer closes the hole and lets the held frames through", () => {
    frame(13, 14);
    happened();
    missed([11, 12], 12);
    assert.deepEqual(happened(), ["merge 11,12", "apply 13", "apply 14"]);
    assert.equal(cursor.cursor, 14);
    assert.equal(clock.waiting, 0);
  });

  test("held frames the answer already covers are dropped", () => {
    frame(12, 13);
    happened();
    missed([11, 12, 13], 13);
    assert.deepEqual(happened(), ["merge 11,12,13"]);
    assert.equal(cursor.cursor, 13);
  });

  test("no answer: the question is asked again, ever more seldom", async () => {
    frame(12);
    await clock.tick(4_000);
    await clock.tick(8_000);
    await clock.tick(14_999);
    assert.deepEqual(happened(), ["recover 10", "recover 10", "recover 10"]);
    await clock.tick(1);
    assert.deepEqual(happened(), ["recover 10"]);
  });

  test("a second hole in the same room is asked for after the first was closed", () => {
    frame(12);
    missed([11], 11);
    frame(14);
    assert.deepEqual(happened(), ["recover 10", "merge 11", "apply 12", "recover 12"]);
  });

  test("an answer that brings nothing is not asked for again at once", async () => {
    frame(12);
    happened();
    missed([], 10);
    assert.deepEqual(happened(), ["merge "]);
    await clock.tick(15_000);
    assert.ok(happened().includes("recover 10"));
  });

  test("what the server pushes unasked moves the cursor and closes holes to come", () => {
    missed([11, 12, 13], 13);
    frame(12, 13, 14);
    assert.deepEqual(happened(), ["merge 11,12,13", "apply 14"]);
  });

  test("an answer from before never moves the cursor back", () => {
    frame(11, 12);
    happened();
    missed([9], 9);
    assert.equal(cursor.cursor, 12);
  });

  test("a frame whose reducer throws does not count as applied; it is recovered", async (t) => {
    t.mock.method(console, "error", () => {});
    cursor.effects.apply = () => {
      throw new Error("fault");
    };
    frame(11);
    assert.equal(cursor.cursor, 10);
    await clock.tick(1_500);
    assert.deepEqual(happened(), ["recover 10"]);
    missed([11], 11);
    assert.equal(cursor.cursor, 11);
  });

  test("edits, deletions and reactions take their changeSeq", () => {
    assert.deepEqual(numberOf("message:updated", { message: message(3, { changeSeq: 11 }) }), { roomId: "r1", seq: 11 });
    assert.deepEqual(numberOf("message:deleted", { roomId: "r1", seq: 3, changeSeq: 12 }), { roomId: "r1", seq: 12 });
    assert.deepEqual(numberOf("reaction:changed", { roomId: "r1", seq: 3, changeSeq: 13 }), { roomId: "r1", seq: 13 });
    assert.equal(numberOf("message:ack", { roomId: "r1", changeSeq: 14 }), null);
    assert.equal(numberOf("typing:update", { roomId: "r1" }), null);
  });
});

describe("joining", () => {
  test("the first join asks for nothing and replaces", () => {
    assert.deepEqual(cursor.joinParams(), {});
    joined(7, { messages: [message(6), message(7)] });
    assert.deepEqual(happened(), ["replace 6,7"]);
    assert.equal(cursor.cursor, 7);
  });

  test("frames that come before the answer wait for it", () => {
    frame(7, 8, 9);
    joined(8, { messages: [message(8)] });
    assert.deepEqual(happened(), ["replace 8", "apply 9"]);
  });

  test("after a reconnect the join carries the cursor and the epoch, and merges", () => {
    joined(7);
    happened();
    cursor.disconnected();
    assert.deepEqual(cursor.joinParams(), { lastSeenSeq: 7, epoch: EPOCH });
    joined(9, { recovered: true, upTo: 9, messages: [message(8), message(9)] });
    assert.deepEqual(happened(), ["merge 8,9"]);
    assert.equal(cursor.cursor, 9);
  });

  test("frames held before the connection broke are forgotten: the join brings them", () => {
    joined(7);
    frame(9);
    cursor.disconnected();
    happened();
    joined(9, { recovered: true, upTo: 9, messages: [message(8), message(9)] });
    assert.deepEqual(happened(), ["merge 8,9"]);
    assert.equal(cursor.cursor, 9);
    assert.equal(clock.waiting, 0);
  });

  test("recovered: false replaces everything", () => {
    joined(7);
    cursor.disconnected();
    happened();
    joined(5000, { recovered: false, messages: [message(4999), message(5000)] });
    assert.deepEqual(happened(), ["replace 4999,5000"]);
    assert.equal(cursor.cursor, 5000);
  });

  test("another epoch replaces everything, whatever recovered says", () => {
    joined(7);
    cursor.disconnected();
    happened();
    joined(4, { recovered: true, upTo: 4, epoch: "another", messages: [message(4)] });
    assert.deepEqual(happened(), ["replace 4"]);
    assert.equal(cursor.cursor, 4);
    assert.deepEqual(cursor.joinParams(), { lastSeenSeq: 4, epoch: "another" });
  });

  test("pages follow by themselves; each one's upTo is a safe cursor", () => {
    joined(7);
    cursor.disconnected();
    happened();
    joined(13, { recovered: true, upTo: 9, more: true, messages: [message(8), message(9)] });
    assert.equal(cursor.cursor, 9);
    frame(14);
    missed([10, 11], 11, { more: true, lastSeq: 13 });
    assert.equal(cursor.cursor, 11);
    missed([12, 13], 13, { lastSeq: 13 });
    assert.deepEqual(happened(), ["merge 8,9", "merge 10,11", "merge 12,13", "apply 14"]);
    assert.equal(cursor.cursor, 14);
    assert.equal(clock.waiting, 0);
  });

  test("a page that does not come is asked for from where the pages stopped", async () => {
    joined(7);
    cursor.disconnected();
    happened();
    joined(13, { recovered: true, upTo: 9, more: true, messages: [message(8), message(9)] });
    await clock.tick(4_000);
    assert.deepEqual(happened(), ["merge 8,9", "recover 9"]);
  });

  test("a page may stop in the middle of a connection; the next join goes on from its upTo", () => {
    joined(7);
    cursor.disconnected();
    joined(13, { recovered: true, upTo: 9, more: true, messages: [message(8), message(9)] });
    cursor.disconnected();
    assert.deepEqual(cursor.joinParams(), { lastSeenSeq: 9, epoch: EPOCH });
  });
});

describe("what cannot be recovered", () => {
  beforeEach(() => {
    joined(10);
    frame(12);
    happened();
  });

  test("recovered: false to a recover joins afresh, without a cursor", () => {
    missed([], 0, { recovered: false, lastSeq: 5000 });
    assert.deepEqual(happened(), ["rejoin"]);
    assert.deepEqual(cursor.joinParams(), {});
    assert.equal(clock.waiting, 0);
    joined(5000);
    assert.deepEqual(happened(), ["replace 5000"]);
  });

  test("another epoch in an answer joins afresh", () => {
    missed([11], 12, { epoch: "another" });
    assert.deepEqual(happened(), ["rejoin"]);
    assert.equal(cursor.cursor, null);
  });

  test("nothing is asked without a connection", async () => {
    cursor.disconnected();
    await clock.tick(60_000);
    assert.deepEqual(happened(), []);
  });
});

describe("heads", () => {
  beforeEach(() => {
    joined(10);
    happened();
  });

  test("a head beyond the cursor is asked for after a little grace", async () => {
    cursor.head(11);
    await clock.tick(1_499);
    assert.deepEqual(happened(), []);
    await clock.tick(1);
    assert.deepEqual(happened(), ["recover 10"]);
  });

  test("a frame that comes within the grace makes the question needless", async () => {
    cursor.head(11);
    frame(11);
    await clock.tick(60_000);
    assert.deepEqual(happened(), ["apply 11"]);
  });

  test("a head at or below the cursor means nothing", async () => {
    cursor.head(10);
    cursor.head(3);
    await clock.tick(60_000);
    assert.deepEqual(happened(), []);
  });

  test("while an answer is awaited a head asks nothing more", async () => {
    frame(12);
    cursor.head(13);
    await clock.tick(3_999);
    assert.deepEqual(happened(), ["recover 10"]);
  });

  test("frames still under way keep their grace while others come in", async () => {
    cursor.head(12);
    frame(11);
    assert.deepEqual(happened(), ["apply 11"]);
    await clock.tick(1_500);
    assert.deepEqual(happened(), ["recover 11"]);
  });
});

test("any order, loss and repetition ends with every number applied or merged exactly in order", () => {
  let seed = 7;
  const random = () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648);
  joined(0, { messages: [] });
  const seen = new Set();
  cursor.effects.apply = (_type, { message: { changeSeq } }) => {
    assert.ok(!seen.has(changeSeq), `${changeSeq} applied twice`);
    assert.equal(changeSeq, cursor.cursor + 1);
    seen.add(changeSeq);
  };
  cursor.effects.merge = (messages) => messages.forEach(({ changeSeq }) => seen.add(changeSeq));
  let asked = null;
  cursor.effects.recover = (from) => (asked = from);
  for (let head = 1; head <= 2000; head += 1) {
    const late = Math.max(1, head - Math.floor(random() * 4));
    if (random() > 0.3) frame(head);
    if (random() < 0.3) frame(late);
    if (asked !== null && random() < 0.5) {
      const from = asked;
      asked = null;
      missed(Array.from({ length: head - from }, (_, index) => from + 1 + index), head);
    }
  }
  missed(Array.from({ length: 2000 - cursor.cursor }, (_, index) => cursor.cursor + 1 + index), 2000);
  assert.equal(cursor.cursor, 2000);
  assert.equal(seen.size, 2000);
});
