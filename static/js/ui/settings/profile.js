/** One's names and what one says about oneself. */

import { useEffect, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { me } from "../../state/session.js";
import { Avatar } from "../parts/avatar.js";
import { Field } from "../parts/field.js";
import { problemsOf } from "../parts/form.js";
import { html, useClient } from "../parts/html.js";
import { SaveLine, useSaving } from "./saving.js";

const NAMES = /** @type {const} */ (["displayName", "username", "bio"]);
const BIO_MAX = 500;

/** @typedef {Record<typeof NAMES[number], string>} Fields */

export function ProfileSection() {
  const client = useClient();
  const kept = fieldsOf(me.value);
  const [draft, setDraft] = useState(/** @type {Partial<Fields>} */ ({}));
  const { saving, save, touch } = useSaving();
  const problems = problemsOf(saving.error, [...NAMES]);
  const changes = Object.fromEntries(Object.entries(draft).filter(([name, value]) => value !== kept[/** @type {keyof Fields} */ (name)]));
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
      await client.saveProfile(changes);
      setDraft({});
    });
  };
  /** @param {keyof Fields} name */
  const props = (name) => ({
    name,
    label: `profile.${name}`,
    hint: `profile.${name}.hint`,
    value: draft[name] ?? kept[name],
    problem: problems[name],
    onInput: (/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => {
      setDraft({ ...draft, [name]: currentTarget.value });
      touch();
    },
  });
  return html`
    <p class="lead">${t("profile.lead")}</p>
    <div class="settings-me">
      <${Avatar} person=${me.value && { ...me.value, displayName: draft.displayName || kept.displayName }} large />
      <p><span class="name">${draft.displayName || kept.displayName}</span><span class="hint">@${draft.username ?? kept.username}</span></p>
    </div>
    <form class="settings-form" onSubmit=${onSubmit} data-testid="profile-form">
      <${Field} ...${props("displayName")} type="text" autocomplete="nickname" maxLength=${32} />
      <${Field} ...${props("username")} type="text" autocomplete="username" minLength=${3} maxLength=${32} pattern="[a-zA-Z0-9_\\-]+" />
      <${Field}
        ...${props("bio")}
        isLong
        required=${false}
        rows="4"
        maxLength=${BIO_MAX}
        hintParams=${{ count: BIO_MAX - (draft.bio ?? kept.bio).length }}
      />
      <${SaveLine} saving=${saving} names=${[...NAMES]} isIdle=${isIdle} />
    </form>
  `;
}

/**
 * @param {{displayName: string, username: string, bio?: string | null} | null} user
 * @returns {Fields}
 */
function fieldsOf(user) {
  return { displayName: user?.displayName ?? "", username: user?.username ?? "", bio: user?.bio ?? "" };
}
