/** An invite: where it leads, who sent it, and coming in by it. */

import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { Banner } from "../house/banner.js";
import { Quiet } from "../parts/drawings.js";
import { html, useClient } from "../parts/html.js";
import { useTitle } from "../parts/title.js";
import { momentOf } from "../server/limits.js";
import { ServerPicture } from "../server/overview.js";
import { inviteRefusal } from "../server/refusal.js";
import { useWork } from "../parts/submit.js";
import { hideDrawer } from "../viewport.js";

/** @import {NetError} from "../../net/errors.js" */
/** @import {InvitePreview} from "../../net/protocol.js" */

/** @param {{code: string}} props */
export function InvitePage({ code }) {
  const client = useClient();
  const [preview, setPreview] = useState(/** @type {InvitePreview | null} */ (null));
  const [error, setError] = useState(/** @type {NetError | null} */ (null));
  useTitle(t("invited.title"));
  const load = () => {
    setError(null);
    client.communities.preview(code).then(setPreview, (thrown) => setError(asNetError(thrown)));
  };
  useEffect(() => {
    hideDrawer();
    setPreview(null);
    load();
  }, [code]);
  return html`
    <main class="invite-page" data-testid="invite-page" data-state=${preview ? "ready" : error ? "refused" : "loading"}>
      <${Banner} />
      <div class="invite-place">
        ${preview
          ? html`<${Ready} key=${code} preview=${preview} />`
          : error
            ? html`<${Refused} error=${error} onRetry=${load} />`
            : html`<p class="hint" role="status">${t("listed.loading")}</p>`}
      </div>
    </main>
  `;
}

/** @param {{preview: InvitePreview}} props */
function Ready({ preview: { code, server, inviter, expiresAt, isMember } }) {
  const client = useClient();
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  const { isBusy, error, work } = useWork();
  useEffect(() => title.current?.focus(), []);
  const accept = () => (isMember ? client.openServer(server.id) : work(() => client.communities.accept(server.id, code)));
  return html`
    <article class="card invite-card">
      <p class="hint">${t("invited.by", { name: inviter.displayName })}</p>
      <${ServerPicture} server=${server} />
      <h1 ref=${title} tabindex="-1" data-testid="invite-server">${server.name}</h1>
      ${server.description && html`<p class="server-description">${server.description}</p>`}
      <p class="hint">
        ${t("server.members", { count: server.counts.members })} · ${t("server.channels", { count: server.counts.channels })}
      </p>
      <p class="problem" role="alert" data-testid="invite-problem">${error && inviteRefusal(error)}</p>
      ${isMember && html`<p data-testid="invite-member">${t("invited.member")}</p>`}
      <button class="button is-primary" aria-disabled=${isBusy} onClick=${accept} data-testid="accept-invite">
        ${t(isMember ? "invited.open" : "invited.accept", { server: server.name })}
      </button>
      <button class="button" onClick=${() => client.go({ name: "room" })} data-testid="decline-invite">
        ${t(isMember ? "settings.back" : "invited.decline")}
      </button>
      ${expiresAt && !isMember && html`<p class="hint">${t("invites.until", { time: momentOf(expiresAt) })}</p>`}
    </article>
  `;
}

/** @param {{error: NetError, onRetry: () => void}} props */
function Refused({ error, onRetry }) {
  const client = useClient();
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  useEffect(() => title.current?.focus(), []);
  const isOver = ["NOT_FOUND", "GONE", "FORBIDDEN"].includes(error.code);
  return html`
    <article class="card invite-card" data-testid="invite-refused">
      <${Quiet} />
      <h1 ref=${title} tabindex="-1">${t(isOver ? "invited.refused" : "invited.failed")}</h1>
      <p role="alert" data-testid="invite-why">${inviteRefusal(error)}</p>
      ${isOver ? html`<p class="hint">${t("invited.refused.hint")}</p>` : html`<button class="button is-primary" onClick=${onRetry}>${t("app.retry")}</button>`}
      <button class="button" onClick=${() => client.go({ name: "room" })} data-testid="decline-invite">${t("settings.back")}</button>
    </article>
  `;
}
