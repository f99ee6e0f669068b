/** Who writes, above the composer. Its line is always there, so that nothing moves. */

import { t } from "../../i18n/index.js";
import { typing } from "../../state/people.js";
import { html } from "../parts/html.js";

/** @param {{roomId: string}} props */
export function TypingLine({ roomId }) {
  const [a, b, more] = [...(typing.value.get(roomId)?.values() ?? [])].map(({ displayName }) => displayName);
  return html`
    <p class="typing-line" data-testid="typing" aria-live="off">
      ${a !== undefined && html`<span class="typing-dots" aria-hidden="true"><i></i><i></i><i></i></span>`}
      <span>${sentence(a, b, more)}</span>
    </p>
  `;
}

/**
 * @param {string} [a]
 * @param {string} [b]
 * @param {string} [more]
 */
function sentence(a, b, more) {
  if (a === undefined) return "";
  if (b === undefined) return t("typing.one", { a });
  return more === undefined ? t("typing.two", { a, b }) : t("typing.many");
}
