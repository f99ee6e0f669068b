/**
 * What the menu of a community offers. Other parts of the house put their own entries in here, each with
 * when it is offered; the menu draws them in this order.
 */

import { isUnread } from "../../state/reads.js";
import { channelsOf } from "../../state/rooms.js";
import { openOverlay as openAtChannels } from "../channel/opened.js";
import { openOverlay } from "../parts/overlay.js";
import { isNarrow } from "../viewport.js";

/** @import {Client} from "../../state/client.js" */
/** @import {PermissionName, Server} from "../../net/protocol.js" */
/** @import {IconName} from "../parts/icons.js" */

/**
 * `label`: a key of the catalogue. `may`: what one may do there by now.
 * @typedef {object} MenuEntry
 * @property {string} id
 * @property {IconName} icon
 * @property {string} label
 * @property {(server: Server, may: (name: PermissionName) => boolean) => boolean} isOffered
 * @property {(client: Client, server: Server) => void} use
 * @property {boolean} [isDanger]
 */

const always = () => true;

/** Whoever has none of these finds the same pages to read. @type {PermissionName[]} */
const SETTLING = ["manage_server", "manage_roles", "kick", "ban", "timeout"];

/**
 * @param {Client} client
 * @param {Server} server
 */
function openSettings(client, { id }) {
  client.go({ name: "server", id, section: isNarrow.value ? null : "overview" });
}

/** @type {MenuEntry[]} */
export const SERVER_ENTRIES = [
  {
    id: "invite",
    icon: "ticket",
    label: "server.invite",
    isOffered: (_server, may) => may("invite"),
    use: (_client, server) => openOverlay(async () => (await import("./invite-people.js")).InvitePeople, { server }),
  },
  {
    id: "new-channel",
    icon: "plus",
    label: "channels.new",
    isOffered: (_server, may) => may("manage_room"),
    use: (_client, { id }) => openAtChannels({ kind: "new-channel", serverId: id, categoryId: null }),
  },
  {
    id: "new-category",
    icon: "folder",
    label: "channels.category.new",
    isOffered: (_server, may) => may("manage_room"),
    use: (_client, { id }) => openAtChannels({ kind: "new-category", serverId: id }),
  },
  {
    id: "settings",
    icon: "gear",
    label: "server.settings",
    isOffered: (_server, may) => SETTLING.some(may),
    use: openSettings,
  },
  {
    id: "about",
    icon: "people",
    label: "server.about",
    isOffered: (_server, may) => !SETTLING.some(may),
    use: openSettings,
  },
  {
    id: "mark-read",
    icon: "check",
    label: "server.mark-read",
    isOffered: (server) => channelsOf(server.id).text.some(({ id }) => isUnread(id)),
    use: (client, server) => {
      for (const { id } of channelsOf(server.id).text) if (isUnread(id)) client.markRead(id).catch(() => {});
    },
  },
  {
    id: "leave",
    icon: "leave",
    label: "server.leave",
    isOffered: always,
    use: (_client, server) => openOverlay(async () => (await import("./leave.js")).LeaveServer, { server }),
    isDanger: true,
  },
];
