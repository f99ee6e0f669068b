/** Who is kept out of a community, why and until when; and letting them come again. */

import { useState } from "preact/hooks";

import { dateOf, t } from "../../i18n/index.js";
import { Avatar } from "../parts/avatar.js";
import { html, useClient } from "../parts/html.js";
import { momentOf } from "./limits.js";
import { Listed, useListing, useNews } from "./listing.js";
import { Question } from "../parts/question.js";

/** @import {Ban, Server} from "../../net/protocol.js" */

/** @param {{server: Server}} props */
export function BansSection({ server }) {
  const client = useClient();
  const [lifting, setLifting] = useState(/** @type {Ban | null} */ (null));
  const listing = useListing((page) => client.moderation.bans(server.id, { page }), [server.id]);
  // Whoever is banned leaves.
  useNews(server.id, ["server:member_left"], listing.reload);
  return html`
    <p class="lead">${t("bans.lead")}</p>
    <${Listed}
      listing=${listing}
      label=${t("server.section.bans")}
      testid="bans"
      empty=${html`<p class="hint">${t("bans.none")}</p>`}
      draw=${(/** @type {Ban} */ ban) => html`<li key=${ban.user.id}><${BanLine} ban=${ban} onLift=${() => setLifting(ban)} /></li>`}
    />
    ${lifting &&
    html`
      <${Question}
        title=${t("bans.lift.ask", { name: lifting.user.displayName })}
        text=${t("bans.lift.explain", { server: server.name })}
        yes=${t("bans.lift")}
        isHarmless
        run=${() => client.moderation.liftBan(server.id, lifting.user.id)}
        onDone=${listing.reload}
        onClose=${() => setLifting(null)}
      />
    `}
  `;
}

/** @param {{ban: Ban, onLift: () => void}} props */
function BanLine({ ban: { user, by, reason, expiresAt, createdAt }, onLift }) {
  const since = { name: by?.displayName ?? t("people.unknown"), date: dateOf(createdAt) };
  return html`
    <div class="listed-row is-wrapping" data-testid="ban" data-username=${user.username}>
      <${Avatar} person=${user} />
      <div class="listed-words">
        <p><span class="name">${user.displayName}</span> <span class="hint">@${user.username}</span></p>
        <p data-testid="ban-reason">${reason ?? html`<span class="hint">${t("bans.no-reason")}</span>`}</p>
        <p class="hint">
          ${[t("bans.by", since), expiresAt ? t("bans.until", { time: momentOf(expiresAt) }) : t("ban.for-good")].join(" · ")}
        </p>
      </div>
      <button class="button" aria-label=${t("bans.lift.of", { name: user.displayName })} onClick=${onLift} data-testid="lift-ban">
        ${t("bans.lift")}
      </button>
    </div>
  `;
}
