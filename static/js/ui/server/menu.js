/** The menu of the community one is in, under its name: what one may do with it. Its entries are menu-entries.js's. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { Popover } from "../parts/dialog.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { moveAlong } from "../parts/menu.js";
import { usePermissions } from "../parts/standing.js";
import { SERVER_ENTRIES } from "./menu-entries.js";

/** @import {PermissionName, Server} from "../../net/protocol.js" */
/** @import {MenuEntry} from "./menu-entries.js" */

/** @param {{server: Server}} props */
export function ServerMenu({ server }) {
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const [isOpen, setOpen] = useState(false);
  // Asked for as soon as one is here: the menu then opens whole.
  const mine = usePermissions("servers", server.id);
  const may = (/** @type {PermissionName} */ name) => mine?.permissions.includes(name) ?? false;
  return html`
    <h2 class="server-name" title=${server.name} data-testid="server-name">
      <button
        ref=${button}
        class="server-menu-button"
        aria-haspopup="menu"
        aria-expanded=${isOpen ? "true" : "false"}
        onClick=${() => setOpen(true)}
        data-testid="server-menu-button"
      >
        <span class="server-menu-name">${server.name}</span><${Icon} name="unfold" />
      </button>
    </h2>
    ${isOpen && html`<${Menu} server=${server} may=${may} anchor=${button.current} onClose=${() => setOpen(false)} />`}
  `;
}

/** @param {{server: Server, may: (name: PermissionName) => boolean, anchor: Element | null, onClose: () => void}} props */
function Menu({ server, may, anchor, onClose }) {
  const client = useClient();
  const items = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => items.current?.querySelector("button")?.focus(), []);
  /** @param {MenuEntry} entry */
  const use = (entry) => {
    onClose();
    entry.use(client, server);
  };
  const label = t("server.menu", { server: server.name });
  return html`
    <${Popover} anchor=${anchor} label=${label} className="server-menu" onClose=${onClose} testid="server-menu">
      <ul class="menu-items" role="menu" aria-label=${label} ref=${items} onKeyDown=${moveAlong}>
        ${SERVER_ENTRIES.filter(({ isOffered }) => isOffered(server, may)).map(
          (entry) => html`
            <li key=${entry.id} role="none">
              <button
                class=${classes("menu-item", entry.isDanger && "is-danger")}
                role="menuitem"
                onClick=${() => use(entry)}
                data-testid="server-${entry.id}"
              >
                <${Icon} name=${entry.icon} /><span>${t(entry.label)}</span>
              </button>
            </li>
          `,
        )}
      </ul>
    <//>
  `;
}
