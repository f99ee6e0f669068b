import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { Direct, directHeard, directReset, directRoomOf, directRooms, mayOpenDirect, partnersOf, recipientRenamed } from "../../static/js/state/direct.js";
import { rooms, roomUpdated, roomsReset } from "../../static/js/state/rooms.js";
import { me } from "../../static/js/state/session.js";

const person = (id) => ({ id, username: id, displayName: id.toUpperCase(), avatarUrl: null });
const direct = (id, createdAt, ...others) => ({ id, type: "direct", serverId: null, createdAt, recipients: [person("ann"), ...others.map(person)] });

describe("direct rooms", () => {
  beforeEach(() => {
    roomsReset();
    directReset();
    me.value = { ...person("ann"), isGuest: false };
    roomUpdated(direct("r1", "2026-01-01T00:00:00Z", "ben"));
    roomUpdated(direct("r2", "2026-02-01T00:00:00Z", "ben", "cat"));
    roomUpdated({ id: "t", type: "text", serverId: null, createdAt: "2026-03-01T00:00:00Z", recipients: [] });
  });

  const order = () => directRooms.value.map(({ id }) => id);

  test("the newest comes first, then the one something was said in last", () => {
    assert.deepEqual(order(), ["r2", "r1"]);
    directHeard("r1");
    directHeard("t");
    assert.deepEqual(order(), ["r1", "r2"]);
  });

  test("a room is found by exactly its people, in any order", () => {
    assert.equal(directRoomOf(["ben"])?.id, "r1");
    assert.equal(directRoomOf(["cat", "ben"])?.id, "r2");
    assert.equal(directRoomOf(["cat"]), null);
    assert.deepEqual(partnersOf(rooms.value.get("r2")).map(({ id }) => id), ["ben", "cat"]);
  });

  test("a guest goes on with what there is, and begins nothing; nobody writes to themselves", () => {
    assert.deepEqual([mayOpenDirect(["dan"]), mayOpenDirect(["ann"]), mayOpenDirect([])], [true, false, false]);
    me.value = { ...me.value, isGuest: true };
    assert.deepEqual([mayOpenDirect(["dan"]), mayOpenDirect(["ben"])], [false, true]);
  });

  test("somebody's new name is their rooms' new name", () => {
    recipientRenamed({ ...person("ben"), displayName: "Benjamin" });
    assert.deepEqual(directRooms.value.map((room) => partnersOf(room)[0].displayName), ["Benjamin", "Benjamin"]);
  });

  test("one that is there is opened without asking; another is made, and then it is there", async () => {
    const asked = [];
    const opened = [];
    const api = {
      post: async (path, body) => {
        asked.push([path, body]);
        return { data: direct("r3", "2026-03-01T00:00:00Z", "dan") };
      },
    };
    const client = new Direct({ api, places: { openRoom: (id) => opened.push(id) } });
    await client.open(["ben"]);
    assert.deepEqual([asked, opened], [[], ["r1"]]);
    await client.open(["dan"]);
    assert.deepEqual([asked, opened], [[["/rooms/direct", { userIds: ["dan"] }]], ["r1", "r3"]]);
    assert.ok(rooms.value.has("r3"));
  });

  test("an answer that comes after its person has gone changes nothing", async () => {
    const opened = [];
    const api = {
      post: async () => {
        me.value = null;
        return { data: direct("r3", "2026-03-01T00:00:00Z", "dan") };
      },
    };
    await new Direct({ api, places: { openRoom: (id) => opened.push(id) } }).open(["dan"]);
    assert.deepEqual([opened, rooms.value.has("r3")], [[], false]);
  });
});
