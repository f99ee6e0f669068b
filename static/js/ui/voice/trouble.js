/** What keeps one from being heard or from hearing, in one sentence, with what can be done about it. */

import { errorText, t } from "../../i18n/index.js";
import { mayInRoom } from "../../state/permissions.js";
import { micMode, talkKey } from "../../state/voice-choices.js";
import { call, how, isSoundBlocked, over, ownSeatIn, refused } from "../../state/voice.js";
import { html, useClient } from "../parts/html.js";
import { keyWords } from "../keys/voice-keys.js";

/** @import {NetError} from "../../net/errors.js" */

/** While one sits. */
export function CallTrouble() {
  const client = useClient();
  const text = troubleText(client.devices.inputs.microphone.state.value);
  return html`
    <p class="voice-trouble" role="status" data-testid="voice-trouble">${text}</p>
    ${isSoundBlocked.value &&
    html`<button class="button is-small is-primary" onClick=${() => client.talking.unblock()} data-testid="voice-unblock">${t("voice.blocked.on")}</button>`}
  `;
}

/** @param {import("../../state/devices.js").InputState} microphone */
function troubleText(microphone) {
  if (isSoundBlocked.value) return t("voice.blocked");
  const roomId = call.value.roomId ?? "";
  // To others it is the same; to oneself it is not.
  if (ownSeatIn(roomId)?.serverMuted) return t(mayInRoom(roomId, "speak", true) ? "voice.silenced" : "voice.speak.forbidden");
  if (microphone === "asking") return t("device.asking");
  if (!["on", "off"].includes(microphone)) return t(`device.microphone.${microphone}`);
  if (micMode.value === "hold" && !how.value.muted && !how.value.deafened) return t("voice.hold", { key: keyWords(talkKey.value) });
  return "";
}

/**
 * Why one does not sit in this room: not let in, or no longer.
 * @param {string} roomId
 * @returns {{text: string, mayTry: boolean, kind: string} | null}
 */
export function whyOut(roomId) {
  const no = refused.value;
  if (no?.roomId === roomId) return { text: refusalText(no.error), mayTry: no.error.code !== "FORBIDDEN", kind: no.error.code };
  const end = over.value;
  if (end === null || end.roomId !== roomId || end.reason === "left") return null;
  return { text: t(`voice.over.${end.reason}`), mayTry: end.reason !== "ended", kind: end.reason };
}

/** @param {NetError} error */
function refusalText(error) {
  const known = ["CONFLICT", "FORBIDDEN", "UNAVAILABLE", "GONE"].includes(error.code);
  return known ? t(`voice.refused.${error.code}`) : t("voice.refused", { why: errorText(error) });
}
