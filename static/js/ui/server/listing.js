/**
 * A list that is read page by page: it is fetched, fetched again when something was told that concerns it,
 * and drawn as what it is: loading, empty, failed, or its rows. It must not know what a row is.
 */

import { useEffect, useRef, useState } from "preact/hooks";

import { errorText, t } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { connectionWord } from "../../state/connection.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";

/** @import {Page} from "../../state/listing.js" */

/** Several things told at once are one reason to read again. */
const GATHER_MS = 150;

/**
 * @template Row
 * @typedef {object} Listing
 * @property {Page<Row> | null} found null: nothing has come yet
 * @property {string} problem a sentence; "" where there is none
 * @property {number} page
 * @property {(page: number) => void} turnTo
 * @property {() => void} reload
 */

/**
 * @template Row
 * @param {(page: number) => Promise<Page<Row>>} read
 * @param {unknown[]} key another one is another list, read from its first page on
 * @returns {Listing<Row>}
 */
export function useListing(read, key) {
  const [page, setPage] = useState(1);
  const [found, setFound] = useState(/** @type {Page<Row> | null} */ (null));
  const [problem, setProblem] = useState("");
  const turn = useRef(0);
  const reload = async (wanted = page) => {
    const mine = (turn.current += 1);
    try {
      const next = await read(wanted);
      if (mine !== turn.current) return;
      // The last page may have gone while one looked at it.
      if (wanted > 1 && wanted > next.pages) return turnTo(Math.max(1, next.pages));
      setProblem("");
      setFound(next);
    } catch (error) {
      if (mine === turn.current) setProblem(errorText(asNetError(error)));
    }
  };
  /** @param {number} wanted */
  const turnTo = (wanted) => {
    setPage(wanted);
    reload(wanted);
  };
  useEffect(() => {
    turnTo(1);
    return () => void (turn.current += 1);
  }, key);
  return { found, problem, page, turnTo, reload };
}

/**
 * Calls back soon after one of these events about a server, and after the connection was away.
 * @param {string} serverId
 * @param {string[]} types
 * @param {() => void} tell
 */
export function useNews(serverId, types, tell) {
  const { gateway } = useClient();
  const latest = useRef(tell);
  latest.current = tell;
  useEffect(() => {
    let timer = 0;
    const soon = () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => latest.current(), GATHER_MS);
    };
    const hear = (/** @type {{serverId?: string}} */ data) => data.serverId === serverId && soon();
    const offs = [...types.map((type) => gateway.on(type, hear)), gateway.on("ready", soon)];
    return () => {
      clearTimeout(timer);
      for (const off of offs) off();
    };
  }, [serverId]);
}

/**
 * @template Row
 * @param {object} props
 * @param {Listing<Row>} props.listing
 * @param {string} props.label what the list is
 * @param {any} props.empty drawn where there is nothing
 * @param {(row: Row) => any} props.draw an <li>
 * @param {string} props.testid
 */
export function Listed({ listing: { found, problem, page, turnTo, reload }, label, empty, draw, testid }) {
  if (problem && (!found || found.rows.length === 0)) return html`<${Failed} why=${problem} onRetry=${reload} testid=${testid} />`;
  if (!found) return html`<${Loading} />`;
  if (found.rows.length === 0) return html`<div class="listed-empty" data-testid="${testid}-empty">${empty}</div>`;
  return html`
    ${problem && html`<p class="form-error" role="alert">${problem}</p>`}
    <ul class="listed" aria-label=${label} data-testid=${testid}>
      ${found.rows.map(draw)}
    </ul>
    ${found.pages > 1 && html`<${Pages} page=${page} pages=${found.pages} onTurn=${turnTo} />`}
  `;
}

/** @param {{page: number, pages: number, onTurn: (page: number) => void}} props */
function Pages({ page, pages, onTurn }) {
  const turn = (/** @type {number} */ to) => to >= 1 && to <= pages && onTurn(to);
  return html`
    <nav class="listed-pages" aria-label=${t("listed.pages")}>
      <button class="button is-small" aria-disabled=${page <= 1} onClick=${() => turn(page - 1)} data-testid="page-back">
        ${t("listed.back")}
      </button>
      <span class="hint" role="status" data-testid="page">${t("listed.page", { page, pages })}</span>
      <button class="button is-small" aria-disabled=${page >= pages} onClick=${() => turn(page + 1)} data-testid="page-on">
        ${t("listed.on")}
      </button>
    </nav>
  `;
}

/** As high as what comes. */
function Loading() {
  return html`
    <p class="visually-hidden" role="status">${t("listed.loading")}</p>
    <div class="listed" aria-hidden="true" data-testid="listed-loading">
      ${[0, 1, 2].map(
        (index) => html`
          <div key=${index} class="listed-row"><span class="bone is-round"></span><span class="bone is-wide"></span></div>
        `,
      )}
    </div>
  `;
}

/** @param {{why: string, onRetry: () => void, testid: string}} props */
function Failed({ why, onRetry, testid }) {
  const isOffline = connectionWord.value === "offline";
  return html`
    <div role="alert" class="settings-failed" data-testid="${testid}-failed">
      <p>${isOffline ? t("listed.offline") : t("listed.failed", { why })}</p>
      <button class="button" onClick=${() => onRetry()}>${t("app.retry")}</button>
    </div>
  `;
}

/** What is typed to find something. @param {{label: string, value: string, onFind: (text: string) => void, testid: string}} props */
export function Finder({ label, value, onFind, testid }) {
  const [text, setText] = useState(value);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const onInput = (/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => {
    setText(currentTarget.value);
    clearTimeout(timer.current);
    const next = currentTarget.value.trim();
    timer.current = window.setTimeout(() => onFind(next), GATHER_MS);
  };
  return html`
    <label class="finder">
      <${Icon} name="search" />
      <span class="visually-hidden">${label}</span>
      <input type="search" placeholder=${label} value=${text} maxLength=${100} autocomplete="off" onInput=${onInput} data-testid=${testid} />
    </label>
  `;
}
