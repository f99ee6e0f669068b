import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { Api, claimsOf } from "../../static/js/net/api.js";
import { FakeClock, settle } from "./fakes.js";

let clock;
let api;
let calls;
/** @type {(url: string, init: RequestInit) => unknown} */
let server;

const json = (status, body, headers = {}) => new Response(body === null ? "<html>" : JSON.stringify(body), { status, headers });
const good = (data, meta) => json(200, { success: true, data, meta });
const bad = (status, code, headers = {}, details = []) =>
  json(status, { success: false, error: { code, message: `${code}.`, details }, meta: {} }, headers);

function jwt(sub = "u1", seconds = 900) {
  const part = (value) => btoa(JSON.stringify(value)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");
  return `${part({ alg: "HS256" })}.${part({ sub, iat: 1000, exp: 1000 + seconds })}.${Math.random()}`;
}

beforeEach(() => {
  clock = new FakeClock();
  calls = [];
  api = new Api({
    fetch: async (url, init) => {
      calls.push({ url, ...init });
      return server(url, init);
    },
    clock,
    locks: null,
  });
  api.setToken(jwt());
});

const paths = () => calls.map(({ method, url }) => `${method} ${url.replace("/api/v1", "")}`);
const bearer = (call) => call.headers.Authorization?.replace("Bearer ", "");

test("a request carries the token, asks for JSON and opens the envelope", async () => {
  server = () => good([{ id: "r1" }], { page: 1 });
  const { data, meta } = await api.get("/rooms", { query: { limit: 100, before: undefined } });
  assert.deepEqual(data, [{ id: "r1" }]);
  assert.deepEqual(meta, { page: 1 });
  assert.equal(calls[0].url, "/api/v1/rooms?limit=100");
  assert.ok(bearer(calls[0]));
  assert.equal(calls[0].credentials, "same-origin");
});

test("an error is an object with code, status and details", async () => {
  server = () => bad(400, "VALIDATION_ERROR", {}, [{ field: "email", code: "invalid", message: "No e-mail." }]);
  await assert.rejects(api.post("/rooms", {}), {
    code: "VALIDATION_ERROR",
    status: 400,
    details: [{ field: "email", code: "invalid", message: "No e-mail." }],
  });
});

test("no network, and an answer that is not ours, have codes too", async () => {
  server = () => {
    throw new TypeError("Failed to fetch");
  };
  await assert.rejects(api.get("/rooms"), { code: "NETWORK", isPassing: true });
  server = () => json(502, null);
  await assert.rejects(api.get("/rooms"), { code: "UNAVAILABLE", status: 502 });
  server = () => json(200, null);
  await assert.rejects(api.get("/rooms"), { code: "BAD_ANSWER" });
});

test("every page of a list is fetched", async () => {
  server = (url) => good([url.includes("page=1") ? "a" : "b"], { totalPages: 2 });
  assert.deepEqual(await api.all("/rooms"), ["a", "b"]);
});

describe("refresh", () => {
  /** A server that knows one token only, and renews it. */
  function renewing() {
    const newest = jwt();
    server = async (url, init) => {
      await settle();
      if (url.endsWith("/auth/refresh")) return good({ accessToken: newest, refreshToken: "r" });
      return init.headers.Authorization === `Bearer ${newest}` ? good("yes") : bad(401, "INVALID_TOKEN");
    };
  }

  test("401 INVALID_TOKEN refreshes from the cookie, without a body, and asks again", async () => {
    renewing();
    assert.equal((await api.get("/rooms")).data, "yes");
    assert.deepEqual(paths(), ["GET /rooms", "POST /auth/refresh", "GET /rooms"]);
    assert.equal(calls[1].body, undefined);
    assert.equal(calls[1].headers.Authorization, undefined);
  });

  test("parallel requests share one refresh", async () => {
    renewing();
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.get("/rooms")));
    assert.ok(answers.every(({ data }) => data === "yes"));
    assert.equal(paths().filter((path) => path === "POST /auth/refresh").length, 1);
  });

  test("a request that was under way during a refresh only asks again", async () => {
    const newest = jwt();
    let release;
    server = async (url, init) => {
      if (url.endsWith("/auth/refresh")) return good({ accessToken: newest });
      if (init.headers.Authorization === `Bearer ${newest}`) return good("yes");
      await new Promise((resolve) => (release = resolve));
      return bad(401, "INVALID_TOKEN");
    };
    const slow = api.get("/rooms");
    await settle();
    await api.refresh();
    release();
    assert.equal((await slow).data, "yes");
    assert.equal(paths().filter((path) => path === "POST /auth/refresh").length, 1);
  });

  test("TOKEN_SPENT is tried once more: the cookie jar has the newest one", async () => {
    let spent = 1;
    server = () => (spent-- > 0 ? bad(401, "TOKEN_SPENT") : good({ accessToken: jwt("u9") }));
    await api.refresh();
    assert.deepEqual(paths(), ["POST /auth/refresh", "POST /auth/refresh"]);
    assert.ok(api.hasToken);
  });

  test("TOKEN_SPENT twice, or a refused cookie, is signed out, said once", async () => {
    const heard = [];
    api.on("signed-out", () => heard.push("signed-out"));
    server = () => bad(401, "TOKEN_SPENT");
    const outcomes = [api.refresh(), api.refresh()].map((refresh) => assert.rejects(refresh, { status: 401 }));
    await Promise.all(outcomes);
    assert.deepEqual(heard, ["signed-out"]);
    assert.equal(api.hasToken, false);
  });

  test("a refresh that is forbidden (a banned account) is signed out", async () => {
    server = () => bad(403, "FORBIDDEN");
    await assert.rejects(api.refresh(), { isRefusal: true });
    assert.equal(api.hasToken, false);
  });

  test("no network during a refresh is no sign-out", async () => {
    const heard = [];
    api.on("signed-out", () => heard.push("signed-out"));
    server = () => {
      throw new TypeError("Failed to fetch");
    };
    await assert.rejects(api.refresh(), { code: "NETWORK" });
    assert.deepEqual(heard, []);
    assert.ok(api.hasToken);
  });

  test("a token about to end is refreshed before it is used", async () => {
    renewing();
    api.setToken(jwt("u1", 60));
    await clock.tick(50_000);
    await api.get("/rooms");
    assert.deepEqual(paths(), ["POST /auth/refresh", "GET /rooms"]);
  });

  test("a token's life is counted from when it came, whatever this device's clock says", async () => {
    clock.time = 0; // the token's own times are in its future
    renewing();
    await api.freshToken();
    assert.deepEqual(calls, []);
  });

  test("tabs take turns by the lock where there is one", async () => {
    const order = [];
    api.locks = {
      request: async (name, run) => {
        order.push(name);
        return run();
      },
    };
    renewing();
    await api.refresh();
    assert.deepEqual(order, ["parlor-refresh"]);
  });

  test("a second 401 after the refresh is the caller's", async () => {
    server = (url) => (url.endsWith("/refresh") ? good({ accessToken: jwt() }) : bad(401, "INVALID_TOKEN"));
    await assert.rejects(api.get("/rooms"), { code: "INVALID_TOKEN" });
    assert.equal(calls.length, 3);
  });
});

