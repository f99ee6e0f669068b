/**
 * The page of a call, /call/{code}: the green room, then the call, or why there is none. Which of them it
 * is, is decided here; what the server says of the call is state/calls.js's.
 */

import { useEffect } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { callRoomOf, callSeen, insideCode, outside } from "../../state/calls.js";
import { currentRoomId, roomsLoaded } from "../../state/rooms.js";
import { phase } from "../../state/session.js";
import { html, useClient } from "../parts/html.js";
import { Mark } from "../parts/mark.js";
import { useTitle } from "../parts/title.js";
import { hideDrawer } from "../viewport.js";
import { GreenRoom } from "./green-room.js";
import { Inside } from "./inside.js";
import { Over } from "./over.js";

/** @import {Client} from "../../state/client.js" */

/** How often one who stands before the door looks again; without an account the server lets one look less often. */
const LOOK_MS = { in: 10_000, out: 30_000 };

/** @param {{code: string}} props in any case, as it was typed */
export function Call({ code: typed }) {
  const client = useClient();
  const code = typed.toLowerCase();
  const isIn = phase.value === "signed-in";
  const seen = callSeen.value?.code === code ? callSeen.value : null;
  const room = isIn ? callRoomOf(code) : null;
  const isInside = insideCode.value === code && room !== null;
  const hasEnded = room ? !room.isActive : seen?.isActive === false;
  useTitle(seen?.name ?? room?.name ?? t("call.unnamed"));
  useEffect(hideDrawer, []);
  useLooking(client, code, isIn, isInside);
  useRoomOpen(client, isInside || (hasEnded && room !== null) ? room.id : null);
  if (isInside || (hasEnded && room)) return html`<${Inside} room=${room} code=${code} hasEnded=${hasEnded} />`;
  if (hasEnded) return html`<${Over} why="ended" seen=${seen} code=${code} />`;
  if (outside.value) return html`<${Over} why=${outside.value} seen=${seen} code=${code} />`;
  if (!seen) return html`<${Loading} />`;
  return html`<${GreenRoom} key=${code} seen=${seen} code=${code} />`;
}

function Loading() {
  return html`
    <main class="call-page is-loading" aria-busy="true" data-testid="call-loading">
      <${Mark} />
      <h1 class="visually-hidden">${t("call.unnamed")}</h1>
      <p class="hint" role="status">${t("call.loading")}</p>
    </main>
  `;
}

/**
 * Who is not in it hears nothing of it: looks again now and then, and when the page comes back into sight.
 * @param {Client} client
 * @param {string} code
 * @param {boolean} isIn
 * @param {boolean} isInside
 */
function useLooking(client, code, isIn, isInside) {
  useEffect(() => {
    if (isInside) return undefined;
    const look = () => document.visibilityState === "visible" && client.calls.look(code);
    client.calls.look(code);
    const timer = setInterval(look, isIn ? LOOK_MS.in : LOOK_MS.out);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [code, isIn, isInside]);
}

/**
 * While the call is on screen its room is the open one.
 * @param {Client} client
 * @param {string | null} roomId
 */
function useRoomOpen(client, roomId) {
  const isThere = roomsLoaded.value;
  const openId = currentRoomId.value;
  useEffect(() => {
    if (roomId !== null && isThere && openId !== roomId) client.places.enterCall(roomId);
  }, [roomId, isThere, openId]);
}
