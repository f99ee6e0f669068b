/**
 * mediasoup-client, and nothing else. Whoever imports this imports a large library: only engine.js does, and
 * that is fetched when somebody first talks.
 */

import { Device } from "mediasoup-client";

/** @import {DeviceLike} from "./session.js" */

/**
 * Throws where the browser cannot talk.
 * @returns {Promise<DeviceLike>} a new one: each belongs to one stay
 */
export function newDevice() {
  return Device.factory();
}
