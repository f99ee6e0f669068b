/** A person on a card, beside what was clicked: who they are, and a way to mention them. */

import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

import { dateOf, t } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { memberOf, membersOf } from "../../state/members.js";
import { actionsOn } from "../../state/moderation.js";
import { mayInRoom } from "../../state/permissions.js";
import { presence } from "../../state/people.js";
import { roleOf } from "../../state/people-groups.js";
import { currentRoom, currentServerId, servers } from "../../state/rooms.js";
import { me } from "../../state/session.js";
import { DirectButton } from "../direct/direct-button.js";
import { Avatar, StatusDot } from "../parts/avatar.js";
import { Popover } from "../parts/dialog.js";
import { focusComposer } from "../composer/editing.js";
import { insertText } from "../composer/field-edit.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { usePermissions } from "../parts/standing.js";
import { PersonActions } from "../server/person-actions.js";
import { hideDrawer } from "../viewport.js";
import { VoiceOf } from "../voice/person.js";

/** @import {Signal} from "@preact/signals" */
/** @import {Client} from "../../state/client.js" */
/** @import {User} from "../../net/protocol.js" */

/** @typedef {{state: "loading" | "failed" | "gone", user: null} | {state: "ready", user: User}} Found */

/** @type {Signal<{userId: string, anchor: Element | null} | null>} */
const opened = signal(/** @type {{userId: string, anchor: Element | null} | null} */ (null));

const close = () => {
  opened.value = null;
};

/**
 * @param {string} userId
 * @param {Element | null} anchor what it opens beside
 */
export function openProfile(userId, anchor) {
  opened.value = { userId, anchor };
}

/** Where the card is drawn; it stands once on the page. */
export function ProfileCard() {
  useEffect(() => close, []);
  if (!opened.value) return null;
  const { userId, anchor } = opened.value;
  return html`<${Card} key=${userId} userId=${userId} anchor=${anchor} />`;
}

/** @param {{userId: string, anchor: Element | null}} props */
function Card({ userId, anchor }) {
  const client = useClient();
  const [found, load] = useUser(client, userId);
  const label = found.user ? t("profile.label", { name: found.user.displayName }) : t("profile.loading");
  return html`
    <${Popover} label=${label} anchor=${anchor} onClose=${close} className="profile-card" testid="profile-card">
      <div class="profile-body" data-state=${found.state} data-testid="profile">
        ${found.user ? html`<${About} user=${found.user} />` : html`<${NotYet} state=${found.state} onRetry=${load} />`}
      </div>
    <//>
  `;
}

/** @param {{state: string, onRetry: () => void}} props */
function NotYet({ state, onRetry }) {
  if (state === "loading") {
    return html`
      <p class="visually-hidden" role="status">${t("profile.loading")}</p>
      <div class="profile-head" aria-hidden="true">
        <span class="bone is-face"></span><span class="bone is-wide"></span><span class="bone"></span>
      </div>
    `;
  }
  return html`
    <div role="alert" class="profile-failed">
      <p>${t(`profile.${state}`)}</p>
      ${state === "failed" && html`<button class="button is-small" onClick=${onRetry}>${t("app.retry")}</button>`}
    </div>
  `;
}

