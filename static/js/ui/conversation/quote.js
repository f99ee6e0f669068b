/** The message a reply answers, in one line above it; a click leads there. */

import { t } from "../../i18n/index.js";
import { showToast } from "../../state/notices.js";
import { quoteOf } from "../../state/quotes.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";

/** @import {Message} from "../../net/protocol.js" */

/** Its line has the same height whether the words are known or not. @param {{roomId: string, messageId: string}} props */
export function Quote({ roomId, messageId }) {
  const client = useClient();
  const quoted = quoteOf(roomId, messageId);
  if (!quoted) {
    return html`
      <p class="quote" data-testid="quote" data-state=${quoted === null ? "gone" : "loading"}>
        <span class="quote-text">${quoted === null && t("message.quoted.missing")}</span>
      </p>
    `;
  }
  const jump = async () => {
    if (!(await client.jumpTo(roomId, messageId))) showToast(t("message.quoted.lost"));
  };
  const isGone = quoted.deletedAt !== null;
  const name = quoted.sender?.displayName ?? t("people.unknown");
  return html`
    <p class="quote" data-testid="quote">
      <button class="quote-jump" onClick=${jump} data-testid="quote-jump">
        <span class="visually-hidden">${t("message.quoted.jump")}</span>
        <${Icon} name="reply" />
        <span class="name">${name}</span>
        <span class="quote-text">${isGone ? t("message.deleted") : oneLine(quoted)}</span>
      </button>
    </p>
  `;
}

/** @param {Message} message */
function oneLine({ content }) {
  return (content ?? "").replace(/\s+/g, " ").slice(0, 200);
}
