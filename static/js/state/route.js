/**
 * Which page there is, and how an address says so: `#/<room>`, `#/<room>?m=<message>`, and the pages
 * beside the rooms, whose addresses have a second part: `#/settings/<section>` (an empty one: the list of
 * sections), `#/server/<id>/<section>`, `#/channel/<id>/<section>`, `#/invite/<code>`, `#/discover/`; 
 * `#/calls/`; a call's is the page's own, `/call/<code>`. Pure but for the signal: ui/address.js reads and writes the
 * address.
 */

import { signal } from "@preact/signals-core";

/** @import {Signal} from "@preact/signals-core" */

export const SECTIONS = /** @type {const} */ (["profile", "status", "sessions", "appearance", "voice", "keyboard"]);
export const SERVER_SECTIONS = /** @type {const} */ (["overview", "roles", "members", "invites", "bans"]);
export const CHANNEL_SECTIONS = /** @type {const} */ (["overview", "permissions", "members"]);

/** @typedef {typeof SECTIONS[number]} Section */
/** @typedef {typeof SERVER_SECTIONS[number]} ServerSection */
/** @typedef {typeof CHANNEL_SECTIONS[number]} ChannelSection */
/**
 * `section` null: the list of them, where there is no room for both.
 * @typedef {{name: "settings", section: Section | null}
 *   | {name: "server", id: string, section: ServerSection | null}
 *   | {name: "channel", id: string, section: ChannelSection | null}
 *   | {name: "invite", code: string} | {name: "call", code: string} | {name: "discover"} | {name: "calls"}} Page
 */
/** @typedef {{name: "room"} | Page} Route */
/** @typedef {{name: "room", room: string | null, messageId: string | null} | Page} Place */

/** @type {Signal<Route>} */
export const route = signal(/** @type {Route} */ ({ name: "room" }));

/**
 * @param {string} address what follows the #, or a path of its own
 * @returns {Place}
 */
export function placeOf(address) {
  const [path = "", query = ""] = address.replace(/^#?\/?/, "").split("?");
  const [first = "", second, third = ""] = path.split("/").map(decoded);
  const page = second === undefined ? null : pageOf(first, second, third);
  return page ?? { name: "room", room: first || null, messageId: new URLSearchParams(query).get("m") };
}

/**
 * @param {string} name
 * @param {string} second
 * @param {string} third
 * @returns {Page | null}
 */
function pageOf(name, second, third) {
  if (name === "settings") return { name, section: sectionOf(SECTIONS, second) };
  if (name === "discover" || name === "calls") return { name };
  if (second === "") return null;
  if (name === "server") return { name, id: second, section: sectionOf(SERVER_SECTIONS, third) };
  if (name === "channel") return { name, id: second, section: sectionOf(CHANNEL_SECTIONS, third) };
  return name === "invite" || name === "call" ? { name, code: second } : null;
}

/**
 * @template {string} S
 * @param {readonly [S, ...S[]]} known
 * @param {string} text
 * @returns {S | null} an unknown one is the first
 */
function sectionOf(known, text) {
  return text === "" ? null : (known.find((one) => one === text) ?? known[0]);
}

/**
 * @param {Place} place
 * @returns {string} what follows the #; of a call, the path
 */
export function addressOf(place) {
  switch (place.name) {
    case "settings":
      return `/settings/${place.section ?? ""}`;
    case "server":
    case "channel":
      return `/${place.name}/${encodeURIComponent(place.id)}/${place.section ?? ""}`;
    case "invite":
    case "call":
      return `/${place.name}/${encodeURIComponent(place.code)}`;
    case "discover":
    case "calls":
      return `/${place.name}/`;
    default:
      return roomAddress(place);
  }
}

/** @param {{room: string | null, messageId: string | null}} place */
function roomAddress({ room, messageId }) {
  const query = messageId ? `?${new URLSearchParams({ m: messageId })}` : "";
  return room === null ? "" : `/${encodeURIComponent(room)}${query}`;
}

/** Whether an address leads somewhere that one may not know yet. @param {string} address */
export function isInvitation(address) {
  return placeOf(address).name === "invite";
}

export function routeReset() {
  route.value = { name: "room" };
}

/** An address may be mangled; then it is taken by its letters. @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
