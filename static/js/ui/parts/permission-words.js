/** Permissions as people read them: in groups, with a sentence each, and what decided about one. It decides nothing. */

import { t } from "../../i18n/index.js";

/** @import {PermissionName, Permissions} from "../../net/protocol.js" */

/** @typedef {{key: string, names: PermissionName[]}} PermissionGroup */

/** What a role can give in a whole server. @type {PermissionGroup[]} */
export const SERVER_GROUPS = [
  { key: "look", names: ["manage_server", "manage_roles", "manage_room", "invite"] },
  { key: "people", names: ["kick", "ban", "timeout"] },
  { key: "text", names: ["view", "post", "react", "mention_everyone", "manage_messages"] },
  { key: "voice", names: ["join_voice", "speak", "video", "mute_others", "move_others"] },
];

/** What one channel can decide for itself. @type {PermissionGroup[]} */
const ROOM_GROUPS = [
  { key: "channel", names: ["view", "manage_room"] },
  { key: "write", names: ["post", "react", "mention_everyone", "manage_messages"] },
  { key: "voice", names: ["join_voice", "speak", "video", "mute_others", "move_others"] },
];

/** @param {string} type of the room: nobody talks in a text channel */
export function roomGroups(type) {
  return type === "voice" ? ROOM_GROUPS : ROOM_GROUPS.filter(({ key }) => key !== "voice");
}

/**
 * What a permission is called in one channel, as a key of the catalogue.
 * @param {PermissionName} name
 */
export function roomPermission(name) {
  return name === "manage_room" ? "permission.manage_this_room" : `permission.${name}`;
}

/**
 * Why somebody may, or may not.
 * @param {Permissions["rules"][number]} rule
 */
export function whyText({ allowed, decidedBy: { kind, id, name } }) {
  const builtin = ["owner", "admin", "moderator", "member"].includes(name ?? "");
  const who = builtin ? t(`why.who.${name}`) : (name ?? "");
  if (kind === "override") {
    const target = id === "member" ? t("overrides.target.member") : who;
    return t(allowed ? "why.override.allowed" : "why.override.denied", { name: target });
  }
  if (kind === "builtin") return t(allowed ? "why.builtin.allowed" : "why.builtin.denied", { name: who });
  return t(`why.${kind}`, { name: who });
}
