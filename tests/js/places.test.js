import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { addressOf, placeOf } from "../../static/js/state/route.js";

describe("addresses", () => {
  const places = [
    ["", { name: "room", room: null, messageId: null }],
    ["/general", { name: "room", room: "general", messageId: null }],
    ["/general?m=m1", { name: "room", room: "general", messageId: "m1" }],
    ["/caf%C3%A9", { name: "room", room: "café", messageId: null }],
    ["/settings/sessions", { name: "settings", section: "sessions" }],
    ["/settings/", { name: "settings", section: null }],
    ["/server/s1/roles", { name: "server", id: "s1", section: "roles" }],
    ["/server/s1/", { name: "server", id: "s1", section: null }],
    ["/channel/r1/permissions", { name: "channel", id: "r1", section: "permissions" }],
    ["/invite/abc", { name: "invite", code: "abc" }],
    ["/call/abcd-efgh-ijkl", { name: "call", code: "abcd-efgh-ijkl" }],
    ["/discover/", { name: "discover" }],
  ];

  for (const [address, place] of places) {
    test(`${address || "nothing"} is read and written alike`, () => {
      assert.deepEqual(placeOf(address), place);
      assert.equal(addressOf(place), address);
    });
  }

  for (const name of ["settings", "discover", "server", "invite", "call"]) {
    test(`a room may be called ${name}`, () => {
      assert.equal(placeOf(`/${name}`).name, "room");
    });
  }

  test("a section nobody knows is the first; a mangled address is taken by its letters", () => {
    assert.deepEqual(placeOf("#/settings/nowhere"), { name: "settings", section: "profile" });
    assert.deepEqual(placeOf("#/%E0%A4%A"), { name: "room", room: "%E0%A4%A", messageId: null });
  });
});
