/** Who sits in a voice channel, under its line in the column: their faces, and how they sit. */

import { t } from "../../i18n/index.js";
import { isSpeaking, sittersOf } from "../../state/voice.js";
import { Avatar } from "../parts/avatar.js";
import { classes, html } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { roomName } from "../parts/room-name.js";
import { openProfile } from "../house/profile-card.js";

/** @import {Room, VoiceState} from "../../net/protocol.js" */
/** @import {IconName} from "../parts/icons.js" */

/** @param {{room: Room}} props */
export function Sitters({ room }) {
  const here = sittersOf(room.id);
  if (here.length === 0) return null;
  return html`
    <li class="sitters-line">
      <ul class="sitters" aria-label=${t("voice.here", { room: roomName(room) })} data-testid="sitters" data-room=${room.slug ?? room.id}>
        ${here.map((state) => html`<li key=${state.userId}><${Sitter} state=${state} /></li>`)}
      </ul>
    </li>
  `;
}

/** @param {{state: VoiceState}} props */
function Sitter({ state }) {
  const { user } = state;
  const open = (/** @type {MouseEvent} */ { currentTarget }) => openProfile(user.id, /** @type {Element} */ (currentTarget));
  return html`
    <button
      class=${classes("sitter", isSpeaking(state) && "is-speaking")}
      aria-haspopup="dialog"
      onClick=${open}
      data-testid="sitter"
      data-username=${user.username}
      data-speaking=${isSpeaking(state)}
    >
      <span class="sitter-face"><${Avatar} person=${user} small /></span>
      <span class="sitter-name">${user.displayName}</span>
      <${Signs} state=${state} />
    </button>
  `;
}

/** How somebody sits: pictures with words. @param {{state: VoiceState}} props */
export function Signs({ state: { muted, deafened, serverMuted, video, screenSharing } }) {
  /** @type {[boolean, IconName, string, string][]} */
  const signs = [
    [screenSharing, "screen", "voice.is.screen", "screen"],
    [video, "camera", "voice.is.video", "video"],
    [muted && !serverMuted && !deafened, "muted", "voice.is.muted", "muted"],
    [serverMuted, "muted", "voice.is.silenced", "silenced"],
    [deafened, "deafened", "voice.is.deafened", "deafened"],
  ];
  return signs
    .filter(([is]) => is)
    .map(
      ([, icon, words, name]) => html`
        <span key=${name} class=${classes("sign", name === "silenced" && "is-bad")} role="img" aria-label=${t(words)} title=${t(words)} data-sign=${name}>
          <${Icon} name=${icon} />
        </span>
      `,
    );
}
