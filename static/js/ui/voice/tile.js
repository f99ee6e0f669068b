/** One face, or one screen, on the stage. */

import { useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { togglePinned } from "../../state/tiles.js";
import { isSpeaking } from "../../state/voice.js";
import { me } from "../../state/session.js";
import { Avatar } from "../parts/avatar.js";
import { classes, html } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { openProfile } from "../house/profile-card.js";
import { Signs } from "./sitters.js";

/** @import {VoiceState} from "../../net/protocol.js" */
/** @import {Tile} from "../../state/voice.js" */

/** @param {{tile: Tile, state: VoiceState, isLarge?: boolean, hasPin?: boolean}} props */
export function VoiceTile({ tile, state, isLarge = false, hasPin = true }) {
  const { user } = state;
  const isScreen = tile.source === "screen";
  const isPicture = isScreen || state.video || tile.track !== null;
  const isLoud = !isScreen && isSpeaking(state);
  const label = isScreen ? t(tile.isOwn ? "voice.screen.own" : "voice.screen.of", { name: user.displayName }) : user.displayName;
  // For pointers only; the button in the corner does the same for everybody.
  const onClick = (/** @type {MouseEvent} */ event) => {
    if (hasPin && !/** @type {Element} */ (event.target).closest("button, dialog")) togglePinned(tile.key);
  };
  return html`
    <div
      class=${classes("voice-tile", isScreen && "is-screen", isLarge && "is-large", isLoud && "is-speaking")}
      onClick=${onClick}
      data-testid=${isScreen ? "screen-tile" : "tile"}
      data-username=${user.username}
      data-speaking=${isLoud}
      data-picture=${tile.track !== null}
    >
      ${tile.track
        ? html`<${Picture} track=${tile.track} isMirrored=${tile.isOwn && !isScreen} label=${label} />`
        : html`
            <span class="voice-face"><${Avatar} person=${user} large /></span>
            ${isPicture && html`<p class="hint">${t("voice.waiting.picture")}</p>`}
          `}
      <div class="voice-tile-foot">
        <${Name} state=${state} label=${label} />
        ${!isScreen && html`<${Signs} state=${state} />`}
      </div>
      ${hasPin && html`<${Pin} tile=${tile} label=${label} isLarge=${isLarge} />`}
    </div>
  `;
}

/** @param {{state: VoiceState, label: string}} props */
function Name({ state: { user }, label }) {
  const open = (/** @type {MouseEvent} */ { currentTarget }) => openProfile(user.id, /** @type {Element} */ (currentTarget));
  return html`
    <button class="voice-tile-name" aria-haspopup="dialog" onClick=${open} data-testid="tile-name">
      <span class="name">${label}</span>${user.id === me.value?.id && html` <span>(${t("voice.you")})</span>`}
    </button>
  `;
}

/** @param {{tile: Tile, label: string, isLarge: boolean}} props */
function Pin({ tile, label, isLarge }) {
  const words = t(isLarge ? "voice.shrink" : "voice.enlarge", { name: label });
  return html`
    <button class="icon-button voice-pin" aria-label=${words} title=${words} onClick=${() => togglePinned(tile.key)} data-testid="pin">
      <${Icon} name=${isLarge ? "shrink" : "enlarge"} />
    </button>
  `;
}

/** @param {{track: MediaStreamTrack, isMirrored: boolean, label: string}} props */
function Picture({ track, isMirrored, label }) {
  const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
  useLayoutEffect(() => {
    // A stream is no attribute.
    if (video.current) video.current.srcObject = new MediaStream([track]);
  }, [track]);
  return html`<video ref=${video} class=${isMirrored ? "is-mirrored" : ""} autoplay muted playsinline aria-label=${label}></video>`;
}
