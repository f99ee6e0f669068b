import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { Overriding } from "../../static/js/state/overriding.js";
import { settle } from "./fakes.js";

const override = (target, allow = [], deny = []) => ({ target, kind: "role", name: target, allow, deny });

describe("changing overrides", () => {
  let sent;
  let stored;
  let refuse;
  let work;

  beforeEach(async () => {
    sent = [];
    stored = [override("readers", ["post"])];
    refuse = false;
    work = new Overriding(
      {
        overrides: async () => stored,
        setOverride: async (roomId, target, { allow, deny }) => {
          if (refuse) throw new Error("no");
          sent.push([target, allow, deny]);
        },
        clearOverride: async (roomId, target) => sent.push(["clear", target]),
      },
      "r1",
    );
    await work.load();
  });

  test("quick changes add up, and go out one after the other", async () => {
    const readers = work.list.value[0];
    work.set(readers, "react", "deny");
    work.set(readers, "view", "allow");
    work.set(readers, "react", "inherit");
    assert.equal(work.saving.value, "busy");
    await settle();
    assert.deepEqual(sent, [
      ["readers", ["post"], ["react"]],
      ["readers", ["post", "view"], ["react"]],
      ["readers", ["post", "view"], []],
    ]);
    assert.equal(work.saving.value, "done");
  });

  test("a target keeps its place, a new one comes last", async () => {
    stored = [override("a"), override("b")];
    await work.load();
    work.set(work.list.value[0], "post", "deny");
    work.set(override("c"), "post", "allow");
    assert.deepEqual(work.list.value.map(({ target }) => target), ["a", "b", "c"]);
    work.clear("b");
    assert.deepEqual(work.list.value.map(({ target }) => target), ["a", "c"]);
    await settle();
    assert.deepEqual(sent.at(-1), ["clear", "b"]);
  });

  test("where one is refused, what the server has is shown, and why", async () => {
    refuse = true;
    work.set(work.list.value[0], "react", "deny");
    assert.deepEqual(work.list.value[0].deny, ["react"]);
    await settle();
    assert.deepEqual(work.list.value, stored);
    assert.equal(work.problem.value.message, "no");
    assert.equal(work.saving.value, "none");
  });

  test("what is told while a change is under way does not undo it", async () => {
    work.set(work.list.value[0], "react", "deny");
    await work.load();
    assert.deepEqual(work.list.value[0].deny, ["react"]);
  });
});
