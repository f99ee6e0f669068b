import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { rowsOf } from "../../static/js/state/rows.js";
import { RowHeights } from "../../static/js/ui/conversation/row-heights.js";
import { ScrollAnchor } from "../../static/js/ui/conversation/scroll-anchor.js";
import { message } from "./fakes.js";

/** Rows of messages numbered from…to, each measured to be 20 px high. */
function filled(from, to, heights = new RowHeights()) {
  const list = Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
  heights.setRows(rowsOf(list, [], "u1"));
  heights.rows.forEach((_, index) => heights.measured(index, 20));
  return heights;
}

const keyOfMessage = (seq) => `u2 n${seq}`;

describe("the heights of rows", () => {
  test("sum up, and are found again", () => {
    const heights = filled(1, 100);
    assert.equal(heights.total, 101 * 20);
    assert.equal(heights.top(50), 1000);
    assert.equal(heights.indexAt(1000), 50);
    assert.equal(heights.indexAt(1019), 50);
    assert.equal(heights.indexAt(-5), 0);
    assert.equal(heights.indexAt(1e9), 100);
  });

  test("one that grows moves only what is below it", () => {
    const heights = filled(1, 100);
    heights.measured(50, 35);
    assert.equal(heights.top(50), 1000);
    assert.equal(heights.top(51), 1035);
    assert.equal(heights.total, 101 * 20 + 15);
  });

  test("a height is kept with its row, wherever the row goes", () => {
    const heights = filled(101, 200);
    heights.measured(heights.indexOf(keyOfMessage(150)), 77);
    heights.setRows(rowsOf(Array.from({ length: 200 }, (_, index) => message(index + 1)), [], "u1"));
    assert.equal(heights.height(heights.indexOf(keyOfMessage(150))), 77);
  });

  test("what was never drawn is guessed by its words", () => {
    const heights = new RowHeights();
    const long = message(2, { content: "word ".repeat(200) });
    heights.setRows(rowsOf([message(1), long, message(3, { content: "a\nb\nc" })], [], "u1"));
    assert.ok(heights.height(2) > 10 * heights.height(0) / 2);
    assert.ok(heights.height(3) > 2 * 23);
  });

  test("nothing at all is nowhere", () => {
    const heights = new RowHeights();
    assert.equal(heights.total, 0);
    assert.equal(heights.indexAt(100), 0);
    assert.equal(heights.indexOf("x"), -1);
  });
});

describe("what one reads", () => {
  test("keeps its place when older rows come and when rows above are measured", () => {
    const heights = filled(101, 200);
    const anchor = new ScrollAnchor(heights);
    anchor.remember(1007, 500);
    filled(1, 200, heights);
    assert.equal(anchor.y(400), 1007 + 100 * 20);
    heights.measured(3, 120);
    assert.equal(anchor.y(400), 1007 + 100 * 20 + 100);
  });

  test("is held by the next row when it is deleted itself", () => {
    const heights = filled(1, 100);
    const anchor = new ScrollAnchor(heights);
    anchor.remember(1000, 500);
    const list = Array.from({ length: 100 }, (_, index) => message(index + 1)).filter(({ seq }) => seq !== 50);
    heights.setRows(rowsOf(list, [], "u1"));
    const next = heights.indexOf(keyOfMessage(51));
    assert.equal(anchor.y(400), heights.top(next) - 20);
  });

  test("is no line: the line of a day moves when older messages of that day come", () => {
    const heights = filled(101, 200);
    const anchor = new ScrollAnchor(heights);
    anchor.remember(5, 900);
    filled(1, 200, heights);
    assert.equal(anchor.y(400), 5 + 100 * 20);
  });

  test("stays below a row that changes where it is cut by the edge", () => {
    const heights = filled(1, 100);
    const anchor = new ScrollAnchor(heights);
    anchor.remember(1010, 500);
    heights.measured(50, 53);
    assert.equal(anchor.y(400), 1043);
  });

  test("is the end, while one is there", () => {
    const heights = filled(1, 100);
    const anchor = new ScrollAnchor(heights);
    assert.equal(anchor.y(400), heights.total - 400);
    anchor.remember(heights.total - 420, 20);
    filled(1, 120, heights);
    assert.equal(anchor.y(400), heights.total - 400);
  });
});
