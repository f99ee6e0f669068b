import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { Arranger, moved } from "../../static/js/ui/parts/arranger.js";

globalThis.window = new EventTarget();

describe("putting a line elsewhere by keys", () => {
  let dropped;
  let said;
  let hidden;
  let arranger;
  const press = (key) => {
    let isTaken = false;
    arranger.onKeyDown({ key, preventDefault: () => (isTaken = true), stopPropagation: () => {} });
    return isTaken;
  };

  beforeEach(() => {
    dropped = [];
    said = [];
    hidden = new Set();
    arranger = new Arranger({
      elementOf: (key) => (hidden.has(key) ? null : {}),
      onDrop: (lines, key) => dropped.push([key, lines.join("")]),
      onSay: (what, key, lines) => said.push(`${what} ${key} ${lines.join("")}`),
    });
  });

  test("shows each step, and tells only where it ends", () => {
    arranger.pick("a", ["a", "b", "c"]);
    press("ArrowDown");
    assert.deepEqual(arranger.moving.value.lines, ["b", "a", "c"]);
    press("ArrowDown");
    press("ArrowDown");
    assert.deepEqual(dropped, []);
    press("Enter");
    assert.deepEqual(dropped, [["a", "bca"]]);
    assert.deepEqual(said, ["picked a abc", "moved a bac", "moved a bca", "dropped a bca"]);
    assert.equal(arranger.moving.value, null);
  });

  test("Escape, Tab and a click elsewhere put it back", () => {
    const ways = [() => press("Escape"), () => press("Tab"), () => window.dispatchEvent(new Event("pointerdown"))];
    for (const giveUp of ways) {
      arranger.pick("b", ["a", "b"]);
      press("ArrowUp");
      giveUp();
      assert.equal(arranger.moving.value, null);
      assert.equal(said.at(-1), "back b ab");
    }
    assert.deepEqual(dropped, []);
  });

  test("put down where it stood, nothing is told", () => {
    arranger.pick("a", ["a", "b"]);
    press("ArrowDown");
    press("ArrowUp");
    press("Enter");
    assert.deepEqual(dropped, []);
  });

  test("lines that are folded away are passed over", () => {
    hidden.add("b");
    arranger.pick("a", ["a", "b", "c"]);
    press("ArrowDown");
    assert.deepEqual(arranger.moving.value.lines, ["b", "c", "a"]);
  });

  test("while nothing is moved, keys are the page's", () => {
    assert.deepEqual(["ArrowDown", "Enter", "Escape"].map(press), [false, false, false]);
    arranger.pick("a", ["a", "b"]);
    assert.equal(press("x"), false);
  });
});

test("a line goes to a place among the others", () => {
  assert.deepEqual(moved(["a", "b", "c"], "c", 0), ["c", "a", "b"]);
  assert.deepEqual(moved(["a", "b", "c"], "a", 2), ["b", "c", "a"]);
});
