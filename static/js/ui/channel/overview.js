/** What a channel is called and how it is used; archiving and deleting it. */

import { useEffect, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { Field } from "../parts/field.js";
import { problemsOf } from "../parts/form.js";
import { html, useClient } from "../parts/html.js";
import { roomName } from "../parts/room-name.js";
import { SaveLine, useSaving } from "../settings/saving.js";
import { CategoryChoice } from "./new-channel.js";
import { Question } from "../parts/question.js";
import { useSending } from "./sending.js";
import { SlowMode } from "./slow-mode.js";

/** @import {Room} from "../../net/protocol.js" */

const NAMES = ["name", "topic", "description", "slowModeSeconds", "maxParticipants", "bitrate", "categoryId"];
const DESCRIPTION_MAX = 1000;

/** @typedef {{name: string, topic: string, description: string, slowModeSeconds: number, maxParticipants: number | null, bitrate: number | null, categoryId: string | null}} Fields */

/** @param {{room: Room}} props */
export function OverviewSection({ room }) {
  return html`
    <p class="lead">${t("channel.overview.lead", { address: `#/${room.slug ?? room.id}` })}</p>
    <${Form} room=${room} />
    <${Ending} room=${room} />
  `;
}

/** @param {{room: Room}} props */
function Form({ room }) {
  const client = useClient();
  const kept = fieldsOf(room);
  const [draft, setDraft] = useState(/** @type {Partial<Fields>} */ ({}));
  const { saving, save, touch } = useSaving();
  const problems = problemsOf(saving.error, NAMES);
  const changes = Object.fromEntries(Object.entries(draft).filter(([name, value]) => value !== kept[/** @type {keyof Fields} */ (name)]));
  const isIdle = Object.keys(changes).length === 0;
  useEffect(() => {
    const first = Object.keys(problems)[0];
    if (first) document.getElementById(`field-${first}`)?.focus();
  }, [saving.error]);
  /** @param {Partial<Fields>} change */
  const change = (change) => {
    setDraft({ ...draft, ...change });
    touch();
  };
  const onSubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    if (isIdle) return;
    save(async () => {
      await client.channels.update(room.id, changes);
      setDraft({});
    });
  };
  const wanted = { ...kept, ...draft };
  /** @param {"name" | "topic" | "description"} name */
  const props = (name) => ({
    name,
    label: `channels.${name}`,
    value: wanted[name],
    problem: problems[name],
    onInput: (/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => change({ [name]: currentTarget.value }),
  });
  return html`
    <form class="settings-form" onSubmit=${onSubmit} data-testid="channel-form">
      <${Field} ...${props("name")} type="text" autocomplete="off" maxLength=${100} />
      <${Field} ...${props("topic")} hint="channels.topic.hint" type="text" required=${false} autocomplete="off" maxLength=${1024} />
      <${Field} ...${props("description")} hint="channels.description.hint" isLong required=${false} rows="3" maxLength=${DESCRIPTION_MAX} />
      <${CategoryChoice} serverId=${room.serverId} chosen=${wanted.categoryId} onChoose=${(/** @type {string | null} */ categoryId) => change({ categoryId })} />
      ${room.type === "voice"
        ? html`<${VoiceFields} wanted=${wanted} problems=${problems} onChange=${change} />`
        : html`<${SlowMode} seconds=${wanted.slowModeSeconds} onChoose=${(/** @type {number} */ slowModeSeconds) => change({ slowModeSeconds })} />`}
      <${SaveLine} saving=${saving} names=${NAMES} isIdle=${isIdle} />
    </form>
  `;
}

/** @param {{wanted: Fields, problems: Record<string, string>, onChange: (change: Partial<Fields>) => void}} props */
function VoiceFields({ wanted, problems, onChange }) {
  /** @param {"maxParticipants" | "bitrate"} name @param {number} min @param {number} max @param {boolean} required */
  const number = (name, min, max, required) => html`
    <${Field}
      name=${name}
      label="channels.${name}"
      hint="channels.${name}.hint"
      type="number"
      inputmode="numeric"
      min=${min}
      max=${max}
      required=${required}
      value=${wanted[name] ?? ""}
      problem=${problems[name]}
      onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) =>
        onChange({ [name]: currentTarget.value === "" ? null : Number(currentTarget.value) })}
    />
  `;
  return html`${number("maxParticipants", 2, 10_000, false)} ${number("bitrate", 8, 384, true)}`;
}

/** @param {{room: Room}} props */
function Ending({ room }) {
  const client = useClient();
  const [isAsking, setAsking] = useState(false);
  const { sending, send } = useSending([]);
  const archive = () => send(() => client.channels.update(room.id, { isArchived: !room.isArchived }));
  return html`
    <section class="settings-part" aria-labelledby="ending">
      <h2 id="ending">${t("channel.ending")}</h2>
      <p class="hint">${t(room.isArchived ? "channel.archived.explain" : "channel.archive.explain")}</p>
      <div class="button-row">
        <button class="button" onClick=${archive} aria-disabled=${sending.isBusy} data-testid="archive">
          ${t(room.isArchived ? "channels.unarchive" : "channels.archive")}
        </button>
        <button class="button is-danger" onClick=${() => setAsking(true)} data-testid="delete">${t("channels.delete")}</button>
      </div>
      <p class="form-error" role="alert">${sending.problem}</p>
      ${isAsking &&
      html`
        <${Question}
          title=${t("channels.delete.ask", { name: roomName(room) })}
          text=${t("channels.delete.explain")}
          yes=${t("channels.delete")}
          no=${t("channels.keep")}
          run=${async () => {
            await client.channels.delete(room.id);
            client.go({ name: "room" });
          }}
          onClose=${() => setAsking(false)}
        />
      `}
    </section>
  `;
}

/**
 * @param {Room} room
 * @returns {Fields}
 */
function fieldsOf({ name, topic, description, slowModeSeconds, maxParticipants, bitrate, categoryId }) {
  return { name: name ?? "", topic: topic ?? "", description: description ?? "", slowModeSeconds, maxParticipants, bitrate, categoryId };
}
