import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { dayOf, errorText, t } from "../../static/js/i18n/index.js";
import { en } from "../../static/js/i18n/en.js";
import { countAfter, keyOf, lastOwn, rowsOf } from "../../static/js/state/rows.js";
import { message } from "./fakes.js";

const bob = { id: "u2", username: "bob", displayName: "Bob", avatarUrl: null };
const ann = { id: "u1", username: "ann", displayName: "Ann", avatarUrl: null };
const at = (minute, more = {}) => ({ createdAt: new Date(2026, 10, 20, 20, minute).toISOString(), ...more });
const entry = (nonce, minute) => ({ nonce, roomId: "r1", content: nonce, replyTo: null, state: "pending", error: null, ack: null, ...at(minute) });

/** Rows in short: a day line, the line before what is new, a first of a group in capitals. */
const short = (rows) =>
  rows.map((row) => {
    if (row.kind === "day" || row.kind === "unread") return row.kind;
    const name = row.kind === "pending" ? "mine" : (row.message.sender?.displayName.toLowerCase() ?? "?");
    return row.isFirst ? name.toUpperCase() : name;
  });

describe("rows", () => {
  test("group by author within five minutes of the group's head", () => {
    const list = [
      message(1, at(0)),
      message(2, at(4)),
      message(3, at(6)),
      message(4, { ...at(7), sender: ann }),
      message(5, at(7)),
    ];
    assert.deepEqual(short(rowsOf(list, [], "u1")), ["day", "BOB", "bob", "BOB", "ANN", "BOB"]);
  });

  test("a new day has a line and starts a group", () => {
    const next = { createdAt: new Date(2026, 10, 21, 0, 1).toISOString() };
    const list = [message(1, { createdAt: new Date(2026, 10, 20, 23, 59).toISOString() }), message(2, next)];
    assert.deepEqual(short(rowsOf(list, [], "u1")), ["day", "BOB", "day", "BOB"]);
  });

  describe("of a list that has older ones on the server", () => {
    const older = (list, line = null) => short(rowsOf(list, [], "u1", line, false));
    const annAt = (seq, minute) => message(seq, { ...at(minute), sender: ann });

    test("begin where a group certainly begins, without a line of a day nobody knows to be new", () => {
      assert.deepEqual(older([message(1, at(0)), message(2, at(1)), annAt(3, 2), message(4, at(3))]), ["ANN", "BOB"]);
      assert.deepEqual(older([message(1, at(0)), message(2, at(9)), message(3, at(10))]), ["BOB", "bob"]);
      assert.deepEqual(older([message(1, at(0)), message(2, { ...at(1), replyTo: "m0" })]), ["BOB"]);
    });

    test("do not change when the older ones come", () => {
      const list = [message(5, at(4)), message(6, at(6)), annAt(7, 7), message(8, at(8)), message(9, at(14))];
      const shown = rowsOf(list, [], "u1", null, false);
      const all = rowsOf([message(3, at(0)), message(4, at(3)), ...list], [], "u1");
      assert.deepEqual(all.slice(-shown.length), shown);
    });

    test("a deleted one is no beginning, and says nothing of the next", () => {
      const gone = { deletedAt: "2026-11-20T20:36:02.123Z", content: null };
      assert.deepEqual(older([message(1, at(0)), message(2, { ...at(1), ...gone, sender: ann }), message(3, at(2))]), ["BOB", "bob"]);
    });

    test("the line before what is new is a beginning", () => {
      assert.deepEqual(older([message(1, at(0)), message(2, at(1))], 0), ["unread", "BOB", "bob"]);
      assert.deepEqual(older([message(1, at(0)), message(2, at(1)), annAt(3, 2)], 1), ["unread", "BOB", "ANN"]);
    });

    test("that may all be one group are shown all the same, also when somebody answers at their end", () => {
      assert.deepEqual(older([message(1, at(0)), message(2, at(1))]), ["BOB", "bob"]);
      const monologue = Array.from({ length: 50 }, (_, index) => message(index + 1, at(index / 20)));
      assert.equal(older(monologue).length, 50);
      assert.equal(older([...monologue, annAt(51, 3)]).length, 51);
    });
  });

  test("what is on its way comes last, grouped with one's own", () => {
    const list = [message(1, at(0)), message(2, { ...at(1), sender: ann })];
    assert.deepEqual(short(rowsOf(list, [entry("a", 1), entry("b", 2)], "u1")), ["day", "BOB", "ANN", "mine", "mine"]);
    assert.deepEqual(short(rowsOf([], [entry("a", 1)], "u1")), ["day", "MINE"]);
  });

  test("a message keeps its key when it arrives", () => {
    const [, pending] = rowsOf([], [entry("n7", 1)], "u1");
    assert.equal(pending?.key, keyOf(message(7, { sender: ann })));
  });

  test("two people with the same nonce are two rows", () => {
    assert.notEqual(keyOf(message(7, { sender: ann })), keyOf(message(7, { sender: bob })));
  });

  test("a deleted one vanishes; where a reply points to it a trace is left", () => {
    const gone = message(1, { ...at(0), deletedAt: "2026-11-20T20:36:02.123Z", content: null });
    assert.deepEqual(short(rowsOf([gone, message(2, at(1))], [], "u1")), ["day", "BOB"]);
    const rows = rowsOf([gone, message(2, { ...at(1), replyTo: "m1" })], [], "u1");
    assert.deepEqual(short(rows), ["day", "BOB", "BOB"]);
    assert.equal(rows[1]?.kind === "message" && rows[1].message, gone);
  });

  test("a reply starts a group: its quote stands above the name", () => {
    const list = [message(1, at(0)), message(2, { ...at(1), replyTo: "m1" }), message(3, at(1))];
    assert.deepEqual(short(rowsOf(list, [], "u1")), ["day", "BOB", "BOB", "bob"]);
  });

  test("the line stands before the first message of others that was not read", () => {
    const list = [message(1, at(0)), message(2, { ...at(1), sender: ann }), message(3, at(2)), message(4, at(3))];
    assert.deepEqual(short(rowsOf(list, [], "u1", 1)), ["day", "BOB", "ANN", "unread", "BOB", "bob"]);
    assert.deepEqual(short(rowsOf(list, [], "u1", 0)), ["day", "unread", "BOB", "ANN", "BOB", "bob"]);
    assert.deepEqual(short(rowsOf(list, [], "u1", 4)), ["day", "BOB", "ANN", "BOB", "bob"]);
    assert.deepEqual(short(rowsOf(list, [], "u1", null)), ["day", "BOB", "ANN", "BOB", "bob"]);
  });

  test("the line passes over what was deleted, and what is one's own", () => {
    const gone = message(2, { ...at(1), deletedAt: "x", content: null });
    const list = [message(1, at(0)), gone, message(3, { ...at(1), sender: ann }), message(4, { ...at(2), replyTo: "m2" })];
    assert.deepEqual(short(rowsOf(list, [], "u1", 1)), ["day", "BOB", "bob", "ANN", "unread", "BOB"]);
  });

  test("a row that did not change is the same object", () => {
    const list = [message(1, at(0)), message(2, at(1)), message(3, at(9))];
    const before = rowsOf(list, [], "u1");
    const after = rowsOf([...list, message(4, at(9))], [], "u1");
    assert.equal(after.length, 5);
    before.forEach((row, index) => assert.equal(after[index], row));
  });

  test("one more message among 10,000 costs next to nothing", () => {
    const list = Array.from({ length: 10_000 }, (_, index) => message(index + 1, at(index)));
    rowsOf(list, [], "u1");
    const times = Array.from({ length: 9 }, (_, turn) => {
      const next = [...list, message(10_001 + turn, at(10_001))];
      const start = performance.now();
      assert.ok(rowsOf(next, [], "u1").length > 10_000);
      return performance.now() - start;
    });
    // The best of some: others use this machine, too.
    assert.ok(Math.min(...times) < 5, `${Math.min(...times).toFixed(1)} ms`);
  });

  test("what came after a number, but for one's own and what is gone", () => {
    const list = [message(1), message(2), message(3, { sender: ann }), message(4, { deletedAt: "x" }), message(6)];
    assert.equal(countAfter(list, 1, "u1"), 2);
    assert.equal(countAfter(list, 6, "u1"), 0);
    assert.equal(countAfter([], 0, "u1"), 0);
  });

  test("the last of one's own that can be edited", () => {
    const list = [message(1, { sender: ann }), message(2, { sender: ann, deletedAt: "x" }), message(3)];
    assert.equal(lastOwn(list, ann)?.id, "m1");
    assert.equal(lastOwn([], ann), null);
  });
});

