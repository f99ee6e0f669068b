import assert from "node:assert/strict";
import { test } from "node:test";

import { agoOf } from "../../static/js/i18n/index.js";
import { deviceOf } from "../../static/js/ui/settings/device.js";

const AGENTS = {
  "Firefox on Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "Chrome on Windows":
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  "Edge on Windows":
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
  "Safari on Mac":
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
  "Safari on iPhone":
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
  "Chrome on Android":
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
  "A program": "python-httpx/0.28.1",
  "A browser on Linux": "Something/1.0 (Linux)",
  "Unknown device": "",
};

for (const [words, agent] of Object.entries(AGENTS)) {
  test(`${words} is recognised`, () => assert.equal(deviceOf(agent), words));
}

test("a session that says nothing of its device is an unknown one", () => {
  assert.equal(deviceOf(null), "Unknown device");
});

test("how long ago is said roughly, and never in the future", () => {
  const now = Date.parse("2026-03-05T12:00:00.000Z");
  const ago = (ms) => agoOf(new Date(now - ms).toISOString(), now);
  assert.equal(ago(0), "this minute");
  assert.equal(ago(-90_000), "this minute");
  assert.equal(ago(5 * 60_000), "5 minutes ago");
  assert.equal(ago(3 * 3_600_000), "3 hours ago");
  assert.equal(ago(26 * 3_600_000), "yesterday");
});
