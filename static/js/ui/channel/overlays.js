/** Where what opens over the channel column is drawn. It is fetched when the first of it is asked for. */

import { useEffect, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { showToast } from "../../state/notices.js";
import { html } from "../parts/html.js";
import { closeOverlay, overlay } from "./opened.js";

/** @import {Open} from "./opened.js" */

/** Stands once beside the column. */
export function ChannelOverlays() {
  const [view, setView] = useState(/** @type {((props: {open: Open}) => any) | null} */ (null));
  const open = overlay.value;
  useEffect(() => () => closeOverlay(), []);
  useEffect(() => {
    if (!open || view) return;
    import("./overlay-views.js").then(
      ({ OverlayView }) => setView(() => OverlayView),
      () => {
        closeOverlay();
        showToast(t("page.failed"));
      },
    );
  }, [open, view]);
  return open && view ? html`<${view} key=${open.opening} open=${open} />` : null;
}
