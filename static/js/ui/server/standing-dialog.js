/** How a member stands: built-in role, the server's own roles, what they are called here. What may not be given is shown, not offered. */

import { useEffect, useState } from "preact/hooks";

import { errorText, t } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { mayGive, rolesToGive } from "../../state/moderation.js";
import { roleOf } from "../../state/people-groups.js";
import { me } from "../../state/session.js";
import { Dialog, DialogHead } from "../parts/dialog.js";
import { Field } from "../parts/field.js";
import { problemsOf } from "../parts/form.js";
import { html, useClient } from "../parts/html.js";
import { usePermissions } from "../parts/standing.js";
import { Pick } from "./pick.js";
import { refusalText } from "../parts/refusal.js";
import { useSelf } from "./self.js";
import { useSubmit } from "../parts/submit.js";

/** @import {Member, Permissions, Person, Role, Server} from "../../net/protocol.js" */

/** @typedef {{role?: string, roleIds?: string[], nickname?: string}} Draft */

const NICKNAME_MAX = 64;

/** @param {{server: Server, person: Person, member: Member, onClose: () => void}} props */
export function StandingDialog({ server, person, member, onClose }) {
  const mine = usePermissions("servers", server.id);
  const self = useSelf(server.id);
  const [roles, problem, load] = useRoles(server.id);
  const title = t("standing.title", { name: person.displayName, server: server.name });
  return html`
    <${Dialog} label=${title} onClose=${onClose} className="is-question" testid="standing-dialog">
      <${DialogHead} title=${title} onClose=${onClose} />
      ${mine && self && roles
        ? html`<${Form} server=${server} mine=${mine} self=${self} member=${member} roles=${roles} onClose=${onClose} />`
        : html`
            <div class="dialog-body standing-loading">
              ${problem
                ? html`
                    <p role="alert">${problem}</p>
                    <button class="button" onClick=${load}>${t("app.retry")}</button>
                  `
                : html`<p class="hint" role="status">${t("listed.loading")}</p>`}
            </div>
          `}
    <//>
  `;
}

/** @typedef {{server: Server, mine: Permissions, self: Member, member: Member, roles: Role[], onClose: () => void}} FormProps */

/** @param {FormProps} props */
function Form({ server, mine, self, member, roles, onClose }) {
  const client = useClient();
  const [draft, setDraft] = useState(/** @type {Draft} */ ({}));
  const { isBusy, error, submit } = useSubmit(async () => {
    if (Object.keys(draft).length > 0) await client.moderation.change(server.id, member.user.id, draft);
    onClose();
  });
  const isSelf = member.user.id === me.value?.id;
  const problem = problemsOf(error, ["nickname"]).nickname;
  const change = (/** @type {Draft} */ change) => setDraft({ ...draft, ...change });
  const mayRole = !isSelf && mine.permissions.includes("manage_roles") && rolesToGive(self).length > 0;
  const mayName = isSelf || mine.permissions.includes("manage_server");
  return html`
    <form class="dialog-body dialog-form" onSubmit=${submit}>
      ${mayName && html`<${Nickname} value=${draft.nickname ?? member.nickname ?? ""} problem=${problem} onChange=${change} />`}
      ${mayRole && html`<${BuiltIn} value=${draft.role ?? roleOf(member)} self=${self} onChange=${change} />`}
      ${mine.permissions.includes("manage_roles") &&
      html`
        <${Roles}
          roles=${roles}
          given=${draft.roleIds ?? member.roleIds}
          mayUse=${(/** @type {Role} */ role) => mayGive(mine, self, role, roles)}
          onChange=${change}
        />
      `}
      <p class="form-error" role="alert" data-testid="standing-error">${error && !problem ? refusalText(error) : ""}</p>
      <div class="dialog-buttons">
        <button class="button" type="button" onClick=${onClose}>${t("server.keep")}</button>
        <button class="button is-primary" type="submit" aria-disabled=${isBusy} data-testid="standing-save">${t("settings.save")}</button>
      </div>
    </form>
  `;
}

/** @param {{value: string, problem: string | undefined, onChange: (change: Draft) => void}} props */
function Nickname({ value, problem, onChange }) {
  return html`
    <${Field}
      name="nickname"
      label="standing.nickname"
      hint="standing.nickname.hint"
      value=${value}
      problem=${problem}
      required=${false}
      maxLength=${NICKNAME_MAX}
      autocomplete="off"
      onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => onChange({ nickname: currentTarget.value })}
    />
  `;
}

/** @param {{value: string, self: Member, onChange: (change: Draft) => void}} props */
function BuiltIn({ value, self, onChange }) {
  return html`
    <${Pick}
      name="role"
      label=${t("standing.role")}
      hint=${t("standing.role.hint")}
      value=${value}
      options=${rolesToGive(self).map((role) => ({ value: role, words: t(`role.${role}`) }))}
      onPick=${(/** @type {string} */ role) => onChange({ role })}
    />
  `;
}

/** @param {{roles: Role[], given: string[], mayUse: (role: Role) => boolean, onChange: (change: Draft) => void}} props */
function Roles({ roles, given, mayUse, onChange }) {
  if (roles.length === 0) return html`<p class="hint">${t("standing.no-roles")}</p>`;
  const isSome = roles.some((role) => !mayUse(role));
  /** @param {string} id @param {boolean} isOn */
  const give = (id, isOn) => onChange({ roleIds: isOn ? [...given, id] : given.filter((one) => one !== id) });
  return html`
    <fieldset class="choices">
      <legend>${t("standing.roles")}</legend>
      ${isSome && html`<p class="hint">${t("standing.roles.hint")}</p>`}
      ${roles.map(
        (role) => html`
          <label key=${role.id} class="choice">
            <input
              type="checkbox"
              checked=${given.includes(role.id)}
              disabled=${!mayUse(role)}
              onChange=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => give(role.id, currentTarget.checked)}
              data-testid="give-role"
              data-role=${role.name}
            />
            <span>${role.name}</span>
          </label>
        `,
      )}
    </fieldset>
  `;
}

/**
 * @param {string} serverId
 * @returns {[Role[] | null, string, () => void]} with what is wrong, and how to try again
 */
function useRoles(serverId) {
  const client = useClient();
  const [roles, setRoles] = useState(/** @type {Role[] | null} */ (null));
  const [problem, setProblem] = useState("");
  const load = () => {
    setProblem("");
    client.moderation.roles(serverId).then(setRoles, (error) => setProblem(errorText(asNetError(error))));
  };
  useEffect(load, [serverId]);
  return [roles, problem, load];
}
