/** Writing, completions, the quick switcher, the keyboard. */

/** @type {Record<string, string | Record<string, string>>} */
export const composer = {
  "composer.label": "Message to {room}",
  "composer.placeholder": "Write to {room}",
  "composer.send": "Send",
  "composer.nofiles": "Files cannot be sent here yet. Your text is as it was.",

  "reply.to": "Replying to",
  "reply.cancel": "Do not reply",

  "length.left": { one: "{count} character left", other: "{count} characters left" },
  "length.over": {
    one: "{count} character too many to be sent. A message has at most {max}.",
    other: "{count} characters too many to be sent. A message has at most {max}.",
  },

  "mark.bar": "Formatting",
  "mark.bold": "Bold",
  "mark.italic": "Italic",
  "mark.strike": "Strikethrough",
  "mark.code": "Code",
  "mark.link": "Link",
  "mark.quote": "Quote",
  "mark.list": "List",

  "complete.person": "People",
  "complete.room": "Channels",
  "complete.emoji": "Emoji",
  "complete.count": { one: "{count} suggestion. Enter takes it.", other: "{count} suggestions. Arrows choose, Enter takes one." },

  "emoji.title": "Choose an emoji",
  "emoji.open": "Emoji",
  "emoji.search": "Search emoji",
  "emoji.groups": "Groups",
  "emoji.recent": "Used last",
  "emoji.found": "Found",
  "emoji.loading": "Loading emoji…",
  "emoji.failed": "The other emoji could not be loaded. Open this again to retry.",
  "emoji.none": "No emoji is called “{query}”.",

  "dialog.close": "Close",

  "switcher.title": "Go to",
  "switcher.label": "Channel or person",
  "switcher.hint": "↑↓ choose · Enter opens · # channels only · @ people only",
  "switcher.unread": "new",
  "switcher.mentions": { one: "{count} mention", other: "{count} mentions" },
  "switcher.count": { one: "{count} place", other: "{count} places" },
  "switcher.none": "Nothing here is called “{query}”. Try fewer letters.",

  "keys.title": "Keyboard",
  "keys.or": "or",
  "keys.everywhere": "Everywhere",
  "keys.writing": "Writing",
  "keys.marks": "Formatting",
  "keys.rows": "In the messages",
  "keys.switcher": "Go to a channel or person",
  "keys.previous": "Previous channel",
  "keys.next": "Next channel",
  "keys.previous.unread": "Previous unread channel",
  "keys.next.unread": "Next unread channel",
  "keys.region": "Next part of the page",
  "keys.region.back": "Previous part of the page",
  "keys.settings": "Settings",
  "keys.help": "This help",
  "keys.send": "Send",
  "keys.break": "New line",
  "keys.editlast": "Edit your last message (in an empty field)",
  "keys.escape": "Close suggestions, drop the reply, then mark as read",
  "keys.complete": "Name a person, a channel, an emoji",
};
