/** What whoever looks after a call can set: its name, its seats, guests; and ending it for everybody. */

import { useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { Dialog, DialogHead } from "../parts/dialog.js";
import { Field } from "../parts/field.js";
import { html, useClient } from "../parts/html.js";
import { Check, useWork } from "./form.js";

/** @import {Room} from "../../net/protocol.js" */

/** @param {{room: Room, onClose: () => void}} props */
export function CallSettings({ room, onClose }) {
  const [isEnding, setEnding] = useState(false);
  const title = t(isEnding ? "call.end.ask" : "call.settings");
  return html`
    <${Dialog} label=${title} onClose=${onClose} className="is-question" testid="call-settings-dialog">
      <${DialogHead} title=${title} onClose=${onClose} />
      ${isEnding
        ? html`<${Ending} room=${room} onKeep=${() => setEnding(false)} onClose=${onClose} />`
        : html`<${Settings} room=${room} onEnd=${() => setEnding(true)} />`}
    <//>
  `;
}

/** @param {{room: Room, onEnd: () => void}} props */
function Settings({ room, onEnd }) {
  const client = useClient();
  const [name, setName] = useState(room.name ?? "");
  const [seats, setSeats] = useState(String(room.maxParticipants ?? ""));
  const [guestsAllowed, setGuests] = useState(room.guestsAllowed);
  const [isSaved, setSaved] = useState(false);
  const { isBusy, problems, problem, run } = useWork(["name", "maxParticipants"]);
  const put = (/** @type {(value: any) => void} */ set) => (/** @type {any} */ value) => {
    setSaved(false);
    set(value);
  };
  const typed = (/** @type {(value: string) => void} */ set) => (/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => put(set)(currentTarget.value);
  /** @param {SubmitEvent} event */
  const onSubmit = (event) => {
    event.preventDefault();
    run(async () => {
      const maxParticipants = seats.trim() === "" ? undefined : Number(seats);
      await client.calls.settle(room.id, { ...(name.trim() && { name: name.trim() }), guestsAllowed, ...(maxParticipants !== undefined && { maxParticipants }) });
      setSaved(true);
    });
  };
  return html`
    <form class="dialog-body call-form" onSubmit=${onSubmit}>
      <${Field} name="name" label="call.name" type="text" maxLength=${100} required=${false} autocomplete="off" value=${name} problem=${problems.name} onInput=${typed(setName)} />
      <${Field}
        name="maxParticipants"
        label="call.seats"
        hint="call.seats.hint"
        type="number"
        min="2"
        max="10000"
        required=${false}
        value=${seats}
        problem=${problems.maxParticipants}
        onInput=${typed(setSeats)}
      />
      <${Check} name="guests" label="call.guests" hint="call.guests.hint" isOn=${guestsAllowed} onChange=${put(setGuests)} />
      <p class="form-error" role="alert" data-testid="form-error">${problem}</p>
      <div class="dialog-buttons">
        <p class="hint" role="status" data-testid="saved">${isSaved ? t("call.settings.saved") : ""}</p>
        <button class="button is-primary" type="submit" aria-disabled=${isBusy} data-testid="save-call">${t("call.settings.save")}</button>
      </div>
      <button type="button" class="button is-danger" onClick=${onEnd} data-testid="end-call">${t("call.end")}</button>
    </form>
  `;
}

/** @param {{room: Room, onKeep: () => void, onClose: () => void}} props */
function Ending({ room, onKeep, onClose }) {
  const client = useClient();
  const { isBusy, problem, run } = useWork([]);
  const end = () =>
    run(async () => {
      await client.calls.end(room.id);
      onClose();
    });
  return html`
    <div class="dialog-body">
      <p>${t("call.end.explain")}</p>
      <p class="form-error" role="alert">${problem}</p>
      <div class="dialog-buttons">
        <button ref=${focusOnce} class="button" onClick=${onKeep} data-testid="end-call-no">${t("call.end.no")}</button>
        <button class="button is-danger" aria-disabled=${isBusy} onClick=${end} data-testid="end-call-yes">${t("call.end.yes")}</button>
      </div>
    </div>
  `;
}

/** @param {HTMLElement | null} element */
function focusOnce(element) {
  if (element && !element.dataset.focused) {
    element.dataset.focused = "1";
    element.focus();
  }
}
