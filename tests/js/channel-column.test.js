import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { categoriesReset, categoriesTold, categoryRank } from "../../static/js/state/categories.js";
import { categoryKey, columnBy, columnOf, linesOf, placesFor, roomKey } from "../../static/js/state/channel-column.js";
import { moved } from "../../static/js/ui/parts/arranger.js";

const room = (id, position, categoryId = null, more = {}) => ({ id, position, categoryId, serverId: "s1", isArchived: false, ...more });
const category = (id, position) => ({ id, serverId: "s1", name: id, position });
const outline = ({ groups }) => groups.map((group) => [group.category?.id ?? "", group.rooms.map(({ id }) => id)]);

describe("the channel column", () => {
  const rooms = [room("a", 0), room("b", 1), room("c", 2, "talk"), room("d", 3, "play"), room("old", 4, "talk", { isArchived: true })];
  const categories = [category("talk", 0), category("play", 1)];
  const column = columnOf(rooms, categories);

  test("has those under no category first, and the archived ones apart", () => {
    assert.deepEqual(outline(column), [["", ["a", "b"]], ["talk", ["c"]], ["play", ["d"]]]);
    assert.deepEqual(column.archived.map(({ id }) => id), ["old"]);
  });

  test("shows a channel of a category nobody knows under none", () => {
    assert.deepEqual(outline(columnOf([room("a", 0, "gone")], [])), [["", ["a"]]]);
  });

  test("is lines one after the other, and back", () => {
    const lines = linesOf(column);
    assert.deepEqual(lines, ["room:a", "room:b", "category:talk", "room:c", "category:play", "room:d"]);
    assert.deepEqual(outline(columnBy(column, lines)), outline(column));
  });

  test("a line that goes past a heading changes its category, and only what moves is told", () => {
    const lines = moved(linesOf(column), roomKey("b"), 2);
    assert.deepEqual(outline(columnBy(column, lines)), [["", ["a"]], ["talk", ["b", "c"]], ["play", ["d"]]]);
    assert.deepEqual(placesFor(column, lines), [{ id: "b", position: 1, categoryId: "talk" }]);
  });

  test("positions with holes and doubles are numbered anew where it matters", () => {
    const odd = columnOf([room("a", 0), room("b", 0), room("c", 9)], []);
    const lines = moved(linesOf(odd), roomKey("c"), 0);
    assert.deepEqual(placesFor(odd, lines), [
      { id: "c", position: 0, categoryId: null },
      { id: "a", position: 1, categoryId: null },
      { id: "b", position: 2, categoryId: null },
    ]);
  });

  test("what stands where it stood is told to nobody", () => {
    assert.deepEqual(placesFor(column, linesOf(column)), []);
    assert.equal(categoryKey("x"), "category:x");
  });
});

describe("the place of a category", () => {
  beforeEach(categoriesReset);

  test("none is first, an unknown one last, whatever order they were told in", () => {
    categoriesTold({ serverId: "s1", categories: [category("play", 1), category("talk", 0)] });
    const rank = (categoryId) => categoryRank({ serverId: "s1", categoryId });
    assert.deepEqual([null, "talk", "play", "new"].map(rank), [-1, 0, 1, 2]);
  });
});
