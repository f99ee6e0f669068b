import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { categoriesOf, categoriesReset, categoriesTold } from "../../static/js/state/categories.js";
import { gathering } from "../../static/js/state/catching-up.js";
import { Channels } from "../../static/js/state/channels.js";
import { rooms } from "../../static/js/state/lists.js";
import { rolesOf, rolesReset, rolesTold } from "../../static/js/state/roles.js";
import { ServerLists } from "../../static/js/state/server-lists.js";
import { versionTold, versionsReset } from "../../static/js/state/versions.js";
import { settle } from "./fakes.js";

const category = (id, position = 0) => ({ id, serverId: "s1", name: id, position });
const role = (id, position = 0) => ({ id, serverId: "s1", name: id, position, colour: null, permissions: [] });
const ids = (list) => list.map(({ id }) => id);

describe("a server's categories and roles", () => {
  let asked;
  let lists;
  let answer;

  beforeEach(() => {
    categoriesReset();
    rolesReset();
    asked = [];
    answer = async (path) => ({ data: path.endsWith("roles") ? [role("r")] : [category("c")] });
    lists = new ServerLists({
      get: (path) => {
        asked.push(path);
        return answer(path);
      },
    });
  });

  test("are asked for once, and again only when something was missed", async () => {
    assert.equal(await lists.load("s1"), true);
    await lists.load("s1");
    assert.deepEqual(asked, ["/servers/s1/categories", "/servers/s1/roles"]);
    assert.deepEqual([ids(categoriesOf("s1")), ids(rolesOf("s1"))], [["c"], ["r"]]);
    await lists.refresh("s1");
    assert.equal(asked.length, 4);
  });

  test("of a server nobody looked at are not asked for", async () => {
    assert.equal(await lists.refresh("s2"), false);
    assert.deepEqual(asked, []);
  });

  test("that could not be read are said to be unknown, and read the next time", async () => {
    const good = answer;
    answer = () => Promise.reject(new Error("away"));
    assert.equal(await lists.load("s1"), false);
    answer = good;
    assert.equal(await lists.load("s1"), true);
  });

  test("an answer for somebody who has left changes nothing", async () => {
    const loading = lists.load("s1");
    lists.reset();
    assert.equal(await loading, false);
    assert.deepEqual(categoriesOf("s1"), []);
  });
});

describe("moving", () => {
  const room = (id, position) => ({ id, serverId: "s1", position, categoryId: null, isArchived: false, type: "text", name: id });
  const places = [{ id: "b", position: 0, categoryId: null }, { id: "a", position: 1, categoryId: null }];
  const at = () => [...rooms.value.values()].map(({ id, position }) => [id, position]);
  let answer;
  const channels = new Channels({ request: () => answer });

  beforeEach(() => {
    rooms.value = new Map([room("a", 0), room("b", 1)].map((one) => [one.id, one]));
    categoriesReset();
    rolesReset();
  });

  test("shows at once, and is put back where it is refused", async () => {
    answer = Promise.reject(new Error("no"));
    const moving = channels.order("s1", places);
    assert.deepEqual(at(), [["a", 1], ["b", 0]]);
    await assert.rejects(moving);
    assert.deepEqual(at(), [["a", 0], ["b", 1]]);
  });

  test("what somebody else moved meanwhile stays where they put it", async () => {
    answer = Promise.reject(new Error("no"));
    const moving = channels.order("s1", places);
    rooms.value = new Map(rooms.value).set("b", room("b", 7));
    await assert.rejects(moving);
    assert.deepEqual(at(), [["a", 0], ["b", 7]]);
  });

  test("categories and roles the same", async () => {
    categoriesTold({ serverId: "s1", categories: [category("x", 0), category("y", 1)] });
    rolesTold({ serverId: "s1", roles: [role("high", 0), role("low", 1)] });
    answer = Promise.reject(new Error("no"));
    const moving = [channels.orderCategories("s1", ["y", "x"], "y"), channels.orderRoles("s1", ["low", "high"])];
    assert.deepEqual([ids(categoriesOf("s1")), ids(rolesOf("s1"))], [["y", "x"], ["low", "high"]]);
    await Promise.allSettled(moving);
    assert.deepEqual([ids(categoriesOf("s1")), ids(rolesOf("s1"))], [["x", "y"], ["high", "low"]]);
  });
});

test("an event that leaves a version out says that something was missed; one told twice does not", () => {
  versionsReset();
  assert.deepEqual([4, 5, 5, 3, 7, 8, null].map((version) => versionTold("s1", version)), [false, false, false, false, true, false, false]);
});

test("a burst of gaps costs one fetch now and one after", async () => {
  const works = [];
  let finish;
  const missed = gathering((names) => {
    works.push(names);
    return new Promise((resolve) => (finish = resolve));
  });
  missed("s1");
  missed("s2");
  missed("s2");
  missed("s1");
  finish();
  await settle();
  assert.deepEqual(works, [["s1"], ["s2", "s1"]]);
  finish();
  await settle();
  missed("s3");
  assert.deepEqual(works.at(-1), ["s3"]);
});
