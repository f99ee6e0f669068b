/** Everywhere one is signed in, and signing out there. */

import { useEffect, useState } from "preact/hooks";

import { agoOf, errorText, fullTimeOf, t } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { Dialog, DialogHead } from "../parts/dialog.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { deviceOf } from "./device.js";

/** @import {Session} from "../../net/protocol.js" */

/** @typedef {{title: string, text: string, run: () => Promise<unknown>}} Question */

export function SessionsSection() {
  const client = useClient();
  const [list, setList] = useState(/** @type {Session[] | null} */ (null));
  const [problem, setProblem] = useState("");
  const [question, ask] = useState(/** @type {Question | null} */ (null));
  const load = async () => {
    setProblem("");
    try {
      setList(await client.sessions());
    } catch (error) {
      setProblem(errorText(asNetError(error)));
    }
  };
  useEffect(() => void load(), []);
  return html`
    <p class="lead">${t("sessions.lead")}</p>
    ${list
      ? html`<${Known} list=${list} onAsk=${ask} />`
      : problem
        ? html`<${Failed} why=${problem} onRetry=${load} />`
        : html`<${Loading} />`}
    ${question && html`<${Ask} question=${question} onDone=${load} onClose=${() => ask(null)} />`}
  `;
}

/** @param {{list: Session[], onAsk: (question: Question) => void}} props */
function Known({ list, onAsk }) {
  const client = useClient();
  const count = list.filter(({ current }) => !current).length;
  const sorted = [...list].sort((a, b) => Number(b.current) - Number(a.current));
  const endOthers = () =>
    onAsk({
      title: t("sessions.others.ask"),
      text: t("sessions.others.explain", { count }),
      run: () => client.endOtherSessions(),
    });
  /** @param {Session} session */
  const endOne = (session) =>
    onAsk({
      title: t("sessions.end.ask"),
      text: t("sessions.end.explain", { device: deviceOf(session.userAgent) }),
      run: () => client.endSession(session.id),
    });
  return html`
    <ul class="sessions" data-testid="sessions">
      ${sorted.map((one) => html`<li key=${one.id}><${SessionLine} session=${one} onEnd=${() => endOne(one)} /></li>`)}
    </ul>
    ${count > 0
      ? html`<button class="button" onClick=${endOthers} data-testid="end-others">${t("sessions.others")}</button>`
      : html`<p class="hint" data-testid="sessions-alone">${t("sessions.alone")}</p>`}
  `;
}

/** @param {{session: Session, onEnd: () => void}} props */
function SessionLine({ session: { userAgent, address, lastUsedAt, current }, onEnd }) {
  const device = deviceOf(userAgent);
  const used = current || lastUsedAt === null ? t("sessions.now") : t("sessions.used", { ago: agoOf(lastUsedAt) });
  return html`
    <div class="session" data-testid="session" data-current=${current}>
      <${Icon} name="screen" />
      <p class="session-words">
        <span class="name">${device}</span>
        ${current && html`<span class="tag">${t("sessions.this")}</span>`}
        <span class="hint" title=${lastUsedAt && fullTimeOf(lastUsedAt)}>
          ${used}${address && ` · ${t("sessions.from", { address })}`}
        </span>
      </p>
      ${!current &&
      html`
        <button class="button is-small" aria-label=${t("sessions.end.label", { device })} onClick=${onEnd} data-testid="end-session">
          ${t("sessions.end")}
        </button>
      `}
    </div>
  `;
}

/** @param {{question: Question, onDone: () => void, onClose: () => void}} props */
function Ask({ question: { title, text, run }, onDone, onClose }) {
  const [problem, setProblem] = useState("");
  const confirm = async () => {
    try {
      await run();
      onClose();
      onDone();
    } catch (error) {
      setProblem(errorText(asNetError(error)));
    }
  };
  return html`
    <${Dialog} label=${title} onClose=${onClose} className="is-question" testid="question">
      <${DialogHead} title=${title} onClose=${onClose} />
      <div class="dialog-body">
        <p>${text}</p>
        <p class="form-error" role="alert">${problem}</p>
        <div class="dialog-buttons">
          <button class="button" autofocus onClick=${onClose} data-testid="question-no">${t("sessions.keep")}</button>
          <button class="button is-danger" onClick=${confirm} data-testid="question-yes">${t("sessions.end")}</button>
        </div>
      </div>
    <//>
  `;
}

function Loading() {
  return html`
    <p class="visually-hidden" role="status">${t("sessions.loading")}</p>
    <div class="sessions" aria-hidden="true">
      <div class="session"><span class="bone is-wide"></span></div>
      <div class="session"><span class="bone is-wide"></span></div>
    </div>
  `;
}

/** @param {{why: string, onRetry: () => void}} props */
function Failed({ why, onRetry }) {
  return html`
    <div role="alert" class="settings-failed" data-testid="sessions-failed">
      <p>${t("sessions.failed")} ${why}</p>
      <button class="button" onClick=${onRetry}>${t("app.retry")}</button>
    </div>
  `;
}
