/**
 * The messages of the open room: which rows there are, which of them are drawn, older ones on scrolling
 * up, the end kept in sight while one is there. How a message looks is message.js's, what stands at the
 * edges list-edges.js's and new-messages.js's.
 *
 * To those who hear the page it is a list whose items say which of how many they are, as most are not
 * drawn. It is no log: a log would read older history aloud as it loads (the shell's announcer says what
 * is new, and only that); and no feed: its rows are short, and some of them are day lines.
 */

import { useComputed } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";

import { dayOf, t } from "../../i18n/index.js";
import { conversation, oldestSeq } from "../../state/messages.js";
import { pending } from "../../state/pending.js";
import { unreadLine } from "../../state/reads.js";
import { isEditable, rowsOf } from "../../state/rows.js";
import { me } from "../../state/session.js";
import { editingId } from "../composer/editing.js";
import { html, useClient } from "../parts/html.js";
import { Top } from "./list-edges.js";
import { useEnd, useJumps, useOpening, useReading } from "./list-moves.js";
import { followLink } from "./message-html.js";
import { MessageRow } from "./message.js";
import { NewBelow, UnreadAbove } from "./new-messages.js";
import { PendingRow } from "./pending-row.js";
import { actOn, menu, useLongPress } from "./row-actions.js";
import { focusedKey, onPointerMoved, onRowBlur, onRowFocus, onRowKey, onRowPointed, onRowsLeft } from "./row-focus.js";
import { RowMenu } from "./row-menu.js";
import { useRowWindow } from "./row-window.js";

/** @import {Room} from "../../net/protocol.js" */
/** @import {Row} from "../../state/rows.js" */
/** @import {DrawnRow, RowWindow} from "./row-window.js" */

/** @param {{room: Room}} props */
export function MessageList({ room }) {
  const view = conversation(room.id).value;
  const rows = useRows(room.id).value;
  const pane = useRowWindow();
  const { rows: drawn, above, below } = pane.draw(rows, keptKeys(rows));
  const onScroll = useReading(pane, room);
  useItemNumbers(pane, drawn, view.hasOlder ? -1 : rows.length);
  useEnd(pane, rows);
  useOpening(pane, room, rows);
  useJumps(pane, room);
  const handlers = useRowHandlers(pane);
  const stop = stopOf(drawn, pane);
  return html`
    <div class="messages-place">
      <div
        class="messages"
        ref=${pane.setScroller}
        onScroll=${onScroll}
        data-testid="messages"
        data-loaded=${view.isLoaded}
        data-older=${view.hasOlder ? view.older : "none"}
      >
        <${Top} room=${room} view=${view} />
        <ol class="message-rows" ref=${pane.setList} aria-label=${t("conversation.messages")} ...${handlers}>
          <li key="above" class="left-out" aria-hidden="true" ref=${pane.setAbove} style=${{ height: `${above}px` }}></li>
          ${drawn.map((one) => drawRow(one, stop))}
          <li key="below" class="left-out" aria-hidden="true" style=${{ height: `${below}px` }}></li>
        </ol>
      </div>
      <${UnreadAbove} room=${room} pane=${pane} />
      <${NewBelow} room=${room} pane=${pane} />
      <${RowMenu} />
    </div>
  `;
}

/** What is heard for all rows at once. @param {RowWindow} pane */
function useRowHandlers(pane) {
  const client = useClient();
  const press = useLongPress(pane);
  return {
    ...press,
    onKeyDown: (/** @type {KeyboardEvent} */ event) => onRowKey(event, pane, (action, key) => actOn(action, key, pane, client)),
    onFocusIn: onRowFocus,
    onFocusOut: onRowBlur,
    onPointerMove: (/** @type {PointerEvent} */ event) => {
      onPointerMoved(event);
      press.onPointerMove(event);
    },
    onPointerOver: onRowPointed,
    onPointerLeave: onRowsLeft,
    onClick: (/** @type {MouseEvent} */ event) => followLink(event, client),
  };
}

/**
 * @param {DrawnRow} drawn
 * @param {string | undefined} stop the key of the row that Tab reaches; arrows go on from there
 */
function drawRow({ row, gap }, stop) {
  const style = gap > 0 ? { marginTop: `${gap}px` } : undefined;
  if (row.kind === "day") {
    return html`<li key=${row.key} class="day" style=${style} data-testid="day"><span>${dayOf(row.at)}</span></li>`;
  }
  if (row.kind === "unread") {
    return html`
      <li key=${row.key} class="day is-unread" style=${style} data-testid="unread-line">
        <span>${t("conversation.unread-line")}</span>
      </li>
    `;
  }
  const props = { rowKey: row.key, isFirst: row.isFirst, isStop: row.key === stop, gap };
  if (row.kind === "pending") return html`<${PendingRow} key=${row.key} entry=${row.entry} ...${props} />`;
  const { message } = row;
  const isMine = message.sender?.id === me.value?.id && isEditable(message);
  const isEditing = isMine && editingId.value === message.id;
  return html`<${MessageRow} key=${row.key} message=${message} isMine=${isMine} isEditing=${isEditing} ...${props} />`;
}

/** @param {string} roomId */
function useRows(roomId) {
  return useComputed(() => {
    const { list, hasOlder } = conversation(roomId).value;
    const line = unreadLine.value.get(roomId);
    // Where what is new reaches further back than what is loaded, its beginning is not among the rows.
    const isLoaded = line !== undefined && oldestSeq(roomId) <= line + 1;
    return rowsOf(list, pending.value.get(roomId) ?? [], me.value?.id ?? "", isLoaded ? line : null, !hasOlder);
  });
}

/**
 * What must stay on the page wherever one scrolls: the row with the focus or the open menu, and the one
 * that is being edited.
 * @param {Row[]} rows
 */
function keptKeys(rows) {
  const editing = editingId.value;
  const edited = editing && rows.findLast((row) => row.kind === "message" && row.message.id === editing);
  return [focusedKey.peek(), menu.value?.key, edited ? edited.key : null].filter((key) => typeof key === "string");
}

/**
 * The row one was at, else the last one in sight.
 * @param {DrawnRow[]} drawn
 * @param {RowWindow} pane
 */
function stopOf(drawn, { heights, anchor, viewPx }) {
  const stops = drawn.filter(({ row }) => row.kind === "message" || row.kind === "pending");
  const focused = focusedKey.peek();
  if (stops.some(({ row }) => row.key === focused)) return focused ?? undefined;
  const bottom = anchor.y(viewPx) + viewPx;
  return (stops.findLast(({ index }) => heights.top(index + 1) <= bottom) ?? stops.at(-1))?.row.key;
}

/**
 * Which of how many each item is (-1: nobody knows). Set on the page at once, past the components: told
 * as a property, one more message would draw every row anew.
 * @param {RowWindow} pane
 * @param {DrawnRow[]} drawn
 * @param {number} total
 */
function useItemNumbers(pane, drawn, total) {
  useLayoutEffect(() => {
    drawn.forEach(({ index }, at) => {
      const item = pane.drawn(at);
      item?.setAttribute("aria-posinset", String(index + 1));
      item?.setAttribute("aria-setsize", String(total));
    });
  });
}
