import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { roomUpdated, roomsReset } from "../../static/js/state/rooms.js";
import { mayInRoom, mayInServer, permissionsOf, permissionsReset } from "../../static/js/state/permissions.js";
import { Standing } from "../../static/js/state/standing.js";

/** Answers when it is told to. */
class Questions {
  asked = [];

  get(path) {
    return new Promise((resolve, reject) => this.asked.push({ path, resolve, reject }));
  }

  async answer(permissions) {
    this.asked.shift().resolve({ data: { permissions, rules: [] } });
    await settled();
  }
}

const settled = () => new Promise((done) => setImmediate(done));

describe("what one may do", () => {
  /** @type {Questions} */
  let api;
  /** @type {Standing} */
  let standing;
  beforeEach(() => {
    permissionsReset();
    roomsReset();
    api = new Questions();
    standing = new Standing(api);
  });

  test("is not offered until it is known, but for what nearly everybody may", async () => {
    standing.watch("rooms", "r1");
    assert.deepEqual([mayInRoom("r1", "post", true), mayInRoom("r1", "manage_room")], [true, false]);
    await api.answer(["view"]);
    assert.equal(mayInRoom("r1", "post", true), false);
    assert.equal(mayInServer(null, "invite"), false);
  });

  test("is asked once, however many look at it", async () => {
    standing.watch("servers", "s1");
    standing.watch("servers", "s1");
    assert.equal(api.asked.length, 1);
    await api.answer(["invite"]);
    standing.watch("servers", "s1");
    assert.deepEqual([api.asked.length, mayInServer("s1", "invite")], [0, true]);
  });

  test("is asked again when something changes; the old answer stays meanwhile", async () => {
    roomUpdated({ id: "r1", serverId: "s1" });
    standing.watch("rooms", "r1");
    await api.answer(["post"]);
    standing.serverChanged("s1");
    assert.equal(mayInRoom("r1", "post"), true);
    await api.answer([]);
    assert.equal(mayInRoom("r1", "post"), false);
  });

  test("a change while it is being asked is asked after", async () => {
    standing.watch("rooms", "r1");
    standing.roomChanged("r1");
    standing.roomChanged("r1");
    await api.answer(["post"]);
    assert.equal(api.asked.length, 1);
    await api.answer(["view"]);
    assert.deepEqual([api.asked.length, permissionsOf("rooms", "r1")?.permissions], [0, ["view"]]);
  });

  test("what nobody looks at any more is forgotten by a change, and asked when somebody does", async () => {
    const lookAway = standing.watch("rooms", "r1");
    await api.answer(["post"]);
    lookAway();
    standing.roomChanged("r1");
    assert.deepEqual([api.asked.length, permissionsOf("rooms", "r1")], [0, null]);
    standing.watch("rooms", "r1");
    assert.equal(api.asked[0].path, "/rooms/r1/permissions");
  });

  test("an answer for a person who has left changes nothing", async () => {
    standing.watch("rooms", "r1");
    standing.reset();
    await api.answer(["post"]);
    assert.equal(permissionsOf("rooms", "r1"), null);
  });

  test("a refusal is known as nothing", async () => {
    standing.watch("rooms", "r1");
    await api.answer(["post"]);
    standing.roomChanged("r1");
    api.asked.shift().reject(Object.assign(new Error(), { code: "NOT_FOUND" }));
    await settled();
    assert.equal(mayInRoom("r1", "post", true), true);
  });
});
