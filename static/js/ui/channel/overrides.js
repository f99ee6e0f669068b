/** A channel's overrides, one target after the other: everybody, moderators, roles, persons. */

import { useEffect, useMemo, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { Overriding } from "../../state/overriding.js";
import { colourOf, rolesOf } from "../../state/roles.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { AddTarget } from "./add-target.js";
import { OverrideEditor, targetName } from "./override-editor.js";
import { refusalText } from "../parts/refusal.js";

/** @import {Override, PermissionName, Permissions, Room} from "../../net/protocol.js" */
/** @import {Wanted} from "../../state/overriding.js" */

/** What there always is, though it may say nothing yet. @type {Pick<Override, "target" | "kind">[]} */
const BUILTIN = [
  { target: "member", kind: "builtin" },
  { target: "moderator", kind: "builtin" },
];

/** @param {{room: Room, permissions: Permissions}} props `permissions`: one's own here */
export function Overrides({ room, permissions }) {
  const client = useClient();
  const work = useMemo(() => new Overriding(client.channels, room.id), [room.id]);
  // Whoever changes an override changes the channel: it is told to all who see it.
  useEffect(() => void work.load(), [work, room]);
  useEffect(() => void client.serverLists.load(room.serverId ?? ""), [room.serverId]);
  const problem = work.problem.value ? refusalText(work.problem.value) : "";
  const saving = work.saving.value;
  if (work.list.value === null) return html`<${NotYet} problem=${problem} onRetry=${() => work.load()} />`;
  return html`
    <p class="form-error" role="alert" data-testid="overrides-problem">${problem}</p>
    <${Targets} room=${room} work=${work} list=${work.list.value} permissions=${permissions} />
    <p class="hint" role="status" data-testid="overrides-saved">
      ${saving === "none" ? "" : t(saving === "busy" ? "settings.saving" : "settings.saved")}
    </p>
  `;
}

/** @param {{problem: string, onRetry: () => void}} props */
function NotYet({ problem, onRetry }) {
  if (!problem) return html`<p class="hint" role="status">${t("overrides.loading")}</p>`;
  return html`
    <div role="alert" class="settings-failed" data-testid="overrides-failed">
      <p>${problem}</p>
      <button class="button" onClick=${onRetry}>${t("app.retry")}</button>
    </div>
  `;
}

/** @param {{room: Room, work: Overriding, list: Override[], permissions: Permissions}} props */
function Targets({ room, work, list, permissions }) {
  const [open, setOpen] = useState(/** @type {string | null} */ (null));
  const [added, setAdded] = useState(/** @type {Override[]} */ ([]));
  const [isAdding, setAdding] = useState(false);
  const shown = shownTargets(list, added);
  const pick = (/** @type {Override} */ target) => {
    setAdding(false);
    setAdded([...added.filter((one) => one.target !== target.target), target]);
    setOpen(target.target);
  };
  const remove = (/** @type {string} */ target) => {
    setAdded(added.filter((one) => one.target !== target));
    setOpen(null);
    work.clear(target);
  };
  const editor = (/** @type {Override} */ one) => html`
    <${OverrideEditor}
      one=${one}
      room=${room}
      mine=${permissions.permissions}
      onSet=${(/** @type {PermissionName} */ name, /** @type {Wanted} */ wanted) => work.set(one, name, wanted)}
      onRemove=${one.kind === "builtin" ? undefined : () => remove(one.target)}
    />
  `;
  return html`
    <ul class="target-list" data-testid="overrides">
      ${shown.map(
        (one) => html`
          <li key=${one.target}>
            <${Target} one=${one} room=${room} isOpen=${open === one.target} onToggle=${() => setOpen(open === one.target ? null : one.target)} />
            ${open === one.target && editor(one)}
          </li>
        `,
      )}
    </ul>
    <button class="button" onClick=${() => setAdding(true)} data-testid="add-target"><${Icon} name="plus" /> ${t("overrides.add")}</button>
    ${isAdding && html`<${AddTarget} room=${room} known=${new Set(shown.map(({ target }) => target))} onPick=${pick} onClose=${() => setAdding(false)} />`}
  `;
}

/** @param {{one: Override, room: Room, isOpen: boolean, onToggle: () => void}} props */
function Target({ one, room, isOpen, onToggle }) {
  const colour = one.kind === "role" ? colourOf({ roleIds: [one.target] }, rolesOf(room.serverId)) : undefined;
  return html`
    <button class="target" aria-expanded=${isOpen} onClick=${onToggle} data-testid="target" data-target=${one.kind === "builtin" ? one.target : one.name}>
      <${Icon} name=${one.kind === "user" ? "person" : one.target === "member" ? "people" : "shield"} />
      <span class="target-words">
        <span class="name" style=${colour && { color: colour }}>${targetName(one)}</span>
        <span class="hint" data-testid="target-says">${summary(one)}</span>
      </span>
      <${Icon} name="fold" />
    </button>
  `;
}

/** @param {Override} one */
function summary({ allow, deny }) {
  const parts = [
    allow.length > 0 && t("overrides.allows", { count: allow.length }),
    deny.length > 0 && t("overrides.denies", { count: deny.length }),
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : t("overrides.nothing");
}

/**
 * What always is, what says something, and what was just added; each once.
 * @param {Override[]} list
 * @param {Override[]} added
 * @returns {Override[]}
 */
function shownTargets(list, added) {
  const said = new Map(list.map((one) => [one.target, one]));
  const builtin = BUILTIN.map((one) => said.get(one.target) ?? { ...one, name: one.target, allow: [], deny: [] });
  const rest = list.filter(({ kind }) => kind !== "builtin");
  return [...builtin, ...rest, ...added.filter(({ target }) => !said.has(target))];
}
