/** Why one is not in the call, as a screen with what comes next. */

import { useEffect, useRef, useState } from "preact/hooks";

import { dateOf, t } from "../../i18n/index.js";
import { phase } from "../../state/session.js";
import { Quiet } from "../parts/drawings.js";
import { html, useClient } from "../parts/html.js";
import { useWork } from "./form.js";

/** @import {CallSeen, Outside} from "../../state/calls.js" */

/** Where coming in again may work. */
const AGAIN = new Set(["full", "removed", "left"]);

/** @param {{why: Outside | "ended", seen: CallSeen | null, code: string}} props */
export function Over({ why, seen, code }) {
  const client = useClient();
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  useEffect(() => title.current?.focus(), [why]);
  return html`
    <main class="call-page is-over" data-testid="call-over" data-why=${why}>
      <${Quiet} />
      <h1 ref=${title} tabindex="-1">${t(`call.${why}.title`)}</h1>
      <p>${sentence(why, seen)}</p>
      <div class="call-over-buttons">
        ${AGAIN.has(why) && phase.value === "signed-in" && html`<${Again} code=${code} />`}
        ${why === "unreachable" && html`<button class="button is-primary" onClick=${() => client.calls.look(code)}>${t("app.retry")}</button>`}
        <${Home} />
      </div>
    </main>
  `;
}

/** @param {{code: string}} props */
function Again({ code }) {
  const client = useClient();
  const { isBusy, problem, run } = useWork([]);
  return html`
    <button class="button is-primary" aria-disabled=${isBusy} onClick=${() => run(() => client.calls.join(code))} data-testid="call-again">
      ${t(isBusy ? "call.joining" : "call.again")}
    </button>
    <p class="form-error" role="alert">${problem}</p>
  `;
}

/** Signed out, it is another address; then the whole page goes there. */
function Home() {
  const client = useClient();
  const [isOut] = useState(() => phase.peek() !== "signed-in");
  if (isOut) return html`<a class="button" href="/" data-testid="call-home">${t("call.home")}</a>`;
  return html`<button class="button" onClick=${() => client.places.backToHouse()} data-testid="call-home">${t("call.back")}</button>`;
}

/**
 * @param {Outside | "ended"} why
 * @param {CallSeen | null} seen
 */
function sentence(why, seen) {
  if (why === "guests") return t("call.guests.refused");
  if (why === "full") return seen?.seats ? t("call.full", { seats: seen.seats }) : t("call.full.some");
  const endedAt = seen?.room?.endedAt;
  if (why === "ended" && endedAt) return `${t("call.ended")} ${t("call.ended.at", { when: dateOf(endedAt) })}`;
  return t(`call.${why}`);
}
