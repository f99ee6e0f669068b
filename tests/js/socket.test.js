import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { NetError } from "../../static/js/net/errors.js";
import { Gateway } from "../../static/js/net/socket.js";
import { FakeClock, authOk, fakeSockets, settle } from "./fakes.js";

let clock;
let sockets;
let last;
let gateway;
let tokens;
let refreshes;
let states;

/** A gateway whose refresh works unless a test says otherwise. */
function build({ refresh, getToken, random = () => 1 } = {}) {
  clock = new FakeClock();
  const fake = fakeSockets();
  ({ sockets, last } = fake);
  tokens = ["t1"];
  refreshes = 0;
  gateway = new Gateway({
    url: "ws://parlor.test/ws",
    getToken: getToken ?? (async () => tokens.at(-1)),
    refresh:
      refresh ??
      (async () => {
        refreshes += 1;
        tokens.push(`t${tokens.length + 1}`);
      }),
    WebSocket: fake.FakeWebSocket,
    clock,
    random,
  });
  states = [];
  gateway.on("state", ({ state, reason }) => states.push(reason ? `${state}:${reason}` : state));
}

async function connected() {
  gateway.connect();
  await settle();
  last().accept();
  last().receive("auth:ok", authOk());
}

async function reconnected() {
  await settle();
  last().accept();
  last().receive("auth:ok", authOk());
}

beforeEach(() => build());

describe("identifying", () => {
  test("the first frame carries the token and the protocol's number", async () => {
    await connected();
    assert.deepEqual(last().sent[0], { type: "auth:identify", data: { token: "t1", protocol: 1 } });
    assert.equal(last().url, "ws://parlor.test/ws");
    assert.equal(gateway.state.state, "ready");
  });

  test("nothing is sent before auth:ok", async () => {
    gateway.connect();
    await settle();
    last().accept();
    assert.equal(gateway.send("typing:start", { roomId: "r1" }), false);
    await assert.rejects(gateway.request("room:join", { roomId: "r1" }), { code: "DISCONNECTED" });
    assert.equal(last().sent.length, 1);
  });

  test("a server that says nothing is given up after ten seconds", async () => {
    gateway.connect();
    await settle();
    last().accept();
    await clock.tick(10_000);
    assert.equal(gateway.state.state, "waiting");
  });

  test("connect twice opens one socket", async () => {
    gateway.connect();
    gateway.connect();
    await settle();
    assert.equal(sockets.length, 1);
  });
});

describe("requests", () => {
  test("a reply with the id resolves the request, and listeners hear it first", async () => {
    await connected();
    const heard = [];
    gateway.on("room:joined", () => heard.push("listener"));
    const reply = gateway.request("room:join", { roomId: "r1" }).then((data) => {
      heard.push("reply");
      return data;
    });
    const { id } = last().frames("room:join")[0];
    last().receive("room:joined", { lastSeq: 4 }, id);
    assert.deepEqual(await reply, { lastSeq: 4 });
    assert.deepEqual(heard, ["listener", "reply"]);
  });

  test("an error with the id rejects with its code, details and time to wait", async () => {
    await connected();
    const reply = gateway.request("message:send", {});
    const { id } = last().frames("message:send")[0];
    const details = [{ field: null, code: "rate_limited", message: "", params: { retryAfterS: 3 } }];
    last().receive("error", { code: "RATE_LIMITED", message: "Too fast", details }, id);
    await assert.rejects(reply, { code: "RATE_LIMITED", message: "Too fast", retryAfterMs: 3000 });
  });

  test("an error nobody asked for is an event", async () => {
    await connected();
    const heard = [];
    gateway.on("error", (error) => heard.push(error.code));
    last().receive("error", { code: "FORBIDDEN", message: "No", details: [] });
    assert.deepEqual(heard, ["FORBIDDEN"]);
  });

  test("no reply in time is a TIMEOUT, and a late reply changes nothing", async () => {
    await connected();
    const reply = gateway.request("message:send", {}, { timeoutMs: 500 });
    const outcome = assert.rejects(reply, { code: "TIMEOUT" });
    await clock.tick(500);
    await outcome;
    last().receive("message:ack", {}, last().frames("message:send")[0].id);
    assert.equal(gateway.state.state, "ready");
  });

  test("a lost connection rejects every request with DISCONNECTED", async () => {
    await connected();
    const replies = [gateway.request("room:join", {}), gateway.request("room:join", {})];
    const outcomes = replies.map((reply) => assert.rejects(reply, { code: "DISCONNECTED" }));
    last().drop();
    await Promise.all(outcomes);
  });

  test("frames that are no JSON objects, and types nobody knows, are ignored", async () => {
    await connected();
    for (const data of ["", "{", "[]", "null", '"x"', '{"type":1}']) last().onmessage({ data });
    last().receive("from:the-future", { a: 1 });
    assert.equal(gateway.state.state, "ready");
  });

  test("a listener that throws keeps nothing from the others", async (t) => {
    t.mock.method(console, "error", () => {});
    await connected();
    const heard = [];
    gateway.on("message:new", () => {
      throw new Error("fault");
    });
    gateway.on("message:new", () => heard.push("second"));
    last().receive("message:new", {});
    assert.deepEqual(heard, ["second"]);
  });
});

