/** The roles by standing, and moving them: by their handle, with the mouse, a finger or the arrows. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { membersOf } from "../../state/members.js";
import { colourOf } from "../../state/roles.js";
import { refusalText } from "../parts/refusal.js";
import { Arranger } from "../parts/arranger.js";
import { classes, html, useClient } from "../parts/html.js";
import { MovingBar } from "../parts/moving-bar.js";
import { Icon } from "../parts/icons.js";

/** @import {Role, Server} from "../../net/protocol.js" */

/**
 * @typedef {object} ListProps
 * @property {Server} server
 * @property {Role[]} roles the highest first
 * @property {(role: Role) => boolean} isMine whether it stands below oneself
 * @property {string | null} focusId the one that was open before
 * @property {(id: string) => void} onOpen
 */

/** @param {ListProps} props */
export function RolesList({ server, roles, isMine, focusId, onOpen }) {
  const client = useClient();
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const [said, say] = useState("");
  const [problem, setProblem] = useState("");
  const names = useRef(/** @type {ReadonlyMap<string, string>} */ (new Map()));
  names.current = new Map(roles.map(({ id, name }) => [id, name]));
  const arranger = useMemo(
    () =>
      new Arranger({
        elementOf: (id) => list.current?.querySelector(`[data-role="${id}"]`) ?? null,
        onDrop: (ids) => {
          setProblem("");
          client.channels.orderRoles(server.id, [...ids]).catch((error) => setProblem(t("roles.move.refused", { why: refusalText(error) })));
        },
        onSay: (what, id, ids) => {
          const place = t("channels.move.place", { place: ids.indexOf(id) + 1, total: ids.length });
          say(t(`channels.move.${what}`, { name: names.current.get(id) ?? "", place }));
        },
      }),
    [server.id],
  );
  useEffect(() => () => arranger.cancel(), [arranger]);
  useEffect(() => {
    /** @type {HTMLElement | null | undefined} */ (list.current?.querySelector(`[data-role="${focusId}"] .role-open`))?.focus();
  }, []);
  const moving = arranger.moving.value;
  const order = moving?.by === "keys" ? moving.lines : roles.map(({ id }) => id);
  const shown = [...roles].sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  if (roles.length === 0) return html`<p class="hint" data-testid="no-roles">${t("roles.none")}</p>`;
  return html`
    <p class="visually-hidden" role="status" data-testid="roles-said">${said}</p>
    <p class="form-error" role="alert" data-testid="roles-problem">${problem}</p>
    <ol ref=${list} class=${classes("target-list roles", moving && "is-moving")} onKeyDown=${arranger.onKeyDown} data-testid="roles">
      ${shown.map((role) => html`<${RoleLine} key=${role.id} role=${role} roles=${roles} arranger=${arranger} isMine=${isMine(role)} onOpen=${onOpen} />`)}
    </ol>
    <${MovingBar} arranger=${arranger} />
    <p class="hint">${t("roles.order.hint")}</p>
  `;
}

/** @param {{role: Role, roles: Role[], arranger: Arranger, isMine: boolean, onOpen: (id: string) => void}} props */
function RoleLine({ role, roles, arranger, isMine, onOpen }) {
  const handle = useRef(/** @type {HTMLElement | null} */ (null));
  const moving = arranger.moving.value;
  const isMoved = moving?.key === role.id;
  const mark = moving?.mark?.key === role.id ? moving.mark.side : null;
  const lines = () => roles.map(({ id }) => id);
  useEffect(() => {
    if (isMoved && moving?.by === "keys") handle.current?.focus();
  }, [isMoved && moving?.lines]);
  const pick = () => !moving && arranger.pick(role.id, lines());
  const press = (/** @type {PointerEvent} */ event) => arranger.press(event, role.id, lines(), { isHandle: true });
  return html`
    <li class=${classes("role-line", isMoved && "is-moved", mark && `is-drop-${mark}`)} data-role=${role.id} data-testid="role" data-name=${role.name}>
      ${isMine
        ? html`
            <button
              ref=${handle}
              class="icon-button role-handle"
              aria-label=${t("roles.move", { name: role.name })}
              title=${t("channels.move")}
              onClick=${pick}
              onPointerDown=${press}
              data-testid="role-handle"
            >
              <${Icon} name="grip" />
            </button>
          `
        : html`<span class="role-handle is-fixed" title=${t("roles.above")}><${Icon} name="lock" /></span>`}
      <button class="target role-open" onClick=${() => onOpen(role.id)} data-testid="open-role">
        <${Swatch} colour=${role.colour} />
        <span class="target-words">
          <span class="name" style=${{ color: colourOf({ roleIds: [role.id] }, [role]) ?? "" }}>${role.name}</span>
          <span class="hint">${holdersText(role)}</span>
        </span>
        <${Icon} name="pencil" />
      </button>
    </li>
  `;
}

/** @param {{colour: string | null}} props */
export function Swatch({ colour }) {
  return html`<span class=${classes("swatch", !colour && "is-none")} style=${{ backgroundColor: colour ?? "" }} aria-hidden="true"></span>`;
}

/** How many have it, where all members are known. @param {Role} role */
export function holdersText({ serverId, id, permissions }) {
  const { list, state, total } = membersOf(serverId).value;
  const gives = t("roles.gives", { count: permissions.length });
  if (state !== "ready" || total > list.length) return gives;
  return `${t("roles.holders", { count: list.filter(({ roleIds }) => roleIds.includes(id)).length })} · ${gives}`;
}
