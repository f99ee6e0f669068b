/** Communities that anybody may join: found by name, joined by a click. */

import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { servers } from "../../state/rooms.js";
import { Banner } from "../house/banner.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { useTitle } from "../parts/title.js";
import { hideDrawer } from "../viewport.js";
import { Finder, Listed, useListing } from "./listing.js";
import { ServerPicture } from "./overview.js";
import { refusalText } from "../parts/refusal.js";
import { useWork } from "../parts/submit.js";

/** @import {Server} from "../../net/protocol.js" */

export function Discover() {
  const client = useClient();
  const [q, setQ] = useState("");
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  const listing = useListing((page) => client.communities.discover({ q, page }), [q]);
  useTitle(t("discover.title"));
  useEffect(() => {
    hideDrawer();
    title.current?.focus();
  }, []);
  const back = () => client.go({ name: "room" });
  return html`
    <div class="settings is-alone" onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === "Escape" && back()} data-testid="discover">
      <main class="settings-page">
        <${Banner} />
        <div class="settings-scroll is-wide">
          <header class="settings-head">
            <button class="icon-button" aria-label=${t("settings.back")} title=${t("settings.back")} onClick=${back} data-testid="settings-back">
              <${Icon} name="back" />
            </button>
            <h1 ref=${title} tabindex="-1">${t("discover.title")}</h1>
          </header>
          <p class="lead" role="status" data-testid="discover-count">
            ${listing.found ? t(q ? "discover.found" : "discover.lead", { count: listing.found.total }) : t("listed.loading")}
          </p>
          <${Finder} label=${t("discover.find")} value=${q} onFind=${setQ} testid="find-server" />
          <${Listed}
            listing=${listing}
            label=${t("discover.title")}
            testid="communities"
            empty=${html`<p class="hint">${t(q ? "discover.none" : "discover.empty", { q })}</p>`}
            draw=${(/** @type {Server} */ server) => html`<li key=${server.id}><${Community} server=${server} /></li>`}
          />
        </div>
      </main>
    </div>
  `;
}

/** @param {{server: Server}} props */
function Community({ server }) {
  const client = useClient();
  const { isBusy, error, work } = useWork();
  const isIn = servers.value.has(server.id);
  const join = () => work(() => client.communities.join(server.id));
  return html`
    <article class="listed-row is-wrapping" data-testid="community" data-server=${server.slug}>
      <${ServerPicture} server=${server} />
      <div class="listed-words">
        <h2 class="name">${server.name}</h2>
        ${server.description && html`<p class="server-description">${server.description}</p>`}
        <p class="hint" data-testid="community-counts">
          ${t("server.members", { count: server.counts.members })} · ${t("server.channels", { count: server.counts.channels })}
        </p>
        ${error && html`<p class="problem" role="alert" data-testid="join-error">${refusalText(error)}</p>`}
      </div>
      ${isIn
        ? html`
            <button class="button" aria-label=${t("discover.open.of", { server: server.name })} onClick=${() => client.openServer(server.id)} data-testid="open-community">
              ${t("discover.open")}
            </button>
          `
        : html`
            <button
              class="button is-primary"
              aria-label=${t("discover.join.of", { server: server.name })}
              aria-disabled=${isBusy}
              onClick=${join}
              data-testid="join-community"
            >
              ${t("discover.join")}
            </button>
          `}
    </article>
  `;
}
