/** Sending somebody away or keeping them quiet: each asks why and, where it ends, until when. */

import { t } from "../../i18n/index.js";
import { Field } from "../parts/field.js";
import { html, useClient } from "../parts/html.js";
import { banLengths, numberOf, timeoutLengths } from "./limits.js";
import { Pick } from "./pick.js";
import { Question } from "../parts/question.js";

/** @import {Member, Person, Server} from "../../net/protocol.js" */

const REASON_MAX = 500;
const USUAL_TIMEOUT = "600";

/** @typedef {{server: Server, person: Person, member?: Member, onClose: () => void}} SanctionProps */
/** @typedef {Record<string, string>} Texts */

/** @param {SanctionProps & {member: Member}} props */
export function KickDialog({ server, person, member, onClose }) {
  const client = useClient();
  return html`
    <${Question}
      title=${t("kick.ask", { name: person.displayName })}
      text=${t("kick.explain", { server: server.name })}
      yes=${t("person.kick")}
      names=${["reason"]}
      fields=${(/** @type {Texts} */ problems) => html`<${Reason} problem=${problems.reason} autofocus />`}
      run=${(/** @type {Texts} */ { reason = "" }) => client.moderation.kick(server.id, member, { reason })}
      onClose=${onClose}
    />
  `;
}

/** @param {SanctionProps} props */
export function BanDialog({ server, person, onClose }) {
  const client = useClient();
  /** @param {Texts} answers */
  const run = ({ reason = "", banFor = "" }) => {
    const seconds = numberOf(banFor);
    const expiresAt = seconds === null ? null : new Date(Date.now() + seconds * 1000).toISOString();
    return client.moderation.ban(server.id, person.id, { reason, expiresAt });
  };
  return html`
    <${Question}
      title=${t("ban.ask", { name: person.displayName })}
      text=${t("ban.explain", { server: server.name })}
      yes=${t("person.ban")}
      names=${["reason", "expiresAt"]}
      fields=${(/** @type {Texts} */ problems) => html`
        <${Pick} name="banFor" label=${t("ban.for")} options=${banLengths()} value="" problem=${problems.expiresAt} autofocus />
        <${Reason} problem=${problems.reason} hint="ban.reason.hint" />
      `}
      run=${run}
      onClose=${onClose}
    />
  `;
}

/** @param {SanctionProps} props */
export function TimeoutDialog({ server, person, onClose }) {
  const client = useClient();
  return html`
    <${Question}
      title=${t("timeout.ask", { name: person.displayName })}
      text=${t("timeout.explain", { server: server.name })}
      yes=${t("person.timeout")}
      names=${["reason", "seconds"]}
      fields=${(/** @type {Texts} */ problems) => html`
        <${Pick} name="seconds" label=${t("timeout.for")} options=${timeoutLengths()} value=${USUAL_TIMEOUT} problem=${problems.seconds} autofocus />
        <${Reason} problem=${problems.reason} />
      `}
      run=${(/** @type {Texts} */ { reason = "", seconds = USUAL_TIMEOUT }) =>
        client.moderation.timeOut(server.id, person.id, { reason, seconds: Number(seconds) })}
      onClose=${onClose}
    />
  `;
}

/** @param {{problem: string | undefined, hint?: string, autofocus?: boolean}} props */
function Reason({ problem, hint = "reason.hint", autofocus = false }) {
  return html`
    <${Field}
      name="reason"
      label="reason"
      hint=${hint}
      problem=${problem}
      required=${false}
      autofocus=${autofocus}
      maxLength=${REASON_MAX}
      autocomplete="off"
    />
  `;
}
