/** What the tests of net/ stand on: a clock that moves by hand, a WebSocket and a server by hand. */

export class FakeClock {
  time = 1_000_000;
  #timers = new Map();
  #lastId = 0;

  now = () => this.time;

  setTimeout = (run, ms) => {
    const id = ++this.#lastId;
    this.#timers.set(id, { run, at: this.time + ms, id });
    return id;
  };

  clearTimeout = (id) => this.#timers.delete(id);

  /** Move on, running each timer at its own time and letting promises settle in between. */
  async tick(ms) {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const due = [...this.#timers.values()]
        .filter((timer) => timer.at <= end)
        .sort((a, b) => a.at - b.at || a.id - b.id)[0];
      if (!due) break;
      this.#timers.delete(due.id);
      this.time = Math.max(this.time, due.at);
      due.run();
      await settle();
    }
    this.time = end;
  }

  get waiting() {
    return this.#timers.size;
  }
}

/** Let every promise that can settle do so. */
export async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** Makes a WebSocket class whose sockets the test can see, open, feed and close. */
export function fakeSockets() {
  const sockets = [];
  class FakeWebSocket {
    readyState = 0;
    sent = [];
    onopen = null;
    onmessage = null;
    onclose = null;

    constructor(url) {
      this.url = url;
      sockets.push(this);
    }

    send(text) {
      this.sent.push(JSON.parse(text));
    }

    close() {
      this.readyState = 3;
    }

    // What the other side does:
    accept() {
      this.readyState = 1;
      this.onopen?.({});
    }

    receive(type, data = {}, id = undefined) {
      this.onmessage?.({ data: JSON.stringify({ type, data, id, timestamp: "2026-11-20T20:36:02.123Z" }) });
    }

    drop(code = 1006) {
      this.readyState = 3;
      this.onclose?.({ code, reason: "" });
    }

    frames(type) {
      return this.sent.filter((frame) => frame.type === type);
    }
  }
  return { FakeWebSocket, sockets, last: () => sockets.at(-1) };
}

export const EPOCH = "0190b5a0-0000-7000-8000-000000000001";

export function authOk(more = {}) {
  return { user: { id: "u1" }, sessionId: "s1", epoch: EPOCH, heartbeatSeconds: 25, servers: [], rooms: [], ...more };
}

export function message(seq, more = {}) {
  return {
    id: `m${seq}`,
    roomId: "r1",
    seq,
    changeSeq: seq,
    type: "user",
    sender: { id: "u2", username: "bob", displayName: "Bob", avatarUrl: null },
    content: `number ${seq}`,
    html: null,
    nonce: `n${seq}`,
    replyTo: null,
    reactions: [],
    pinned: false,
    edited: false,
    editedAt: null,
    deletedAt: null,
    createdAt: "2026-11-20T20:36:02.123Z",
    updatedAt: "2026-11-20T20:36:02.123Z",
    ...more,
  };
}

/**
 * A browser's disk for outboxes: `page()` makes the store of one more page, which hears what the others
 * do and takes over what a page that ended left behind.
 */
export function fakeDisk() {
  const rows = new Map();
  const pages = new Set();
  const page = () => {
    let person = null;
    let news = null;
    const key = (nonce) => `${person} ${nonce}`;
    const others = () => [...pages].filter((other) => other !== me && other.person === person);
    const me = {
      get person() {
        return person;
      },
      get news() {
        return news;
      },
      async open(id, listener) {
        [person, news] = [id, listener];
        pages.add(me);
        const found = [...rows.values()].filter((row) => row.person === id);
        for (const row of found) {
          const isLeft = row.page === me || !pages.has(row.page);
          if (isLeft) row.page = me;
          news.put(row.entry, isLeft);
        }
      },
      async put(entry) {
        rows.set(key(entry.nonce), { person, page: me, entry });
        for (const other of others()) other.news.put(entry, false);
      },
      async remove(nonce) {
        rows.delete(key(nonce));
        for (const other of others()) other.news.removed(nonce);
      },
      async wipe() {
        for (const [at, row] of rows) if (row.person === person) rows.delete(at);
        for (const other of others()) other.news.wiped();
      },
      close() {
        pages.delete(me);
        person = news = null;
      },
      /** The page ends, and says nothing more. */
      end() {
        pages.delete(me);
        const [heir] = pages;
        for (const row of rows.values()) {
          if (row.page !== me || heir?.person !== row.person) continue;
          row.page = heir;
          heir.news.put(row.entry, true);
        }
      },
    };
    return me;
  };
  return { rows, page };
}
