/**
 * All emoji, in the order people know. A module of its own because it is large: emoji.js imports it
 * when an emoji is first looked for, and nothing else does.
 */

import { gemoji } from "gemoji";

/** @import {Emoji} from "./emoji.js" */

/** @type {Emoji[]} */
export const list = gemoji.map(({ emoji, names, tags, description, category }) => ({
  char: emoji,
  name: description,
  codes: names,
  tags,
  group: category,
}));