describe("Retry-After", () => {
  test("a GET waits as told and asks again", async () => {
    let limited = 1;
    server = () => (limited-- > 0 ? bad(429, "RATE_LIMITED", { "Retry-After": "3" }) : good("yes"));
    const answer = api.get("/rooms");
    await clock.tick(2999);
    assert.equal(calls.length, 1);
    await clock.tick(1);
    assert.equal((await answer).data, "yes");
  });

  test("a GET gives up after two waits, and before a wait nobody would sit out", async () => {
    server = () => bad(429, "RATE_LIMITED", { "Retry-After": "1" });
    const outcome = assert.rejects(api.get("/rooms"), { code: "RATE_LIMITED", retryAfterMs: 1000 });
    await clock.tick(5000);
    await outcome;
    assert.equal(calls.length, 3);
    server = () => bad(429, "RATE_LIMITED", { "Retry-After": "900" });
    await assert.rejects(api.get("/rooms"), { code: "RATE_LIMITED" });
    assert.equal(calls.length, 4);
  });

  test("a POST is never repeated", async () => {
    server = () => bad(429, "RATE_LIMITED", { "Retry-After": "1" });
    await assert.rejects(api.post("/messages", {}), { code: "RATE_LIMITED" });
    assert.equal(calls.length, 1);
  });
});

describe("the doors", () => {
  test("sign-in sends no old token and takes the new one", async () => {
    const token = jwt("u7");
    server = () => good({ user: { id: "u7" }, accessToken: token });
    const { user } = await api.enter("login", { email: "a@b.c", password: "x" });
    assert.equal(user.id, "u7");
    assert.equal(bearer(calls[0]), undefined);
    assert.equal(await api.freshToken(), token);
  });

  test("a wrong password refreshes nothing", async () => {
    server = () => bad(401, "INVALID_CREDENTIALS");
    await assert.rejects(api.enter("login", {}), { code: "INVALID_CREDENTIALS" });
    assert.equal(calls.length, 1);
  });

  test("logout forgets the token even without a network", async () => {
    server = () => {
      throw new TypeError("Failed to fetch");
    };
    await assert.rejects(api.logout(), { code: "NETWORK" });
    assert.equal(api.hasToken, false);
  });
});

test("claims of what is no JWT are empty", () => {
  assert.deepEqual(claimsOf("nonsense"), {});
  assert.equal(claimsOf(jwt("u5")).sub, "u5");
});
