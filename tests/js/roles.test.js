import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { groupsOf, nameOf } from "../../static/js/state/people-groups.js";
import { contrast, readableColour, readableOn } from "../../static/js/state/role-colour.js";
import { colourOf, isBelow } from "../../static/js/state/roles.js";

const role = (id, position, colour = null) => ({ id, serverId: "s1", name: id, position, colour, permissions: [] });
const ROLES = [role("high", 0), role("middle", 1, "#b5523b"), role("low", 2, "#1d7f74")];
const member = (name, roleIds = [], builtin = "member") => ({
  user: { id: name, username: name, displayName: name, avatarUrl: null },
  roles: [builtin, ...roleIds],
  roleIds,
  nickname: null,
});

describe("a role's colour", () => {
  // As tokens.css has them: every paper that a name stands on.
  const papers = { light: ["#f6f1e8", "#fffdf9", "#ece5d8", "#f1eade", "#d9e8e4"], dark: ["#1b1816", "#25211e", "#141210", "#221e1b", "#1c3937"] };

  test("can be read on every paper, whatever was chosen", () => {
    for (let step = 0; step < 4096; step += 7) {
      const hex = `#${[...step.toString(16).padStart(3, "0")].map((digit) => digit + digit).join("")}`;
      for (const scheme of ["light", "dark"]) {
        const shown = readableOn(hex, scheme);
        for (const paper of papers[scheme]) assert.ok(contrast(shown, paper) >= 4.5, `${hex} as ${shown} on ${paper}`);
      }
    }
  });

  test("stays what it is where it can be read", () => {
    assert.equal(readableOn("#7a1010", "light"), "#7a1010");
    assert.equal(readableOn("#ffd0d0", "dark"), "#ffd0d0");
    assert.equal(readableColour("#7a1010").startsWith("light-dark(#7a1010, #"), true);
  });

  test("of the highest role that has one is a person's", () => {
    assert.equal(colourOf(member("bob", ["low", "middle"]), ROLES), readableColour("#b5523b"));
    assert.equal(colourOf(member("bob", ["high", "low"]), ROLES), readableColour("#1d7f74"));
    assert.equal(colourOf(member("bob", ["high"]), ROLES), undefined);
    assert.equal(colourOf(undefined, ROLES), undefined);
  });
});

test("people stand with the highest role of the server's own, above plain members", () => {
  const seen = new Map(["alice", "bob", "dana", "eve"].map((name) => [name, { status: "online", customStatus: null }]));
  const members = [member("bob", ["low", "high"]), member("alice", [], "owner"), member("dana", ["low"], "moderator"), member("eve")];
  const groups = groupsOf(members, seen, ROLES).map((group) => [group.key, group.name, group.members.map(nameOf)]);
  assert.deepEqual(groups, [
    ["owner", null, ["alice"]],
    ["moderator", null, ["dana"]],
    ["high", "high", ["bob"]],
    ["member", null, ["eve"]],
  ]);
});

test("one changes the roles below one's own highest", () => {
  const below = (who) => ROLES.filter((one) => isBelow(one, who, ROLES)).map(({ id }) => id);
  assert.deepEqual(below(member("bob", ["middle", "low"])), ["low"]);
  assert.deepEqual(below(member("eve")), []);
  assert.deepEqual(below(member("dana", [], "moderator")), ["high", "middle", "low"]);
  assert.deepEqual(below(undefined), []);
});
