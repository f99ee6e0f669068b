/** The stage of a room's voice: one picture large with the others as a strip, or all alike. */

import { useEffect } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { largeOf, tilesOf } from "../../state/tiles.js";
import { me } from "../../state/session.js";
import { seats } from "../../state/voice.js";
import { Avatar } from "../parts/avatar.js";
import { useGlide } from "../parts/glide.js";
import { classes, html, useClient } from "../parts/html.js";
import { openProfile } from "../house/profile-card.js";
import { VoiceTile } from "./tile.js";

/** @import {Person, Room} from "../../net/protocol.js" */

/** More tiles than this are a number. */
const MOST_TILES = 25;

/** @param {{room: Room, others?: Person[]}} props `others`: who is there, and does not talk */
export function VoiceStage({ room, others = [] }) {
  const client = useClient();
  const tiles = tilesOf(room.id);
  const here = seats.value.get(room.id) ?? new Map();
  const large = tiles.length > 1 ? largeOf(tiles) : null;
  const small = tiles.filter((tile) => tile !== large);
  const shown = small.slice(0, MOST_TILES);
  const hidden = small.length - shown.length;
  const frame = useGlide();
  useEffect(() => {
    client.talking.watch(true);
    return () => client.talking.watch(false);
  }, []);
  return html`
    <div ref=${frame} class=${classes("voice-stage", large && "has-large")} data-testid="stage" data-count=${here.size}>
      ${large && html`<div class="voice-large" data-glide=${large.key}><${VoiceTile} key=${large.key} tile=${large} state=${here.get(large.userId)} isLarge /></div>`}
      <ul class="voice-tiles" data-size=${sizeOf(shown.length + others.length)} aria-label=${t("voice.stage")} data-testid="tiles" data-count=${here.size + others.length}>
        ${shown.map((tile) => html`<li key=${tile.key} data-glide=${tile.key}><${VoiceTile} tile=${tile} state=${here.get(tile.userId)} hasPin=${tiles.length > 1} /></li>`)}
        ${others.map((person) => html`<li key=${person.id} data-glide=${person.id}><${Onlooker} person=${person} /></li>`)}
        ${hidden > 0 && html`<li class="hint">${t("call.many", { count: hidden })}</li>`}
      </ul>
    </div>
  `;
}

/** Somebody who is in the call and does not talk. @param {{person: Person}} props */
function Onlooker({ person }) {
  const open = (/** @type {MouseEvent} */ { currentTarget }) => openProfile(person.id, /** @type {Element} */ (currentTarget));
  return html`
    <div class="voice-tile is-onlooker" data-testid="tile" data-username=${person.username} data-picture="false">
      <span class="voice-face"><${Avatar} person=${person} large /></span>
      <div class="voice-tile-foot">
        <button class="voice-tile-name" aria-haspopup="dialog" onClick=${open} data-testid="tile-name"><span class="name">${person.displayName}</span>${person.id === me.value?.id && html` <span>(${t("voice.you")})</span>`}</button>
      </div>
    </div>
  `;
}

/** @param {number} count */
function sizeOf(count) {
  return count <= 1 ? "one" : count <= 2 ? "two" : count <= 4 ? "few" : "many";
}
