/** The room one sits in: channels, conversation, people, and how they fold on smaller screens. */

import { useEffect } from "preact/hooks";

import { t } from "../i18n/index.js";
import { announcements, dismissToast, toast } from "../state/notices.js";
import { currentRoom, currentRoomId } from "../state/rooms.js";
import { Channels } from "./channels.js";
import { Conversation } from "./conversation.js";
import { focusComposer } from "./editing.js";
import { classes, html } from "./html.js";
import { Icon } from "./icons.js";
import { People } from "./people.js";
import { roomTitle } from "./room-name.js";
import { hideDrawer, isMedium, isNarrow, openDrawer } from "./viewport.js";

export function Shell() {
  const drawer = isNarrow.value || (isMedium.value && openDrawer.value === "people") ? openDrawer.value : null;
  const room = currentRoom.value;
  useEffect(() => {
    document.title = room ? `${roomTitle(room)} · ${t("app.name")}` : t("app.name");
  }, [room]);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key === "Escape" && drawer !== null) hideDrawer();
  };
  return html`
    <div class=${classes("shell", drawer && `shows-${drawer}`)} onKeyDown=${onKeyDown} data-testid="shell">
      <button class="skip button" onClick=${focusComposer}>${t("app.skip")}</button>
      <${Channels} isHidden=${isNarrow.value && drawer !== "channels"} />
      <${Conversation} key=${currentRoomId.value} isHidden=${drawer !== null} />
      <${People} isHidden=${isMedium.value && drawer !== "people"} />
      ${drawer && html`<div class="scrim" onClick=${hideDrawer}></div>`}
      <${Toast} />
      <${Announcer} />
    </div>
  `;
}

function Toast() {
  if (!toast.value) return null;
  return html`
    <div class="toast" role="alert" data-testid="toast">
      <span>${toast.value.text}</span>
      <button class="icon-button" aria-label=${t("toast.dismiss")} onClick=${dismissToast}><${Icon} name="close" /></button>
    </div>
  `;
}

/** New messages for those who hear the page: a log of its own, so that history loading stays silent. */
function Announcer() {
  return html`
    <div class="visually-hidden" role="log" aria-live="polite" data-testid="announcer">
      ${announcements.value.map(({ id, text }) => html`<p key=${id}>${text}</p>`)}
    </div>
  `;
}
