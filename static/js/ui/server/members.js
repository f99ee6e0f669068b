/** Who belongs to a community: found by name, with their roles, and what may be done with each. */

import { useRef, useState } from "preact/hooks";

import { dateOf, fullTimeOf, t } from "../../i18n/index.js";
import { actionsOn } from "../../state/moderation.js";
import { nameOf, roleOf } from "../../state/people-groups.js";
import { me } from "../../state/session.js";
import { Avatar } from "../parts/avatar.js";
import { Popover } from "../parts/dialog.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { Finder, Listed, useListing, useNews } from "./listing.js";
import { PersonActions } from "./person-actions.js";
import { useSelf } from "./self.js";

/** @import {Member, Permissions, Server} from "../../net/protocol.js" */

const NEWS = ["server:member_joined", "server:member_left", "server:member_updated", "server:roles_updated"];

/** @param {{server: Server, mine: Permissions | null}} props */
export function MembersSection({ server, mine }) {
  const client = useClient();
  const [q, setQ] = useState("");
  const self = useSelf(server.id);
  const listing = useListing((page) => client.moderation.members(server.id, { q, page }), [server.id, q]);
  useNews(server.id, NEWS, listing.reload);
  return html`
    <p class="lead" role="status" data-testid="members-count">
      ${listing.found ? t(q ? "members.found" : "server.members", { count: listing.found.total }) : t("listed.loading")}
    </p>
    <${Finder} label=${t("members.find")} value=${q} onFind=${setQ} testid="find-member" />
    <${Listed}
      listing=${listing}
      label=${t("server.section.members")}
      testid="members"
      empty=${html`<p class="hint">${t("members.none", { q })}</p>`}
      draw=${(/** @type {Member} */ member) => html`
        <li key=${member.user.id}><${MemberLine} server=${server} mine=${mine} self=${self} member=${member} /></li>
      `}
    />
  `;
}

/** @param {{server: Server, mine: Permissions | null, self: Member | undefined, member: Member}} props */
function MemberLine({ server, mine, self, member }) {
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const [isOpen, setOpen] = useState(false);
  const { user } = member;
  const actions = actionsOn(mine, self, member);
  const name = nameOf(member);
  const close = () => setOpen(false);
  return html`
    <div class="listed-row" data-testid="member" data-username=${user.username}>
      <${Avatar} person=${user} />
      <div class="listed-words">
        <p>
          <span class="name">${name}</span>
          ${user.id === me.value?.id && html`<span class="hint"> ${t("people.you")}</span>`}
          <span class="hint"> @${user.username}</span>
        </p>
        <${Tags} member=${member} />
      </div>
      ${actions.length > 0 &&
      html`
        <button
          ref=${button}
          class="icon-button"
          aria-haspopup="menu"
          aria-label=${t("members.manage", { name })}
          title=${t("members.manage", { name })}
          onClick=${() => setOpen(true)}
          data-testid="manage-member"
        >
          <${Icon} name="more" />
        </button>
      `}
      ${isOpen &&
      html`
        <${Popover} anchor=${button.current} label=${t("members.manage", { name })} onClose=${close} className="server-menu" testid="member-menu">
          <${PersonActions} server=${server} person=${user} member=${member} actions=${actions} onUse=${close} isMenu />
        <//>
      `}
    </div>
  `;
}

/** How they stand, and since when. @param {{member: Member}} props */
function Tags({ member }) {
  const { roles, timeoutUntil, joinedAt } = member;
  return html`
    <p class="listed-tags">
      <span class="tag" data-testid="member-role">${t(`role.${roleOf(member)}`)}</span>
      ${roles.slice(1).map((role) => html`<span key=${role} class="tag is-plain">${role}</span>`)}
      ${timeoutUntil &&
      html`<span class="tag is-warning" title=${fullTimeOf(timeoutUntil)} data-testid="member-timeout">${t("members.silenced")}</span>`}
      ${joinedAt && html`<span class="hint">${t("members.since", { date: dateOf(joinedAt) })}</span>`}
    </p>
  `;
}
