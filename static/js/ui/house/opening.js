/** Before anything is known: the rooms' outline while the session is looked up; a sentence where nobody answers. */

import { t } from "../../i18n/index.js";
import { html, useClient } from "../parts/html.js";
import { Mark } from "../parts/mark.js";

/** How long the names of the outline are: like channels, none like another. */
const NAMES_PX = [96, 72, 120, 84, 104];
const WORDS_PX = [320, 210, 420, 260, 180];

/** @param {{isUnreachable: boolean}} props */
export function Opening({ isUnreachable }) {
  return isUnreachable ? html`<${Unreachable} />` : html`<${Outline} />`;
}

function Unreachable() {
  const client = useClient();
  return html`
    <main class="unreachable" data-testid="unreachable">
      <${Mark} />
      <h1>${t("app.unreachable")}</h1>
      <p class="hint" role="alert">${t("app.unreachable.hint")}</p>
      <button class="button is-primary" onClick=${() => client.restore()}>${t("app.retry")}</button>
    </main>
  `;
}

/** The same columns as shell.css has: what comes takes its place. */
function Outline() {
  return html`
    <main class="shell is-opening" data-testid="opening">
      <h1 class="visually-hidden">${t("app.name")}</h1>
      <p class="visually-hidden" role="status">${t("app.restoring")}</p>
      <div class="side" aria-hidden="true">
        <div class="rail">
          <div class="rail-head"><${Mark} /></div>
          <div class="rail-list"><span class="bone is-tile"></span><span class="bone is-tile"></span></div>
        </div>
        <div class="channels">
          <div class="column-head"><span class="bone" style=${{ width: "112px" }}></span></div>
          <div class="channels-list"><${Bones} widths=${NAMES_PX} className="channel" /></div>
        </div>
      </div>
      <div class="conversation" aria-hidden="true">
        <div class="conversation-head"><span class="bone" style=${{ width: "88px" }}></span></div>
        <div class="opening-words"><${Bones} widths=${WORDS_PX} className="opening-line" hasFaces /></div>
      </div>
      <div class="people" aria-hidden="true">
        <div class="column-head"><span class="bone" style=${{ width: "64px" }}></span></div>
        <div class="people-list"><${Bones} widths=${NAMES_PX} className="person" hasFaces /></div>
      </div>
    </main>
  `;
}

/** @param {{widths: number[], className: string, hasFaces?: boolean}} props */
function Bones({ widths, className, hasFaces = false }) {
  return widths.map(
    (width) => html`
      <div key=${width} class=${className}>
        ${hasFaces && html`<span class="bone is-round"></span>`}<span class="bone" style=${{ width: `${width}px` }}></span>
      </div>
    `,
  );
}
