import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { actionsOn, mayGive, rolesToGive } from "../../static/js/state/moderation.js";

const member = (id, role = "member", roleIds = []) => ({ user: { id }, roles: [role], roleIds, nickname: null, timeoutUntil: null });
const may = (...permissions) => ({ permissions, rules: [] });
const ALL = may("manage_roles", "manage_server", "timeout", "kick", "ban");
const alice = member("alice", "owner");
const admin = member("admin", "admin");
const moderator = member("moderator", "moderator");
const bob = member("bob");

describe("what is offered to be done with somebody", () => {
  const cases = [
    ["nothing until it is known what one may do", null, alice, bob, []],
    ["nothing while one does not know oneself", ALL, undefined, bob, []],
    ["the owner does everything", ALL, alice, bob, ["standing", "timeout", "kick", "ban"]],
    ["a moderator what moderators may", may("timeout", "kick", "ban"), moderator, bob, ["timeout", "kick", "ban"]],
    ["nobody acts on their like", ALL, admin, member("other", "admin"), []],
    ["nor on those above", may("timeout", "kick", "ban"), moderator, admin, []],
    ["a plain member has only themselves", may(), bob, bob, ["standing"]],
    ["members do nothing to members", may("kick"), bob, member("carol"), []],
    ["a custom role stands above none", may("kick"), member("bob", "member", ["r1"]), member("carol"), ["kick"]],
    ["and not above the same", may("kick"), member("bob", "member", ["r1"]), member("carol", "member", ["r1"]), []],
    ["who is not in can be kept out", may("ban", "kick"), moderator, undefined, ["ban"]],
  ];
  for (const [name, mine, self, other, expected] of cases) {
    test(name, () => assert.deepEqual(actionsOn(mine, self, other), expected));
  }
});

describe("what may be given", () => {
  const roles = [
    { id: "high", position: 0, permissions: ["kick"] },
    { id: "mine", position: 1, permissions: ["manage_roles"] },
    { id: "low", position: 2, permissions: [] },
    { id: "rich", position: 3, permissions: ["ban"] },
  ];

  test("built-in roles below one's own", () => {
    assert.deepEqual(rolesToGive(alice), ["admin", "moderator", "member"]);
    assert.deepEqual(rolesToGive(admin), ["moderator", "member"]);
    assert.deepEqual(rolesToGive(bob), []);
  });

  test("custom roles that stand below one's own and hold nothing one lacks", () => {
    const keeper = member("bob", "member", ["mine"]);
    const given = roles.filter((role) => mayGive(may("manage_roles"), keeper, role, roles)).map(({ id }) => id);
    assert.deepEqual(given, ["low"]);
    assert.equal(mayGive(may(), admin, roles[2], roles), false);
    assert.ok(roles.every((role) => mayGive(may("manage_roles", "kick", "ban"), admin, role, roles)));
  });
});
