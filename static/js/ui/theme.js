/** What is chosen in state/appearance.js, on the page at once and in every tab. theme.js did it at load. */

import { effect } from "@preact/signals";

import { appearanceRead, textSize, theme } from "../state/appearance.js";
import { memory } from "./memory.js";

/** Follow the choices from now on. */
export function followAppearance() {
  appearanceRead(memory);
  // Another tab of this browser chose.
  window.addEventListener("storage", () => appearanceRead(memory));
  effect(() => {
    const { dataset } = document.documentElement;
    dataset.theme = theme.value;
    dataset.text = textSize.value;
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
      const scheme = meta.getAttribute("data-scheme") ?? "";
      meta.setAttribute("media", mediaOf(scheme));
    }
  });
}

/** @param {string} scheme the one a colour is meant for */
function mediaOf(scheme) {
  if (theme.value === "system") return `(prefers-color-scheme: ${scheme})`;
  return theme.value === scheme ? "all" : "not all";
}
