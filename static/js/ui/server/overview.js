/** What a community is called, says of itself and looks like; whom it is open to. Its members read it, who may change it does. */

import { useEffect, useState } from "preact/hooks";

import { dateOf, t } from "../../i18n/index.js";
import { me } from "../../state/session.js";
import { initialsOf, ownImage, tintOf } from "../parts/avatar.js";
import { Field } from "../parts/field.js";
import { problemsOf } from "../parts/form.js";
import { html, useClient } from "../parts/html.js";
import { SaveLine, useSaving } from "../settings/saving.js";
import { Openness } from "./add.js";
import { Ownership } from "./ownership.js";

/** @import {Permissions, Server} from "../../net/protocol.js" */

const NAMES = /** @type {const} */ (["name", "description", "iconUrl", "bannerUrl"]);
const DESCRIPTION_MAX = 1000;
const URL_MAX = 500;

/** @typedef {Record<typeof NAMES[number], string>} Texts */
/** @typedef {Partial<Texts> & {isPublic?: boolean}} Draft */

/** @param {{server: Server, mine: Permissions | null}} props */
export function OverviewSection({ server, mine }) {
  // What one may do is not known at first: then there is nothing below that would be pushed aside.
  const mayManage = mine?.permissions.includes("manage_server") ?? false;
  return html`
    <${Face} server=${server} />
    ${mayManage && html`<${Look} server=${server} />`}
    ${mine && server.ownerId === me.value?.id && html`<${Ownership} server=${server} />`}
  `;
}

/** As others see it. @param {{server: Server}} props */
export function Face({ server }) {
  const banner = ownImage(server.bannerUrl);
  return html`
    <section class="server-face" data-testid="server-face">
      ${banner && html`<img class="server-banner" src=${banner} alt="" />`}
      <div class="server-face-line">
        <${ServerPicture} server=${server} />
        <div>
          <p class="name" data-testid="face-name">${server.name}</p>
          <p class="hint">${[
            t(server.isPublic ? "server.public" : "server.private"),
            t("server.members", { count: server.counts.members }),
            t("server.channels", { count: server.counts.channels }),
          ].join(" · ")}</p>
        </div>
      </div>
      ${server.description && html`<p class="server-description" data-testid="face-description">${server.description}</p>`}
      <p class="hint">
        ${t("server.kept", { name: server.owner?.displayName ?? t("people.unknown"), date: dateOf(server.createdAt) })}
      </p>
    </section>
  `;
}

/** Its picture, or its letters. @param {{server: Pick<Server, "name" | "slug" | "iconUrl">}} props */
export function ServerPicture({ server }) {
  const image = ownImage(server.iconUrl);
  return html`
    <span aria-hidden="true" class="tile-face tint-${tintOf(server.slug)}">
      ${image ? html`<img src=${image} alt="" width="44" height="44" />` : initialsOf(server.name)}
    </span>
  `;
}

/** @param {{server: Server}} props */
function Look({ server }) {
  const client = useClient();
  const [draft, setDraft] = useState(/** @type {Draft} */ ({}));
  const { saving, save, touch } = useSaving();
  const problems = problemsOf(saving.error, [...NAMES]);
  const changes = changesOf(server, draft);
  const isIdle = Object.keys(changes).length === 0;
  useEffect(() => {
    const first = Object.keys(problems)[0];
    if (first) document.getElementById(`field-${first}`)?.focus();
  }, [saving.error]);
  /** @param {SubmitEvent} event */
  const onSubmit = (event) => {
    event.preventDefault();
    if (isIdle) return;
    save(async () => {
      await client.communities.change(server.id, changes);
      setDraft({});
    });
  };
  /** @param {Draft} change */
  const change = (change) => {
    setDraft({ ...draft, ...change });
    touch();
  };
  return html`
    <form class="settings-form" onSubmit=${onSubmit} data-testid="server-form">
      <${Words} server=${server} draft=${draft} problems=${problems} onChange=${change} />
      <fieldset class="choices">
        <legend>${t("server.who")}</legend>
        <${Openness}
          isPublic=${draft.isPublic ?? server.isPublic}
          onChoose=${(/** @type {boolean} */ isPublic) => change({ isPublic })}
        />
      </fieldset>
      <${SaveLine} saving=${saving} names=${[...NAMES]} isIdle=${isIdle} />
    </form>
  `;
}

/** @param {{server: Server, draft: Draft, problems: Record<string, string>, onChange: (change: Draft) => void}} props */
function Words({ server, draft, problems, onChange }) {
  /** @param {keyof Texts} name */
  const props = (name) => ({
    name,
    label: `server.${name}`,
    value: draft[name] ?? server[name] ?? "",
    problem: problems[name],
    autocomplete: "off",
    onInput: (/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => onChange({ [name]: currentTarget.value }),
  });
  const left = DESCRIPTION_MAX - (draft.description ?? server.description ?? "").length;
  return html`
    <${Field} ...${props("name")} hint="server.name.hint" hintParams=${{ slug: server.slug }} maxLength=${100} />
    <${Field}
      ...${props("description")}
      isLong
      required=${false}
      rows="3"
      maxLength=${DESCRIPTION_MAX}
      hint="profile.bio.hint"
      hintParams=${{ count: left }}
    />
    <${Field} ...${props("iconUrl")} type="url" hint="server.iconUrl.hint" required=${false} maxLength=${URL_MAX} />
    <${Field} ...${props("bannerUrl")} type="url" hint="server.bannerUrl.hint" required=${false} maxLength=${URL_MAX} />
  `;
}

/**
 * What differs; an emptied text is none.
 * @param {Server} server
 * @param {Draft} draft
 */
function changesOf(server, draft) {
  const pairs = Object.entries(draft).map(([name, value]) => [name, value === "" && name !== "name" ? null : value]);
  return Object.fromEntries(pairs.filter(([name, value]) => value !== server[/** @type {keyof Server} */ (name)]));
}
