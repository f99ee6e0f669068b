/** A community's invites: made, passed on, taken back, and who came by which. */

import { useState } from "preact/hooks";

import { agoOf, dateOf, fullTimeOf, t } from "../../i18n/index.js";
import { Avatar } from "../parts/avatar.js";
import { Dialog, DialogHead } from "../parts/dialog.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { CopyButton, InvitePeople, linkOf } from "./invite-people.js";
import { momentOf } from "./limits.js";
import { Listed, useListing, useNews } from "./listing.js";
import { Question } from "../parts/question.js";

/** @import {Invite, InviteUse, Permissions, Server} from "../../net/protocol.js" */

/** @typedef {{what: "make"} | {what: "revoke", invite: Invite} | {what: "uses", invite: Invite} | null} Open */

/** @param {{server: Server, mine: Permissions | null}} props */
export function InvitesSection({ server, mine }) {
  const client = useClient();
  const [open, setOpen] = useState(/** @type {Open} */ (null));
  const listing = useListing((page) => client.communities.invites(server.id, { page }), [server.id]);
  // Whoever comes may have come by one of them.
  useNews(server.id, ["server:member_joined"], listing.reload);
  const close = () => setOpen(null);
  const make = () => setOpen({ what: "make" });
  const mayInvite = mine?.permissions.includes("invite") ?? false;
  return html`
    <p class="lead">${t("invites.lead")}</p>
    ${mayInvite &&
    html`<button class="button is-primary invites-make" onClick=${make} data-testid="make-invite"><${Icon} name="plus" /> ${t("invites.make")}</button>`}
    <${Listed}
      listing=${listing}
      label=${t("server.section.invites")}
      testid="invites"
      empty=${html`<p class="hint">${t("invites.none")}</p>`}
      draw=${(/** @type {Invite} */ invite) => html`
        <li key=${invite.code}>
          <${InviteLine}
            invite=${invite}
            onRevoke=${() => setOpen({ what: "revoke", invite })}
            onUses=${() => setOpen({ what: "uses", invite })}
          />
        </li>
      `}
    />
    ${open?.what === "make" && html`<${InvitePeople} server=${server} onClose=${close} onMade=${listing.reload} />`}
    ${open?.what === "uses" && html`<${Uses} invite=${open.invite} onClose=${close} />`}
    ${open?.what === "revoke" && html`<${Revoke} invite=${open.invite} onDone=${listing.reload} onClose=${close} />`}
  `;
}

/** @param {{invite: Invite, onDone: () => void, onClose: () => void}} props */
function Revoke({ invite: { code }, onDone, onClose }) {
  const client = useClient();
  return html`
    <${Question}
      title=${t("invites.revoke.ask")}
      text=${t("invites.revoke.explain", { code })}
      yes=${t("invites.revoke")}
      run=${() => client.communities.revoke(code)}
      onDone=${onDone}
      onClose=${onClose}
    />
  `;
}

/** @param {{invite: Invite, onRevoke: () => void, onUses: () => void}} props */
function InviteLine({ invite, onRevoke, onUses }) {
  const { code, inviter, uses, maxUses, expiresAt, isActive, createdAt } = invite;
  const used = maxUses === null ? t("invites.used", { count: uses }) : t("invites.used.of", { uses, max: maxUses });
  const until = expiresAt === null ? t("invites.no-end") : t("invites.until", { time: momentOf(expiresAt) });
  return html`
    <div class="listed-row is-wrapping" data-testid="invite" data-code=${code} data-active=${isActive}>
      <div class="listed-words">
        <p>
          <code class="invite-code">${code}</code>
          ${!isActive && html` <span class="tag is-plain" data-testid="invite-over">${t("invites.over")}</span>`}
        </p>
        <p class="hint">${[used, isActive && until].filter(Boolean).join(" · ")}</p>
        <p class="hint" title=${fullTimeOf(createdAt)}>${t("invites.by", { name: inviter.displayName, date: dateOf(createdAt) })}</p>
      </div>
      <div class="listed-buttons">
        ${isActive && html`<${CopyButton} text=${linkOf(invite)} label=${t("invites.copy", { code })} />`}
        ${uses > 0 &&
        html`<button class="button" aria-label=${t("invites.who.of", { code })} onClick=${onUses} data-testid="invite-uses">${t("invites.who")}</button>`}
        ${isActive &&
        html`
          <button class="button" aria-label=${t("invites.revoke.of", { code })} onClick=${onRevoke} data-testid="revoke-invite">
            ${t("invites.revoke")}
          </button>
        `}
      </div>
    </div>
  `;
}

/** Who came by it. @param {{invite: Invite, onClose: () => void}} props */
function Uses({ invite, onClose }) {
  const client = useClient();
  const listing = useListing((page) => client.communities.uses(invite.code, { page }), [invite.code]);
  const title = t("invites.uses", { code: invite.code });
  return html`
    <${Dialog} label=${title} onClose=${onClose} className="is-question" testid="uses-dialog">
      <${DialogHead} title=${title} onClose=${onClose} />
      <div class="dialog-body">
        <${Listed}
          listing=${listing}
          label=${title}
          testid="uses"
          empty=${html`<p class="hint">${t("invites.uses.none")}</p>`}
          draw=${(/** @type {InviteUse} */ { user, at }) => html`
            <li key=${user.id} class="listed-row" data-testid="invite-use" data-username=${user.username}>
              <${Avatar} person=${user} small />
              <p class="listed-words"><span class="name">${user.displayName}</span> <span class="hint">@${user.username}</span></p>
              <span class="hint" title=${fullTimeOf(at)}>${agoOf(at)}</span>
            </li>
          `}
        />
      </div>
    <//>
  `;
}
