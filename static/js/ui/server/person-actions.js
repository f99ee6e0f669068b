/**
 * What may be done with a person in a community, as lines of a menu or of their card. Each opens a dialog
 * that asks; what is offered at all is state/moderation.js's to say.
 */

import { useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { showToast } from "../../state/notices.js";
import { me } from "../../state/session.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { moveAlong } from "../parts/menu.js";
import { openOverlay } from "../parts/overlay.js";
import { refusalText } from "../parts/refusal.js";

/** @import {Client} from "../../state/client.js" */
/** @import {Member, Person, Server} from "../../net/protocol.js" */
/** @import {Action} from "../../state/moderation.js" */
/** @import {IconName} from "../parts/icons.js" */

/**
 * @typedef {object} PersonActionsProps
 * @property {Server} server
 * @property {Person} person
 * @property {Member} [member] none: not in the server
 * @property {Action[]} actions
 * @property {() => void} onUse
 * @property {boolean} [isMenu] takes the focus as it opens
 */
/** @typedef {{id: string, icon: IconName, label: string, use: () => void, isDanger?: boolean}} Line */

/** @param {PersonActionsProps} props */
export function PersonActions({ isMenu = false, ...about }) {
  const client = useClient();
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    if (isMenu) list.current?.querySelector("button")?.focus();
  }, []);
  return html`
    <ul class="menu-items" role="menu" aria-label=${t("person.actions", { name: about.person.displayName })} ref=${list} onKeyDown=${moveAlong}>
      ${linesOf(client, about).map(
        ({ id, icon, label, use, isDanger }) => html`
          <li key=${id} role="none">
            <button class=${classes("menu-item", isDanger && "is-danger")} role="menuitem" onClick=${use} data-testid="person-${id}">
              <${Icon} name=${icon} /><span>${t(label)}</span>
            </button>
          </li>
        `,
      )}
    </ul>
  `;
}

/**
 * @param {Client} client
 * @param {PersonActionsProps} about
 * @returns {Line[]}
 */
function linesOf(client, { server, person, member, actions, onUse }) {
  /** @param {"StandingDialog" | "TimeoutDialog" | "KickDialog" | "BanDialog"} name */
  const open = (name) => () => {
    onUse();
    const fetchPart =
      name === "StandingDialog"
        ? async () => (await import("./standing-dialog.js")).StandingDialog
        : async () => (await import("./sanctions.js"))[name];
    openOverlay(fetchPart, { server, person, member });
  };
  const endTimeout = () => {
    onUse();
    client.moderation.endTimeout(server.id, person.id).catch((error) => showToast(refusalText(asNetError(error))));
  };
  const isSelf = person.id === me.value?.id;
  const isSilenced = Boolean(member?.timeoutUntil);
  /** @type {Record<Action, Line>} */
  const lines = {
    standing: { id: "standing", icon: "pencil", label: isSelf ? "person.standing.own" : "person.standing", use: open("StandingDialog") },
    timeout: isSilenced
      ? { id: "end-timeout", icon: "clock", label: "person.end-timeout", use: endTimeout }
      : { id: "timeout", icon: "clock", label: "person.timeout", use: open("TimeoutDialog") },
    kick: { id: "kick", icon: "leave", label: "person.kick", use: open("KickDialog"), isDanger: true },
    ban: { id: "ban", icon: "bar", label: "person.ban", use: open("BanDialog"), isDanger: true },
  };
  return actions.map((name) => lines[name]);
}
