import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { Directory } from "../../static/js/state/directory.js";
import { memberChanged, memberLeft, memberRenamed, membersOf, membersReset } from "../../static/js/state/members.js";

const person = (id) => ({ id, username: id, displayName: id, avatarUrl: null });
const member = (id, roles = ["member"]) => ({ user: person(id), roles, nickname: null });

describe("members of a server", () => {
  let pages;
  let asked;
  let directory;
  let during;

  const members = () => membersOf("s1").value;
  const ids = () => members().list.map(({ user }) => user.id);

  beforeEach(() => {
    membersReset();
    asked = [];
    during = () => {};
    pages = [["a", "b"], ["b", "c"]];
    directory = new Directory({
      get: async (path, { query }) => {
        asked.push(query.page);
        during();
        const data = (pages[query.page - 1] ?? assert.fail("no such page")).map((id) => member(id));
        return { data, meta: { total: 3, totalPages: pages.length } };
      },
    });
  });

  test("come page by page, each once, and are asked for once", async () => {
    await Promise.all([directory.loadMembers("s1"), directory.loadMembers("s1")]);
    await directory.loadMembers("s1");
    assert.deepEqual(asked, [1, 2]);
    assert.deepEqual([ids(), members().total, members().state], [["a", "b", "c"], 3, "ready"]);
  });

  test("stop at a thousand, and know how many there are", async () => {
    pages = Array.from({ length: 30 }, (_, page) => [`p${page}`]);
    await directory.loadMembers("s1");
    assert.equal(asked.length, 10);
    assert.equal(members().total, 3);
  });

  test("who comes while they are read is not missed", async () => {
    let isFirst = true;
    during = () => {
      if (isFirst) memberChanged({ serverId: "s1", member: member("d") });
      isFirst = false;
    };
    await directory.loadMembers("s1");
    assert.deepEqual(asked, [1, 2, 1, 2]);
  });

  test("come, go, change and are renamed as they are told", async () => {
    await directory.loadMembers("s1");
    memberChanged({ serverId: "s1", member: member("d") });
    memberChanged({ serverId: "s1", member: member("a", ["owner"]) });
    memberLeft({ serverId: "s1", member: member("b") });
    memberRenamed({ ...person("c"), displayName: "Cleo" });
    assert.deepEqual([ids(), members().total], [["a", "c", "d"], 3]);
    assert.deepEqual(members().list[0].roles, ["owner"]);
    assert.equal(members().list[1].user.displayName, "Cleo");
  });

  test("a failure is said and can be tried again; a refresh that fails leaves what was there", async () => {
    pages = [];
    await directory.loadMembers("s1");
    assert.equal(members().state, "failed");
    pages = [["a"]];
    await directory.loadMembers("s1");
    pages = [];
    await directory.refreshMembers("s1");
    assert.deepEqual([ids(), members().state], [["a"], "ready"]);
  });

  test("what was never asked for is not refreshed", async () => {
    await directory.refreshMembers("s1");
    assert.deepEqual(asked, []);
  });

  test("an answer that comes after its person has left changes nothing", async () => {
    during = () => directory.reset();
    await directory.loadMembers("s1");
    assert.deepEqual(ids(), []);
  });
});
