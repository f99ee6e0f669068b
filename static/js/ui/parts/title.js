/** The tab's title: how many channels have something new, and where one is. */

import { computed } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { countText, isUnread } from "../../state/reads.js";
import { currentRoom, roomGroups } from "../../state/rooms.js";
import { roomTitle } from "./room-name.js";

/** Channels, not messages: of a channel one is not in, the server says that there is news, not how much. */
const unreadCount = computed(
  () => roomGroups.value.flatMap(({ rooms }) => rooms).filter(({ id }) => isUnread(id)).length,
);

/** While the conversation is on screen. */
export function useRoomTitle() {
  const room = currentRoom.value;
  useTitle(room ? roomTitle(room) : "");
}

/** @param {string} place where one is; "" is the house itself */
export function useTitle(place) {
  const count = countText(unreadCount.value);
  useEffect(() => {
    document.title = `${count && `(${count}) `}${place && `${place} · `}${t("app.name")}`;
  }, [count, place]);
}
