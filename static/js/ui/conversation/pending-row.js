/** One's own message before the server has it: lighter while on its way, with Retry and Delete when refused. */

import { errorText, t } from "../../i18n/index.js";
import { me } from "../../state/session.js";
import { Avatar } from "../parts/avatar.js";
import { classes, html, memo, useClient } from "../parts/html.js";
import { MessageHtml } from "./message-html.js";
import { Quote } from "./quote.js";
import { Time } from "../parts/time.js";

/** @import {OutboxEntry} from "../../net/outbox.js" */

/** @typedef {{rowKey: string, entry: OutboxEntry, isFirst: boolean, isStop: boolean, gap: number}} PendingRowProps */

export const PendingRow = memo(
  /** @param {PendingRowProps} props */
  ({ rowKey, entry, isFirst, isStop, gap }) => {
    const person = me.value;
    return html`
      <li
        class=${classes("message", isFirst && "is-first", `is-${entry.state}`)}
        style=${gap > 0 ? { marginTop: `${gap}px` } : undefined}
        tabindex=${isStop ? 0 : -1}
        data-key=${rowKey}
        data-testid="message"
        data-state=${entry.state}
        aria-busy=${entry.state === "pending"}
      >
        <div class="message-side">${isFirst && html`<${Avatar} person=${person} />`}</div>
        <div class="message-body">
          ${entry.replyTo && html`<${Quote} roomId=${entry.roomId} messageId=${entry.replyTo} />`}
          ${isFirst &&
          html`
            <p class="author">
              <span class="name" data-testid="author">${person?.displayName}</span><${Time} at=${entry.createdAt} />
            </p>
          `}
          <div class="words">
            <${MessageHtml} markup=${null} text=${entry.content} />
            ${entry.state === "pending" && html`<span class="visually-hidden">${t("pending.pending")}</span>`}
          </div>
          ${entry.state === "failed" && html`<${Failure} entry=${entry} />`}
        </div>
      </li>
    `;
  },
);

/** @param {{entry: OutboxEntry}} props */
function Failure({ entry }) {
  const { outbox } = useClient();
  return html`
    <p class="failure" role="alert" data-testid="failure">
      <strong>${t("pending.failed")}</strong> ${entry.error && errorText(entry.error)}
      <button class="link" onClick=${() => outbox.retry(entry.nonce)} data-testid="retry">${t("pending.retry")}</button>
      <button class="link" onClick=${() => outbox.discard(entry.nonce)} data-testid="discard">${t("pending.delete")}</button>
    </p>
  `;
}
