/** In a call: the stage, the chat beside it, and what can be done with the call. */

import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { Announcer } from "../house/shell.js";
import { Banner } from "../house/banner.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { roomName } from "../parts/room-name.js";
import { usePermissions } from "../parts/standing.js";
import { Chat } from "./chat.js";
import { CopyAddress } from "./copy-address.js";
import { useWork } from "./form.js";
import { CallSettings } from "./settings.js";
import { Stage } from "./stage.js";

/** @import {Room} from "../../net/protocol.js" */

/** @param {{room: Room, code: string, hasEnded: boolean}} props */
export function Inside({ room, code, hasEnded }) {
  return html`
    <div class=${classes("call-page", "call", hasEnded && "has-ended")} data-testid="call" data-ended=${hasEnded}>
      <${Head} room=${room} code=${code} hasEnded=${hasEnded} />
      <main class="call-stage" aria-label=${t("call.stage")}>
        <${Banner} />
        <${Stage} room=${room} hasEnded=${hasEnded} />
      </main>
      <${Chat} room=${room} />
      <${Announcer} />
    </div>
  `;
}

/** @param {{room: Room, code: string, hasEnded: boolean}} props */
function Head({ room, code, hasEnded }) {
  const client = useClient();
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  useEffect(() => title.current?.focus(), [hasEnded]);
  return html`
    <header class="call-head">
      <button class="icon-button" aria-label=${t("call.back")} title=${t("call.back")} onClick=${() => client.places.backToHouse()} data-testid="call-back">
        <${Icon} name="back" />
      </button>
      <h1 ref=${title} tabindex="-1" data-testid="call-title">${roomName(room)}</h1>
      <div class="call-tools">
        ${!hasEnded && html`<${Tools} room=${room} code=${code} />`}
      </div>
    </header>
  `;
}

/** @param {{room: Room, code: string}} props */
function Tools({ room, code }) {
  const client = useClient();
  const mayManage = usePermissions("rooms", room.id)?.permissions.includes("manage_room") ?? false;
  const [isSettling, setSettling] = useState(false);
  const { isBusy, problem, run } = useWork([]);
  return html`
    <span class="form-error" role="alert">${problem}</span>
    <${CopyAddress} code=${code} isSmall />
    ${mayManage &&
    html`
      <button class="icon-button" aria-label=${t("call.settings")} title=${t("call.settings")} onClick=${() => setSettling(true)} data-testid="call-settings">
        <${Icon} name="gear" />
      </button>
    `}
    <button class="button is-danger call-leave" aria-disabled=${isBusy} onClick=${() => run(() => client.calls.leave(code))} data-testid="leave-call">
      <${Icon} name="leave" /><span>${t("call.leave")}</span>
    </button>
    ${isSettling && html`<${CallSettings} room=${room} onClose=${() => setSettling(false)} />`}
  `;
}
