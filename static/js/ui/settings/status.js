/** How one looks to others: a status, and a few words beside it. The menu over one's name does the same. */

import { useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { StatusDot } from "../parts/avatar.js";
import { Field } from "../parts/field.js";
import { html, useClient } from "../parts/html.js";
import { CUSTOM_MAX, STATUSES, chosenStatus } from "../house/status-menu.js";
import { SaveLine, useSaving } from "./saving.js";

/** @import {PresenceStatus} from "../../net/protocol.js" */

export function StatusSection() {
  const client = useClient();
  const kept = chosenStatus();
  const [draft, setDraft] = useState(/** @type {Partial<typeof kept>} */ ({}));
  const { saving, save, touch } = useSaving();
  const wanted = { ...kept, ...draft };
  const isIdle = wanted.status === kept.status && wanted.customStatus.trim() === kept.customStatus;
  /** @param {Partial<typeof kept>} change */
  const change = (change) => {
    setDraft({ ...draft, ...change });
    touch();
  };
  /** @param {SubmitEvent} event */
  const onSubmit = (event) => {
    event.preventDefault();
    if (isIdle) return;
    save(async () => {
      await client.setStatus({ status: wanted.status, customStatus: wanted.customStatus.trim() });
      setDraft({});
    });
  };
  return html`
    <p class="lead">${t("status.lead")}</p>
    <form class="settings-form" onSubmit=${onSubmit}>
      <${Choices} chosen=${wanted.status} onChoose=${(/** @type {PresenceStatus} */ status) => change({ status })} />
      <${Field}
        name="customStatus"
        label="choice.custom"
        hint="choice.custom.hint"
        type="text"
        required=${false}
        autocomplete="off"
        maxLength=${CUSTOM_MAX}
        value=${wanted.customStatus}
        onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => change({ customStatus: currentTarget.value })}
      />
      <${SaveLine} saving=${saving} isIdle=${isIdle} />
    </form>
  `;
}

/** @param {{chosen: PresenceStatus, onChoose: (status: PresenceStatus) => void}} props */
function Choices({ chosen, onChoose }) {
  return html`
    <fieldset class="choices">
      <legend>${t("choice.title")}</legend>
      ${STATUSES.map(
        (status) => html`
          <label key=${status} class="choice">
            <input
              type="radio"
              name="status"
              value=${status}
              checked=${status === chosen}
              onChange=${() => onChoose(status)}
              data-testid="choose-${status}"
            />
            <span aria-hidden="true"><${StatusDot} status=${status} /></span>
            <span>${t(`choice.${status}`)} ${status === "offline" && html`<span class="hint">${t("choice.offline.hint")}</span>`}</span>
          </label>
        `,
      )}
    </fieldset>
  `;
}
