/** The way in: as a guest, by signing in, by registering. */

import { useEffect, useRef, useState } from "preact/hooks";

import { errorText, t } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { notice } from "../../state/session.js";
import { Evening } from "../parts/drawings.js";
import { Field } from "../parts/field.js";
import { problemsOf } from "../parts/form.js";
import { classes, html, useClient } from "../parts/html.js";
import { Invited } from "../invite/invited.js";
import { Mark } from "../parts/mark.js";
import { isTouch } from "../viewport.js";

/** @import {NetError} from "../../net/errors.js" */

/** @typedef {"guest" | "login" | "register"} Door */
/**
 * A field's label and hint (keys of the catalogue); the rest are the input's own attributes.
 * @typedef {{name: string, label: string, hint?: string} & Record<string, string | number>} FieldSpec
 */

const EMAIL = { name: "email", type: "email", autocomplete: "username", label: "field.email", maxLength: 254 };

/** @type {Record<Door, FieldSpec[]>} */
const FIELDS = {
  guest: [
    {
      name: "username",
      type: "text",
      autocomplete: "nickname",
      label: "field.username",
      hint: "field.username.hint",
      minLength: 3,
      maxLength: 32,
      pattern: "[a-zA-Z0-9_\\-]+",
    },
  ],
  login: [EMAIL, { name: "password", type: "password", autocomplete: "current-password", label: "field.password" }],
  register: [
    {
      name: "displayName",
      type: "text",
      autocomplete: "name",
      label: "field.displayName",
      hint: "field.displayName.hint",
      maxLength: 32,
    },
    EMAIL,
    {
      name: "password",
      type: "password",
      autocomplete: "new-password",
      label: "field.password",
      hint: "field.password.hint",
      minLength: 8,
      maxLength: 128,
    },
  ],
};
const DOORS = /** @type {Door[]} */ (Object.keys(FIELDS));

export function Welcome() {
  const [door, setDoor] = useState(/** @type {Door} */ (notice.value ? "login" : "guest"));
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  useEffect(() => {
    document.title = t("app.name");
    // Whoever was sent here hears why. Whoever comes may type at once; a finger would bring the keyboard up.
    if (notice.value) title.current?.focus();
    else if (!isTouch.value) document.getElementById("field-username")?.focus();
  }, []);
  return html`
    <main class="welcome" data-testid="welcome">
      <header class="welcome-head">
        <p class="wordmark"><${Mark} />${t("app.name")}</p>
        <h1 ref=${title} tabindex="-1">${t("welcome.title")}</h1>
        <p class="lead">${t("welcome.lead")}</p>
        <${Evening} />
      </header>
      <div class="welcome-door">
        <div class="card">
          ${notice.value && html`<p class="notice" role="status" data-testid="notice">${t(notice.value)}</p>`}
          <${Invited} />
          <${Doors} door=${door} onChoose=${setDoor} />
          <${DoorForm} key=${door} door=${door} />
        </div>
      </div>
    </main>
  `;
}

/** @param {{door: Door, onChoose: (door: Door) => void}} props */
function Doors({ door, onChoose }) {
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = DOORS[(DOORS.indexOf(door) + step + DOORS.length) % DOORS.length] ?? door;
    onChoose(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return html`
    <div class="doors" role="tablist" aria-label=${t("welcome.ways")} onKeyDown=${onKeyDown}>
      ${DOORS.map(
        (name) => html`
          <button
            key=${name}
            id="tab-${name}"
            type="button"
            role="tab"
            class=${classes("door", name === door && "is-chosen")}
            aria-selected=${name === door ? "true" : "false"}
            aria-controls="door-panel"
            tabindex=${name === door ? 0 : -1}
            data-testid="door-${name}"
            onClick=${() => onChoose(name)}
          >
            ${t(`welcome.${name}`)}
          </button>
        `,
      )}
    </div>
  `;
}

/** @param {{door: Door}} props */
export function DoorForm({ door }) {
  const client = useClient();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {NetError | null} */ (null));
  /** @param {SubmitEvent} event */
  const onSubmit = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      await client.enter(door, Object.fromEntries(new FormData(form)));
    } catch (thrown) {
      setError(asNetError(thrown));
      setBusy(false);
    }
  };
  const names = FIELDS[door].map(({ name }) => name);
  const problems = problemsOf(error, names);
  const hasProblems = Object.keys(problems).length > 0;
  useEffect(() => {
    if (error) document.getElementById(`field-${Object.keys(problems)[0] ?? names[0]}`)?.focus();
  }, [error]);
  return html`
    <div id="door-panel" role="tabpanel" aria-labelledby="tab-${door}">
      <form class="door-form" onSubmit=${onSubmit}>
        ${FIELDS[door].map((spec) => html`<${Field} key=${spec.name} ...${spec} problem=${problems[spec.name]} />`)}
        <p class="form-error" role="alert" data-testid="form-error">${error && !hasProblems ? errorText(error) : ""}</p>
        <button class="button is-primary" type="submit" aria-disabled=${isBusy} data-testid="enter">
          ${isBusy ? t("welcome.busy") : t(`welcome.${door}.submit`)}
        </button>
        <p class="hint">${t(`welcome.${door}.hint`)}</p>
      </form>
    </div>
  `;
}
