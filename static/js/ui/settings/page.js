/** The settings: a page of its own, the sections at its side. On a narrow screen the list, then one section. */

import { useEffect, useRef } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { SECTIONS } from "../../state/route.js";
import { Banner } from "../house/banner.js";
import { classes, html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { useTitle } from "../parts/title.js";
import { hideDrawer, isNarrow } from "../viewport.js";
import { AppearanceSection } from "./appearance.js";
import { KeyboardSection } from "./keyboard.js";
import { ProfileSection } from "./profile.js";
import { SessionsSection } from "./sessions.js";
import { StatusSection } from "./status.js";
import { VoiceSection } from "./voice.js";

/** @import {IconName} from "../parts/icons.js" */
/** @import {Section} from "../../state/route.js" */

/** @type {Record<Section, {icon: IconName, draw: any}>} */
const PARTS = {
  profile: { icon: "person", draw: ProfileSection },
  status: { icon: "smile", draw: StatusSection },
  sessions: { icon: "screen", draw: SessionsSection },
  appearance: { icon: "palette", draw: AppearanceSection },
  voice: { icon: "microphone", draw: VoiceSection },
  keyboard: { icon: "keyboard", draw: KeyboardSection },
};

/** @param {{section: Section | null}} props null: the list, where there is no room for both */
export function Settings({ section }) {
  const client = useClient();
  useTitle(t("settings.title"));
  useEffect(hideDrawer, []);
  const back = () => client.go({ name: "room" });
  const isList = isNarrow.value && section === null;
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) back();
  };
  return html`
    <div class=${classes("settings", isNarrow.value && (isList ? "is-list" : "is-section"))} onKeyDown=${onKeyDown} data-testid="settings">
      <${List} section=${isList ? null : (section ?? "profile")} onBack=${back} />
      ${!isList && html`<${Page} key=${section ?? "profile"} section=${section ?? "profile"} />`}
    </div>
  `;
}

/** @param {{section: Section | null, onBack: () => void}} props */
function List({ section, onBack }) {
  const client = useClient();
  return html`
    <nav class="settings-side" aria-label=${t("settings.sections")}>
      <div class="column-head">
        <button class="icon-button" aria-label=${t("settings.back")} title=${t("settings.back")} onClick=${onBack} data-testid="settings-back">
          <${Icon} name="back" />
        </button>
        <h2>${t("settings.title")}</h2>
      </div>
      <div class="settings-links">
        ${SECTIONS.map(
          (name) => html`
            <button
              key=${name}
              class=${classes("settings-link", name === section && "is-open")}
              aria-current=${name === section ? "page" : undefined}
              onClick=${() => client.go({ name: "settings", section: name })}
              data-testid="settings-${name}"
            >
              <${Icon} name=${PARTS[name].icon} /> ${t(`settings.${name}`)}
            </button>
          `,
        )}
      </div>
      <button class="settings-link is-last" onClick=${() => client.signOut()} data-testid="settings-sign-out">
        <${Icon} name="leave" /> ${t("me.signout")}
      </button>
    </nav>
  `;
}

/** @param {{section: Section}} props */
function Page({ section }) {
  const client = useClient();
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  // The new section is what one came for: read from its title on.
  useEffect(() => title.current?.focus(), []);
  return html`
    <main class="settings-page" data-testid="section" data-section=${section}>
      <${Banner} />
      <div class="settings-scroll">
        <header class="settings-head">
          <button
            class="icon-button only-narrow"
            aria-label=${t("settings.list")}
            onClick=${() => client.go({ name: "settings", section: null })}
            data-testid="settings-list"
          >
            <${Icon} name="back" />
          </button>
          <h1 ref=${title} tabindex="-1">${t(`settings.${section}`)}</h1>
        </header>
        <${PARTS[section].draw} />
      </div>
    </main>
  `;
}
