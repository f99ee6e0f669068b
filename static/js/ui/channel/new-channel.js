/** The dialog that makes a channel. */

import { useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { categoriesOf } from "../../state/categories.js";
import { showToast } from "../../state/notices.js";
import { Dialog, DialogHead } from "../parts/dialog.js";
import { Field } from "../parts/field.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { hideDrawer } from "../viewport.js";
import { FormFoot, useSending } from "./sending.js";

/** @import {IconName} from "../parts/icons.js" */

/** @type {[string, IconName][]} */
const KINDS = [
  ["text", "hash"],
  ["announcement", "megaphone"],
  ["voice", "voice"],
];

/** @typedef {{type: string, name: string, topic: string, categoryId: string | null, isPrivate: boolean}} Draft */

/** @param {{serverId: string, categoryId: string | null, onClose: () => void}} props */
export function NewChannel({ serverId, categoryId, onClose }) {
  const client = useClient();
  const [draft, setDraft] = useState(/** @type {Draft} */ ({ type: "text", name: "", topic: "", categoryId, isPrivate: false }));
  const { sending, send } = useSending(["name", "topic", "categoryId"]);
  /** @param {Partial<Draft>} change */
  const change = (change) => setDraft({ ...draft, ...change });
  const onSubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    send(async () => {
      const room = await client.channels.create(serverId, { ...draft, name: draft.name.trim(), topic: draft.topic.trim() });
      onClose();
      if (room.type === "voice") return showToast(t("channels.new.done", { name: room.name ?? "" }));
      hideDrawer();
      client.openRoom(room.id);
    });
  };
  return html`
    <${Dialog} label=${t("channels.new.title")} onClose=${onClose} testid="new-channel-dialog">
      <${DialogHead} title=${t("channels.new.title")} onClose=${onClose} />
      <form class="dialog-body dialog-form" onSubmit=${onSubmit}>
        <${Kinds} chosen=${draft.type} onChoose=${(/** @type {string} */ type) => change({ type })} />
        <${Words} draft=${draft} problems=${sending.problems} onChange=${change} />
        <${CategoryChoice} serverId=${serverId} chosen=${draft.categoryId} onChoose=${(/** @type {string | null} */ id) => change({ categoryId: id })} />
        <${Privacy} isPrivate=${draft.isPrivate} onChange=${change} />
        <${FormFoot} sending=${sending} yes=${t("channels.make")} onClose=${onClose} />
      </form>
    <//>
  `;
}

/** @param {{draft: Draft, problems: Record<string, string>, onChange: (change: Partial<Draft>) => void}} props */
function Words({ draft, problems, onChange }) {
  /** @param {"name" | "topic"} name */
  const props = (name) => ({
    name,
    label: `channels.${name}`,
    type: "text",
    autocomplete: "off",
    value: draft[name],
    problem: problems[name],
    onInput: (/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => onChange({ [name]: currentTarget.value }),
  });
  return html`
    <${Field} ...${props("name")} autofocus maxLength=${100} />
    ${draft.type !== "voice" && html`<${Field} ...${props("topic")} hint="channels.topic.hint" required=${false} maxLength=${1024} />`}
  `;
}

/** @param {{isPrivate: boolean, onChange: (change: Partial<Draft>) => void}} props */
function Privacy({ isPrivate, onChange }) {
  const toggle = (/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => onChange({ isPrivate: currentTarget.checked });
  return html`
    <label class="check">
      <input type="checkbox" checked=${isPrivate} onChange=${toggle} data-testid="new-private" />
      <span>${t("channels.private")} <span class="hint">${t("channels.private.hint")}</span></span>
    </label>
  `;
}

/** @param {{chosen: string, onChoose: (type: string) => void}} props */
function Kinds({ chosen, onChoose }) {
  return html`
    <fieldset class="choices is-row kinds">
      <legend>${t("channels.type")}</legend>
      ${KINDS.map(
        ([type, icon]) => html`
          <label key=${type} class="choice">
            <input type="radio" name="type" value=${type} checked=${type === chosen} onChange=${() => onChoose(type)} data-testid="type-${type}" />
            <${Icon} name=${icon} /> ${t(`channels.type.${type}`)}
          </label>
        `,
      )}
      <p class="hint">${t(`channels.type.${chosen}.hint`)}</p>
    </fieldset>
  `;
}

/** @param {{serverId: string, chosen: string | null, onChoose: (id: string | null) => void}} props */
export function CategoryChoice({ serverId, chosen, onChoose }) {
  const categories = categoriesOf(serverId);
  if (categories.length === 0) return null;
  const choose = (/** @type {{currentTarget: HTMLSelectElement}} */ { currentTarget }) => onChoose(currentTarget.value || null);
  return html`
    <div class="field">
      <label for="field-categoryId">${t("channels.category")}</label>
      <select id="field-categoryId" class="select" value=${chosen ?? ""} onChange=${choose} data-testid="field-categoryId">
        <option value="">${t("channels.category.none")}</option>
        ${categories.map(({ id, name }) => html`<option key=${id} value=${id}>${name}</option>`)}
      </select>
    </div>
  `;
}
