/**
 * What opens over the page: a dialog in its middle, or a popover beside what opened it (on a narrow
 * screen a sheet at its foot). The browser's own <dialog> makes the rest inert and hears Escape; the
 * focus goes back to where it came from. It must not know what is inside.
 */

import { useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { focusComposer } from "../composer/editing.js";
import { classes, html } from "./html.js";
import { Icon } from "./icons.js";
import { isNarrow } from "../viewport.js";

/** Between a popover and its anchor, and between it and the edge of the screen. */
const GAP_PX = 8;

/** @typedef {{label: string, onClose: () => void, className?: string, testid?: string, children?: any}} DialogProps */

/**
 * The first element with `autofocus` has the focus, else the first that can have it.
 * @param {DialogProps} props
 */
export function Dialog({ label, onClose, className, testid, children }) {
  const { element, handlers } = useModal(onClose);
  return html`
    <dialog ref=${element} class=${classes("dialog", className)} aria-label=${label} ...${handlers} data-testid=${testid}>
      ${children}
    </dialog>
  `;
}

/** @param {DialogProps & {anchor: Element | null}} props */
export function Popover({ anchor, label, onClose, className, testid, children }) {
  const { element, handlers } = useModal(onClose);
  const isSheet = isNarrow.value;
  useLayoutEffect(() => {
    const dialog = /** @type {HTMLElement} */ (element.current);
    const put = () => place(dialog, isSheet ? null : anchor);
    put();
    // What is inside may come later, and the window may change.
    const sizes = new ResizeObserver(put);
    sizes.observe(dialog);
    sizes.observe(document.body);
    return () => sizes.disconnect();
  }, [anchor, isSheet]);
  // Without an anchor it stands in the middle, as a dialog does.
  const name = classes("dialog", (anchor || isSheet) && "is-popover", isSheet && "is-sheet", !anchor && "is-small", className);
  return html`
    <dialog ref=${element} class=${name} aria-label=${label} ...${handlers} data-testid=${testid}>${children}</dialog>
  `;
}

/** The title of a dialog, and the button that closes it. @param {{title: string, onClose: () => void}} props */
export function DialogHead({ title, onClose }) {
  return html`
    <header class="dialog-head">
      <h2>${title}</h2>
      <button class="icon-button" aria-label=${t("dialog.close")} onClick=${onClose} data-testid="dialog-close">
        <${Icon} name="close" />
      </button>
    </header>
  `;
}

/** @param {() => void} onClose */
function useModal(onClose) {
  const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    const dialog = /** @type {HTMLDialogElement} */ (element.current);
    const opener = document.activeElement;
    dialog.showModal();
    return () => {
      const { activeElement } = document;
      const isLost = activeElement === document.body || dialog.contains(activeElement);
      dialog.close();
      // Whoever closed it may have sent the focus elsewhere already.
      if (isLost) focusBack(opener);
    };
  }, []);
  const handlers = {
    // Escape closes this, not what lies below; the browser then says "close".
    onKeyDown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && event.stopPropagation(),
    onClose,
    // The dialog itself is only hit beside its content: on the backdrop.
    onMouseDown: (/** @type {MouseEvent} */ event) => {
      if (element.current === event.target && element.current && isOutside(event, element.current)) onClose();
    },
  };
  return { element, handlers };
}

/**
 * A button that only shows while its row has the focus cannot take it: then the row does.
 * @param {Element | null} opener
 */
function focusBack(opener) {
  for (let one = opener; one instanceof HTMLElement; one = one.parentElement) {
    one.focus({ preventScroll: true });
    if (document.activeElement === one && one !== document.body) return;
  }
  focusComposer();
}

/**
 * @param {MouseEvent} event
 * @param {Element} element
 */
function isOutside({ clientX, clientY }, element) {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}

/**
 * Above the anchor where there is room, else below; never over the edge of the screen.
 * @param {HTMLElement} dialog
 * @param {Element | null} anchor null: where CSS puts it
 */
function place(dialog, anchor) {
  if (!anchor) {
    dialog.style.left = dialog.style.top = "";
    return;
  }
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = dialog;
  const { innerWidth, innerHeight } = window;
  const left = Math.min(at.right - width, innerWidth - width - GAP_PX);
  const above = at.top - height - GAP_PX;
  const top = above >= GAP_PX ? above : Math.min(at.bottom + GAP_PX, innerHeight - height - GAP_PX);
  dialog.style.left = `${Math.max(GAP_PX, left)}px`;
  dialog.style.top = `${Math.max(GAP_PX, top)}px`;
}
