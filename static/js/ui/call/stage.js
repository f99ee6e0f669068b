/** Who is in the call: those who talk on the stage of their voice, beside them who only writes. */

import { dateOf, t } from "../../i18n/index.js";
import { peopleHere } from "../../state/people.js";
import { seats } from "../../state/voice.js";
import { Quiet } from "../parts/drawings.js";
import { html } from "../parts/html.js";
import { VoicePane } from "../voice/pane.js";

/** @import {Room} from "../../net/protocol.js" */

/** @param {{room: Room, hasEnded: boolean}} props */
export function Stage({ room, hasEnded }) {
  if (hasEnded) return html`<${Ended} room=${room} />`;
  const talking = seats.value.get(room.id);
  const here = [...(peopleHere.value.get(room.id)?.values() ?? [])];
  const others = here.filter(({ id }) => !talking?.has(id)).sort((a, b) => a.displayName.localeCompare(b.displayName));
  // The way out of a call is in its head.
  return html`<${VoicePane} room=${room} others=${others} hasLeave=${false} />`;
}

/** @param {{room: Room}} props */
function Ended({ room }) {
  return html`
    <div class="call-ended" role="status" data-testid="call-ended">
      <${Quiet} />
      <h2>${t("call.ended.title")}</h2>
      <p>${room.endedAt && t("call.ended.at", { when: dateOf(room.endedAt) })} ${t("call.ended.read")}</p>
    </div>
  `;
}
