import assert from "node:assert/strict";
import { test } from "node:test";

import { groupsOf, nameOf, roleOf } from "../../static/js/state/people-groups.js";

const member = (name, roles = ["member"], nickname = null) => ({
  user: { id: name, username: name, displayName: name, avatarUrl: null },
  roles,
  nickname,
  joinedAt: "2026-01-01T00:00:00.000Z",
});
const seen = (...names) => new Map(names.map((name) => [name, { status: "online", customStatus: null }]));
const outline = (groups) => groups.map(({ key, members }) => [key, members.map(nameOf)]);

test("people stand by their highest role, then by name", () => {
  const members = [member("mallory"), member("bob"), member("alice", ["owner"]), member("dana", ["moderator", "poets"])];
  const groups = groupsOf(members, seen("alice", "bob", "dana", "mallory"));
  assert.deepEqual(outline(groups), [
    ["owner", ["alice"]],
    ["moderator", ["dana"]],
    ["member", ["bob", "mallory"]],
  ]);
});

test("who is not here comes last, whatever their role", () => {
  const members = [member("alice", ["owner"]), member("bob")];
  assert.deepEqual(outline(groupsOf(members, seen("bob"))), [
    ["member", ["bob"]],
    ["offline", ["alice"]],
  ]);
});

test("who is told to be offline is as far away as who is not told of", () => {
  const presence = new Map([["bob", { status: "offline", customStatus: null }]]);
  assert.deepEqual(outline(groupsOf([member("bob")], presence)), [["offline", ["bob"]]]);
});

test("away and do not disturb are here", () => {
  const presence = new Map([
    ["alice", { status: "idle", customStatus: null }],
    ["bob", { status: "dnd", customStatus: null }],
  ]);
  assert.deepEqual(outline(groupsOf([member("alice"), member("bob")], presence)), [["member", ["alice", "bob"]]]);
});

test("a nickname is what they are called, and where they stand", () => {
  const groups = groupsOf([member("bob"), member("alice", ["member"], "Zoe")], seen("alice", "bob"));
  assert.deepEqual(outline(groups), [["member", ["bob", "Zoe"]]]);
});

test("a role nobody knows is a member's", () => {
  assert.equal(roleOf({ roles: ["gardener"] }), "member");
  assert.equal(roleOf(undefined), "member");
});
