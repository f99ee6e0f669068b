import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { dayOf, errorText, t } from "../../static/js/i18n/index.js";
import { en } from "../../static/js/i18n/en.js";
import { keyOf, lastOwn, rowsOf } from "../../static/js/state/rows.js";
import { message } from "./fakes.js";

const bob = { id: "u2", username: "bob", displayName: "Bob", avatarUrl: null };
const ann = { id: "u1", username: "ann", displayName: "Ann", avatarUrl: null };
const at = (minute, more = {}) => ({ createdAt: new Date(2026, 10, 20, 20, minute).toISOString(), ...more });
const entry = (nonce, minute) => ({ nonce, roomId: "r1", content: nonce, replyTo: null, state: "pending", error: null, ack: null, ...at(minute) });

/** Rows in short: a day line, a first of a group in capitals. */
const short = (rows) =>
  rows.map((row) => {
    if (row.kind === "day") return "day";
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
    assert.equal(rows[2]?.kind === "message" && rows[2].quoted, gone);
  });

  test("a reply to one not loaded says so; one to nothing quotes nothing", () => {
    const rows = rowsOf([message(1, { ...at(0), replyTo: "m0" }), message(2, at(1))], [], "u1");
    assert.equal(rows[1]?.kind === "message" && rows[1].quoted, null);
    assert.equal(rows[2]?.kind === "message" && rows[2].quoted, undefined);
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
