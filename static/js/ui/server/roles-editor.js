/** One role: what it is called, its colour, what it gives; and deleting it. */

import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { membersOf } from "../../state/members.js";
import { Question } from "../parts/question.js";
import { Field } from "../parts/field.js";
import { problemsOf } from "../parts/form.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { SERVER_GROUPS } from "../parts/permission-words.js";
import { SaveLine, useSaving } from "../settings/saving.js";
import { RoleColour } from "./roles-colour.js";

/** @import {PermissionName, Role} from "../../net/protocol.js" */

const NAMES = ["name", "colour"];

/** @typedef {{name: string, colour: string | null, permissions: PermissionName[]}} Fields */

/**
 * @typedef {object} EditorProps
 * @property {Role} role
 * @property {PermissionName[]} mine nobody gives or takes what they lack
 * @property {boolean} mayChange it stands below oneself
 * @property {() => void} onClose
 */

/** @param {EditorProps} props */
export function RoleEditor({ role, mine, mayChange, onClose }) {
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  useEffect(() => title.current?.focus(), []);
  return html`
    <div class="role-head">
      <button class="icon-button" aria-label=${t("roles.all")} title=${t("roles.all")} onClick=${onClose} data-testid="roles-back"><${Icon} name="back" /></button>
      <h2 ref=${title} tabindex="-1" data-testid="role-title">${role.name}</h2>
    </div>
    ${!mayChange && html`<p class="lead" data-testid="role-locked">${t("roles.locked")}</p>`}
    <${Form} role=${role} mine=${mine} mayChange=${mayChange} />
    ${mayChange && html`<${Deleting} role=${role} onDone=${onClose} />`}
  `;
}

/** @param {{role: Role, mine: PermissionName[], mayChange: boolean}} props */
function Form({ role, mine, mayChange }) {
  const client = useClient();
  const [draft, setDraft] = useState(/** @type {Partial<Fields>} */ ({}));
  const { saving, save, touch } = useSaving();
  const wanted = { name: role.name, colour: role.colour, permissions: role.permissions, ...draft };
  const changes = changed(role, wanted);
  const isIdle = Object.keys(changes).length === 0;
  const problems = problemsOf(saving.error, NAMES);
  useEffect(() => {
    if (problems.name) document.getElementById("field-name")?.focus();
  }, [saving.error]);
  /** @param {Partial<Fields>} change */
  const change = (change) => {
    setDraft({ ...draft, ...change });
    touch();
  };
  const onSubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    if (isIdle || !mayChange) return;
    save(async () => {
      await client.channels.updateRole(role, changes);
      setDraft({});
    });
  };
  const toggle = (/** @type {PermissionName} */ name) => {
    const others = wanted.permissions.filter((one) => one !== name);
    change({ permissions: others.length < wanted.permissions.length ? others : [...others, name] });
  };
  return html`
    <form class="settings-form" onSubmit=${onSubmit} data-testid="role-form">
      <${Field}
        name="name"
        label="roles.name"
        type="text"
        autocomplete="off"
        maxLength=${32}
        readOnly=${!mayChange}
        value=${wanted.name}
        problem=${problems.name}
        onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => change({ name: currentTarget.value })}
      />
      <${RoleColour}
        name=${wanted.name}
        colour=${wanted.colour}
        problem=${problems.colour}
        isDisabled=${!mayChange}
        onChoose=${(/** @type {string | null} */ colour) => change({ colour })}
      />
      <${PermissionGroups} given=${wanted.permissions} mine=${mine} mayChange=${mayChange} onToggle=${toggle} />
      ${mayChange && html`<${SaveLine} saving=${saving} names=${NAMES} isIdle=${isIdle} />`}
    </form>
  `;
}

/** @param {{given: PermissionName[], mine: PermissionName[], mayChange: boolean, onToggle: (name: PermissionName) => void}} props */
function PermissionGroups({ given, mine, mayChange, onToggle }) {
  const box = (/** @type {PermissionName} */ name) => html`
    <${PermissionBox}
      key=${name}
      name=${name}
      isGiven=${given.includes(name)}
      isMine=${mine.includes(name)}
      mayChange=${mayChange}
      onToggle=${onToggle}
    />
  `;
  return SERVER_GROUPS.map(
    ({ key, names }) => html`
      <fieldset key=${key} class="permission-group">
        <legend>${t(`permission.group.${key}`)}</legend>
        ${names.map(box)}
      </fieldset>
    `,
  );
}

/** @param {{name: PermissionName, isGiven: boolean, isMine: boolean, mayChange: boolean, onToggle: (name: PermissionName) => void}} props */
function PermissionBox({ name, isGiven, isMine, mayChange, onToggle }) {
  return html`
    <label class="check">
      <input type="checkbox" checked=${isGiven} disabled=${!isMine || !mayChange} onChange=${() => onToggle(name)} data-testid="gives-${name}" />
      <span>
        ${t(`permission.${name}`)}
        <span class="hint">${t(`permission.${name}.hint`)}${mayChange && !isMine && ` ${t("permission.lacking")}`}</span>
      </span>
    </label>
  `;
}

/** @param {{role: Role, onDone: () => void}} props */
function Deleting({ role, onDone }) {
  const client = useClient();
  const [isAsking, setAsking] = useState(false);
  const { list, state, total } = membersOf(role.serverId).value;
  const isKnown = state === "ready" && total <= list.length;
  const count = list.filter(({ roleIds }) => roleIds.includes(role.id)).length;
  return html`
    <section class="settings-part">
      <button class="button is-danger" onClick=${() => setAsking(true)} data-testid="delete-role">${t("roles.delete")}</button>
      ${isAsking &&
      html`
        <${Question}
          title=${t("roles.delete.ask", { name: role.name })}
          text=${isKnown ? t("roles.delete.explain", { count }) : t("roles.delete.explain.unknown")}
          yes=${t("roles.delete")}
          no=${t("channels.keep")}
          run=${async () => {
            await client.channels.deleteRole(role);
            onDone();
          }}
          onClose=${() => setAsking(false)}
        />
      `}
    </section>
  `;
}

/**
 * What is different; the order of permissions says nothing.
 * @param {Role} role
 * @param {Fields} wanted
 * @returns {Partial<Fields>}
 */
function changed(role, wanted) {
  /** @type {Partial<Fields>} */
  const changes = {};
  if (wanted.name !== role.name) changes.name = wanted.name;
  if (wanted.colour !== role.colour) changes.colour = wanted.colour;
  const isSame = wanted.permissions.length === role.permissions.length && wanted.permissions.every((name) => role.permissions.includes(name));
  if (!isSame) changes.permissions = wanted.permissions;
  return changes;
}
