/** What one target is allowed and denied in a channel: three answers to each permission. */

import { t } from "../../i18n/index.js";
import { html } from "../parts/html.js";
import { roomGroups, roomPermission } from "../parts/permission-words.js";

/** @import {Override, PermissionName, Room} from "../../net/protocol.js" */
/** @import {Wanted} from "../../state/overriding.js" */

/** @type {Wanted[]} */
const ANSWERS = ["allow", "inherit", "deny"];

/**
 * @typedef {object} EditorProps
 * @property {Override} one
 * @property {Room} room
 * @property {PermissionName[]} mine nobody gives or takes what they lack
 * @property {(name: PermissionName, wanted: Wanted) => void} onSet
 * @property {(() => void) | undefined} onRemove
 */

/** @param {EditorProps} props */
export function OverrideEditor({ one, room, mine, onSet, onRemove }) {
  return html`
    <div class="override-body" data-testid="override-editor">
      ${roomGroups(room.type).flatMap(({ names }) =>
        names.map((name) => html`<${Tri} key=${name} name=${name} one=${one} isMine=${mine.includes(name)} onSet=${onSet} />`),
      )}
      ${onRemove &&
      html`<button class="button is-small" onClick=${onRemove} data-testid="remove-target">${t("overrides.remove", { name: targetName(one) })}</button>`}
    </div>
  `;
}

/** @param {Pick<Override, "target" | "kind" | "name">} one */
export function targetName({ target, kind, name }) {
  return kind === "builtin" ? t(`overrides.target.${target}`) : name;
}

/** @param {{name: PermissionName, one: Override, isMine: boolean, onSet: EditorProps["onSet"]}} props */
function Tri({ name, one, isMine, onSet }) {
  const answer = one.allow.includes(name) ? "allow" : one.deny.includes(name) ? "deny" : "inherit";
  const group = `tri-${one.target}-${name}`;
  return html`
    <fieldset class="tri-row" disabled=${!isMine} aria-describedby=${`${group}-hint`} data-testid="tri-${name}" data-answer=${answer}>
      <legend class="visually-hidden">${t(roomPermission(name))}</legend>
      <span class="tri-words" aria-hidden="true">${t(roomPermission(name))}</span>
      <span class="tri">
        ${ANSWERS.map(
          (wanted) => html`
            <label key=${wanted} class="is-${wanted}">
              <input type="radio" name=${group} checked=${answer === wanted} onChange=${() => onSet(name, wanted)} data-testid="answer-${wanted}" />
              ${t(`overrides.${wanted}`)}
            </label>
          `,
        )}
      </span>
      <span class="hint" id="${group}-hint">${isMine ? t(`${roomPermission(name)}.hint`) : t("permission.lacking")}</span>
    </fieldset>
  `;
}
