/** Who may do what in one channel beyond what they may everywhere: whether it is private, its overrides, and why somebody may. */

import { t } from "../../i18n/index.js";
import { html, useClient } from "../parts/html.js";
import { MayDo } from "./may-do.js";
import { Overrides } from "./overrides.js";
import { useSending } from "./sending.js";

/** @import {Permissions, Room} from "../../net/protocol.js" */

/** @param {{room: Room, permissions: Permissions}} props `permissions`: one's own here */
export function PermissionsSection({ room, permissions }) {
  return html`
    <p class="lead">${t("channel.permissions.lead")}</p>
    <${Privacy} room=${room} />
    <section class="settings-part" aria-labelledby="overrides-title">
      <h2 id="overrides-title">${t("overrides.title")}</h2>
      <p class="hint">${t("overrides.lead")}</p>
      <${Overrides} room=${room} permissions=${permissions} />
    </section>
    <section class="settings-part" aria-labelledby="maydo-title">
      <h2 id="maydo-title">${t("maydo.title")}</h2>
      <p class="hint">${t("maydo.lead")}</p>
      <${MayDo} room=${room} />
    </section>
  `;
}

/** @param {{room: Room}} props */
function Privacy({ room }) {
  const client = useClient();
  const { sending, send } = useSending([]);
  const toggle = (/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => {
    const isPrivate = currentTarget.checked;
    // What stands there is what the server says.
    currentTarget.checked = room.isPrivate;
    send(() => client.channels.update(room.id, { isPrivate }));
  };
  return html`
    <label class="check">
      <input type="checkbox" checked=${room.isPrivate} onChange=${toggle} data-testid="is-private" />
      <span>${t("channels.private")} <span class="hint">${t(room.isPrivate ? "channel.private.is" : "channel.private.not")}</span></span>
    </label>
    <p class="form-error" role="alert">${sending.problem}</p>
  `;
}
