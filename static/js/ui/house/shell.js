/** The room one sits in: communities, channels, conversation, people, and how they fold on smaller screens. */

import { t } from "../../i18n/index.js";
import { isPeopleShown } from "../../state/appearance.js";
import { announcements } from "../../state/notices.js";
import { currentRoomId } from "../../state/rooms.js";
import { Channels } from "./channels.js";
import { Conversation } from "../conversation/conversation.js";
import { focusComposer } from "../composer/editing.js";
import { classes, html } from "../parts/html.js";
import { People } from "./people.js";
import { Rail } from "./rail.js";
import { useRoomTitle } from "../parts/title.js";
import { hideDrawer, isMedium, isNarrow, openDrawer } from "../viewport.js";

export function Shell() {
  useRoomTitle();
  const drawer = isNarrow.value || (isMedium.value && openDrawer.value === "people") ? openDrawer.value : null;
  const hasPeople = currentRoomId.value !== null && (isMedium.value || isPeopleShown.value);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key === "Escape" && drawer !== null) hideDrawer();
  };
  return html`
    <div class=${classes("shell", drawer && `shows-${drawer}`)} onKeyDown=${onKeyDown} data-testid="shell">
      <button class="skip button" onClick=${focusComposer}>${t("app.skip")}</button>
      <div class="side" inert=${drawer === "people" || (isNarrow.value && drawer !== "channels")}>
        <${Rail} />
        <${Channels} />
      </div>
      <${Conversation} key=${currentRoomId.value} isHidden=${drawer !== null} />
      ${hasPeople && html`<${People} isHidden=${isMedium.value && drawer !== "people"} />`}
      ${drawer && html`<div class="scrim" onClick=${hideDrawer}></div>`}
      <${Announcer} />
    </div>
  `;
}

/** New messages for those who hear the page: a log of its own, so that history loading stays silent. */
export function Announcer() {
  return html`
    <div class="visually-hidden" role="log" aria-live="polite" data-testid="announcer">
      ${announcements.value.map(({ id, text }) => html`<p key=${id}>${text}</p>`)}
    </div>
  `;
}
