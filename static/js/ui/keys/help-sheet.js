/** What the keys do: one sheet, made from the tables that the keys themselves are read from. */

import { signal } from "@preact/signals";

import { t } from "../../i18n/index.js";
import { COMPOSER_KEYS } from "../composer/composer.js";
import { Dialog, DialogHead } from "../parts/dialog.js";
import { html } from "../parts/html.js";
import { readable } from "./key-names.js";
import { MARK_KEYS } from "../composer/markdown-keys.js";
import { ROW_KEYS } from "../conversation/row-focus.js";
import { SHORTCUTS, VOICE_SHORTCUTS } from "./shortcuts.js";

/** @import {KeyLine} from "./key-names.js" */

const isOpen = signal(false);

export function openHelp() {
  isOpen.value = true;
}

/** Stands once on the page. */
export function HelpSheet() {
  if (!isOpen.value) return null;
  const close = () => {
    isOpen.value = false;
  };
  return html`
    <${Dialog} label=${t("keys.title")} className="help" onClose=${close} testid="help">
      <${DialogHead} title=${t("keys.title")} onClose=${close} />
      <div class="dialog-body help-body" tabindex="0" role="region" aria-label=${t("keys.title")}><${KeyTables} /></div>
    <//>
  `;
}

/** All tables; the settings show them, too. */
export function KeyTables() {
  return html`
    <${KeyGroup} title="keys.everywhere" lines=${SHORTCUTS} />
    <${KeyGroup} title="keys.voice" lines=${VOICE_SHORTCUTS} />
    <${KeyGroup} title="keys.writing" lines=${COMPOSER_KEYS} />
    <${KeyGroup} title="keys.marks" lines=${MARK_KEYS.map(({ keys, what }) => ({ keys: [keys], what }))} />
    <${KeyGroup} title="keys.rows" lines=${ROW_KEYS} />
  `;
}

/** @param {{title: string, lines: KeyLine[]}} props */
function KeyGroup({ title, lines }) {
  return html`
    <section class="key-group">
      <h3>${t(title)}</h3>
      <dl>
        ${lines.map(
          ({ keys, what }) => html`
            <div class="key-line" key=${what}>
              <dt>${t(what)}</dt>
              <dd>${keys.map((one, index) => html`${index > 0 && html`<span class="hint"> ${t("keys.or")} </span>`}<${Keys} keys=${one} />`)}</dd>
            </div>
          `,
        )}
      </dl>
    </section>
  `;
}

/** @param {{keys: string}} props */
function Keys({ keys }) {
  return html`<span class="keys">${readable(keys).map((part) => html`<kbd>${part}</kbd>`)}</span>`;
}
