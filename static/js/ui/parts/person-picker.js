/** Finding one person among a server's members, by a part of their name. What they are found for is its owner's. */

import { useEffect, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { membersOf } from "../../state/members.js";
import { nameOf } from "../../state/people-groups.js";
import { Avatar } from "./avatar.js";
import { html, useClient } from "./html.js";

/** @import {Member} from "../../net/protocol.js" */

const MOST_SHOWN = 20;

/**
 * @param {{serverId: string, label: string, without?: ReadonlySet<string>, isFocused?: boolean, onPick: (member: Member) => void}} props
 *   `without`: user ids that are no choice
 */
export function PersonPicker({ serverId, label, without, isFocused = false, onPick }) {
  const client = useClient();
  const [query, setQuery] = useState("");
  const { list, state } = membersOf(serverId).value;
  useEffect(() => {
    if (state === "idle") client.loadMembers(serverId);
  }, [serverId, state]);
  const found = list.filter((member) => !without?.has(member.user.id) && isMeant(member, query));
  return html`
    <div class="person-picker">
      <div class="field">
        <label for="find-person">${label}</label>
        <input
          id="find-person"
          type="search"
          autocomplete="off"
          autofocus=${isFocused}
          value=${query}
          onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => setQuery(currentTarget.value)}
          data-testid="find-person"
        />
      </div>
      <p class="hint" role="status">
        ${state === "loading" || state === "idle" ? t("people.loading") : state === "failed" ? t("people.failed") : found.length === 0 ? t("picker.nobody") : ""}
      </p>
      ${state === "failed" && html`<button class="button is-small" type="button" onClick=${() => client.loadMembers(serverId)}>${t("app.retry")}</button>`}
      <ul class="target-list found-people" hidden=${found.length === 0}>
        ${found.slice(0, MOST_SHOWN).map((member) => html`<li key=${member.user.id}><${Found} member=${member} onPick=${onPick} /></li>`)}
      </ul>
      ${found.length > MOST_SHOWN && html`<p class="hint">${t("picker.more", { count: found.length - MOST_SHOWN })}</p>`}
    </div>
  `;
}

/** @param {{member: Member, onPick: (member: Member) => void}} props */
function Found({ member, onPick }) {
  return html`
    <button class="target" type="button" onClick=${() => onPick(member)} data-testid="found-person" data-username=${member.user.username}>
      <${Avatar} person=${member.user} small />
      <span class="target-words"><span class="name">${nameOf(member)}</span> <span class="hint">@${member.user.username}</span></span>
    </button>
  `;
}

/**
 * @param {Member} member
 * @param {string} query
 */
function isMeant(member, query) {
  const wanted = query.trim().toLocaleLowerCase();
  return [nameOf(member), member.user.displayName, member.user.username].some((name) => name.toLocaleLowerCase().includes(wanted));
}