describe("heartbeat", () => {
  test("a ping goes out every heartbeatSeconds while pongs come in", async () => {
    gateway.connect();
    await settle();
    last().accept();
    last().receive("auth:ok", authOk({ heartbeatSeconds: 10 }));
    for (let beat = 1; beat <= 3; beat += 1) {
      await clock.tick(10_000);
      assert.equal(last().frames("ping").length, beat);
      last().receive("pong", { heads: {} });
    }
    assert.equal(gateway.state.state, "ready");
  });

  test("silence after a ping ends the connection", async () => {
    await connected();
    const downs = [];
    gateway.on("down", ({ code }) => downs.push(code));
    await clock.tick(25_000 + 8_000);
    assert.deepEqual(downs, [0]);
    assert.equal(gateway.state.state, "waiting");
    assert.equal(sockets[0].readyState, 3);
  });

  test("any frame is a sign of life", async () => {
    await connected();
    await clock.tick(25_000);
    last().receive("typing:update", {});
    await clock.tick(8_000);
    assert.equal(gateway.state.state, "ready");
  });

  test("a probe finds a dead socket in four seconds", async () => {
    await connected();
    gateway.probe();
    await clock.tick(4_000);
    assert.equal(gateway.state.state, "waiting");
  });
});

describe("reconnecting", () => {
  test("the first attempt comes within a second, later ones ever later, fifteen seconds at most", async () => {
    await connected();
    const waits = [];
    last().drop();
    for (let attempt = 0; attempt < 7; attempt += 1) {
      waits.push(gateway.state.retryAt - clock.now());
      await clock.tick(waits.at(-1));
      last().drop();
    }
    assert.deepEqual(waits, [1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  });

  test("the wait is spread over the whole span", async () => {
    build({ random: () => 0.25 });
    await connected();
    last().drop();
    assert.equal(gateway.state.retryAt - clock.now(), 250);
  });

  test("the wait is never zero", async () => {
    build({ random: () => 0 });
    await connected();
    last().drop();
    assert.ok(gateway.state.retryAt - clock.now() >= 100);
  });

  test("a connection that held starts the count afresh, one that was dropped at once does not", async () => {
    await connected();
    last().drop();
    await clock.tick(1000);
    await reconnected();
    last().drop();
    assert.equal(gateway.state.retryAt - clock.now(), 2000);
    await clock.tick(2000);
    await reconnected();
    await clock.tick(5000);
    last().drop();
    assert.equal(gateway.state.retryAt - clock.now(), 1000);
  });

  test("retryNow does not wait", async () => {
    await connected();
    last().drop();
    gateway.retryNow();
    await reconnected();
    assert.equal(sockets.length, 2);
    assert.equal(gateway.state.state, "ready");
    await clock.tick(2000);
    assert.equal(sockets.length, 2);
  });

  test("coming online reconnects at once", async () => {
    await connected();
    gateway.setOnline(false);
    last().drop();
    assert.equal(gateway.state.online, false);
    gateway.setOnline(true);
    await reconnected();
    assert.equal(gateway.state.state, "ready");
  });

  test("going offline asks a live socket for a sign of life instead of cutting it", async () => {
    await connected();
    gateway.setOnline(false);
    assert.equal(last().frames("ping").length, 1);
    last().receive("pong", { heads: {} });
    await clock.tick(10_000);
    assert.equal(gateway.state.state, "ready");
  });

  test("a token that cannot be fetched for lack of a network is tried again later", async () => {
    let fails = 2;
    build({
      getToken: async () => {
        if (fails-- > 0) throw new NetError("NETWORK");
        return "t1";
      },
    });
    gateway.connect();
    await clock.tick(1000 + 2000);
    await reconnected();
    assert.equal(gateway.state.state, "ready");
    assert.equal(sockets.length, 1);
  });

  test("close ends it, and what was under way cannot bring it back", async () => {
    gateway.connect();
    gateway.close();
    await clock.tick(60_000);
    assert.equal(sockets.length, 0);
    assert.equal(gateway.state.state, "idle");
    assert.equal(clock.waiting, 0);
  });
});

describe("close codes", () => {
  for (const code of [1006, 1012, 4400, 4408, 4429]) {
    test(`${code} reconnects`, async () => {
      await connected();
      last().drop(code);
      assert.equal(gateway.state.state, "waiting");
    });
  }

  test("4429 waits longer than the first step", async () => {
    await connected();
    last().drop(4429);
    assert.equal(gateway.state.retryAt - clock.now(), 8000);
  });

  for (const [code, reason] of [[4403, "banned"], [4409, "replaced"]]) {
    test(`${code} stops: ${reason}`, async () => {
      await connected();
      last().drop(code);
      await clock.tick(60_000);
      assert.equal(sockets.length, 1);
      assert.deepEqual(gateway.state.reason, reason);
      assert.equal(gateway.state.state, "stopped");
    });
  }

  test("after 4409 the person may take the conversation back", async () => {
    await connected();
    last().drop(4409);
    gateway.retryNow();
    await reconnected();
    assert.equal(gateway.state.state, "ready");
  });

  test("after 4403 retryNow does nothing", async () => {
    await connected();
    last().drop(4403);
    gateway.retryNow();
    await settle();
    assert.equal(sockets.length, 1);
  });

  test("4401 refreshes the token once and identifies with the new one", async () => {
    await connected();
    last().drop(4401);
    await reconnected();
    assert.equal(refreshes, 1);
    assert.equal(last().sent[0].data.token, "t2");
    assert.equal(gateway.state.state, "ready");
  });

  test("auth:error and 4401 again after the refresh is signed out", async () => {
    gateway.connect();
    for (let round = 0; round < 2; round += 1) {
      await settle();
      last().accept();
      last().receive("auth:error", { code: "INVALID_TOKEN", message: "Old" });
      last().drop(4401);
    }
    await settle();
    assert.equal(refreshes, 1);
    assert.equal(gateway.state.reason, "signed-out");
    await clock.tick(60_000);
    assert.equal(sockets.length, 2);
  });

  test("a refused refresh is signed out", async () => {
    build({
      refresh: async () => {
        throw new NetError("INVALID_TOKEN", "Gone", { status: 401 });
      },
    });
    await connected();
    last().drop(4401);
    await settle();
    assert.equal(gateway.state.reason, "signed-out");
  });

  test("a refresh without a network is no sign-out", async () => {
    let fails = 1;
    build({
      refresh: async () => {
        if (fails-- > 0) throw new NetError("NETWORK");
      },
    });
    await connected();
    last().drop(4401);
    await settle();
    assert.equal(gateway.state.state, "waiting");
    await clock.tick(1000);
    last().accept();
    last().drop(4401);
    await reconnected();
    assert.equal(gateway.state.state, "ready");
  });
});

test("the states come in order", async () => {
  await connected();
  last().drop();
  await clock.tick(1000);
  await reconnected();
  assert.deepEqual(
    states.filter((state, index) => state !== states[index - 1]),
    ["connecting", "ready", "connecting", "waiting", "connecting", "ready"],
  );
});
