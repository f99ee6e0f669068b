import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { NetError } from "../../static/js/net/errors.js";
import { Calls, callRoomOf, callSeen, callsReset, codeIn, insideCode, openCalls, outside } from "../../static/js/state/calls.js";
import { roomUpdated, roomsReset } from "../../static/js/state/rooms.js";
import { me, phase } from "../../static/js/state/session.js";

const CODE = "abcd-efgh-ijkl";
const HOST = { id: "h", username: "host", displayName: "Host", avatarUrl: null };
const call = (fields = {}) => ({
  ...{ id: "c1", type: "call", serverId: null, code: CODE, name: "Tea", createdBy: HOST, isActive: true, endedAt: null },
  ...{ guestsAllowed: false, maxParticipants: 50, counts: { messages: 0, participants: 2, voice: 0 } },
  ...fields,
});

describe("calls", () => {
  let answers;
  let asked;
  let entered;
  let talked;
  let calls;
  beforeEach(() => {
    callsReset();
    roomsReset();
    phase.value = "signed-in";
    me.value = { id: "u", isGuest: false };
    [answers, asked, entered] = [{}, [], []];
    const ask = async (method, path) => {
      asked.push(`${method} ${path}`);
      const answer = answers[`${method} ${path}`];
      if (answer instanceof Error) throw answer;
      return { data: answer };
    };
    const api = {
      get: (path) => ask("GET", path),
      getPublic: (path) => ask("PUBLIC", path),
      post: (path) => ask("POST", path),
    };
    const talking = { comeIn: (walk) => walk(), join: (id) => talked.push(`join ${id}`), leave: () => talked.push("leave") };
    talked = [];
    calls = new Calls({ api, talking, places: { enterCall: (id) => entered.push(id) } });
  });

  const refused = (code, status) => new NetError(code, code, { status });

  test("a code is found in a link, whatever its case, and in nothing else", () => {
    assert.equal(codeIn(` https://parlor.test/call/${CODE} `), CODE);
    assert.equal(codeIn("ABCD-EFGH-IJKL"), CODE);
    assert.equal(codeIn("abcd-efgh"), null);
  });

  test("what is no code is not asked about", async () => {
    await calls.look("nonsense");
    assert.deepEqual([outside.value, asked], ["unknown", []]);
  });

  test("signed out one sees what a stranger may; signed in the room", async () => {
    phase.value = "signed-out";
    answers[`PUBLIC /rooms/${CODE}`] = { code: CODE, name: "Tea", host: HOST, isActive: true, guestsAllowed: true, count: 2 };
    await calls.look(CODE);
    assert.deepEqual([callSeen.value.guestsAllowed, callSeen.value.room], [true, null]);
    phase.value = "signed-in";
    answers[`GET /rooms/${CODE}`] = call();
    await calls.look(CODE);
    assert.deepEqual([callSeen.value.count, callSeen.value.room.id], [2, "c1"]);
  });

  test("a call that cannot be reached at first is one that is there when it answers", async () => {
    answers[`GET /rooms/${CODE}`] = new NetError("NETWORK");
    await calls.look(CODE);
    assert.equal(outside.value, "unreachable");
    answers[`GET /rooms/${CODE}`] = call();
    await calls.look(CODE);
    assert.equal(outside.value, null);
    // What one has seen is not taken away by a network that is gone for a moment.
    answers[`GET /rooms/${CODE}`] = new NetError("NETWORK");
    await calls.look(CODE);
    assert.equal(outside.value, null);
  });

  for (const [code, status, why] of [
    ["CONFLICT", 409, "full"],
    ["NOT_FOUND", 404, "unknown"],
    ["FORBIDDEN", 403, "banned"],
  ]) {
    test(`${code} at the door is "${why}"`, async () => {
      answers[`POST /rooms/${CODE}/join`] = refused(code, status);
      await calls.join(CODE);
      assert.deepEqual([outside.value, insideCode.value, entered], [why, null, []]);
    });
  }

  test("a guest who is refused where no guests are let in hears that", async () => {
    answers[`GET /rooms/${CODE}`] = call();
    await calls.look(CODE);
    me.value = { id: "g", isGuest: true };
    answers[`POST /rooms/${CODE}/join`] = refused("FORBIDDEN", 403);
    await calls.join(CODE);
    assert.equal(outside.value, "guests");
  });

  test("a seat that is free again is said while one waits", async () => {
    answers[`POST /rooms/${CODE}/join`] = refused("CONFLICT", 409);
    await calls.join(CODE);
    answers[`GET /rooms/${CODE}`] = call({ maxParticipants: 2 });
    await calls.look(CODE);
    assert.equal(outside.value, "full");
    answers[`GET /rooms/${CODE}`] = call({ maxParticipants: 3 });
    await calls.look(CODE);
    assert.equal(outside.value, null);
  });

  test("inside, the room is the open one; taken out, one is before the door and knows why", async () => {
    answers[`POST /rooms/${CODE}/join`] = call();
    await calls.join(CODE);
    assert.deepEqual([insideCode.value, entered, callRoomOf(CODE)?.id], [CODE, ["c1"], "c1"]);
    assert.deepEqual(talked, ["join c1"]);
    assert.equal(calls.lost("another", "kicked"), false);
    assert.equal(calls.lost("c1", "kicked"), true);
    assert.deepEqual([insideCode.value, outside.value], [null, "removed"]);
    calls.lost("c1", "banned");
    assert.equal(outside.value, "banned");
  });

  test("open calls are those that go on, the newest first", () => {
    roomUpdated(call({ id: "c1" }));
    roomUpdated(call({ id: "c2", code: "bbbb-bbbb-bbbb" }));
    roomUpdated(call({ id: "c3", code: "cccc-cccc-cccc", isActive: false }));
    assert.deepEqual(openCalls.value.map(({ id }) => id), ["c2", "c1"]);
  });
});
