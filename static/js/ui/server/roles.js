/** The roles of a community's own making: a list by standing, or one of them open. */

import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { memberOf, membersOf } from "../../state/members.js";
import { areRolesKnown, isBelow, rolesOf } from "../../state/roles.js";
import { me } from "../../state/session.js";
import { Dialog, DialogHead } from "../parts/dialog.js";
import { Field } from "../parts/field.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { usePermissions } from "../parts/standing.js";
import { FormFoot, useSending } from "../channel/sending.js";
import { RoleEditor } from "./roles-editor.js";
import { RolesList } from "./roles-list.js";

/** @import {Role, Server} from "../../net/protocol.js" */

/** @param {{server: Server}} props */
export function RolesSection({ server }) {
  const client = useClient();
  const [openId, setOpenId] = useState(/** @type {string | null} */ (null));
  const [hasFailed, setFailed] = useState(false);
  const [isMaking, setMaking] = useState(false);
  const back = useRef(/** @type {string | null} */ (null));
  const permissions = usePermissions("servers", server.id);
  const { state } = membersOf(server.id).value;
  const load = async () => setFailed(!(await client.serverLists.load(server.id)));
  useEffect(() => void load(), [server.id]);
  // Who one is among the members says which roles stand below one; and how many have each.
  useEffect(() => {
    if (state === "idle") client.loadMembers(server.id);
  }, [server.id, state]);
  if (!areRolesKnown(server.id) || !permissions) return html`<${NotYet} hasFailed=${hasFailed} onRetry=${load} />`;
  const roles = rolesOf(server.id);
  const mayManage = permissions.permissions.includes("manage_roles");
  const myself = me.value && memberOf(server.id, me.value.id);
  const isMine = (/** @type {Role} */ role) => mayManage && (server.ownerId === me.value?.id || isBelow(role, myself ?? undefined, roles));
  const open = roles.find(({ id }) => id === openId);
  if (open) {
    const close = () => {
      back.current = open.id;
      setOpenId(null);
    };
    return html`<${RoleEditor} key=${open.id} role=${open} mine=${permissions.permissions} mayChange=${isMine(open)} onClose=${close} />`;
  }
  return html`
    <p class="lead">${t("roles.lead")}</p>
    ${openId !== null && html`<p role="status">${t("roles.gone")}</p>`}
    ${mayManage &&
    html`<button class="button" onClick=${() => setMaking(true)} data-testid="new-role"><${Icon} name="plus" /> ${t("roles.new")}</button>`}
    <${RolesList} server=${server} roles=${roles} isMine=${isMine} focusId=${back.current} onOpen=${setOpenId} />
    ${isMaking && html`<${NewRole} server=${server} onClose=${() => setMaking(false)} onDone=${setOpenId} />`}
  `;
}

/** @param {{server: Server, onClose: () => void, onDone: (id: string) => void}} props */
function NewRole({ server, onClose, onDone }) {
  const client = useClient();
  const [name, setName] = useState("");
  const { sending, send } = useSending(["name"]);
  const onSubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    send(async () => {
      const role = await client.channels.createRole(server.id, { name: name.trim() });
      onClose();
      onDone(role.id);
    });
  };
  return html`
    <${Dialog} label=${t("roles.new")} onClose=${onClose} className="is-question" testid="new-role-dialog">
      <${DialogHead} title=${t("roles.new")} onClose=${onClose} />
      <form class="dialog-body dialog-form" onSubmit=${onSubmit}>
        <${Field}
          name="name"
          label="roles.name"
          hint="roles.name.hint"
          type="text"
          autocomplete="off"
          autofocus
          maxLength=${32}
          value=${name}
          problem=${sending.problems.name}
          onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => setName(currentTarget.value)}
        />
        <${FormFoot} sending=${sending} yes=${t("roles.make")} onClose=${onClose} />
      </form>
    <//>
  `;
}

/** @param {{hasFailed: boolean, onRetry: () => void}} props */
function NotYet({ hasFailed, onRetry }) {
  if (hasFailed) {
    return html`
      <div role="alert" class="settings-failed" data-testid="roles-failed">
        <p>${t("roles.failed")}</p>
        <button class="button" onClick=${onRetry}>${t("app.retry")}</button>
      </div>
    `;
  }
  return html`
    <p class="visually-hidden" role="status">${t("roles.loading")}</p>
    <div class="target-list" aria-hidden="true">
      <div class="target"><span class="bone is-wide"></span></div>
      <div class="target"><span class="bone is-wide"></span></div>
    </div>
  `;
}