describe("sentences", () => {
  test("places are filled, plurals chosen, gaps seen", () => {
    assert.equal(t("typing.one", { a: "Ann" }), "Ann is writing…");
    assert.equal(t("conversation.new", { count: 1 }), "1 new message");
    assert.equal(t("conversation.new", { count: 3 }), "3 new messages");
    assert.equal(t("no.such.key"), "no.such.key");
  });

  test("what a person wrote is not taken for a place", () => {
    assert.equal(t("message.announced", { name: "{text}", text: "$& {name}" }), "{text}: $& {name}");
  });

  test("every plural has a form for the rest", () => {
    for (const [key, text] of Object.entries(en)) {
      if (typeof text === "object") assert.ok(text.other, key);
    }
  });

  test("an error has our sentence for its code, else the server's", () => {
    assert.equal(errorText({ code: "FORBIDDEN", message: "x" }), t("error.FORBIDDEN"));
    assert.equal(errorText({ code: "VALIDATION_ERROR", message: "Too long." }), "Too long.");
    assert.equal(errorText({ code: "ODD", message: "" }), t("error.unknown"));
  });

  test("days near to now have names", () => {
    const now = new Date(2026, 10, 21, 9);
    assert.equal(dayOf(new Date(2026, 10, 21, 1).toISOString(), now), "Today");
    assert.equal(dayOf(new Date(2026, 10, 20, 23).toISOString(), now), "Yesterday");
    assert.match(dayOf(new Date(2026, 10, 3).toISOString(), now), /2026/);
  });
});
