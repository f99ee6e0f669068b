/** The engine's parts, joined. Everything of voice that a first load does not need comes with this module. */

import { VoiceCall } from "./call.js";
import { newDevice } from "./library.js";
import { Line } from "./line.js";
import { silence } from "./silence.js";
import { Sound } from "./sound.js";

/** @import {Api} from "../net/api.js" */
/** @import {Gateway} from "../net/socket.js" */

/**
 * @param {Gateway} gateway
 * @param {Api} api
 * @param {{volumeOf: (userId: string) => number, onBlocked: (is: boolean) => void}} hearing
 */
export function makeEngine(gateway, api, hearing) {
  const call = new VoiceCall({ line: new Line(gateway, api), newDevice, silence });
  return { call, sound: new Sound(hearing) };
}
