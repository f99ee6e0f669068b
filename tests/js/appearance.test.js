import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import {
  appearanceRead,
  isPeopleShown,
  setTextSize,
  setTheme,
  showPeople,
  textSize,
  theme,
} from "../../static/js/state/appearance.js";

let kept;
const memory = {
  get: (key) => kept.get(key) ?? null,
  set: (key, value) => void (value === null ? kept.delete(key) : kept.set(key, value)),
};

beforeEach(() => {
  kept = new Map();
  appearanceRead(memory);
});

test("at first all is as on the device", () => {
  assert.deepEqual([theme.value, textSize.value, isPeopleShown.value], ["system", "normal", true]);
});

test("what is chosen is kept, and counts at the next visit", () => {
  setTheme("dark");
  setTextSize("large");
  showPeople(false);
  theme.value = "system";
  appearanceRead(memory);
  assert.deepEqual([theme.value, textSize.value, isPeopleShown.value], ["dark", "large", false]);
});

test("what another tab chose counts once it is read again", () => {
  kept.set("theme", "light");
  appearanceRead(memory);
  assert.equal(theme.value, "light");
});

test("what nobody could have chosen is no choice", () => {
  kept.set("theme", "mauve");
  kept.set("text", "7px");
  appearanceRead(memory);
  assert.deepEqual([theme.value, textSize.value], ["system", "normal"]);
});
