import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { NetError } from "../../static/js/net/errors.js";
import { History } from "../../static/js/state/history.js";
import { jumpReset, jumpTarget, jumping } from "../../static/js/state/jump.js";
import { currentRoomId } from "../../static/js/state/lists.js";
import { conversation, messageChanged, messageDeleted, messagesReplaced, messagesReset } from "../../static/js/state/messages.js";
import { quoteOf, quotesForgotten, quotesFrom, quotesReset } from "../../static/js/state/quotes.js";
import { FakeClock, message, settle } from "./fakes.js";

let clock;
let asked;
let fail;
let history;

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
const seqs = () => conversation("r1").value.list.map(({ seq }) => seq);

beforeEach(() => {
  messagesReset();
  quotesReset();
  jumpReset();
  clock = new FakeClock();
  asked = [];
  fail = null;
  currentRoomId.value = "r1";
  messagesReplaced("r1", range(951, 1000));
  history = new History({ get }, clock);
});

/** A room of a thousand messages, m1 to m1000. */
async function get(path, { query } = {}) {
  asked.push(path.startsWith("/messages") ? path : `before ${query.before}`);
  if (fail) throw fail;
  if (path.startsWith("/messages/")) {
    const seq = Number(path.slice("/messages/m".length));
    if (!(seq <= 1000)) throw new NetError("NOT_FOUND", "", { status: 404 });
    return { data: message(seq) };
  }
  const from = Math.max(1, query.before - query.limit);
  return { data: range(from, query.before - 1), meta: { hasMore: from > 1 } };
}

describe("the way to a message", () => {
  test("one that is loaded is pointed at, each time anew", async () => {
    assert.equal(await history.jumpTo("r1", "m960"), true);
    const { token } = jumpTarget.value;
    await history.jumpTo("r1", "m960");
    assert.notEqual(jumpTarget.value.token, token);
    assert.deepEqual(asked, []);
  });

  test("further back, pages come until it is there, without gaps", async () => {
    const way = [];
    const stop = jumping.subscribe((now) => now && way.push(now.loaded));
    assert.equal(await history.jumpTo("r1", "m700"), true);
    stop();
    assert.deepEqual(asked, ["/messages/m700", "before 951", "before 851", "before 751"]);
    assert.deepEqual(seqs(), range(651, 1000).map(({ seq }) => seq));
    assert.deepEqual(way, [0, 150, 250, 350]);
    assert.equal(jumpTarget.value.messageId, "m700");
    assert.equal(jumping.value, null);
  });

  test("one that is not there, or of another room, is no jump", async () => {
    assert.equal(await history.jumpTo("r1", "m2000"), false);
    messagesReplaced("r2", []);
    currentRoomId.value = "r2";
    assert.equal(await history.jumpTo("r2", "m5"), false);
    assert.equal(jumpTarget.value, null);
  });

  test("a page that fails ends it; so does going elsewhere", async () => {
    const first = history.jumpTo("r1", "m5");
    currentRoomId.value = "r2";
    assert.equal(await first, false);
    currentRoomId.value = "r1";
    await get("/messages/m5");
    fail = new NetError("NETWORK");
    assert.equal(await history.jumpTo("r1", "m5"), false);
    assert.equal(jumpTarget.value, null);
  });

  test("a later jump takes over", async () => {
    const first = history.jumpTo("r1", "m5");
    const second = history.jumpTo("r1", "m960");
    assert.deepEqual(await Promise.all([first, second]), [false, true]);
    assert.equal(jumpTarget.value.messageId, "m960");
  });

  test("it waits for a room that is being joined, but not for ever", async () => {
    currentRoomId.value = "r3";
    const jump = history.jumpTo("r3", "m1");
    await clock.tick(15_000);
    assert.equal(await jump, false);
  });
});

describe("what a reply points to", () => {
  beforeEach(() => quotesFrom((id) => history.fetchMessage(id)));

  test("the loaded message is at hand", () => {
    assert.equal(quoteOf("r1", "m960").seq, 960);
    assert.deepEqual(asked, []);
  });

  test("another one is fetched once, and follows the room from then on", async () => {
    assert.equal(quoteOf("r1", "m5"), undefined);
    assert.equal(quoteOf("r1", "m5"), undefined);
    await settle();
    assert.deepEqual(asked, ["/messages/m5"]);
    assert.equal(quoteOf("r1", "m5").content, "number 5");
    assert.equal(seqs()[0], 951);
    messageChanged({ message: message(5, { changeSeq: 1001, content: "edited" }) });
    assert.equal(quoteOf("r1", "m5").content, "edited");
    messageDeleted({ id: "m5", roomId: "r1", seq: 5, changeSeq: 1002, deletedAt: "2026-11-20T20:40:00.000Z" });
    assert.equal(quoteOf("r1", "m5").content, null);
  });

  test("what is not there is gone, and not asked for again", async () => {
    quoteOf("r1", "m2000");
    await settle();
    assert.equal(quoteOf("r1", "m2000"), null);
    await settle();
    assert.equal(asked.length, 1);
  });

  test("without an answer it is asked again at the next look", async () => {
    fail = new NetError("NETWORK");
    quoteOf("r1", "m5");
    await settle();
    fail = null;
    assert.equal(quoteOf("r1", "m5"), undefined);
    await settle();
    assert.equal(quoteOf("r1", "m5").seq, 5);
  });

  test("a list that begins anew asks anew", async () => {
    quoteOf("r1", "m5");
    await settle();
    messagesReplaced("r1", range(990, 1000));
    quotesForgotten("r1");
    assert.equal(quoteOf("r1", "m5"), undefined);
    await settle();
    assert.equal(asked.length, 2);
  });
});
