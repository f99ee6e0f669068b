/** Making a call: what it is called and who may come; then its green room. */

import { useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { Dialog, DialogHead } from "../parts/dialog.js";
import { Field } from "../parts/field.js";
import { html, useClient } from "../parts/html.js";
import { hideDrawer } from "../viewport.js";
import { Check, useWork } from "./form.js";

/** @param {{onClose: () => void}} props */
export function NewCall({ onClose }) {
  const client = useClient();
  const [name, setName] = useState("");
  const [guestsAllowed, setGuests] = useState(true);
  const { isBusy, problems, problem, run } = useWork(["name"]);
  /** @param {SubmitEvent} event */
  const onSubmit = (event) => {
    event.preventDefault();
    run(async () => {
      await client.calls.make({ ...(name.trim() && { name: name.trim() }), guestsAllowed });
      onClose();
      hideDrawer();
    });
  };
  return html`
    <${Dialog} label=${t("call.new")} onClose=${onClose} className="is-question" testid="new-call-dialog">
      <${DialogHead} title=${t("call.new")} onClose=${onClose} />
      <form class="dialog-body call-form" onSubmit=${onSubmit}>
        <p class="hint">${t("call.new.lead")}</p>
        <${Field}
          name="name"
          label="call.name"
          hint="call.name.hint"
          type="text"
          maxLength=${100}
          required=${false}
          autofocus
          autocomplete="off"
          value=${name}
          problem=${problems.name}
          onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => setName(currentTarget.value)}
        />
        <${Check} name="guests" label="call.guests" hint="call.guests.hint" isOn=${guestsAllowed} onChange=${setGuests} />
        <p class="form-error" role="alert" data-testid="form-error">${problem}</p>
        <div class="dialog-buttons">
          <button class="button is-primary" type="submit" aria-disabled=${isBusy} data-testid="make-call">${t("call.make")}</button>
        </div>
      </form>
    <//>
  `;
}
