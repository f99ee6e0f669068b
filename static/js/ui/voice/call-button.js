/** In a direct conversation: talk to each other. While one does, there is nothing to press. */

import { t } from "../../i18n/index.js";
import { call, seats } from "../../state/voice.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";

/** @import {Room} from "../../net/protocol.js" */

/** @param {{room: Room}} props */
export function CallButton({ room }) {
  const client = useClient();
  if (call.value.roomId === room.id) return null;
  const words = t(seats.value.has(room.id) ? "voice.call.join" : "voice.call");
  return html`
    <button class="icon-button" aria-label=${words} title=${words} onClick=${() => client.talking.join(room.id)} data-testid="direct-call">
      <${Icon} name="phone" />
    </button>
  `;
}
