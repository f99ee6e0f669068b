/**
 * Composition: makes the parts, joins them, draws the page. Nothing imports this module, and it holds no
 * rule of its own.
 */

import { effect } from "@preact/signals";
import { h, render } from "preact";

import { Api } from "./net/api.js";
import { Outbox } from "./net/outbox.js";
import { Gateway } from "./net/socket.js";
import { Subscriptions } from "./net/subscriptions.js";
import { Client } from "./state/client.js";
import { connectionWord } from "./state/connection.js";
import { phase } from "./state/session.js";
import { wire } from "./state/wiring.js";
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
  isReady: (roomId) => subscriptions.isJoined(roomId),
  transmit: ({ roomId, content, nonce, replyTo }) =>
    gateway.request("message:send", { roomId, content, nonce, ...(replyTo && { replyTo }) }),
});
const client = new Client({ api, gateway, subscriptions, outbox, memory });
wire(client);

window.addEventListener("online", () => gateway.setOnline(true));
window.addEventListener("offline", () => gateway.setOnline(false));
window.addEventListener("hashchange", () => client.followAddress());
document.addEventListener("visibilitychange", () => {
  // After sleep a socket may be dead without knowing it.
  if (document.visibilityState === "visible") {
    gateway.retryNow();
    gateway.probe();
    client.seen();
  }
});
effect(() => {
  // One word on the body: what styles and tests wait for.
  document.body.dataset.state = phase.value === "signed-in" ? connectionWord.value : phase.value;
});

render(h(App, { client }), /** @type {HTMLElement} */ (document.getElementById("app")));
client.restore();