/** @param {{user: User}} props */
function About({ user }) {
  const serverId = currentServerId.value;
  const member = serverId === null ? undefined : memberOf(serverId, user.id);
  const { status, customStatus } = presence.value.get(user.id) ?? user;
  const server = servers.value.get(serverId ?? "")?.name;
  const since = member ? member.joinedAt : user.createdAt;
  return html`
    <div class="profile-head">
      <span class="person-picture"><${Avatar} person=${user} large /><${StatusDot} status=${status} /></span>
      <h2 data-testid="profile-name">${member?.nickname || user.displayName}</h2>
      <p class="hint" data-testid="profile-username">
        @${user.username}${user.isGuest && html` · ${t("profile.guest")}`} · ${t(`status.${status}`)}
      </p>
      ${customStatus && html`<p class="profile-custom" data-testid="profile-custom">${customStatus}</p>`}
    </div>
    ${user.bio && html`<section><h3>${t("profile.about")}</h3><p class="profile-bio">${user.bio}</p></section>`}
    <dl class="profile-facts">
      ${member && html`<div><dt>${server}</dt><dd>${t(`role.${roleOf(member)}`)}</dd></div>`}
      ${since && html`<div><dt>${t(member ? "profile.since" : "profile.joined")}</dt><dd>${dateOf(since)}</dd></div>`}
    </dl>
    <${VoiceOf} key=${user.id} user=${user} />
    ${user.id === me.value?.id ? html`<${EditOwn} />` : html`<${WaysTo} user=${user} />`}
    ${serverId !== null && html`<${InServer} key=${serverId} serverId=${serverId} user=${user} />`}
  `;
}

/** How to reach them. @param {{user: User}} props */
function WaysTo({ user }) {
  return html`<${DirectButton} person=${user} /><${Mention} username=${user.username} />`;
}

/** What one may do with them in the community one is in. @param {{serverId: string, user: User}} props */
function InServer({ serverId, user }) {
  const server = servers.value.get(serverId);
  const mine = usePermissions("servers", serverId);
  const member = memberOf(serverId, user.id);
  // Whom a long list has left out may be in it.
  const isUnsure = !member && membersOf(serverId).value.total > membersOf(serverId).value.list.length;
  const actions = isUnsure ? [] : actionsOn(mine, memberOf(serverId, me.value?.id ?? ""), member);
  if (!server || actions.length === 0) return null;
  return html`
    <section class="profile-actions" data-testid="profile-actions">
      <h3>${t("person.in", { server: server.name })}</h3>
      <${PersonActions} server=${server} person=${user} member=${member} actions=${actions} onUse=${closeWithDrawer} />
    </section>
  `;
}

const closeWithDrawer = () => {
  close();
  hideDrawer();
};

function EditOwn() {
  const client = useClient();
  const edit = () => {
    close();
    hideDrawer();
    client.go({ name: "settings", section: "profile" });
  };
  return html`
    <button class="button" onClick=${edit} data-testid="profile-edit"><${Icon} name="pencil" /> ${t("profile.edit")}</button>
  `;
}

/** @param {{username: string}} props */
function Mention({ username }) {
  const room = currentRoom.value;
  if (!room || !mayInRoom(room.id, "post", true)) return null;
  const mention = () => {
    close();
    hideDrawer();
    // The card has the focus until it is drawn away, and the drawer is in front until then.
    requestAnimationFrame(() => {
      focusComposer();
      const field = document.getElementById("composer");
      if (field instanceof HTMLTextAreaElement) insertText(field, mentionAt(field, username));
    });
  };
  return html`
    <button class="button" onClick=${mention} data-testid="profile-mention"><${Icon} name="mention" /> ${t("profile.mention")}</button>
  `;
}

/**
 * A word of its own.
 * @param {HTMLTextAreaElement} field
 * @param {string} username
 */
function mentionAt({ value, selectionStart }, username) {
  const isApart = selectionStart === 0 || /\s/.test(value[selectionStart - 1] ?? "");
  return `${isApart ? "" : " "}@${username} `;
}

/**
 * @param {Client} client
 * @param {string} userId
 * @returns {[Found, () => void]}
 */
function useUser(client, userId) {
  const [found, setFound] = useState(/** @type {Found} */ ({ state: "loading", user: null }));
  const load = () => {
    setFound({ state: "loading", user: null });
    client.api.get(`/users/${userId}`).then(
      ({ data }) => setFound({ state: "ready", user: data }),
      (error) => setFound({ state: asNetError(error).code === "NOT_FOUND" ? "gone" : "failed", user: null }),
    );
  };
  useEffect(load, [userId]);
  return [found, load];
}
