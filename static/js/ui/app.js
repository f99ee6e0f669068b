/** Which screen there is. It must not hold anything of a screen. */

import { t } from "../i18n/index.js";
import { phase } from "../state/session.js";
import { ClientProvider, html, useClient } from "./html.js";
import { Shell } from "./shell.js";
import { Welcome } from "./welcome.js";

/** @import {Client} from "../state/client.js" */

/** @param {{client: Client}} props */
export function App({ client }) {
  return html`<${ClientProvider} value=${client}><${Screen} /><//>`;
}

function Screen() {
  if (phase.value === "signed-in") return html`<${Shell} />`;
  if (phase.value === "signed-out") return html`<${Welcome} />`;
  return html`<${Opening} isUnreachable=${phase.value === "unreachable"} />`;
}

/** @param {{isUnreachable: boolean}} props */
function Opening({ isUnreachable }) {
  const client = useClient();
  if (!isUnreachable) return html`<main class="opening"><p role="status">${t("app.restoring")}</p></main>`;
  return html`
    <main class="opening">
      <p role="alert">${t("app.unreachable")}</p>
      <p class="hint">${t("app.unreachable.hint")}</p>
      <button class="button" onClick=${() => client.restore()}>${t("app.retry")}</button>
    </main>
  `;
}
