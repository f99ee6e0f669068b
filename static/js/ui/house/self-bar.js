/** Oneself, at the foot of the channels: how one looks to others, and the way to the settings. */

import { useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { presence } from "../../state/people.js";
import { me } from "../../state/session.js";
import { Avatar, PresenceDot, statusOf } from "../parts/avatar.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { StatusMenu } from "./status-menu.js";
import { isNarrow } from "../viewport.js";

export function SelfBar() {
  const client = useClient();
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const [isOpen, setOpen] = useState(false);
  const person = me.value;
  if (!person) return null;
  const status = statusOf(person.id);
  const custom = presence.value.get(person.id)?.customStatus ?? person.customStatus;
  const words = t(status === "unknown" ? "me.unconnected" : `status.${status}`);
  return html`
    <div class="self">
      <button
        ref=${button}
        class="self-status"
        aria-haspopup="dialog"
        onClick=${() => setOpen(true)}
        data-testid="my-status"
        data-status=${status}
      >
        <span class="person-picture"><${Avatar} person=${person} small /><${PresenceDot} userId=${person.id} /></span>
        <span class="self-name">
          <span class="name" data-testid="my-name">${person.displayName}</span>
          <span class="hint" aria-hidden="true" data-testid="my-words">${custom || [person.isGuest && t("me.guest"), words].filter(Boolean).join(" · ")}</span>
        </span>
        <span class="visually-hidden">, ${custom ? `${custom}, ` : ""}${t("me.status.change")}</span>
      </button>
      <button
        class="icon-button"
        aria-label=${t("me.settings")}
        title=${t("me.settings")}
        onClick=${() => client.go({ name: "settings", section: isNarrow.value ? null : "profile" })}
        data-testid="open-settings"
      >
        <${Icon} name="gear" />
      </button>
      ${isOpen && html`<${StatusMenu} anchor=${button.current} onClose=${() => setOpen(false)} />`}
    </div>
  `;
}
