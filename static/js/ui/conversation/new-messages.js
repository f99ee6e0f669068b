/**
 * What is new and out of sight: below, while one reads further up; above, where what came while one was
 * away begins. Both only point; what is read is reading.js's.
 */

import { useEffect, useRef, useState } from "preact/hooks";

import { errorText, timeOf, t } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { conversation, oldestSeq } from "../../state/messages.js";
import { showToast } from "../../state/notices.js";
import { unreadLine } from "../../state/reads.js";
import { countAfter } from "../../state/rows.js";
import { me } from "../../state/session.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";

/** @import {Room} from "../../net/protocol.js" */
/** @import {RowWindow} from "./row-window.js" */

/** @typedef {{room: Room, pane: RowWindow}} EdgeProps */

/** @param {EdgeProps} props */
export function NewBelow({ room, pane }) {
  const { list } = conversation(room.id).value;
  const count = useUnseen(room.id, pane);
  if (pane.isAtEnd.value || list.length === 0) return null;
  return html`
    <button class="pill" onClick=${() => pane.toEnd()} data-testid="to-end">
      <${Icon} name="down" />
      <span>${count > 0 ? t("conversation.new", { count }) : t("conversation.latest")}</span>
    </button>
  `;
}

/** @param {EdgeProps} props */
export function UnreadAbove({ room, pane }) {
  const client = useClient();
  const [isBusy, setBusy] = useState(false);
  const { above, reached } = useUnreadAbove(room.id, pane);
  if (!above) return null;
  const { count, since, isWhole } = above;
  const markRead = async () => {
    reached();
    await client.markRead(room.id).catch((/** @type {unknown} */ error) => showToast(errorText(asNetError(error))));
  };
  const jump = async () => {
    setBusy(true);
    await loadUpTo(room.id, () => client.loadOlder(room.id));
    setBusy(false);
    revealLine(pane);
  };
  const words = isWhole ? t("unread.above", { count, time: since }) : t("unread.above.more", { count });
  return html`
    <div class="unread-above" role="group" aria-label=${words} data-testid="unread-above">
      <button class="unread-jump" onClick=${jump} aria-busy=${isBusy} data-testid="unread-jump">
        <${Icon} name="up" /><span>${isBusy ? t("conversation.older") : words}</span>
      </button>
      <button class="unread-read" onClick=${markRead} data-testid="mark-read">
        ${t("unread.mark-read")}
      </button>
    </div>
  `;
}

/**
 * What was just loaded may not be among the rows yet: they come with the next drawing.
 * @param {RowWindow} pane
 * @param {number} [frames] how many to wait for it
 */
function revealLine(pane, frames = 30) {
  if (pane.reveal("unread", "start") || frames === 0) return;
  requestAnimationFrame(() => revealLine(pane, frames - 1));
}

/**
 * How many messages of others lie below what was in sight so far.
 * @param {string} roomId
 * @param {RowWindow} pane
 */
function useUnseen(roomId, pane) {
  const { list, isLoaded } = conversation(roomId).value;
  const seenSeq = useRef(0);
  const [count, setCount] = useState(0);
  // Read for its news: where one looks has changed.
  void pane.topIndex.value;
  const isAtEnd = pane.isAtEnd.value;
  useEffect(() => {
    // Between a leap and its drawing nobody knows what is in sight.
    if (!isLoaded || pane.anchor.isAtEnd !== isAtEnd) return;
    const bottom = pane.heights.rows[pane.heights.indexAt(pane.y + pane.viewPx)];
    const here = isAtEnd ? list.at(-1)?.seq : bottom?.kind === "message" ? bottom.message.seq : 0;
    seenSeq.current = Math.max(seenSeq.current, here ?? 0);
    setCount(countAfter(list, seenSeq.current, me.peek()?.id ?? ""));
  });
  return count;
}

/**
 * What is new above the top edge; nothing any more once one has been there.
 * @param {string} roomId
 * @param {RowWindow} pane
 * @returns {{above: {count: number, since: string, isWhole: boolean} | null, reached: () => void}}
 */
function useUnreadAbove(roomId, pane) {
  const { list, isLoaded } = conversation(roomId).value;
  const line = unreadLine.value.get(roomId);
  const [isAbove, setAbove] = useState(false);
  const reachedLine = useRef(/** @type {number | undefined} */ (undefined));
  const reached = () => {
    reachedLine.current = line;
    setAbove(false);
  };
  void pane.topIndex.value;
  useEffect(() => {
    if (!isLoaded || !pane.isSettled) return;
    if (line === undefined) return setAbove(false);
    const index = pane.heights.indexOf("unread");
    const isOut = index >= 0 ? index < pane.topIndex.peek() : line + 1 < oldestSeq(roomId);
    if (index >= 0 && !isOut) reachedLine.current = line;
    setAbove(isOut && reachedLine.current !== line);
  });
  if (!isAbove || line === undefined) return { above: null, reached };
  const first = pane.heights.rows[pane.heights.indexOf("unread") + 1];
  const since = first?.kind === "message" && first.message.seq > line ? timeOf(first.message.createdAt) : "";
  return { above: { count: countAfter(list, line, me.value?.id ?? ""), since, isWhole: oldestSeq(roomId) <= line + 1 }, reached };
}

/**
 * Fetches pages until the line is among the rows, or there is no more.
 * @param {string} roomId
 * @param {() => Promise<void>} loadOlder
 */
async function loadUpTo(roomId, loadOlder) {
  const line = unreadLine.peek().get(roomId) ?? 0;
  while (conversation(roomId).peek().hasOlder && oldestSeq(roomId) > line + 1) {
    const before = oldestSeq(roomId);
    await loadOlder();
    if (oldestSeq(roomId) === before) return;
  }
}
