/** The thin line that says what is true about the connection. Nothing while all is well. */

import { useEffect, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { connection, connectionWord, recoveredCount, wasConnected } from "../../state/connection.js";
import { html, useClient } from "../parts/html.js";

const RECOVERED_MS = 6_000;

export function Banner() {
  const client = useClient();
  const isRecoveredShown = useRecoveredShown();
  const word = connectionWord.value;
  const { state, reason } = connection.value;
  const line = lineOf(word, isRecoveredShown);
  const retry = () => client.gateway.retryNow();
  return html`
    <div
      class="banner-place"
      role="status"
      data-testid="banner"
      data-state=${word}
      data-recovered=${recoveredCount.value}
    >
      ${line !== null &&
      html`
        <p class="banner is-${word}">
          <span>${word === "waiting" ? html`<${Countdown} />` : line}</span>
          ${state === "waiting" && html`<button class="link" onClick=${retry}>${t("banner.retry")}</button>`}
          ${reason === "replaced" && html`<button class="link" onClick=${retry}>${t("banner.takeover")}</button>`}
        </p>
      `}
    </div>
  `;
}

/**
 * @param {string} word
 * @param {boolean} isRecoveredShown
 * @returns {string | null}
 */
function lineOf(word, isRecoveredShown) {
  if (word === "offline") return t("banner.offline");
  if (word === "stopped") return connection.value.reason === "replaced" ? t("banner.replaced") : null;
  if (word === "connecting") return t(wasConnected.value ? "banner.reconnecting" : "banner.connecting");
  if (word === "waiting") return "";
  return isRecoveredShown ? t("banner.recovered", { count: recoveredCount.value }) : null;
}

/** The seconds until the next attempt; spoken once, not every second. */
function Countdown() {
  const { retryAt } = connection.value;
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil(((retryAt ?? now) - now) / 1000));
  return html`
    <span aria-hidden="true">${t("banner.waiting", { seconds })}</span>
    <span class="visually-hidden">${t("banner.reconnecting")}</span>
  `;
}

/** True for a while after something was recovered. */
function useRecoveredShown() {
  const [isShown, setShown] = useState(false);
  const count = recoveredCount.value;
  useEffect(() => {
    setShown(count > 0);
    if (count === 0) return undefined;
    const timer = setTimeout(() => setShown(false), RECOVERED_MS);
    return () => clearTimeout(timer);
  }, [count]);
  return isShown;
}
