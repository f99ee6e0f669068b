/** Where arrows lead among groups of emoji. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { placeAfter } from "../../static/js/state/grid.js";

// Two groups of 5 and 7 in four columns: rows of 4 + 1, then 4 + 3.
const after = (row, inside, key) => placeAfter([5, 7], { row, inside }, key, 4);

test("left and right walk through every group", () => {
  assert.deepEqual(after(0, 4, "ArrowRight"), { row: 1, inside: 0 });
  assert.deepEqual(after(1, 0, "ArrowLeft"), { row: 0, inside: 4 });
  assert.deepEqual(after(0, 0, "ArrowLeft"), { row: 0, inside: 0 });
  assert.deepEqual(after(1, 6, "ArrowRight"), { row: 1, inside: 6 });
});

test("down keeps the column, over a short line and into the next group", () => {
  assert.deepEqual(after(0, 0, "ArrowDown"), { row: 0, inside: 4 });
  assert.deepEqual(after(0, 3, "ArrowDown"), { row: 0, inside: 4 });
  assert.deepEqual(after(0, 4, "ArrowDown"), { row: 1, inside: 0 });
  assert.deepEqual(after(1, 6, "ArrowDown"), { row: 1, inside: 6 });
});

test("up leads back, and out of the first line", () => {
  assert.deepEqual(after(1, 0, "ArrowUp"), { row: 0, inside: 4 });
  assert.deepEqual(after(1, 3, "ArrowUp"), { row: 0, inside: 4 });
  assert.deepEqual(after(0, 4, "ArrowUp"), { row: 0, inside: 0 });
  assert.equal(after(0, 2, "ArrowUp"), null);
});
