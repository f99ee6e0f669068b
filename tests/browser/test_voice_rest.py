"""mediasoup-client, unmodified, in a real Chromium through the real REST API and a media worker."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.live import Parlor, Person
from voice.sfu.tests.mediasoup_client import script
from voice.tests.kit import Media, let_in, voice_room

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CALLER = """
class Caller {
  constructor(token, room) { this.token = token; this.room = room; this.consumers = {}; }
  async ask(method, path, body) {
    const headers = { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" };
    const sent = body ? JSON.stringify(body) : undefined;
    const answer = await (await fetch(`/api/v1${path}`, { method, headers, body: sent })).json();
    if (!answer.success) throw new Error(answer.error.code);
    return answer.data;
  }
  async join() {
    this.device = new mediasoup.Device();
    const caps = await this.ask("GET", "/voice/rtp-capabilities");
    await this.device.load({ routerRtpCapabilities: caps });
    this.send = await this.transport("send");
    this.recv = await this.transport("recv");
  }
  async transport(way) {
    const made = await this.ask("POST", `/voice/transport/${way}`, { channelId: this.room });
    this.sessionId = made.sessionId;
    const transport = way === "send"
      ? this.device.createSendTransport(made) : this.device.createRecvTransport(made);
    transport.on("connect", ({ dtlsParameters }, done, failed) => this.ask(
      "POST", "/voice/transport/connect", { transportId: made.id, dtlsParameters },
    ).then(done, failed));
    transport.on("produce", ({ kind, rtpParameters, appData }, done, failed) => this.ask(
      "POST", "/voice/produce", { transportId: made.id, kind, rtpParameters, appData },
    ).then(done, failed));
    return transport;
  }
  async produce(kind) {
    const wanted = kind === "audio" ? { audio: true } : { video: { width: 320, height: 180 } };
    const stream = await navigator.mediaDevices.getUserMedia(wanted);
    const source = kind === "audio" ? "mic" : "camera";
    const codecOptions = kind === "video" ? { videoGoogleStartBitrate: 1000 } : {};
    const [track] = stream.getTracks();
    return (await this.send.produce({ track, codecOptions, appData: { source } })).id;
  }
  async consumeAll() {
    const all = await this.ask("GET", `/voice/channels/${this.room}/producers`);
    for (const { id, sessionId } of all) {
      if (sessionId === this.sessionId || this.consumers[id]) continue;
      const { rtpCapabilities } = this.device;
      const body = { transportId: this.recv.id, producerId: id, rtpCapabilities };
      const consumer = await this.recv.consume(await this.ask("POST", "/voice/consume", body));
      const element = document.createElement(consumer.kind);
      element.autoplay = true;
      element.srcObject = new MediaStream([consumer.track]);
      document.body.append(element);
      this.consumers[id] = consumer;
    }
    return Object.values(this.consumers).map((it) => it.kind).sort();
  }
  async figures() {
    const found = {};
    for (const consumer of Object.values(this.consumers)) {
      for (const it of (await consumer.getStats()).values()) {
        if (it.type === "inbound-rtp") found[it.kind] = it;
      }
    }
    return found;
  }
  async restart(way) {
    const { iceParameters } = await this.ask(
      "POST", "/voice/transport/restart-ice", { transportId: this[way].id });
    await this[way].restartIce({ iceParameters });
  }
  setState(state) { return this.ask("PATCH", `/voice/sessions/${this.sessionId}`, state); }
  leave() { return this.ask("DELETE", `/voice/sessions/${this.sessionId}`); }
}
"""


class Tab:
    """A page at Parlor's own origin that holds nothing but a caller."""

    def __init__(self, browser: Browser, parlor: Parlor, person: Person, room: str) -> None:
        self.page: Page = browser.new_page()
        blank = {"status": 200, "content_type": "text/html", "body": "<body>"}
        self.page.route("**/blank", lambda route: route.fulfill(**blank))
        self.page.goto(parlor.url.replace("127.0.0.1", "localhost") + "/blank")
        self.page.add_script_tag(content=script())
        made = "([token, room]) => { window.caller = new Caller(token, room); }"
        self.page.add_script_tag(content=CALLER + "window.Caller = Caller;")
        self.page.evaluate(made, [person.token, room])
        self.do("join")

    def do(self, name: str, *words: Any) -> Any:
        """Call a method of the caller."""
        return self.page.evaluate(f"words => caller.{name}(...words)", list(words))

    def until(self, expression: str, timeout_s: float = 30) -> None:
        """Wait for something to be so."""
        self.page.wait_for_function(expression, timeout=timeout_s * 1000, polling=100)


def grows(tab: Tab, kind: str, field: str, by: int) -> None:
    """Wait until a figure of what comes in has grown."""
    before = tab.do("figures").get(kind, {}).get(field, 0)
    tab.until(f"async () => ((await caller.figures()).{kind}?.{field} ?? 0) > {before + by}")


def stands_still(tab: Tab, kind: str) -> None:
    """Nothing of a kind comes in, after what was on its way."""
    tab.page.wait_for_timeout(500)
    before = tab.do("figures")[kind]["packetsReceived"]
    tab.page.wait_for_timeout(1000)
    assert tab.do("figures")[kind]["packetsReceived"] == before


def test_mediasoup_client_through_rest(
    parlor: Parlor, media: Media, media_chromium: Browser
) -> None:
    alice, bob = parlor.person("alice"), parlor.person("bob")
    room = voice_room(alice)
    let_in(alice, room, bob)
    a, b = (Tab(media_chromium, parlor, person, room) for person in (alice, bob))
    a.do("produce", "audio")
    a.do("produce", "video")
    assert b.do("consumeAll") == ["audio", "video"]
    grows(b, "audio", "packetsReceived", 50)
    grows(b, "video", "framesDecoded", 10)

    (state,) = [it for it in bob.get("/voice/states")["data"] if it["userId"] == alice.id]
    assert (state["video"], state["screenSharing"], state["muted"]) == (True, False, False)

    a.do("setState", {"muted": True})
    stands_still(b, "audio")
    grows(b, "video", "framesDecoded", 5)
    a.do("setState", {"muted": False})
    grows(b, "audio", "packetsReceived", 30)

    for tab in (a, b):
        for way in ("send", "recv"):
            tab.do("restart", way)
    grows(b, "audio", "packetsReceived", 50)

    a.do("leave")
    assert [it["userId"] for it in bob.get("/voice/states")["data"]] == [bob.id]
    b.page.close()
    for _ in range(120):
        if not alice.get("/voice/states")["data"]:
            break
        a.page.wait_for_timeout(100)
    assert alice.get("/voice/states")["data"] == []
    a.page.close()
