/** What only the owner does with a community: hand it over, and delete it. Both ask first. */

import { useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { me } from "../../state/session.js";
import { Avatar } from "../parts/avatar.js";
import { Dialog, DialogHead } from "../parts/dialog.js";
import { Field } from "../parts/field.js";
import { html, useClient } from "../parts/html.js";
import { Finder, Listed, useListing } from "./listing.js";
import { Question } from "../parts/question.js";

/** @import {Member, Server} from "../../net/protocol.js" */

/** @typedef {{what: "heir"} | {what: "sure", heir: Member} | {what: "end"} | null} Open */

/** @param {{server: Server}} props */
export function Ownership({ server }) {
  const [open, setOpen] = useState(/** @type {Open} */ (null));
  // The browser says "closed" of a dialog that gave way to the next one, too: only its own end counts.
  const closing = (/** @type {string} */ what) => () => setOpen((now) => (now?.what === what ? null : now));
  return html`
    <section class="server-danger" aria-labelledby="ownership">
      <h2 id="ownership">${t("owner.title")}</h2>
      <div class="danger-line">
        <p>${t("owner.transfer")} <span class="hint">${t("owner.transfer.hint")}</span></p>
        <button class="button" onClick=${() => setOpen({ what: "heir" })} data-testid="transfer">${t("owner.transfer.open")}</button>
      </div>
      <div class="danger-line">
        <p>${t("owner.end")} <span class="hint">${t("owner.end.hint")}</span></p>
        <button class="button is-danger" onClick=${() => setOpen({ what: "end" })} data-testid="delete-server">${t("owner.end.open")}</button>
      </div>
    </section>
    ${open?.what === "heir" &&
    html`<${Heir} server=${server} onChoose=${(/** @type {Member} */ heir) => setOpen({ what: "sure", heir })} onClose=${closing("heir")} />`}
    ${open?.what === "sure" && html`<${Sure} server=${server} heir=${open.heir} onClose=${closing("sure")} />`}
    ${open?.what === "end" && html`<${End} server=${server} onClose=${closing("end")} />`}
  `;
}

/** @param {{server: Server, onClose: () => void}} props */
function End({ server, onClose }) {
  const client = useClient();
  return html`
    <${Question}
      title=${t("owner.end.ask", { server: server.name })}
      text=${t("owner.end.explain", { count: server.counts.members })}
      yes=${t("owner.end.open")}
      fields=${() => html`<${TypedName} name=${server.name} />`}
      run=${(/** @type {Record<string, string>} */ { typedName = "" }) => client.communities.end(server.id, typedName)}
      onClose=${onClose}
    />
  `;
}

/** @param {{server: Server, heir: Member, onClose: () => void}} props */
function Sure({ server, heir: { user }, onClose }) {
  const client = useClient();
  return html`
    <${Question}
      title=${t("owner.transfer.ask", { server: server.name })}
      text=${t("owner.transfer.sure", { name: user.displayName, username: user.username, server: server.name })}
      yes=${t("owner.transfer.yes")}
      run=${() => client.communities.handOver(server.id, user.id)}
      onClose=${onClose}
    />
  `;
}

/** @param {{name: string}} props */
function TypedName({ name }) {
  const [typed, setTyped] = useState("");
  const isWrong = typed !== "" && !name.startsWith(typed);
  return html`
    <${Field}
      name="typedName"
      label="owner.end.type"
      hint="owner.end.type.hint"
      hintParams=${{ server: name }}
      autofocus
      autocomplete="off"
      maxLength=${100}
      problem=${isWrong ? t("owner.end.wrong", { server: name }) : undefined}
      onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => setTyped(currentTarget.value)}
    />
  `;
}

/** To whom: one of the members, found by name. @param {{server: Server, onChoose: (heir: Member) => void, onClose: () => void}} props */
function Heir({ server, onChoose, onClose }) {
  const client = useClient();
  const [q, setQ] = useState("");
  const listing = useListing((page) => client.moderation.members(server.id, { q, page }), [q]);
  const title = t("owner.transfer.ask", { server: server.name });
  const others = listing.found && { ...listing.found, rows: listing.found.rows.filter(({ user }) => user.id !== me.value?.id) };
  return html`
    <${Dialog} label=${title} onClose=${onClose} className="is-question" testid="heir-dialog">
      <${DialogHead} title=${title} onClose=${onClose} />
      <div class="dialog-body dialog-form">
        <${Finder} label=${t("members.find")} value=${q} onFind=${setQ} testid="find-heir" />
        <${Listed}
          listing=${{ ...listing, found: others }}
          label=${t("server.section.members")}
          testid="heirs"
          empty=${html`<p class="hint">${t(q ? "members.none" : "owner.transfer.nobody", { q })}</p>`}
          draw=${(/** @type {Member} */ member) => html`<li key=${member.user.id}><${Choice} member=${member} onChoose=${onChoose} /></li>`}
        />
      </div>
    <//>
  `;
}

/** @param {{member: Member, onChoose: (heir: Member) => void}} props */
function Choice({ member, onChoose }) {
  const { user } = member;
  return html`
    <button class="listed-row is-button" onClick=${() => onChoose(member)} data-testid="heir" data-username=${user.username}>
      <${Avatar} person=${user} small />
      <span class="listed-words"><span class="name">${user.displayName}</span> <span class="hint">@${user.username}</span></span>
    </button>
  `;
}
