/**
 * Parts of the client that are fetched when they are first needed, so that the first load stays small.
 * What is drawn meanwhile has the page's outline; where it cannot be fetched, a sentence says so.
 */

import { useEffect, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { html } from "./html.js";

/**
 * A component whose module is fetched with its first drawing.
 * @template P
 * @param {() => Promise<(props: P) => any>} fetchPart called again after a failure
 * @param {{tag: string, className: string}} [frame] of what is drawn meanwhile; of a page, as a rule
 * @returns {(props: P) => any}
 */
export function lazy(fetchPart, { tag, className } = { tag: "main", className: "page-outline" }) {
  /** @type {((props: P) => any) | null} */
  let part = null;
  return function Lazy(props) {
    const [, drawn] = useState(0);
    const [hasFailed, setFailed] = useState(false);
    useEffect(() => {
      if (part || hasFailed) return;
      fetchPart().then(
        (found) => {
          part = found;
          drawn((turn) => turn + 1);
        },
        () => setFailed(true),
      );
    }, [hasFailed]);
    if (part) return html`<${part} ...${props} />`;
    if (!hasFailed) return html`<${tag} class=${className} aria-busy="true" data-testid="page-loading"></${tag}>`;
    return html`
      <${tag} class=${className} data-testid="page-failed">
        <p role="alert">${t("page.failed")}</p>
        <button class="button" onClick=${() => setFailed(false)}>${t("app.retry")}</button>
      </${tag}>
    `;
  };
}
