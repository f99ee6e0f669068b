/** Another community: make one, join by an invite, or look for one. One dialog, one step each. */

import { useEffect, useState } from "preact/hooks";

import { errorText, t } from "../../i18n/index.js";
import { codeOf } from "../../state/communities.js";
import { me } from "../../state/session.js";
import { Dialog, DialogHead } from "../parts/dialog.js";
import { Field } from "../parts/field.js";
import { problemsOf } from "../parts/form.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { hideDrawer } from "../viewport.js";
import { inviteRefusal } from "./refusal.js";
import { useSubmit } from "../parts/submit.js";

/** @import {NetError} from "../../net/errors.js" */
/** @import {IconName} from "../parts/icons.js" */

/** @typedef {"ways" | "make" | "join"} Step */

/** @param {{onClose: () => void}} props */
export function AddServer({ onClose }) {
  const client = useClient();
  const [step, setStep] = useState(/** @type {Step} */ ("ways"));
  const title = t(`add.${step}`);
  const discover = () => {
    onClose();
    client.go({ name: "discover" });
  };
  return html`
    <${Dialog} label=${title} onClose=${onClose} className="is-question" testid="add-dialog">
      <${DialogHead} title=${title} onClose=${onClose} />
      <div class="dialog-body" data-step=${step}>
        ${step === "ways" && html`<${Ways} onStep=${setStep} onDiscover=${discover} />`}
        ${step === "make" && html`<${Make} onBack=${() => setStep("ways")} onClose=${onClose} />`}
        ${step === "join" && html`<${Join} onBack=${() => setStep("ways")} onClose=${onClose} />`}
      </div>
    <//>
  `;
}

/** @param {{onStep: (step: Step) => void, onDiscover: () => void}} props */
function Ways({ onStep, onDiscover }) {
  const isGuest = me.value?.isGuest ?? false;
  return html`
    <div class="ways">
      ${isGuest
        ? html`<p class="hint way-note" data-testid="add-guest">${t("add.guest")}</p>`
        : html`<${Way} icon="plus" name="make" onUse=${() => onStep("make")} />`}
      <${Way} icon="ticket" name="join" onUse=${() => onStep("join")} />
      <${Way} icon="compass" name="discover" onUse=${onDiscover} />
    </div>
  `;
}

/** @param {{icon: IconName, name: string, onUse: () => void}} props */
function Way({ icon, name, onUse }) {
  return html`
    <button class="way" onClick=${onUse} data-testid="add-${name}">
      <${Icon} name=${icon} />
      <span><span class="name">${t(`add.${name}`)}</span><span class="hint">${t(`add.${name}.hint`)}</span></span>
    </button>
  `;
}

/** @param {{onBack: () => void, onClose: () => void}} props */
function Make({ onBack, onClose }) {
  const client = useClient();
  const { isBusy, error, submit } = useSubmit(async (form) => {
    const name = String(form.get("newName") ?? "").trim();
    await client.communities.make({ name, isPublic: form.get("isPublic") === "1" });
    onClose();
    hideDrawer();
  });
  const problem = problemsOf(error, ["name"]).name;
  useEffect(() => document.getElementById("field-newName")?.focus(), [error]);
  return html`
    <form class="dialog-form" onSubmit=${submit}>
      <${Field} name="newName" label="server.name" hint="add.name.hint" maxLength=${100} autocomplete="off" problem=${problem} />
      <fieldset class="choices">
        <legend>${t("server.who")}</legend>
        <${Openness} isPublic=${false} />
      </fieldset>
      <${Foot} isBusy=${isBusy} error=${problem ? null : error} yes=${t("add.make.yes")} onBack=${onBack} />
    </form>
  `;
}

/** Who may come in. @param {{isPublic: boolean, onChoose?: (isPublic: boolean) => void, isOff?: boolean}} props */
export function Openness({ isPublic, onChoose, isOff = false }) {
  return ["0", "1"].map((value) => {
    const isThis = isPublic === (value === "1");
    const words = value === "1" ? "server.public" : "server.private";
    return html`
      <label key=${value} class="choice">
        <input
          type="radio"
          name="isPublic"
          value=${value}
          ...${onChoose ? { checked: isThis } : { defaultChecked: isThis }}
          disabled=${isOff}
          onChange=${() => onChoose?.(value === "1")}
          data-testid=${words.replace(".", "-")}
        />
        <span>${t(words)} <span class="hint">${t(`${words}.hint`)}</span></span>
      </label>
    `;
  });
}

/** @param {{onBack: () => void, onClose: () => void}} props */
function Join({ onBack, onClose }) {
  const client = useClient();
  // The invite's own page says what it leads to, and asks.
  const { isBusy, error, submit } = useSubmit(async (form) => {
    const code = codeOf(String(form.get("code") ?? ""));
    await client.communities.preview(code);
    onClose();
    client.go({ name: "invite", code });
  });
  useEffect(() => document.getElementById("field-code")?.focus(), [error]);
  return html`
    <form class="dialog-form" onSubmit=${submit}>
      <${Field}
        name="code"
        label="add.code"
        hint="add.code.hint"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        problem=${error ? inviteRefusal(error) : undefined}
      />
      <${Foot} isBusy=${isBusy} error=${null} yes=${t("add.join.yes")} onBack=${onBack} />
    </form>
  `;
}

/** @param {{isBusy: boolean, error: NetError | null, yes: string, onBack: () => void}} props */
function Foot({ isBusy, error, yes, onBack }) {
  return html`
    <p class="form-error" role="alert" data-testid="add-error">${error ? errorText(error) : ""}</p>
    <div class="dialog-buttons">
      <button class="button" type="button" onClick=${onBack} data-testid="add-back">${t("add.back")}</button>
      <button class="button is-primary" type="submit" aria-disabled=${isBusy} data-testid="add-yes">${yes}</button>
    </div>
  `;
}
