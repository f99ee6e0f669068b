import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { Communities, codeOf } from "../../static/js/state/communities.js";
import { Directory } from "../../static/js/state/directory.js";
import { memberChanged, membersAre, membersLoaded, membersOf, membersReset } from "../../static/js/state/members.js";
import { noticesReset, toast } from "../../static/js/state/notices.js";
import { channelsOf, chosenServerId, listsLoaded, roomsReset, serverGone, serverTiles, servers } from "../../static/js/state/rooms.js";

const room = (id, serverId) => ({ id, serverId, type: "text", name: id, slug: id, position: 0, lastSeq: 0 });

describe("communities", () => {
  let asked;
  let answers;
  let went;
  let communities;

  beforeEach(() => {
    roomsReset();
    membersReset();
    noticesReset();
    asked = [];
    went = [];
    answers = {
      "/servers/s2": { id: "s2", name: "Workshop" },
      "/servers/s2/channels": [room("r2", "s2")],
      "/unread": [],
    };
    const request = async (method, path, { body } = {}) => {
      asked.push([method, path, body]);
      const data = answers[path];
      if (data instanceof Error) throw data;
      return { data };
    };
    const api = { request, get: (path) => request("GET", path), post: (path, body) => request("POST", path, { body }) };
    const places = {
      openServer: (id) => went.push(id),
      settleIn: () => went.push("settled"),
      dropServer: (id) => serverGone(id),
    };
    communities = new Communities({ api, directory: new Directory(api), places });
    listsLoaded([{ id: "s1", name: "Parlor" }], [room("r1", "s1")]);
  });

  const tiles = () => serverTiles.value.flatMap(({ server }) => server?.id ?? []);

  test("one that is made has a first channel, and is where one then is", async () => {
    answers["/servers"] = { id: "s2" };
    await communities.make({ name: "Workshop", isPublic: false });
    assert.deepEqual(asked[1], ["POST", "/servers/s2/channels", { name: "general", type: "text" }]);
    assert.deepEqual([tiles(), channelsOf("s2").text.map(({ id }) => id), went], [["s1", "s2"], ["r2"], ["s2"]]);
  });

  test("a first channel that cannot be made is no reason to stay outside", async () => {
    answers["/servers"] = { id: "s2" };
    answers["/servers/s2/channels"] = [];
    const post = communities.parts.api.post;
    communities.parts.api.post = (path, body) => (path.endsWith("channels") ? Promise.reject(new Error("no")) : post(path, body));
    await communities.make({ name: "Workshop", isPublic: false });
    assert.deepEqual([tiles(), went], [["s1", "s2"], ["s2"]]);
  });

  test("one that was lost while it was read does not come back", async () => {
    const reading = communities.appeared("s2");
    communities.lost({ serverId: "s2", reason: "kicked" });
    await reading;
    assert.deepEqual([tiles(), toast.value], [["s1"], null]);
  });

  for (const [reason, words] of [
    ["kicked", "You were removed from Parlor. You may come again."],
    ["banned", "You were banned from Parlor."],
    ["deleted", "Parlor was deleted."],
    ["something new", "You are no longer in Parlor."],
    ["left", undefined],
  ]) {
    test(`who is out because of “${reason}” reads so, once`, () => {
      communities.lost({ serverId: "s1", reason });
      communities.lost({ serverId: "s1", reason: "kicked" });
      assert.equal(toast.value?.text, words);
      assert.equal(servers.value.size, 0);
    });
  }

  test("who leaves need not be told of the rooms that go", async () => {
    let during;
    answers["/servers/s1/members/me"] = undefined;
    const request = communities.parts.api.request;
    communities.parts.api.request = async (...asking) => {
      during = communities.isLeaving;
      return request(...asking);
    };
    chosenServerId.value = "s1";
    await communities.leave("s1");
    assert.deepEqual([during, communities.isLeaving, tiles(), toast.value], [true, false, [], null]);
  });

  test("whoever comes back reads the members anew", () => {
    membersAre("s1", "loading");
    membersLoaded("s1", [], 0);
    communities.lost({ serverId: "s1", reason: "left" });
    memberChanged({ serverId: "s1", member: { user: { id: "u1" }, roles: [] } });
    assert.deepEqual(membersOf("s1").value, { list: [], state: "idle", total: 0 });
  });

  test("a code is taken from a link, or as it is", () => {
    for (const text of ["abc", " abc ", "https://a.example/#/invite/abc", "/#/invite/abc?x=1", "https://a.example/#/invite/abc/"]) {
      assert.equal(codeOf(text), "abc", text);
    }
    assert.equal(codeOf("   "), "");
  });
});
