/**
 * What opens over the page and is fetched when it is first needed: one dialog at a time, drawn by the host
 * in ui/app.js. It must not know what is inside.
 */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { showToast } from "../../state/notices.js";
import { html } from "./html.js";

/** @import {Signal} from "@preact/signals" */

/** @typedef {{part: (props: any) => any, props: Record<string, unknown>, turn: number}} Opened */

/** @type {Signal<Opened | null>} */
const opened = signal(/** @type {Opened | null} */ (null));
let turns = 0;

export const closeOverlay = () => {
  opened.value = null;
};

/**
 * Opens a dialog; it gets `onClose` beside its properties. What was open gives way to it.
 * @param {() => Promise<(props: any) => any>} fetchPart
 * @param {Record<string, unknown>} [props]
 */
export async function openOverlay(fetchPart, props = {}) {
  turns += 1;
  const turn = turns;
  try {
    const part = await fetchPart();
    // What this was opened from closes first, and hands the focus back: it returns there afterwards.
    await new Promise((done) => requestAnimationFrame(done));
    if (turn === turns) opened.value = { part, props, turn };
  } catch {
    showToast(t("page.failed"));
  }
}

/** Stands once on the page. */
export function Overlay() {
  useEffect(() => closeOverlay, []);
  if (!opened.value) return null;
  const { part, props, turn } = opened.value;
  // The browser says "closed" of one that was replaced, too.
  const onClose = () => opened.peek()?.turn === turn && closeOverlay();
  return html`<${part} key=${turn} ...${props} onClose=${onClose} />`;
}
