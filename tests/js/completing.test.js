/** Completions, matching, the switcher's order, the picker's arrows, drafts: the pure parts. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { completed, emojiOptions, personOptions, roomOptions, tokenAt } from "../../static/js/state/completing.js";
import { draftOf, drafts, draftsRead, keepDrafts, setDraft } from "../../static/js/state/drafts.js";
import { emojiByCode, searchEmoji } from "../../static/js/state/emoji.js";
import { match, pieces } from "../../static/js/state/match.js";
import { me } from "../../static/js/state/session.js";
import { nameOf, offersFor, recentRooms, roomVisited } from "../../static/js/state/switching.js";

const at = (marked) => tokenAt(marked.replace("|", ""), marked.indexOf("|"));
const word = (marked) => {
  const token = at(marked);
  return token && `${token.kind} ${token.query}`;
};

test("a completion begins at a word's start", () => {
  assert.equal(word("hello @bo|"), "person bo");
  assert.equal(word("@|"), "person ");
  assert.equal(word("(#gen|"), "room gen");
  assert.equal(word("a\n:smi|"), "emoji smi");
  assert.equal(word("mail a@b|"), null);
  assert.equal(word("a#b|"), null);
  assert.equal(word("12:30|"), null);
  assert.equal(word("http://x|"), null);
  assert.equal(word("@bob |"), null);
  assert.equal(word("@Zoë|"), "person Zoë");
});

test("faces of signs are left alone", () => {
  for (const face of [":)|", ":D|", ":-)|", ":p|", ":|"]) assert.equal(at(face), null, face);
  assert.equal(at(":tada:|").isClosed, true);
});

test("in code nothing is completed", () => {
  assert.equal(at("`@bo|"), null);
  assert.equal(at("```\n@bo|"), null);
  assert.equal(word("`a` @bo|"), "person bo");
  assert.equal(word("```\na\n``` @bo|"), "person bo");
});

test("far back is not looked at, and a cut is no word's start", () => {
  assert.equal(at(`@${"b".repeat(100)}|`), null);
  assert.equal(at(`${"x".repeat(100)}@bob|`), null);
  assert.equal(word(`${"x ".repeat(100)}@bob|`), "person bob");
});

test("what is chosen replaces the word, with one space after it", () => {
  const token = at("hi @bo| there");
  assert.deepEqual(completed("hi @bo there", token, "@bob"), { text: "hi @bob there", start: 8, end: 8 });
  assert.deepEqual(completed("@b", { start: 0, end: 2 }, "@bob"), { text: "@bob ", start: 5, end: 5 });
});

const person = (username, displayName) => ({ id: username, username, displayName, avatarUrl: null });
const people = [person("ines", "Ines"), person("bob", "Robert Bobson"), person("mallory", "Mal")].map((one) => ({ person: one }));

test("people are found by any of their names", () => {
  assert.deepEqual(personOptions(people, "bob").map(({ insert }) => insert), ["@bob"]);
  assert.deepEqual(personOptions(people, "rob").map(({ insert }) => insert), ["@bob"]);
  assert.equal(personOptions(people, "").length, 3);
  assert.equal(personOptions(people, "rtbn").length, 0, "scattered letters are no completion");
});

const room = (id, more = {}) => ({ id, slug: id, name: id, type: "text", serverId: "s", ...more });

test("rooms without a word to be called by are not offered", () => {
  const rooms = [room("general"), room("x", { slug: null, name: "Gentle" })].map((one) => ({ room: one, place: "House" }));
  assert.deepEqual(roomOptions(rooms, "gen").map(({ insert }) => insert), ["#general"]);
});

const emoji = [
  { char: "😄", name: "grinning face with smiling eyes", codes: ["smile"], tags: ["happy"], group: "Smileys" },
  { char: "😏", name: "smirking face", codes: ["smirk"], tags: ["smug"], group: "Smileys" },
  { char: "👍", name: "thumbs up", codes: ["+1", "thumbsup"], tags: ["ok"], group: "People" },
  { char: "🎉", name: "party popper", codes: ["tada"], tags: ["party"], group: "Things" },
];

test("emoji are found by code, tag and name, the nearest first", () => {
  assert.deepEqual(emojiOptions(emoji, "smi").map(({ char }) => char), ["😄", "😏"]);
  assert.deepEqual(searchEmoji(emoji, "party", 9).map(({ char }) => char), ["🎉"]);
  assert.deepEqual(searchEmoji(emoji, "up", 9).map(({ char }) => char), ["👍"]);
  assert.deepEqual(searchEmoji(emoji, "", 9), []);
  assert.equal(emojiByCode(emoji, "+1").char, "👍");
});

test("letters fit best at the start, then at a word's start, then inside, then scattered", () => {
  const scores = ["general", "the-general", "regeneral", "g1e2n3"].map((text) => match("gen", text).score);
  assert.deepEqual(scores, [...scores].sort((a, b) => b - a));
  assert.equal(match("gen", "other"), null);
  assert.deepEqual(match("zoe", "Zoë").at, [0, 1, 2]);
  assert.deepEqual(pieces("the-general", match("gen", "the-general").at), [
    { text: "the-", isHit: false },
    { text: "gen", isHit: true },
    { text: "eral", isHit: false },
  ]);
});

const place = (id, more = {}) => ({ kind: "room", room: room(id), name: id, place: "House", isUnread: false, mentions: 0, ...more });
const places = [
  place("alpha"),
  place("beta", { isUnread: true }),
  place("gamma"),
  place("delta", { isUnread: true, mentions: 2 }),
  { kind: "person", person: person("gary", "Gary") },
];
const names = (query, recent = [], open = null) => offersFor(places, query, recent, open).map(nameOf);

test("without letters: mentions, unread, the last visited, the rest; not the open room, no people", () => {
  assert.deepEqual(names("", ["gamma"], "alpha"), ["delta", "beta", "gamma"]);
  assert.deepEqual(names("", ["gamma"]), ["delta", "beta", "gamma", "alpha"]);
});

test("with letters: rooms and people by how well they fit; signs ask for one kind", () => {
  assert.deepEqual(names("ga").sort(), ["Gary", "gamma"]);
  assert.deepEqual(names("#ga"), ["gamma"]);
  assert.deepEqual(names("@ga"), ["Gary"]);
  assert.deepEqual(names("@"), ["Gary"]);
  assert.deepEqual(names("xyz"), []);
  assert.deepEqual(names("house del"), ["delta"]);
});

test("rooms visited are kept in order, each once", () => {
  for (const id of ["a", "b", "a"]) roomVisited(id);
  assert.deepEqual(recentRooms.value, ["a", "b"]);
});

const kept = new Map();
const memory = {
  get: (key) => kept.get(key) ?? null,
  set: (key, value) => (value === null ? kept.delete(key) : kept.set(key, value)),
};

let end = () => {};
const keep = (place = memory) => {
  end();
  end = keepDrafts(place);
};

beforeEach(() => {
  kept.clear();
  me.value = person("me", "Me");
  keep();
});

test("a draft is there again after a reload, and gone when it is empty", () => {
  setDraft("r1", "begun");
  keep();
  assert.equal(draftOf("r1"), "begun");
  setDraft("r1", "");
  keep();
  assert.equal(drafts.value.size, 0);
});

test("drafts of another tab are not written over", () => {
  memory.set("drafts", JSON.stringify([["r2", "theirs"]]));
  setDraft("r1", "mine");
  assert.equal(draftOf("r2"), "theirs");
});

test("another tab's draft is here, too, but never in the place of what is being written", () => {
  setDraft("r1", "mine");
  memory.set("drafts", JSON.stringify([["r1", "theirs"], ["r2", "theirs"]]));
  draftsRead();
  assert.deepEqual([draftOf("r1"), draftOf("r2")], ["mine", "theirs"]);
  // It was sent there.
  memory.set("drafts", "[]");
  draftsRead();
  assert.deepEqual([draftOf("r1"), draftOf("r2")], ["mine", ""]);
  // What was sent here is begun by nobody.
  setDraft("r1", "");
  memory.set("drafts", JSON.stringify([["r1", "theirs"]]));
  draftsRead();
  assert.equal(draftOf("r1"), "theirs");
});

test("writing in one room leaves what another tab keeps of the others", () => {
  setDraft("r1", "mine");
  memory.set("drafts", JSON.stringify([["r1", "theirs"]]));
  setDraft("r2", "new");
  assert.equal(draftOf("r1"), "mine");
  assert.deepEqual(JSON.parse(memory.get("drafts")), [["r1", "theirs"], ["r2", "new"]]);
});

test("where nothing may be kept, drafts last as long as the page", () => {
  keep({ get: () => null, set() {} });
  setDraft("r1", "one");
  setDraft("r2", "two");
  me.value = { ...me.value, displayName: "Renamed" };
  assert.equal(draftOf("r1"), "one");
});

test("who signs in next sees no drafts of another person", () => {
  setDraft("r1", "private");
  // As the client does on signing out.
  memory.set("drafts", null);
  me.value = null;
  assert.equal(draftOf("r1"), "");
  me.value = person("bob", "Bob");
  assert.equal(draftOf("r1"), "");
});
