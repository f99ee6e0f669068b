/** Arrow keys among the rows of a list: one Tab stop for all of them, the rest by arrows. */

/** @param {KeyboardEvent} event */
export function moveFocus(event) {
  const row = /** @type {HTMLElement} */ (event.target);
  // Inside a row (a button, an editor) the keys are that control's.
  if (!row.matches("[data-key]")) return;
  const next = target(event.key, row);
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

/**
 * @param {string} key
 * @param {HTMLElement} row
 * @returns {HTMLElement | null | undefined}
 */
function target(key, row) {
  const rows = /** @type {HTMLElement[]} */ ([...(row.parentElement?.querySelectorAll(":scope > [data-key]") ?? [])]);
  const index = rows.indexOf(row);
  if (key === "ArrowUp") return rows[index - 1];
  if (key === "ArrowDown") return rows[index + 1] ?? document.getElementById("composer");
  if (key === "Home") return rows[0];
  if (key === "End") return rows.at(-1);
  return null;
}
