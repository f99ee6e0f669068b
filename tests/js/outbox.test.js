import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { NetError } from "../../static/js/net/errors.js";
import { Outbox } from "../../static/js/net/outbox.js";
import { FakeClock, settle } from "./fakes.js";

let clock;
let outbox;
let wire;
let isReady;
let stored;

beforeEach(() => {
  clock = new FakeClock();
  wire = [];
  isReady = true;
  stored = new Map();
  let last = 0;
  outbox = new Outbox({
    transmit: (entry) => new Promise((resolve, reject) => wire.push({ entry, resolve, reject })),
    isReady: () => isReady,
    clock,
    random: () => 1,
    uuid: () => `n${++last}`,
    store: {
      load: async () => [...stored.values()],
      put: async (entry) => void stored.set(entry.nonce, entry),
      remove: async (nonce) => void stored.delete(nonce),
    },
  });
});

const add = (content, roomId = "r1") => outbox.add({ roomId, content });
const states = () => outbox.entriesOf("r1").map(({ content, state }) => `${content} ${state}`);
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

test("what an earlier page left is sent with its nonce; what was acknowledged is not", async () => {
  const left = { roomId: "r1", content: "left", replyTo: null, createdAt: "", error: null, ack: null };
  stored.set("old1", { ...left, nonce: "old1", state: "pending" });
  stored.set("old2", { ...left, nonce: "old2", state: "sent" });
  await outbox.load();
  outbox.flush();
  assert.deepEqual(wire.map(({ entry }) => entry.nonce), ["old1"]);
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

test("cleared, nothing of one person leaves under another's name", async () => {
  add("one");
  add("two");
  await answer(new NetError("RATE_LIMITED", "", { retryAfterMs: 1000 }));
  outbox.clear();
  await clock.tick(5000);
  assert.equal(wire.length, 1);
  assert.equal(stored.size, 0);
});
