/** The dialog that names a heading: a new one, or another name for one there is. */

import { useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { Dialog, DialogHead } from "../parts/dialog.js";
import { Field } from "../parts/field.js";
import { html, useClient } from "../parts/html.js";
import { FormFoot, useSending } from "./sending.js";

/** @import {Category} from "../../net/protocol.js" */

/** @param {{serverId: string, category?: Category, onClose: () => void}} props */
export function NameCategory({ serverId, category, onClose }) {
  const client = useClient();
  const [name, setName] = useState(category?.name ?? "");
  const { sending, send } = useSending(["name"]);
  const title = t(category ? "channels.category.rename.title" : "channels.category.new.title");
  const onSubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    send(async () => {
      await (category ? client.channels.renameCategory(category, name.trim()) : client.channels.createCategory(serverId, name.trim()));
      onClose();
    });
  };
  return html`
    <${Dialog} label=${title} onClose=${onClose} className="is-question" testid="category-dialog">
      <${DialogHead} title=${title} onClose=${onClose} />
      <form class="dialog-body dialog-form" onSubmit=${onSubmit}>
        <${Field}
          name="name"
          label="channels.category.name"
          hint="channels.category.name.hint"
          type="text"
          autocomplete="off"
          autofocus
          maxLength=${64}
          value=${name}
          problem=${sending.problems.name}
          onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => setName(currentTarget.value)}
        />
        <${FormFoot} sending=${sending} yes=${t(category ? "channels.save" : "channels.category.make")} onClose=${onClose} />
      </form>
    <//>
  `;
}
