/**
 * The settings of a community: a page of its own, with the sections one may use at its side. On a narrow
 * screen the list, then one section. What a section does is its own file's.
 */

import { useEffect, useRef } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { servers } from "../../state/rooms.js";
import { SERVER_SECTIONS } from "../../state/route.js";
import { Banner } from "../house/banner.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { lazy } from "../parts/lazy.js";
import { usePermissions } from "../parts/standing.js";
import { useTitle } from "../parts/title.js";
import { hideDrawer, isNarrow } from "../viewport.js";
import { BansSection } from "./bans.js";
import { InvitesSection } from "./invites.js";
import { MembersSection } from "./members.js";
import { OverviewSection } from "./overview.js";

/** @import {Permissions, PermissionName, Server} from "../../net/protocol.js" */
/** @import {ServerSection} from "../../state/route.js" */
/** @import {IconName} from "../parts/icons.js" */

/**
 * `needs`: what one must be allowed to; null: every member may look.
 * @type {Record<ServerSection, {icon: IconName, needs: PermissionName | null, draw: any}>}
 */
const PARTS = {
  overview: { icon: "gear", needs: null, draw: OverviewSection },
  roles: { icon: "palette", needs: null, draw: lazy(async () => (await import("./roles.js")).RolesSection) },
  members: { icon: "people", needs: null, draw: MembersSection },
  invites: { icon: "ticket", needs: "manage_server", draw: InvitesSection },
  bans: { icon: "bar", needs: "ban", draw: BansSection },
};

/** @param {{id: string, section: ServerSection | null}} props `section` null: the list, where there is no room for both */
export function ServerSettings({ id, section }) {
  const client = useClient();
  const server = servers.value.get(id) ?? [...servers.value.values()].find(({ slug }) => slug === id);
  const mine = usePermissions("servers", server?.id ?? null);
  useTitle(server?.name ?? t("server.settings"));
  useEffect(hideDrawer, []);
  const back = () => (server ? client.openServer(server.id) : client.go({ name: "room" }));
  const isList = isNarrow.value && section === null;
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) back();
  };
  if (!server) return html`<${Unknown} onBack=${back} />`;
  const shown = section ?? "overview";
  return html`
    <div class=${classes("settings", isNarrow.value && (isList ? "is-list" : "is-section"))} onKeyDown=${onKeyDown} data-testid="server-page">
      <${List} server=${server} mine=${mine} section=${isList ? null : shown} onBack=${back} />
      ${!isList && html`<${Section} key=${`${server.id}/${shown}`} server=${server} mine=${mine} section=${shown} />`}
    </div>
  `;
}

/** @param {{server: Server, mine: Permissions | null, section: ServerSection | null, onBack: () => void}} props */
function List({ server, mine, section, onBack }) {
  const client = useClient();
  return html`
    <nav class="settings-side" aria-label=${t("server.sections")}>
      <div class="column-head">
        <button class="icon-button" aria-label=${t("settings.back")} title=${t("settings.back")} onClick=${onBack} data-testid="settings-back">
          <${Icon} name="back" />
        </button>
        <h2 class="server-name" title=${server.name}>${server.name}</h2>
      </div>
      <div class="settings-links">
        ${SERVER_SECTIONS.filter((name) => mine && isOpenTo(mine, name)).map(
          (name) => html`
            <button
              key=${name}
              class=${classes("settings-link", name === section && "is-open")}
              aria-current=${name === section ? "page" : undefined}
              onClick=${() => client.go({ name: "server", id: server.id, section: name })}
              data-testid="section-${name}"
            >
              <${Icon} name=${PARTS[name].icon} /> ${t(`server.section.${name}`)}
            </button>
          `,
        )}
      </div>
    </nav>
  `;
}

/** @param {{server: Server, mine: Permissions | null, section: ServerSection}} props */
function Section({ server, mine, section }) {
  const client = useClient();
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  // The new section is what one came for: read from its title on.
  useEffect(() => title.current?.focus(), []);
  return html`
    <main class="settings-page" data-testid="section" data-section=${section}>
      <${Banner} />
      <div class="settings-scroll">
        <header class="settings-head">
          <button
            class="icon-button only-narrow"
            aria-label=${t("settings.list")}
            onClick=${() => client.go({ name: "server", id: server.id, section: null })}
            data-testid="settings-list"
          >
            <${Icon} name="back" />
          </button>
          <h1 ref=${title} tabindex="-1">${t(`server.section.${section}`)}</h1>
        </header>
        ${isOpenTo(mine, section)
          ? html`<${PARTS[section].draw} server=${server} mine=${mine} />`
          : mine && html`<p class="lead" data-testid="section-closed">${t("server.section.closed")}</p>`}
      </div>
    </main>
  `;
}

/**
 * @param {Permissions | null} mine
 * @param {ServerSection} section
 */
function isOpenTo(mine, section) {
  const { needs } = PARTS[section];
  return needs === null || (mine?.permissions.includes(needs) ?? false);
}

/** An address of a community one is not in. @param {{onBack: () => void}} props */
function Unknown({ onBack }) {
  return html`
    <main class="page-outline" data-testid="server-unknown">
      <h1 class="page-title">${t("server.unknown")}</h1>
      <p class="hint">${t("server.unknown.hint")}</p>
      <button class="button" onClick=${onBack}>${t("settings.back")}</button>
    </main>
  `;
}
