/** What concerns a person's voice, on their card: how loud they are for oneself, and what moderators may do. */

import { useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { channelsOf, rooms } from "../../state/rooms.js";
import { me } from "../../state/session.js";
import { chooseVolume, volumeOf } from "../../state/voice-choices.js";
import { seats } from "../../state/voice.js";
import { showToast } from "../../state/notices.js";
import { html, useClient } from "../parts/html.js";
import { refusalText } from "../parts/refusal.js";
import { roomName } from "../parts/room-name.js";
import { usePermissions } from "../parts/standing.js";

/** @import {Person, Room, VoiceState} from "../../net/protocol.js" */

/** @param {{user: Person}} props */
export function VoiceOf({ user }) {
  const state = [...seats.value.values()].map((here) => here.get(user.id)).find((found) => found !== undefined);
  const room = rooms.value.get(state?.roomId ?? "");
  if (!state || !room) return null;
  return html`
    <section class="profile-voice" data-testid="profile-voice">
      <h3>${t("voice.in", { room: roomName(room) })}</h3>
      ${user.id !== me.value?.id && html`<${Volume} user=${user} />`}
      <${Moderation} state=${state} room=${room} />
    </section>
  `;
}

/** @param {{user: Person}} props */
function Volume({ user }) {
  const percent = Math.round(volumeOf(user.id) * 100);
  return html`
    <label class="profile-volume">
      <span class="visually-hidden">${t("voice.volume", { name: user.displayName })}</span>
      <input
        type="range"
        min="0"
        max="100"
        step="5"
        value=${percent}
        aria-valuetext=${t("voice.volume.percent", { percent })}
        onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => chooseVolume(user.id, Number(currentTarget.value) / 100)}
        data-testid="volume"
      />
      <span class="hint" aria-hidden="true">${t("voice.volume.percent", { percent })}</span>
    </label>
  `;
}

/** @param {{state: VoiceState, room: Room}} props */
function Moderation({ state, room }) {
  const client = useClient();
  const may = usePermissions("rooms", room.id)?.permissions ?? [];
  const [isBusy, setBusy] = useState(false);
  /** @param {{serverMuted?: boolean, moveTo?: string | null}} change */
  const change = async (change) => {
    if (isBusy) return;
    setBusy(true);
    await client.talking.changeOther(room.id, state.userId, change).catch((error) => showToast(refusalText(error)));
    setBusy(false);
  };
  if (state.userId === me.value?.id) return null;
  return html`
    ${may.includes("mute_others") &&
    html`
      <button class="button is-small" aria-disabled=${isBusy} onClick=${() => change({ serverMuted: !state.serverMuted })} data-testid="silence">
        ${t(state.serverMuted ? "voice.server.unmute" : "voice.server.mute")}
      </button>
    `}
    ${may.includes("move_others") && html`<${Move} room=${room} change=${change} />`}
  `;
}

/** @param {{room: Room, change: (change: {moveTo: string | null}) => void}} props */
function Move({ room, change }) {
  const others = room.serverId === null ? [] : channelsOf(room.serverId).voice.filter(({ id }) => id !== room.id);
  const onChange = (/** @type {{currentTarget: HTMLSelectElement}} */ { currentTarget }) => {
    if (currentTarget.value) change({ moveTo: currentTarget.value });
  };
  return html`
    ${others.length > 0 &&
    html`
      <div class="field">
        <label for="move-person">${t("voice.move")}</label>
        <select id="move-person" onChange=${onChange} data-testid="move-to">
          <option value="">${t("voice.move.choose")}</option>
          ${others.map((one) => html`<option key=${one.id} value=${one.id}>${roomName(one)}</option>`)}
        </select>
      </div>
    `}
    <button class="button is-small" onClick=${() => change({ moveTo: null })} data-testid="move-out">${t("voice.move.out")}</button>
  `;
}
