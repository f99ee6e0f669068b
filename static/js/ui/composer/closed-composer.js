/** What stands where one would write, but may not: one sentence that says why, as high as the field. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { momentOf, t } from "../../i18n/index.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";

/** @import {DecidedBy, Permissions, Room} from "../../net/protocol.js" */

/** Whether the field, or the sentence in its place, had the focus when it went. @typedef {{current: boolean}} Passed */
/** @typedef {{text: string, until: string | null}} Reason */

/** A timer longer than this would ring at once. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * @param {Room} room
 * @param {Permissions | null} permissions null: not known yet
 * @returns {Reason | null} null: one may write
 */
export function whyClosed(room, permissions) {
  if (room.endedAt !== null && room.endedAt !== undefined) return { text: t("closed.ended"), until: null };
  if (room.isArchived) return { text: t("closed.archived"), until: null };
  const rule = permissions?.rules.find(({ permission }) => permission === "post");
  if (!rule || rule.allowed) return null;
  const { until } = rule.decidedBy;
  return { text: sentence(room, rule.decidedBy), until };
}

/** @param {{room: Room, reason: Reason, passed: Passed}} props */
export function ClosedComposer({ room, reason: { text, until }, passed }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  usePassing(place, passed);
  useEffect(() => {
    if (passed.current) place.current?.focus();
  }, []);
  useEnd(room.id, until);
  return html`
    <p ref=${place} id="composer" class="composer-closed" tabindex="-1" data-testid="composer-closed">
      <${Icon} name="lock" /><span>${text}</span>
    </p>
  `;
}

/**
 * Remembers whether the focus was in it when it went.
 * @param {{current: HTMLElement | null}} place
 * @param {Passed} passed
 */
export function usePassing(place, passed) {
  useLayoutEffect(() => {
    const element = place.current;
    return () => {
      passed.current = element !== null && element === document.activeElement;
    };
  }, []);
}

/**
 * Nobody tells when a timeout is over: then it is asked.
 * @param {string} roomId
 * @param {string | null} until
 */
function useEnd(roomId, until) {
  const client = useClient();
  useEffect(() => {
    if (until === null) return undefined;
    const ms = Date.parse(until) - Date.now() + 500;
    const timer = setTimeout(() => client.standing.roomChanged(roomId), Math.min(Math.max(ms, 1_000), LONGEST_MS));
    return () => clearTimeout(timer);
  }, [roomId, until]);
}

/**
 * @param {Room} room
 * @param {DecidedBy} decidedBy
 */
function sentence(room, { kind, name, until }) {
  if (kind === "timeout") return until ? t("closed.timeout", { until: momentOf(until) }) : t("closed.silenced");
  if (kind === "builtin" && room.type === "announcement") return t("closed.announcement");
  if (kind === "override") return name === "member" ? t("closed.everybody") : t("closed.override", { name: name ?? "" });
  return t("closed.other");
}
