/** A channel's settings: a page with its sections at the side, for those who look after the channel. */

import { useEffect, useRef } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { CHANNEL_SECTIONS } from "../../state/route.js";
import { rooms } from "../../state/rooms.js";
import { Banner } from "../house/banner.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { roomIcon, roomName } from "../parts/room-name.js";
import { usePermissions } from "../parts/standing.js";
import { useTitle } from "../parts/title.js";
import { hideDrawer, isNarrow } from "../viewport.js";
import { MembersSection } from "./members.js";
import { OverviewSection } from "./overview.js";
import { PermissionsSection } from "./permissions.js";

/** @import {Permissions, Room} from "../../net/protocol.js" */
/** @import {ChannelSection} from "../../state/route.js" */
/** @import {IconName} from "../parts/icons.js" */

/** @type {Record<ChannelSection, {icon: IconName, draw: any}>} */
const PARTS = {
  overview: { icon: "gear", draw: OverviewSection },
  permissions: { icon: "shield", draw: PermissionsSection },
  members: { icon: "people", draw: MembersSection },
};

/** @param {{id: string, section: ChannelSection | null}} props null: the list, where there is no room for both */
export function ChannelSettings({ id, section }) {
  const client = useClient();
  const room = rooms.value.get(id);
  const permissions = usePermissions("rooms", room ? id : null);
  useTitle(room ? t("channel.title", { name: roomName(room) }) : t("channel.title.none"));
  useEffect(hideDrawer, []);
  const back = () => (room && room.type !== "voice" ? client.openRoom(id) : client.go({ name: "room" }));
  const isList = isNarrow.value && section === null;
  const open = section ?? "overview";
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) back();
  };
  const mayManage = permissions?.permissions.includes("manage_room") ?? false;
  if (!room?.serverId || (permissions && !mayManage)) return html`<${Nothing} why=${room ? "channel.forbidden" : "channel.gone"} onBack=${back} />`;
  return html`
    <div class=${classes("settings", isNarrow.value && (isList ? "is-list" : "is-section"))} onKeyDown=${onKeyDown} data-testid="channel-settings">
      <${List} room=${room} section=${isList ? null : open} onBack=${back} />
      ${!isList && html`<${Page} key=${`${id} ${open}`} room=${room} section=${open} permissions=${permissions} />`}
    </div>
  `;
}

/** @param {{why: string, onBack: () => void}} props */
function Nothing({ why, onBack }) {
  return html`
    <main class="page-outline" data-testid="channel-settings-none">
      <h1>${t("channel.title.none")}</h1>
      <p role="alert">${t(why)}</p>
      <button class="button" onClick=${onBack} data-testid="settings-back">${t("settings.back")}</button>
    </main>
  `;
}

/** @param {{room: Room, section: ChannelSection | null, onBack: () => void}} props */
function List({ room, section, onBack }) {
  const client = useClient();
  return html`
    <nav class="settings-side" aria-label=${t("settings.sections")}>
      <div class="column-head">
        <button class="icon-button" aria-label=${t("settings.back")} title=${t("settings.back")} onClick=${onBack} data-testid="settings-back">
          <${Icon} name="back" />
        </button>
        <${Icon} name=${roomIcon(room)} />
        <h2 class="server-name" title=${roomName(room)}>${roomName(room)}</h2>
      </div>
      <div class="settings-links">
        ${CHANNEL_SECTIONS.map(
          (name) => html`
            <button
              key=${name}
              class=${classes("settings-link", name === section && "is-open")}
              aria-current=${name === section ? "page" : undefined}
              onClick=${() => client.go({ name: "channel", id: room.id, section: name })}
              data-testid="channel-${name}"
            >
              <${Icon} name=${PARTS[name].icon} /> ${t(`channel.${name}`)}
            </button>
          `,
        )}
      </div>
    </nav>
  `;
}

/** @param {{room: Room, section: ChannelSection, permissions: Permissions | null}} props `permissions` null: not known yet */
function Page({ room, section, permissions }) {
  const client = useClient();
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  // The new section is what one came for: read from its title on.
  useEffect(() => title.current?.focus(), []);
  return html`
    <main class="settings-page" aria-busy=${permissions === null} data-testid="section" data-section=${section}>
      <${Banner} />
      <div class="settings-scroll" data-scrolls>
        <header class="settings-head">
          <button
            class="icon-button only-narrow"
            aria-label=${t("settings.list")}
            onClick=${() => client.go({ name: "channel", id: room.id, section: null })}
            data-testid="settings-list"
          >
            <${Icon} name="back" />
          </button>
          <h1 ref=${title} tabindex="-1">${t(`channel.${section}`)}</h1>
        </header>
        ${permissions && html`<${PARTS[section].draw} room=${room} permissions=${permissions} />`}
      </div>
    </main>
  `;
}
