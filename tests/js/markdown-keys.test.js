/** Markdown by keys: pure changes of a text and its selection. `|` marks the caret or the selection's edges. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isPressed, readable } from "../../static/js/ui/keys/key-names.js";
import { asCode, brokenLine, linked, markKeyOf, prefixed, wrapped } from "../../static/js/ui/composer/markdown-keys.js";

/** "a |b| c" → text, start, end */
function edit(marked) {
  const start = marked.indexOf("|");
  const end = marked.lastIndexOf("|");
  const text = marked.replaceAll("|", "");
  return { text, start, end: end === start ? start : end - 1 };
}

function drawn({ text, start, end }) {
  if (start === end) return `${text.slice(0, start)}|${text.slice(start)}`;
  return `${text.slice(0, start)}|${text.slice(start, end)}|${text.slice(end)}`;
}

const bold = (marked) => drawn(wrapped(edit(marked), "**"));
const italic = (marked) => drawn(wrapped(edit(marked), "*"));

test("a mark goes around the selection, and away again", () => {
  assert.equal(bold("a |word| here"), "a **|word|** here");
  assert.equal(bold("a **|word|** here"), "a |word| here");
  assert.equal(bold("a |**word**| here"), "a |word| here");
  assert.equal(bold("start |"), "start **|**");
  assert.equal(bold("start **|**"), "start |");
});

test("the same key starts and ends what is typed", () => {
  assert.equal(bold("a **wide|** b"), "a **wide**| b");
  assert.equal(bold("a |**wide** b"), "a **|****wide** b");
  assert.equal(italic("a *wide|*"), "a *wide*|");
});

test("spaces at the edges of a selection stay outside the mark", () => {
  assert.equal(bold("a| word |here"), "a **|word|** here");
});

test("italic inside bold is not taken for half of it", () => {
  assert.equal(italic("**|word|**"), "***|word|***");
  assert.equal(italic("***|word|***"), "**|word|**");
  assert.equal(bold("*|word|*"), "***|word|***");
});

test("several lines of code become a block", () => {
  assert.equal(drawn(asCode(edit("see |f()| now"))), "see `|f()|` now");
  assert.equal(drawn(asCode(edit("see\n|a\nb|"))), "see\n```\n|a\nb|\n```");
  assert.equal(drawn(asCode(edit("see |a\nb| end"))), "see \n```\n|a\nb|\n```\n end");
});

test("a link asks for what is missing", () => {
  assert.equal(drawn(linked(edit("read |this| first"))), "read [this](|https://|) first");
  assert.equal(drawn(linked(edit("|https://a.org|"))), "[|](https://a.org)");
  assert.equal(drawn(linked(edit("|"))), "[|](https://)");
});

test("quotes and lists go before every line of the selection, and away again", () => {
  assert.equal(drawn(prefixed(edit("one\nt|wo\nthr|ee"), "> ")), "one\n> t|wo\n> thr|ee");
  assert.equal(drawn(prefixed(edit("> t|wo\n> thr|ee"), "> ")), "t|wo\nthr|ee");
  assert.equal(drawn(prefixed(edit("|"), "- ")), "- |");
});

test("a new line goes on with the list or quote, and an empty item ends it", () => {
  const broken = (marked) => drawn(brokenLine(edit(marked)));
  assert.equal(broken("plain|"), "plain\n|");
  assert.equal(broken("- milk|"), "- milk\n- |");
  assert.equal(broken("  * milk|"), "  * milk\n  * |");
  assert.equal(broken("9. nine|"), "9. nine\n10. |");
  assert.equal(broken("3) three|"), "3) three\n4) |");
  assert.equal(broken("> said|"), "> said\n> |");
  assert.equal(broken("> - said|"), "> - said\n> - |");
  assert.equal(broken("a\n- |"), "a\n|");
  assert.equal(broken("-dash|"), "-dash\n|");
  assert.equal(broken("|- milk"), "\n|- milk");
  assert.equal(broken("- mi|lk"), "- mi\n- |lk");
});

const press = (key, code, held = {}) => ({
  key,
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

test("keys are found by letter, by place on other layouts, and with exactly the keys held", () => {
  const ctrl = { ctrlKey: true };
  assert.equal(markKeyOf(press("b", "KeyB", ctrl))?.name, "bold");
  assert.equal(markKeyOf(press("и", "KeyB", ctrl))?.name, "bold");
  assert.equal(markKeyOf(press("X", "KeyX", { ...ctrl, shiftKey: true }))?.name, "strike");
  assert.equal(markKeyOf(press("x", "KeyX", ctrl)), undefined);
  assert.equal(markKeyOf(press("b", "KeyB", { ...ctrl, altKey: true })), undefined);
  assert.equal(markKeyOf(press("(", "Digit9", { ...ctrl, shiftKey: true }))?.name, "quote");
  assert.ok(isPressed(press("k", "KeyK", { metaKey: true }), "Mod+K", true));
  assert.ok(!isPressed(press("k", "KeyK", ctrl), "Mod+K", true));
  assert.ok(isPressed(press("?", "Slash", { shiftKey: true }), "?"));
  assert.ok(isPressed(press("/", "Digit7", { ...ctrl, shiftKey: true }), "Mod+/", false));
  assert.ok(!isPressed(press("ArrowUp", "ArrowUp", { altKey: true, shiftKey: true }), "Alt+ArrowUp"));
});

test("keys read as each system writes them", () => {
  assert.deepEqual(readable("Mod+Shift+K", false), ["Ctrl", "Shift", "K"]);
  assert.deepEqual(readable("Mod+Shift+K", true), ["⌘", "⇧", "K"]);
  assert.deepEqual(readable("Alt+ArrowUp", true), ["⌥", "↑"]);
  assert.deepEqual(readable("+"), ["+"]);
});
