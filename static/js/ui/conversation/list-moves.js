/**
 * What moves the list by itself: the end while one is there, the line where what is new begins, a jump to
 * a message; and what is fetched and told while one reads. How it is drawn is message-list.js's.
 */

import { useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { jumpTarget } from "../../state/jump.js";
import { conversation, oldestSeq } from "../../state/messages.js";
import { unreadLine } from "../../state/reads.js";
import { useClient } from "../parts/html.js";
import { highlight } from "./row-highlight.js";

/** @import {Room} from "../../net/protocol.js" */
/** @import {Row} from "../../state/rows.js" */
/** @import {RowWindow} from "./row-window.js" */

/** Older messages are fetched when less than this is left above. */
const AHEAD_PX = 2000;
/** What comes so soon after a room was opened belongs to its opening. */
const OPENING_MS = 1500;

/**
 * Older messages come before one gets there; what was looked at is told.
 * @param {RowWindow} pane
 * @param {Room} room
 * @returns {() => void} to be called when the person has scrolled
 */
export function useReading(pane, room) {
  const client = useClient();
  const readOn = () => {
    const { isLoaded, older } = conversation(room.id).peek();
    if (!isLoaded) return;
    if (pane.anchor.isAtEnd && document.visibilityState === "visible") client.seen();
    if (older === "idle" && pane.y < AHEAD_PX) client.loadOlder(room.id);
  };
  useEffect(readOn);
  return () => {
    pane.scrolled();
    readOn();
  };
}

/**
 * What one just wrote is looked at, wherever one was.
 * @param {RowWindow} pane
 * @param {Row[]} rows
 */
export function useEnd(pane, rows) {
  const last = rows.at(-1);
  const before = useRef(last?.key);
  useLayoutEffect(() => {
    if (last?.kind === "pending" && before.current !== last.key) pane.toEnd();
    before.current = last?.key;
  }, [last]);
}

/**
 * A room with news opens where they begin. They may come a moment after the rows known from the last
 * visit: until the person moves by themselves, the line is still where to begin.
 * @param {RowWindow} pane
 * @param {Room} room
 * @param {Row[]} rows
 */
export function useOpening(pane, room, rows) {
  const isOpen = useRef(false);
  const openedAt = useRef(performance.now());
  const hasLine = unreadLine.value.has(room.id);
  useLayoutEffect(() => {
    if (isOpen.current || !hasLine || !conversation(room.id).peek().isLoaded) return;
    // Drawn while nobody looks it is not for opening, nor where it lies further back than what is loaded.
    const isLate = document.visibilityState === "hidden" || oldestSeq(room.id) > (unreadLine.peek().get(room.id) ?? 0) + 1;
    const isRevealed = !isLate && pane.reveal("unread", "start");
    isOpen.current = isLate || (isRevealed && performance.now() - openedAt.current > OPENING_MS);
  }, [rows, hasLine]);
  useEffect(() => {
    const moved = () => {
      isOpen.current = true;
    };
    // The list and the pills over it.
    const place = pane.scroller?.parentElement;
    for (const type of ["wheel", "pointerdown", "keydown"]) place?.addEventListener(type, moved, { passive: true });
    return () => {
      for (const type of ["wheel", "pointerdown", "keydown"]) place?.removeEventListener(type, moved);
    };
  }, []);
}

/**
 * @param {RowWindow} pane
 * @param {Room} room
 */
export function useJumps(pane, room) {
  const done = useRef(0);
  useSignalEffect(() => {
    const target = jumpTarget.value;
    if (!target || target.roomId !== room.id || target.token === done.current) return;
    done.current = target.token;
    // The rows it is among may be drawn in the same turn: they come first.
    queueMicrotask(() => {
      const row = pane.heights.rows.find((one) => one.kind === "message" && one.message.id === target.messageId);
      if (!row) return;
      pane.reveal(row.key, "center", (element) => element.focus({ preventScroll: true }));
      highlight(row.key);
    });
  });
}
