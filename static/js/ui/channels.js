/** The channel column: servers with their channels, what has news, and oneself at the foot. */

import { useEffect, useRef } from "preact/hooks";

import { t } from "../i18n/index.js";
import { currentRoomId, hasNews, roomGroups, roomsLoaded } from "../state/rooms.js";
import { me } from "../state/session.js";
import { Avatar, PresenceDot } from "./avatar.js";
import { classes, html, useClient } from "./html.js";
import { Icon } from "./icons.js";
import { roomIcon, roomName } from "./room-name.js";
import { hideDrawer, openDrawer } from "./viewport.js";

/** @import {Room} from "../net/protocol.js" */
/** @import {RoomGroup} from "../state/rooms.js" */

/** @param {{isHidden: boolean}} props */
export function Channels({ isHidden }) {
  const closeButton = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const isDrawer = openDrawer.value === "channels";
  useEffect(() => {
    if (isDrawer) closeButton.current?.focus();
  }, [isDrawer]);
  return html`
    <nav class="channels" aria-label=${t("rooms.title")} inert=${isHidden} data-testid="channels">
      <div class="column-head">
        <p class="wordmark">${t("app.name")}</p>
        <button ref=${closeButton} class="icon-button only-narrow" aria-label=${t("rooms.close")} onClick=${hideDrawer}>
          <${Icon} name="close" />
        </button>
      </div>
      <div class="channels-list">
        ${roomGroups.value.map((group) => html`<${Group} key=${group.server?.id ?? ""} group=${group} />`)}
        ${roomsLoaded.value && roomGroups.value.length === 0 && html`<p class="hint">${t("rooms.empty")}</p>`}
      </div>
      <${Self} />
    </nav>
  `;
}

/** @param {{group: RoomGroup}} props */
function Group({ group: { server, rooms } }) {
  return html`
    <section class="channel-group">
      <h2>${server?.name ?? t("rooms.direct")}</h2>
      <ul>
        ${rooms.map((room) => html`<li key=${room.id}><${ChannelButton} room=${room} /></li>`)}
      </ul>
    </section>
  `;
}

/** @param {{room: Room}} props */
function ChannelButton({ room }) {
  const client = useClient();
  const isOpen = room.id === currentRoomId.value;
  const isNews = !isOpen && hasNews(room.id);
  const open = () => {
    client.openRoom(room.id);
    hideDrawer();
  };
  return html`
    <button
      class=${classes("channel", isOpen && "is-open", isNews && "has-news")}
      aria-current=${isOpen ? "page" : undefined}
      onClick=${open}
      data-testid="channel"
      data-room=${room.slug ?? room.id}
    >
      <${Icon} name=${roomIcon(room)} />
      <span class="channel-name">${roomName(room)}</span>
      ${isNews && html`<span class="news" role="img" aria-label=${t("rooms.news")} data-testid="news"></span>`}
    </button>
  `;
}

function Self() {
  const client = useClient();
  const person = me.value;
  if (!person) return null;
  return html`
    <div class="self">
      <${Avatar} person=${person} small />
      <span class="self-name">
        <span class="name" data-testid="my-name">${person.displayName}</span>
        <span class="hint">
          <${PresenceDot} userId=${person.id} />${" "}${person.isGuest ? t("me.guest") : `@${person.username}`}
        </span>
      </span>
      <button
        class="icon-button"
        aria-label=${t("me.signout")}
        title=${t("me.signout")}
        onClick=${() => client.signOut()}
        data-testid="sign-out"
      >
        <${Icon} name="leave" />
      </button>
    </div>
  `;
}
