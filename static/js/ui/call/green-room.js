/** Before a call: which it is, who asks, as whom one comes in, and whether one will be heard and seen. */

import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { me, phase } from "../../state/session.js";
import { Avatar } from "../parts/avatar.js";
import { Field } from "../parts/field.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { Mark } from "../parts/mark.js";
import { DoorForm } from "../house/welcome.js";
import { CopyAddress } from "./copy-address.js";
import { DeviceChoices } from "./device-choices.js";
import { useWork } from "./form.js";
import { Preview } from "./preview.js";

/** @import {CallSeen} from "../../state/calls.js" */

/** @param {{seen: CallSeen, code: string}} props */
export function GreenRoom({ seen, code }) {
  const client = useClient();
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  const isIn = phase.value === "signed-in";
  useEffect(() => title.current?.focus(), []);
  useEffect(() => () => client.talking.putAwayUnused(), []);
  return html`
    <main class="call-page green-room" data-testid="green-room">
      <header class="green-head">
        ${isIn
          ? html`
              <button class="icon-button" aria-label=${t("call.back")} title=${t("call.back")} onClick=${() => client.places.backToHouse()} data-testid="call-back">
                <${Icon} name="back" />
              </button>
            `
          : html`<a class="wordmark" href="/"><${Mark} /><span>${t("app.name")}</span></a>`}
      </header>
      <section class="green-devices" aria-label=${t("device.title")}>
        <${Preview} />
        <${DeviceChoices} />
      </section>
      <section class="green-door" aria-labelledby="call-title">
        <div class="card">
          <h1 id="call-title" ref=${title} tabindex="-1" data-testid="call-title">${seen.name ?? t("call.unnamed")}</h1>
          <${About} seen=${seen} />
          ${isIn ? html`<${JoinAsMe} code=${code} />` : html`<${Doors} seen=${seen} code=${code} />`}
          <${CopyAddress} code=${code} />
        </div>
      </section>
    </main>
  `;
}

/** @param {{seen: CallSeen}} props */
function About({ seen: { host, count } }) {
  return html`
    <p class="green-host">
      ${host && html`<${Avatar} person=${host} small /><span>${t("call.host", { name: host.displayName })}</span>`}
    </p>
    <p class="hint" role="status" data-testid="call-count">${count > 0 ? t("call.count", { count }) : t("call.count.none")}</p>
  `;
}

/** @param {{code: string}} props */
function JoinAsMe({ code }) {
  const client = useClient();
  const { isBusy, problem, run } = useWork([]);
  return html`
    <p class="hint">${t("call.as", { name: me.value?.displayName ?? "" })}</p>
    <p class="form-error" role="alert">${problem}</p>
    <button class="button is-primary" aria-disabled=${isBusy} onClick=${() => run(() => client.calls.join(code))} data-testid="join-call">
      ${t(isBusy ? "call.joining" : "call.join")}
    </button>
  `;
}

/** Signed out: by a name where guests are let in, else, or if one likes, with an account. @param {{seen: CallSeen, code: string}} props */
function Doors({ seen, code }) {
  const [isSigningIn, setSigningIn] = useState(!seen.guestsAllowed);
  const other = () => setSigningIn(!isSigningIn);
  return html`
    ${isSigningIn
      ? html`
          <p class="hint" data-testid="call-sign-in">${t(seen.guestsAllowed ? "call.door.signin.lead" : "call.door.only")}</p>
          <${DoorForm} door="login" />
        `
      : html`<${JoinAsGuest} code=${code} />`}
    ${seen.guestsAllowed &&
    html`
      <button class="link" onClick=${other} data-testid="call-other-door">${t(isSigningIn ? "call.door.guest" : "call.door.signin")}</button>
    `}
  `;
}

/** @param {{code: string}} props */
function JoinAsGuest({ code }) {
  const client = useClient();
  const { isBusy, problems, problem, run } = useWork(["username"]);
  const [name, setName] = useState("");
  /** @param {SubmitEvent} event */
  const onSubmit = (event) => {
    event.preventDefault();
    run(() => client.calls.joinAsGuest(code, name));
  };
  return html`
    <form class="call-form" onSubmit=${onSubmit}>
      <${Field}
        name="username"
        label="call.guest.name"
        hint="field.username.hint"
        type="text"
        autocomplete="nickname"
        minLength=${3}
        maxLength=${32}
        pattern="[a-zA-Z0-9_\\-]+"
        value=${name}
        problem=${problems.username}
        onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => setName(currentTarget.value)}
      />
      <p class="form-error" role="alert" data-testid="form-error">${problem}</p>
      <button class="button is-primary" type="submit" aria-disabled=${isBusy} data-testid="join-as-guest">
        ${t(isBusy ? "call.joining" : "call.guest.submit")}
      </button>
    </form>
  `;
}
