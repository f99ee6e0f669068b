/** The menu over one's own name: another status at once, a few words beside it, the way out. */

import { useState } from "preact/hooks";

import { errorText, t } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { presence } from "../../state/people.js";
import { me } from "../../state/session.js";
import { StatusDot, statusOf } from "../parts/avatar.js";
import { Popover } from "../parts/dialog.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";

/** @import {PresenceStatus} from "../../net/protocol.js" */

/** @type {readonly PresenceStatus[]} `offline` is what the server calls invisible */
export const STATUSES = ["online", "idle", "dnd", "offline"];
export const CUSTOM_MAX = 128;

/** @returns {{status: PresenceStatus, customStatus: string}} what one has chosen, as far as it is known */
export function chosenStatus() {
  const id = me.value?.id ?? "";
  const seen = statusOf(id);
  return {
    status: seen === "unknown" ? (me.value?.status ?? "online") : seen,
    customStatus: presence.value.get(id)?.customStatus ?? me.value?.customStatus ?? "",
  };
}

/** @param {{anchor: Element | null, onClose: () => void}} props */
export function StatusMenu({ anchor, onClose }) {
  const client = useClient();
  const [problem, setProblem] = useState("");
  const { status, customStatus } = chosenStatus();
  /** @param {{status: PresenceStatus, customStatus: string}} wanted */
  const choose = async (wanted) => {
    try {
      await client.setStatus(wanted);
      onClose();
    } catch (error) {
      setProblem(t("choice.failed", { why: errorText(asNetError(error)) }));
    }
  };
  return html`
    <${Popover} label=${t("choice.title")} anchor=${anchor} onClose=${onClose} className="status-menu" testid="status-menu">
      <div role="menu" aria-label=${t("choice.title")} onKeyDown=${moveInMenu}>
        ${STATUSES.map(
          (one) => html`
            <button
              key=${one}
              class="menu-line"
              role="menuitemradio"
              aria-checked=${one === status ? "true" : "false"}
              tabindex=${one === status ? 0 : -1}
              autofocus=${one === status}
              onClick=${() => choose({ status: one, customStatus })}
              data-testid="status-${one}"
            >
              <${StatusDot} status=${one} />
              <span class="menu-words">
                ${t(`choice.${one}`)} ${one === "offline" && html`<span class="hint">${t("choice.offline.hint")}</span>`}
              </span>
              ${one === status && html`<${Icon} name="check" />`}
            </button>
          `,
        )}
      </div>
      <${CustomWords} text=${customStatus} onSave=${(/** @type {string} */ text) => choose({ status, customStatus: text })} />
      <p class="problem" role="alert">${problem}</p>
      <button class="menu-line" onClick=${() => client.signOut()} data-testid="sign-out">
        <${Icon} name="leave" /><span class="menu-words">${t("me.signout")}</span>
      </button>
    <//>
  `;
}

/** @param {{text: string, onSave: (text: string) => void}} props */
function CustomWords({ text, onSave }) {
  /** @param {SubmitEvent} event */
  const onSubmit = (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    onSave(String(new FormData(form).get("custom") ?? "").trim());
  };
  return html`
    <form class="custom-words field" onSubmit=${onSubmit}>
      <label for="custom-words">${t("choice.custom")}</label>
      <div class="custom-words-line">
        <input id="custom-words" name="custom" value=${text} maxLength=${CUSTOM_MAX} autocomplete="off" data-testid="custom-words" />
        <button class="button is-small" type="submit" data-testid="custom-save">${t("choice.custom.save")}</button>
      </div>
      ${text && html`<button class="link" type="button" onClick=${() => onSave("")}>${t("choice.custom.clear")}</button>`}
    </form>
  `;
}

/** Arrows, Home and End go from line to line. @param {KeyboardEvent} event */
function moveInMenu(event) {
  const lines = /** @type {HTMLElement[]} */ ([.../** @type {Element} */ (event.currentTarget).children]);
  const at = lines.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  lines.at(next % lines.length)?.focus();
}
