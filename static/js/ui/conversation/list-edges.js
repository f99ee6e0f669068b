/** What lies above the oldest message: where the room begins, or that more is being fetched. */

import { t } from "../../i18n/index.js";
import { connectionWord } from "../../state/connection.js";
import { pending } from "../../state/pending.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { roomIcon, roomTitle } from "../parts/room-name.js";

/** @import {Room} from "../../net/protocol.js" */
/** @import {Conversation} from "../../state/messages.js" */

/** How wide the words of the rows to come might be, in percent. */
const SHAPES = [[34, 62], [22], [48, 30, 56], [40], [66, 24]];

/** Its height is kept while older messages are fetched, so that nothing moves. @param {{room: Room, view: Conversation}} props */
export function Top({ room, view }) {
  const client = useClient();
  if (!view.isLoaded) return html`<${Skeleton} />`;
  if (view.older === "failed") {
    return html`
      <p class="messages-top hint" data-testid="older-failed">
        ${t("conversation.older.failed")}
        <button class="link" onClick=${() => client.loadOlder(room.id)}>${t("app.retry")}</button>
      </p>
    `;
  }
  if (view.hasOlder) {
    return html`<p class="messages-top hint">${view.older === "loading" && t("conversation.older")}</p>`;
  }
  const isEmpty = view.list.every(({ deletedAt }) => deletedAt) && !pending.value.get(room.id)?.length;
  return html`<${Beginning} room=${room} isEmpty=${isEmpty} />`;
}

/** @param {{room: Room, isEmpty: boolean}} props */
function Beginning({ room, isEmpty }) {
  const hint = room.type === "announcement" ? "conversation.start.announcement" : "conversation.start.hint";
  return html`
    <header class="beginning" data-testid="beginning">
      <span class="beginning-icon"><${Icon} name=${roomIcon(room)} /></span>
      <h2>${t(room.type === "direct" ? "direct.start" : "conversation.start", { room: roomTitle(room) })}</h2>
      ${room.topic && html`<p>${room.topic}</p>`}
      ${isEmpty && !room.endedAt && html`<p class="hint">${t(hint)}</p>`}
    </header>
  `;
}

/** Where rows will be. It comes late: what is there within a moment needs no stand-in. */
function Skeleton() {
  const isWaiting = connectionWord.value === "ready" || connectionWord.value === "connecting";
  return html`
    <div class="skeleton" role="status">
      <span class="visually-hidden">${t(isWaiting ? "conversation.loading" : "conversation.unreachable")}</span>
      ${SHAPES.map(
        (lines) => html`
          <div class="skeleton-row" aria-hidden="true">
            <span class="skeleton-avatar"></span>
            <span class="skeleton-lines">
              <span class="skeleton-line is-name"></span>
              ${lines.map((width) => html`<span class="skeleton-line" style=${{ width: `${width}%` }}></span>`)}
            </span>
          </div>
        `,
      )}
    </div>
  `;
}
