/** Leaving a community. Its owner is told what comes first. */

import { t } from "../../i18n/index.js";
import { me } from "../../state/session.js";
import { Dialog, DialogHead } from "../parts/dialog.js";
import { html, useClient } from "../parts/html.js";
import { Question } from "../parts/question.js";

/** @import {Server} from "../../net/protocol.js" */

/** @param {{server: Server, onClose: () => void}} props */
export function LeaveServer({ server, onClose }) {
  const client = useClient();
  if (server.ownerId === me.value?.id) return html`<${HandOverFirst} server=${server} onClose=${onClose} />`;
  return html`
    <${Question}
      title=${t("leave.ask", { server: server.name })}
      text=${t(server.isPublic ? "leave.explain.public" : "leave.explain.private")}
      yes=${t("server.leave")}
      run=${() => client.communities.leave(server.id)}
      onClose=${onClose}
    />
  `;
}

/** @param {{server: Server, onClose: () => void}} props */
function HandOverFirst({ server, onClose }) {
  const client = useClient();
  const title = t("leave.ask", { server: server.name });
  const go = () => {
    onClose();
    client.go({ name: "server", id: server.id, section: "overview" });
  };
  return html`
    <${Dialog} label=${title} onClose=${onClose} className="is-question" testid="question">
      <${DialogHead} title=${title} onClose=${onClose} />
      <div class="dialog-body">
        <p data-testid="leave-owner">${t("leave.owner", { server: server.name })}</p>
        <div class="dialog-buttons">
          <button class="button" autofocus onClick=${onClose} data-testid="question-no">${t("server.keep")}</button>
          <button class="button is-primary" onClick=${go} data-testid="leave-settings">${t("server.settings.open")}</button>
        </div>
      </div>
    <//>
  `;
}
