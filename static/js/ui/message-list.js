/**
 * The messages of the open room: rows in order, older ones on scrolling up, the end kept in sight while
 * one is there, and a pill for what is new below. How a message looks is message.js's.
 */

import { useComputed } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { dayOf, t } from "../i18n/index.js";
import { conversation } from "../state/messages.js";
import { pending } from "../state/pending.js";
import { isEditable, rowsOf } from "../state/rows.js";
import { me } from "../state/session.js";
import { editingId } from "./editing.js";
import { html, useClient } from "./html.js";
import { Icon } from "./icons.js";
import { MessageRow } from "./message.js";
import { PendingRow } from "./pending-row.js";
import { moveFocus } from "./row-focus.js";
import { roomTitle } from "./room-name.js";
import { ScrollAnchor } from "./scroll-anchor.js";

/** @import {Message, Room} from "../net/protocol.js" */
/** @import {Row} from "../state/rows.js" */
/** @import {Conversation} from "../state/messages.js" */

/** Older messages are fetched when less than this is left above. */
const AHEAD_PX = 800;

/** @param {{room: Room}} props */
export function MessageList({ room }) {
  const client = useClient();
  const view = conversation(room.id).value;
  const myId = me.value?.id ?? "";
  const rows = useComputed(() => {
    const { list } = conversation(room.id).value;
    return rowsOf(list, pending.value.get(room.id) ?? [], me.value?.id ?? "");
  });
  const loadAhead = () => {
    const { isLoaded, older } = conversation(room.id).peek();
    const { scrollTop = 0 } = scroller.current ?? {};
    if (isLoaded && older === "idle" && scrollTop < AHEAD_PX) client.loadOlder(room.id);
  };
  const { scroller, anchor, isAtEnd, onScroll } = useAnchor(rows.value, view.isLoaded, loadAhead);
  const unseen = useUnseen(view.list, isAtEnd, myId);
  useEffect(() => {
    if (isAtEnd && document.visibilityState === "visible") client.seen();
    loadAhead();
  });
  return html`
    <div class="messages-place">
      <div
        class="messages"
        ref=${scroller}
        onScroll=${onScroll}
        data-testid="messages"
        data-loaded=${view.isLoaded}
        data-older=${view.hasOlder ? view.older : "none"}
      >
        <${Top} room=${room} view=${view} />
        <ol class="message-rows" onKeyDown=${moveFocus}>
          ${rows.value.map((row, index) => drawRow(row, myId, index === rows.value.length - 1))}
        </ol>
      </div>
      ${!isAtEnd &&
      html`
        <button class="pill" onClick=${() => anchor.current?.toEnd()} data-testid="to-end">
          <${Icon} name="down" />
          <span>${unseen > 0 ? t("conversation.new", { count: unseen }) : t("conversation.latest")}</span>
        </button>
      `}
    </div>
  `;
}

/**
 * @param {Row} row
 * @param {string} myId
 * @param {boolean} isLast the row that Tab reaches; arrows go on from there
 */
function drawRow(row, myId, isLast) {
  if (row.kind === "day") {
    return html`<li key=${row.key} class="day" data-testid="day"><span>${dayOf(row.at)}</span></li>`;
  }
  if (row.kind === "pending") {
    const { key, entry, isFirst } = row;
    return html`<${PendingRow} key=${key} rowKey=${key} entry=${entry} isFirst=${isFirst} isLast=${isLast} />`;
  }
  const { message } = row;
  const isMine = message.sender?.id === myId && isEditable(message);
  return html`
    <${MessageRow}
      key=${row.key}
      rowKey=${row.key}
      message=${message}
      quoted=${row.quoted}
      isFirst=${row.isFirst}
      isLast=${isLast}
      isMine=${isMine}
      isEditing=${isMine && editingId.value === message.id}
    />
  `;
}

/**
 * What lies above the oldest message; its place is kept, so that nothing moves.
 * @param {{room: Room, view: Conversation}} props
 */
function Top({ room, view }) {
  const client = useClient();
  if (!view.isLoaded) return html`<p class="messages-loading hint" role="status">${t("conversation.loading")}</p>`;
  if (view.older === "failed") {
    return html`
      <p class="messages-top hint">
        ${t("conversation.older.failed")}
        <button class="link" onClick=${() => client.loadOlder(room.id)}>${t("app.retry")}</button>
      </p>
    `;
  }
  if (view.hasOlder) {
    return html`<p class="messages-top hint">${view.older === "loading" && t("conversation.older")}</p>`;
  }
  const start = t("conversation.start", { room: roomTitle(room) });
  return html`<p class="messages-top hint" data-testid="beginning">${start}</p>`;
}

/**
 * The scroller, held in place across changes of its rows.
 * @param {Row[]} rows
 * @param {boolean} isLoaded
 * @param {() => void} onScrolled
 */
function useAnchor(rows, isLoaded, onScrolled) {
  const scroller = useRef(/** @type {HTMLElement | null} */ (null));
  const anchor = useRef(/** @type {ScrollAnchor | null} */ (null));
  const [isAtEnd, setAtEnd] = useState(true);
  const lastKey = rows.at(-1)?.key;
  const isOwnLast = rows.at(-1)?.kind === "pending";
  const before = useRef(lastKey);
  useLayoutEffect(() => {
    const element = /** @type {HTMLElement} */ (scroller.current);
    const here = (anchor.current = new ScrollAnchor(element));
    // Fields that grow, images that load, keyboards that open: sizes change without a drawing.
    const sizes = new ResizeObserver(() => here.restore());
    sizes.observe(element);
    sizes.observe(/** @type {Element} */ (element.querySelector("ol")));
    return () => sizes.disconnect();
  }, []);
  useLayoutEffect(() => {
    // What one just wrote is looked at, wherever one was.
    if (isOwnLast && before.current !== lastKey) anchor.current?.toEnd();
    else anchor.current?.restore();
    before.current = lastKey;
  }, [rows, isLoaded]);
  const onScroll = () => {
    anchor.current?.remember();
    setAtEnd(anchor.current?.isAtEnd ?? true);
    onScrolled();
  };
  return { scroller, anchor, isAtEnd, onScroll };
}

/**
 * How many messages of others came while one was reading further up.
 * @param {Message[]} list
 * @param {boolean} isAtEnd
 * @param {string} myId
 */
function useUnseen(list, isAtEnd, myId) {
  const seenSeq = useRef(0);
  if (isAtEnd) seenSeq.current = list.at(-1)?.seq ?? 0;
  const from = seenSeq.current;
  return useMemo(() => {
    if (isAtEnd) return 0;
    return list.filter(({ seq, sender, deletedAt }) => seq > from && sender?.id !== myId && !deletedAt).length;
  }, [list, isAtEnd]);
}
