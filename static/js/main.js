/**
 * Composition: makes the parts, joins them, draws the page. Nothing imports this module, and it holds no
 * rule of its own.
 */

import { effect } from "@preact/signals";
import { h, render } from "preact";

import { Api } from "./net/api.js";
import { IdbStore } from "./net/idb-store.js";
import { Outbox } from "./net/outbox.js";
import { Gateway } from "./net/socket.js";
import { Subscriptions } from "./net/subscriptions.js";
import { Client } from "./state/client.js";
import { connectionWord } from "./state/connection.js";
import { draftsRead, keepDrafts } from "./state/drafts.js";
import { keepRecentEmoji } from "./state/emoji.js";
import { keepFolded } from "./state/folded.js";
import { phase } from "./state/session.js";
import { wire } from "./state/wiring.js";
import { address } from "./ui/address.js";
import { App } from "./ui/app.js";
import { memory } from "./ui/memory.js";

const api = new Api();
const gateway = new Gateway({
  url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`,
  getToken: () => api.freshToken(),
  refresh: () => api.refresh(),
});
const subscriptions = new Subscriptions(gateway);
const outbox = new Outbox({
  store: new IdbStore(),
  isReady: (roomId) => subscriptions.isJoined(roomId),
  transmit: ({ roomId, content, nonce, replyTo }) =>
    gateway.request("message:send", { roomId, content, nonce, ...(replyTo && { replyTo }) }),
});
const client = new Client({ api, gateway, subscriptions, outbox, memory, address, mediaDevices: navigator.mediaDevices });
wire(client);
keepDrafts(memory);
keepRecentEmoji(memory);
keepFolded(memory);

window.addEventListener("online", () => {
  gateway.setOnline(true);
  client.talking.networkChanged();
});
window.addEventListener("offline", () => gateway.setOnline(false));
// Steps between a call and the rest are no hashchange.
window.addEventListener("popstate", () => client.places.addressChanged());
window.addEventListener("storage", draftsRead);
const isHidden = () => document.visibilityState === "hidden";
document.addEventListener("visibilitychange", () => {
  client.reading.away(isHidden());
  if (isHidden()) return;
  // After sleep a socket may be dead without knowing it.
  gateway.retryNow();
  gateway.probe();
});
client.reading.away(isHidden());
window.addEventListener("pagehide", () => {
  client.reading.flush();
  // Others see at once that one has gone.
  client.talking.leave();
});
// Where the browser says so: from one network to another.
/** @type {any} */ (navigator).connection?.addEventListener?.("change", () => client.talking.networkChanged());
effect(() => {
  // One word on the body: what styles and tests wait for.
  document.body.dataset.state = phase.value === "signed-in" ? connectionWord.value : phase.value;
});

render(h(App, { client }), /** @type {HTMLElement} */ (document.getElementById("app")));
client.restore();
