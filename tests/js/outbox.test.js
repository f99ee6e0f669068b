import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { NetError } from "../../static/js/net/errors.js";
import { Outbox } from "../../static/js/net/outbox.js";
import { FakeClock, fakeDisk, settle } from "./fakes.js";

let clock;
let outbox;
let wire;
let isReady;
let disk;
let lastNonce;

beforeEach(() => {
  clock = new FakeClock();
  wire = [];
  isReady = true;
  disk = fakeDisk();
  lastNonce = 0;
  outbox = page();
  outbox.open("ann");
});

/** One more page of this browser. */
function page() {
  return new Outbox({
    transmit: (entry) => new Promise((resolve, reject) => wire.push({ entry, resolve, reject })),
    isReady: () => isReady,
    clock,
    random: () => 1,
    uuid: () => `n${++lastNonce}`,
    store: disk.page(),
  });
}

const add = (content, roomId = "r1") => outbox.add({ roomId, content });
const states = (of = outbox) => of.entriesOf("r1").map(({ content, state }) => `${content} ${state}`);
const ack = (nonce, roomId = "r1") => ({ id: `m-${nonce}`, roomId, seq: 1, changeSeq: 1, nonce, createdAt: "" });

/** The newest transmission ends. */
async function answer(result) {
  const { entry, resolve, reject } = wire.at(-1);
  if (result instanceof Error) reject(result);
  else resolve(ack(entry.nonce, entry.roomId));
  await settle();
}

test("a message goes out at once and is sent when acknowledged", async () => {
  add("hello");
  assert.deepEqual(states(), ["hello pending"]);
  assert.deepEqual(wire.map(({ entry }) => entry.nonce), ["n1"]);
  await answer("ack");
  assert.deepEqual(states(), ["hello sent"]);
});

test("it leaves the outbox when it is seen in the room, whichever comes first", async () => {
  add("ack first");
  await answer("ack");
  outbox.settle("n1");
  assert.deepEqual(states(), []);
  add("frame first");
  outbox.settle("n2");
  await answer("ack");
  assert.deepEqual(states(), []);
});

test("one at a time per room, in the order they were written; rooms do not wait for each other", async () => {
  add("one");
  add("two");
  add("elsewhere", "r2");
  assert.deepEqual(wire.map(({ entry }) => entry.content), ["one", "elsewhere"]);
  wire[0].resolve(ack("n1"));
  await settle();
  assert.deepEqual(wire.map(({ entry }) => entry.content), ["one", "elsewhere", "two"]);
});

test("without a connection everything waits; a flush sends it", async () => {
  isReady = false;
  add("one");
  add("two");
  assert.equal(wire.length, 0);
  assert.deepEqual(outbox.waitingRooms, ["r1"]);
  isReady = true;
  outbox.flush("r1");
  await answer("ack");
  await answer("ack");
  assert.deepEqual(states(), ["one sent", "two sent"]);
});

test("a connection lost before the ack: the same nonce goes out again after the reconnect", async () => {
  add("once");
  isReady = false;
  await answer(new NetError("DISCONNECTED"));
  assert.deepEqual(states(), ["once pending"]);
  await clock.tick(60_000);
  assert.equal(wire.length, 1);
  isReady = true;
  outbox.flush();
  assert.deepEqual(wire.map(({ entry }) => entry.nonce), ["n1", "n1"]);
  await answer("ack");
  assert.deepEqual(states(), ["once sent"]);
});

test("seen in the room after the reconnect, it does not go out again", async () => {
  add("once");
  isReady = false;
  await answer(new NetError("DISCONNECTED"));
  isReady = true;
  outbox.settle("n1");
  outbox.flush("r1");
  assert.equal(wire.length, 1);
});

test("no ack in time: the same nonce again, a little later", async () => {
  add("slow");
  await answer(new NetError("TIMEOUT"));
  assert.deepEqual(states(), ["slow pending"]);
  await clock.tick(1000);
  assert.deepEqual(wire.map(({ entry }) => entry.nonce), ["n1", "n1"]);
});

test("RATE_LIMITED waits as long as it says, and holds the later ones back", async () => {
  add("one");
  add("two");
  await answer(new NetError("RATE_LIMITED", "Slower", { retryAfterMs: 4000 }));
  outbox.flush("r1");
  await clock.tick(3999);
  assert.equal(wire.length, 1);
  await clock.tick(1);
  assert.deepEqual(wire.map(({ entry }) => entry.content), ["one", "one"]);
});

