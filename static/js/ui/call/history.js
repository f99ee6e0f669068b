/** One's calls, open and past, the latest first: when, by whom, and who was there. */

import { useEffect, useRef, useState } from "preact/hooks";

import { dateOf, errorText, t, timeOf } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { me } from "../../state/session.js";
import { Banner } from "../house/banner.js";
import { Avatar } from "../parts/avatar.js";
import { Quiet } from "../parts/drawings.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { roomName } from "../parts/room-name.js";
import { useTitle } from "../parts/title.js";
import { NewCall } from "./new-call.js";

/** @import {Person, Room} from "../../net/protocol.js" */
/** @typedef {{list: Room[] | null, hasMore: boolean, problem: string, more: () => void}} History */

export function CallHistory() {
  const client = useClient();
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  const history = useHistory();
  useTitle(t("call.history"));
  useEffect(() => title.current?.focus(), []);
  const back = () => client.places.backToHouse();
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) back();
  };
  return html`
    <main class="call-page call-history" onKeyDown=${onKeyDown} data-testid="call-history-page">
      <${Banner} />
      <div class="call-history-scroll">
        <header class="call-history-head">
          <button class="icon-button" aria-label=${t("call.back")} title=${t("call.back")} onClick=${back} data-testid="call-back"><${Icon} name="back" /></button>
          <h1 ref=${title} tabindex="-1">${t("call.history")}</h1>
          ${me.value?.isGuest !== true && html`<${Make} />`}
        </header>
        <p class="hint">${t("call.history.lead")}</p>
        <${List} history=${history} />
      </div>
    </main>
  `;
}

function Make() {
  const [isOpen, setOpen] = useState(false);
  return html`
    <button class="button" onClick=${() => setOpen(true)} data-testid="new-call"><${Icon} name="plus" /> ${t("call.new")}</button>
    ${isOpen && html`<${NewCall} onClose=${() => setOpen(false)} />`}
  `;
}

/** @param {{history: History}} props */
function List({ history: { list, hasMore, problem, more } }) {
  if (list === null && !problem) return html`<p class="hint" role="status" data-testid="call-history-loading">${t("call.history.loading")}</p>`;
  if (list?.length === 0 && !problem) {
    return html`
      <div class="call-none" data-testid="call-history-none"><${Quiet} /><p>${t("call.history.none")}</p><p class="hint">${t("call.history.none.hint")}</p></div>
    `;
  }
  return html`
    <ul class="past-calls" data-testid="past-calls">
      ${list?.map((room) => html`<li key=${room.id}><${PastCall} room=${room} /></li>`)}
    </ul>
    ${problem && html`<p role="alert" class="problem" data-testid="call-history-failed">${t("call.history.failed", { why: problem })}</p>`}
    ${(hasMore || problem) && html`<button class="button" onClick=${more} data-testid="more-calls">${t(problem ? "app.retry" : "call.history.more")}</button>`}
  `;
}

/** @param {{room: Room}} props */
function PastCall({ room }) {
  const client = useClient();
  const { code, isActive, createdAt, createdBy } = room;
  const open = () => client.go({ name: "call", code: code ?? "" });
  return html`
    <article class="past-call" data-testid="past-call" data-code=${code}>
      <p class="past-call-words">
        <button class="link" onClick=${open} data-testid="past-call-open">${roomName(room)}</button>
        <span class="tag">${t(isActive ? "call.history.open" : "call.history.ended")}</span>
        <span class="hint">
          <time dateTime=${createdAt}>${dateOf(createdAt)}, ${timeOf(createdAt)}</time>${createdBy && ` · ${t("call.history.by", { name: createdBy.displayName })}`}
        </span>
      </p>
      <${Who} room=${room} />
    </article>
  `;
}

/** Asked for when it is opened: one question per call would be many. @param {{room: Room}} props */
function Who({ room }) {
  const client = useClient();
  const [people, setPeople] = useState(/** @type {Person[] | null} */ (null));
  const [problem, setProblem] = useState("");
  const load = async (/** @type {{currentTarget: HTMLDetailsElement}} */ { currentTarget }) => {
    if (!currentTarget.open || people) return;
    setProblem("");
    await client.calls.people(room.id).then(setPeople, (error) => setProblem(errorText(asNetError(error))));
  };
  return html`
    <details class="past-who" onToggle=${load}>
      <summary data-testid="past-call-who">${t("call.history.who")}</summary>
      ${people?.length === 0 && html`<p class="hint">${t("call.history.who.unknown")}</p>`}
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      <ul>
        ${people?.map((person) => html`<li key=${person.id}><${Avatar} person=${person} small /> ${person.displayName}</li>`)}
      </ul>
    </details>
  `;
}

/** @returns {History} */
function useHistory() {
  const client = useClient();
  const [{ list, page, pages }, setRead] = useState(/** @type {{list: Room[] | null, page: number, pages: number}} */ ({ list: null, page: 0, pages: 1 }));
  const [problem, setProblem] = useState("");
  const more = async () => {
    setProblem("");
    try {
      const next = await client.calls.history(page + 1);
      // Somebody may have made one meanwhile: each is shown once.
      const all = new Map([...(list ?? []), ...next.list].map((room) => [room.id, room]));
      setRead({ list: [...all.values()], page: page + 1, pages: next.pages });
    } catch (error) {
      setProblem(errorText(asNetError(error)));
    }
  };
  useEffect(() => void more(), []);
  return { list, hasMore: page < pages, problem, more };
}
