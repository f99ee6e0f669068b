/**
 * The words of a message: the server's safe HTML where there is some, else plain text. What the HTML
 * cannot know is added on the page: which mention is mine, and a button that copies a block of code.
 */

import { useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { showToast } from "../../state/notices.js";
import { rooms } from "../../state/rooms.js";
import { me } from "../../state/session.js";
import { classes, html, memo } from "../parts/html.js";

/** @import {Client} from "../../state/client.js" */

/** Up to so many emoji, and nothing else, are shown large. */
const ONLY_EMOJI = /^(?:\p{RGI_Emoji}\s*){1,8}$/v;

export const MessageHtml = memo(
  /** @param {{markup: string | null, text: string}} props */
  ({ markup, text }) => {
    const place = useRef(/** @type {HTMLElement | null} */ (null));
    useLayoutEffect(() => {
      if (markup !== null && place.current) complete(place.current);
    }, [markup]);
    const name = classes("prose", ONLY_EMOJI.test(text.trim()) && "is-emoji");
    if (markup === null) return html`<div class="${name} is-plain" data-testid="content" dir="auto">${text}</div>`;
    const inner = { __html: markup };
    return html`<div ref=${place} class=${name} data-testid="content" dir="auto" dangerouslySetInnerHTML=${inner}></div>`;
  },
);

/**
 * One listener for all links and buttons within messages.
 * @param {MouseEvent} event
 * @param {Client} client
 */
export function followLink(event, client) {
  const target = /** @type {Element} */ (event.target);
  const copy = target.closest(".copy-code");
  if (copy) copyText(copy.parentElement?.querySelector("pre")?.textContent ?? "");
  const link = /** @type {HTMLElement | null} */ (target.closest("a.room-link"));
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const { roomId = "" } = link.dataset;
  if (rooms.value.has(roomId)) client.openRoom(roomId);
  else showToast(t("message.room.unknown"));
}

/** @param {string} text */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    showToast(t("message.copied"));
  } catch {
    // Browsers refuse it outside a secure page, and where the person forbade it.
    showToast(t("message.copy.failed"));
  }
}

/** @param {HTMLElement} place */
function complete(place) {
  for (const mention of place.querySelectorAll(".mention")) {
    const { userId } = /** @type {HTMLElement} */ (mention).dataset;
    if (userId === me.peek()?.id) mention.classList.add("is-me");
  }
  for (const table of place.querySelectorAll("table")) wrap(table, "table-place");
  for (const code of place.querySelectorAll("pre")) {
    // It scrolls sideways: the keyboard must get there, too.
    code.tabIndex = 0;
    wrap(code, "code-place").append(copyButton());
  }
}

/**
 * @param {Element} element
 * @param {string} name
 */
function wrap(element, name) {
  const place = document.createElement("div");
  place.className = name;
  element.replaceWith(place);
  place.append(element);
  if (name === "table-place") place.tabIndex = 0;
  return place;
}

function copyButton() {
  const button = document.createElement("button");
  button.className = "copy-code";
  button.type = "button";
  button.textContent = t("message.copy.code");
  return button;
}
