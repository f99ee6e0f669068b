/** Inviting people: how long, how often, then the link to pass on. */

import { useEffect, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { Dialog, DialogHead } from "../parts/dialog.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { inviteLengths, inviteUses, numberOf } from "./limits.js";
import { Pick } from "./pick.js";
import { refusalText } from "../parts/refusal.js";
import { useSubmit } from "../parts/submit.js";

/** @import {Invite, Server} from "../../net/protocol.js" */

/** A week, for anybody: what is meant most often. */
const USUAL = { expiresInSeconds: String(7 * 86_400), maxUses: "" };

/** The address an invite is passed on as. @param {{url: string}} invite */
export function linkOf({ url }) {
  return location.origin + url;
}

/** @param {{server: Server, onClose: () => void, onMade?: () => void}} props */
export function InvitePeople({ server, onClose, onMade }) {
  const client = useClient();
  const [limits, setLimits] = useState(USUAL);
  const [made, setMade] = useState(/** @type {Invite | null} */ (null));
  const { isBusy, error, submit } = useSubmit(async () => {
    const { expiresInSeconds, maxUses } = limits;
    setMade(await client.communities.invite(server.id, { expiresInSeconds: numberOf(expiresInSeconds), maxUses: numberOf(maxUses) }));
    onMade?.();
  });
  const title = t("invite.title", { server: server.name });
  /** @param {Partial<typeof USUAL>} change */
  const change = (change) => {
    setLimits({ ...limits, ...change });
    setMade(null);
  };
  return html`
    <${Dialog} label=${title} onClose=${onClose} className="is-question" testid="invite-dialog">
      <${DialogHead} title=${title} onClose=${onClose} />
      <form class="dialog-body dialog-form" onSubmit=${submit}>
        <p class="hint">${t(server.isPublic ? "invite.lead.public" : "invite.lead.private")}</p>
        <${Limits} limits=${limits} onChange=${change} />
        <p class="form-error" role="alert" data-testid="invite-error">${error && refusalText(error)}</p>
        ${made
          ? html`<${Link} invite=${made} />`
          : html`
              <div class="dialog-buttons">
                <button class="button is-primary" type="submit" aria-disabled=${isBusy} data-testid="invite-make">${t("invite.make")}</button>
              </div>
            `}
      </form>
    <//>
  `;
}

/** How long, how often. @param {{limits: typeof USUAL, onChange: (change: Partial<typeof USUAL>) => void}} props */
function Limits({ limits, onChange }) {
  return html`
    <div class="field-pair">
      <${Pick}
        name="expiresInSeconds"
        label=${t("invite.expires")}
        options=${inviteLengths()}
        value=${limits.expiresInSeconds}
        onPick=${(/** @type {string} */ expiresInSeconds) => onChange({ expiresInSeconds })}
      />
      <${Pick}
        name="maxUses"
        label=${t("invite.max")}
        options=${inviteUses()}
        value=${limits.maxUses}
        onPick=${(/** @type {string} */ maxUses) => onChange({ maxUses })}
      />
    </div>
  `;
}

/** @param {{invite: Invite}} props */
function Link({ invite }) {
  const link = linkOf(invite);
  useEffect(() => document.getElementById("invite-link")?.focus(), []);
  return html`
    <div class="field">
      <label for="invite-link">${t("invite.link")}</label>
      <div class="copy-line">
        <input
          id="invite-link"
          readonly
          value=${link}
          onFocus=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => currentTarget.select()}
          data-testid="invite-link"
        />
        <${CopyButton} text=${link} />
      </div>
    </div>
  `;
}

/** It says itself that it copied: what stands over the page cannot be seen behind a dialog. @param {{text: string, label?: string}} props */
export function CopyButton({ text, label }) {
  const [state, setState] = useState(/** @type {"" | "copied" | "failed"} */ (""));
  const words = state === "copied" ? t("invite.copied") : state === "failed" ? t("message.copy.failed") : "";
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setState("copied"),
      () => setState("failed"),
    );
  return html`
    <button class="button" type="button" aria-label=${label} onClick=${copy} onBlur=${() => setState("")} data-testid="copy-invite">
      <${Icon} name=${state === "copied" ? "check" : "copy"} /> ${state === "copied" ? words : t("invite.copy")}
    </button>
    <span class=${state === "failed" ? "hint" : "visually-hidden"} role="status">${words}</span>
  `;
}
