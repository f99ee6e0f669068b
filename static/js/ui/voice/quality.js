/** How well one hears and is heard: three bars, and on a click the reason. */

import { useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { call, quality } from "../../state/voice.js";
import { connectionWord } from "../../state/connection.js";
import { Popover } from "../parts/dialog.js";
import { html } from "../parts/html.js";

/** @import {Quality} from "../../voice/quality.js" */

export function QualityButton() {
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const [isOpen, setOpen] = useState(false);
  const { phase } = call.value;
  const { word } = quality.value;
  const words = phase === "connected" ? t(`voice.quality.${word}`) : t(`voice.${phase}`);
  return html`
    <button
      ref=${button}
      class="voice-quality"
      aria-haspopup="dialog"
      aria-label=${words}
      title=${words}
      onClick=${() => setOpen(true)}
      data-testid="voice-quality"
      data-word=${phase === "connected" ? word : phase}
    >
      <span class="voice-bars" aria-hidden="true"><i></i><i></i><i></i></span>
    </button>
    ${isOpen &&
    html`
      <${Popover} anchor=${button.current} label=${t("voice.quality")} className="voice-why" onClose=${() => setOpen(false)} testid="voice-why">
        <p tabindex="-1" autofocus><strong>${words}</strong></p>
        <${Why} now=${quality.value} />
      <//>
    `}
  `;
}

/** @param {{now: Quality}} props */
function Why({ now: { word, why, figures } }) {
  if (connectionWord.value !== "ready") return html`<p>${t("voice.waiting")}</p>`;
  if (word === "unknown") return null;
  const rtt = Math.round((figures.rtt ?? 0) * 1000);
  const loss = ((figures.packetLoss ?? 0) * 100).toFixed(1);
  return html`<p>${t(`voice.why.${why ?? "none"}`)}</p><p class="hint">${t("voice.figures", { rtt, loss })}</p>`;
}
