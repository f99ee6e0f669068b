/** Which screen there is, and what lies over any of them. It must not hold anything of a screen. */

import { route } from "../state/route.js";
import { phase } from "../state/session.js";
import { EmojiPickerHost } from "./composer/emoji-picker.js";
import { NewMessage } from "./direct/new-message.js";
import { HelpSheet } from "./keys/help-sheet.js";
import { ClientProvider, html } from "./parts/html.js";
import { GlobalKeys } from "./keys/keys.js";
import { lazy } from "./parts/lazy.js";
import { Overlay } from "./parts/overlay.js";
import { Opening } from "./house/opening.js";
import { ProfileCard } from "./house/profile-card.js";
import { QuickSwitcher } from "./keys/quick-switcher.js";
import { Shell } from "./house/shell.js";
import { followAppearance } from "./theme.js";
import { Toast } from "./parts/toast.js";
import { Welcome } from "./house/welcome.js";

/** @import {Client} from "../state/client.js" */

followAppearance();

const Call = lazy(/** @returns {Promise<(props: any) => any>} */ () => import("./call/page.js").then((page) => page.Call));

/** @param {{client: Client}} props */
export function App({ client }) {
  return html`<${ClientProvider} value=${client}><${Screen} /><//>`;
}

function Screen() {
  if (phase.value === "signed-out") return route.value.name === "call" ? html`<${Call} ...${route.value} />` : html`<${Welcome} />`;
  if (phase.value === "signed-in") return html`<${House} />`;
  return html`<${Opening} isUnreachable=${phase.value === "unreachable"} />`;
}

/**
 * The pages beside the rooms, by the name of their route; each gets its route as properties. Those that
 * are not needed to talk are fetched when they are first opened: `lazy(() => import(…))`.
 * @type {Record<string, (props: any) => any>}
 */
const PAGES = {
  settings: lazy(async () => (await import("./settings/page.js")).Settings),
  server: lazy(async () => (await import("./server/page.js")).ServerSettings),
  channel: lazy(async () => (await import("./channel/page.js")).ChannelSettings),
  discover: lazy(async () => (await import("./server/discover.js")).Discover),
  invite: lazy(async () => (await import("./invite/page.js")).InvitePage),
  call: Call,
  calls: lazy(async () => (await import("./call/history.js")).CallHistory),
};

/** Where one is in, and what opens over it. */
function House() {
  const page = PAGES[route.value.name];
  return html`
    ${page ? html`<${page} key=${route.value.name} ...${route.value} />` : html`<${Shell} />`}
    <${ProfileCard} />
    <${EmojiPickerHost} />
    <${NewMessage} />
    <${QuickSwitcher} />
    <${HelpSheet} />
    <${Overlay} />
    <${GlobalKeys} />
    <${Toast} />
  `;
}
