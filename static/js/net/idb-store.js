/**
 * The outbox's entries on this device: in IndexedDB, so that they survive a reload, and told to the
 * person's other pages, so that all show the same. Each entry belongs to the page that sends it; when that
 * page is gone, another takes it over. It must not send, nor judge what arrived; outbox.js does.
 *
 * Without IndexedDB (forbidden, full) pages still tell each other, and a reload forgets.
 */

import { TabLife } from "./tab-life.js";

/** @import {OutboxEntry, OutboxNews, OutboxStore} from "./outbox.js" */

/**
 * `order` settles what was written within the same millisecond.
 * @typedef {{person: string, nonce: string, tab: string, order: number, entry: OutboxEntry}} Row
 */

/**
 * What pages tell each other.
 * @typedef {{person: string} & ({put: Row} | {removed: string} | {wiped: true})} Word
 */

const DATABASE = "parlor";
const TABLE = "outbox";
const CHANNEL = "parlor-outbox";
/** No page has this name: its entries are left behind. */
const NOBODY = "";

/** @implements {OutboxStore} */
export class IdbStore {
  /** @type {Promise<IDBDatabase> | null} */
  #database = null;
  /** @type {string | null} whose entries these are */
  #person = null;
  /** @type {OutboxNews | null} */
  #news = null;
  /** @type {Map<string, Row>} by nonce, what this page knows of */
  #rows = new Map();
  #lastOrder = 0;

  constructor(tabs = new TabLife()) {
    this.tabs = tabs;
    this.channel = globalThis.BroadcastChannel ? new BroadcastChannel(CHANNEL) : null;
    if (this.channel) this.channel.onmessage = ({ data }) => this.#heard(data);
  }

  /**
   * @param {string} personId
   * @param {OutboxNews} news
   */
  async open(personId, news) {
    this.#person = personId;
    this.#news = news;
    const rows = await this.#read(personId).catch(() => []);
    if (this.#person !== personId) return;
    for (const row of rows.sort(byWriting)) if (!this.#rows.has(row.nonce)) this.#put(row);
  }

  /** @param {OutboxEntry} entry */
  async put(entry) {
    if (this.#person === null) return;
    const order = this.#rows.get(entry.nonce)?.order ?? ++this.#lastOrder;
    const row = { person: this.#person, nonce: entry.nonce, tab: this.tabs.id, order, entry };
    this.#rows.set(entry.nonce, row);
    await this.#save(row);
  }

  /** @param {string} nonce */
  async remove(nonce) {
    const person = this.#person;
    if (person === null) return;
    this.#rows.delete(nonce);
    this.#tell({ person, removed: nonce });
    await this.#write((table) => table.delete([person, nonce]));
  }

  async wipe() {
    const person = this.#person;
    if (person === null) return;
    this.#rows.clear();
    this.#tell({ person, wiped: true });
    await this.#write((table) => table.delete(everythingOf(person)));
  }

  /** Another person sits here now; this one's entries are any other page's to send. */
  close() {
    const own = [...this.#rows.values()].filter(({ tab }) => tab === this.tabs.id);
    for (const row of own) this.#save({ ...row, tab: NOBODY }).catch(() => {});
    this.#person = this.#news = null;
    this.#rows.clear();
  }

  /** @param {Row} row */
  #save(row) {
    this.#tell({ person: row.person, put: row });
    return this.#write((table) => table.put(row));
  }

  /** A row of another page, or one that was left behind. @param {Row} row */
  #put(row) {
    this.#rows.set(row.nonce, row);
    this.#news?.put(row.entry, false);
    this.tabs.whenGone(row.tab, () => this.#takeOver(row.nonce, row.tab));
  }

  /**
   * Its page is gone; unless another one was quicker, it is this page's now.
   * @param {string} nonce
   * @param {string} tab
   */
  #takeOver(nonce, tab) {
    const row = this.#rows.get(nonce);
    if (row?.tab !== tab || this.#person !== row.person) return;
    this.put(row.entry).catch(() => {});
    this.#news?.put(row.entry, true);
  }

  /** @param {Word} word */
  #heard(word) {
    if (word.person !== this.#person) return;
    if ("put" in word) this.#put(word.put);
    else if ("removed" in word) {
      this.#rows.delete(word.removed);
      this.#news?.removed(word.removed);
    } else {
      this.#rows.clear();
      this.#news?.wiped();
    }
  }

  /** @param {Word} word */
  #tell(word) {
    this.channel?.postMessage(word);
  }

  /** @returns {Promise<IDBDatabase>} */
  #open() {
    this.#database ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open(DATABASE, 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(TABLE, { keyPath: ["person", "nonce"] });
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
      asked.onblocked = () => reject(new Error("another page holds an older database"));
    });
    return this.#database;
  }

  /**
   * @param {string} person
   * @returns {Promise<Row[]>}
   */
  async #read(person) {
    const database = await this.#open();
    const asked = database.transaction(TABLE).objectStore(TABLE).getAll(everythingOf(person));
    return new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  /** @param {(table: IDBObjectStore) => unknown} change */
  async #write(change) {
    const database = await this.#open();
    // relaxed: the browser may crash, not the power fail; every key would wait for the disk otherwise.
    const transaction = database.transaction(TABLE, "readwrite", { durability: "relaxed" });
    change(transaction.objectStore(TABLE));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(undefined);
      transaction.onabort = () => reject(transaction.error);
    });
  }
}

/** @param {string} person */
function everythingOf(person) {
  return IDBKeyRange.bound([person], [person, []]);
}

/**
 * @param {Row} a
 * @param {Row} b
 */
function byWriting(a, b) {
  return a.entry.createdAt.localeCompare(b.entry.createdAt) || a.order - b.order;
}