describe("a refusal", () => {
  for (const code of ["VALIDATION_ERROR", "FORBIDDEN", "NOT_FOUND", "CONFLICT", "INTERNAL_ERROR"]) {
    test(`${code} fails the message and lets the next one through`, async () => {
      add("bad");
      add("good");
      await answer(new NetError(code, "No"));
      assert.deepEqual(states(), ["bad failed", "good pending"]);
      assert.deepEqual(outbox.entriesOf("r1")[0].error, { code, message: "No" });
      await answer("ack");
      assert.deepEqual(states(), ["bad failed", "good sent"]);
    });
  }

  test("is tried again with the same nonce when the person asks", async () => {
    add("bad");
    await answer(new NetError("FORBIDDEN"));
    outbox.retry("n1");
    assert.deepEqual(states(), ["bad pending"]);
    await answer("ack");
    assert.deepEqual(wire.map(({ entry }) => entry.nonce), ["n1", "n1"]);
    assert.deepEqual(states(), ["bad sent"]);
  });

  test("is thrown away when the person asks; what is not failed cannot be", async () => {
    add("bad");
    outbox.discard("n1");
    assert.deepEqual(states(), ["bad pending"]);
    await answer(new NetError("FORBIDDEN"));
    outbox.discard("n1");
    assert.deepEqual(states(), []);
  });
});

test("a room says when nothing of it waits any more", async () => {
  const idle = [];
  outbox.on("idle", ({ roomId }) => idle.push(roomId));
  add("one");
  add("two");
  await answer("ack");
  assert.deepEqual(idle, []);
  await answer("ack");
  assert.deepEqual(idle, ["r1"]);
});

test("a store that fails does not stop a message", async (t) => {
  t.mock.method(console, "warn", () => {});
  outbox.store.put = async () => {
    throw new Error("disk full");
  };
  add("hello");
  await answer("ack");
  assert.deepEqual(states(), ["hello sent"]);
});

describe("what is kept on this device", () => {
  const nonces = () => wire.map(({ entry }) => entry.nonce);

  test("what an earlier page left is sent in its order, with its nonces; what was acknowledged is not", async () => {
    add("acknowledged");
    await answer("ack");
    isReady = false;
    add("first");
    add("second");
    outbox.store.end();
    isReady = true;
    wire = [];
    const later = page();
    await later.open("ann");
    await answer("ack");
    await answer("ack");
    assert.deepEqual(nonces(), ["n2", "n3"]);
    assert.deepEqual(states(later), ["first sent", "second sent"]);
    assert.equal(disk.rows.has("ann n1"), false);
  });

  test("another person sends none of it, and does not see it; it waits for its own", async () => {
    isReady = false;
    add("ann's");
    outbox.close();
    assert.deepEqual(states(), []);
    isReady = true;
    await outbox.open("ben");
    outbox.flush();
    assert.deepEqual([states(), nonces()], [[], []]);
    outbox.close();
    await outbox.open("ann");
    assert.deepEqual(nonces(), ["n1"]);
  });

  test("wiped, nothing of it is left, and what waited for its turn is not sent", async () => {
    add("one");
    add("two");
    await answer(new NetError("RATE_LIMITED", "", { retryAfterMs: 1000 }));
    outbox.wipe();
    outbox.close();
    await clock.tick(5000);
    assert.equal(wire.length, 1);
    assert.equal(disk.rows.size, 0);
  });
});

describe("several pages of one person", () => {
  let other;

  beforeEach(async () => {
    other = page();
    await other.open("ann");
  });

  test("show the same, and one of them sends it", async () => {
    add("hello");
    assert.deepEqual(states(other), ["hello pending"]);
    assert.deepEqual(other.waitingRooms, []);
    other.flush();
    assert.equal(wire.length, 1);
    await answer("ack");
    assert.deepEqual(states(other), ["hello sent"]);
    outbox.settle("n1");
    assert.deepEqual([states(), states(other)], [[], []]);
  });

  test("late word of what has arrived does not bring it back", () => {
    other.settle("n1");
    add("hello");
    assert.deepEqual(states(other), []);
  });

  test("delete and retry in one are seen in the other", async () => {
    add("bad");
    await answer(new NetError("VALIDATION_ERROR", "Too long."));
    assert.deepEqual(states(other), ["bad failed"]);
    other.retry("n1");
    assert.deepEqual([states(), wire.length], [["bad pending"], 2]);
    await answer(new NetError("VALIDATION_ERROR", "Too long."));
    outbox.discard("n1");
    assert.deepEqual([states(), states(other), disk.rows.size], [[], [], 0]);
  });

  test("one that ended leaves its entries to the other", async () => {
    isReady = false;
    add("unsent");
    isReady = true;
    assert.equal(wire.length, 0);
    outbox.store.end();
    assert.equal(wire.length, 1);
    await answer("ack");
    assert.deepEqual(states(other), ["unsent sent"]);
  });

  test("signing out in one wipes the other", () => {
    isReady = false;
    add("unsent");
    other.wipe();
    assert.deepEqual([states(), states(other), disk.rows.size], [[], [], 0]);
  });
});
