/** The call's address, to be sent to whoever should come. */

import { t } from "../../i18n/index.js";
import { announce, showToast } from "../../state/notices.js";
import { html } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { useState } from "preact/hooks";

/** @param {{code: string, isSmall?: boolean}} props */
export function CopyAddress({ code, isSmall = false }) {
  const [isCopied, setCopied] = useState(false);
  const address = `${location.origin}/call/${code}`;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(address);
      setCopied(true);
      announce(t("call.copied"));
    } catch {
      showToast(t("call.copy.failed", { address }));
    }
  };
  const words = t(isCopied ? "call.copied" : "call.copy");
  if (isSmall) {
    return html`
      <button class="button call-copy" onClick=${copy} data-testid="copy-call"><${Icon} name=${isCopied ? "check" : "link"} /><span>${words}</span></button>
    `;
  }
  return html`
    <div class="call-address">
      <code data-testid="call-code">${code}</code>
      <button class="link" onClick=${copy} data-testid="copy-call">${words}</button>
    </div>
  `;
}
