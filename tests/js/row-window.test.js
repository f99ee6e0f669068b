import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { rowsOf } from "../../static/js/state/rows.js";
import { RowWindow } from "../../static/js/ui/conversation/row-window.js";
import { message } from "./fakes.js";

const VIEW_PX = 400;
const ROW_PX = 50;

/** A window on a hundred rows of one height (a line of the day, then messages 1…99), at the given place. */
function opened(scrollTop) {
  const pane = new RowWindow(() => {});
  const list = Array.from({ length: 99 }, (_, index) => message(index + 1));
  const rows = rowsOf(list, [], "u1");
  const element = { getBoundingClientRect: () => ({ top: 0, height: ROW_PX }) };
  const scroller = { ...element, scrollTop, clientHeight: VIEW_PX, clientWidth: 800, scrollHeight: rows.length * ROW_PX };
  pane.setScroller(scroller);
  pane.setAbove({ getBoundingClientRect: () => ({ top: -scroller.scrollTop }) });
  pane.setList({ isConnected: false, children: Array.from({ length: 102 }, () => element) });
  pane.draw(rows, []);
  rows.forEach((_, index) => pane.heights.measured(index, ROW_PX));
  const redrawn = () => {
    pane.draw(rows, []);
    pane.settle();
  };
  pane.remember();
  redrawn();
  return { pane, scroller, redrawn };
}

describe("the window of rows that are drawn", () => {
  test("a row is brought into sight from where the list is, though nobody told of the scrolling yet", () => {
    const { pane, scroller, redrawn } = opened(1000);
    scroller.scrollTop = 3000;
    pane.reveal("u2 n21", "nearest");
    redrawn();
    assert.equal(scroller.scrollTop, 21 * ROW_PX);
  });

  test("what scrolls between the wish for a row and its drawing does not undo the wish", () => {
    const { pane, scroller, redrawn } = opened(1000);
    pane.reveal("u2 n60", "nearest");
    scroller.scrollTop = 800;
    redrawn();
    assert.equal(scroller.scrollTop, 61 * ROW_PX - VIEW_PX);
  });
});
