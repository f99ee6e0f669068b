/** Where there is no room to show: what that means, and what comes next. */

import { t } from "../../i18n/index.js";
import { currentServerId, roomsLoaded, servers, serverTiles } from "../../state/rooms.js";
import { NoDirect } from "../direct/no-direct.js";
import { html, useClient } from "./html.js";
import { openOverlay } from "./overlay.js";
import { Quiet } from "./drawings.js";

const add = () => openOverlay(async () => (await import("../server/add.js")).AddServer);

export function NoRoom() {
  const client = useClient();
  if (!roomsLoaded.value) return null;
  const server = servers.value.get(currentServerId.value ?? "");
  if (!server && serverTiles.value.length > 1) return html`<${NoDirect} />`;
  return html`
    <div class="empty" data-testid="empty">
      <${Quiet} />
      <h2>${t(server ? "empty.quiet.title" : "empty.title")}</h2>
      <p>${server ? t("empty.quiet", { server: server.name }) : t("empty.lead")}</p>
      ${!server &&
      html`
        <div class="empty-ways">
          <button class="button is-primary" onClick=${() => client.go({ name: "discover" })} data-testid="empty-discover">${t("add.discover")}</button>
          <button class="button" onClick=${add} data-testid="empty-add">${t("add.either")}</button>
        </div>
      `}
    </div>
  `;
}
