/** Above the composer: which message is being answered. */

import { t } from "../../i18n/index.js";
import { cancelReply, replyingTo } from "../../state/replying.js";
import { html } from "../parts/html.js";
import { Icon } from "../parts/icons.js";

/** @param {{roomId: string, onCancel: () => void}} props */
export function ReplyBar({ roomId, onCancel }) {
  const message = replyingTo.value.get(roomId);
  if (!message) return null;
  const cancel = () => {
    cancelReply(roomId);
    onCancel();
  };
  const name = message.sender?.displayName ?? t("people.unknown");
  return html`
    <div class="reply-bar" id="replying" data-testid="reply-bar">
      <${Icon} name="reply" />
      <p>
        <span>${t("reply.to")} <span class="name">${name}</span></span>
        <span class="reply-bar-text hint">${message.content}</span>
      </p>
      <button type="button" class="icon-button" aria-label=${t("reply.cancel")} title=${t("reply.cancel")} onClick=${cancel} data-testid="reply-cancel">
        <${Icon} name="close" />
      </button>
    </div>
  `;
}
