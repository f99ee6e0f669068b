"""Plain RTCPeerConnections in Chromium: by SDP over the gateway, and by WHIP and WHEP."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.live import Parlor, Person
from voice.tests.kit import Media, let_in, voice_room

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CALLER = """
class Caller {
  constructor(token, room) {
    this.token = token; this.room = room; this.waiting = {}; this.number = 0; this.offers = 0;
    this.tracks = [];
  }
  async open() {
    this.ws = new WebSocket(location.origin.replace("http", "ws") + "/ws");
    await new Promise((done, failed) => { this.ws.onopen = done; this.ws.onerror = failed; });
    this.ws.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      if (this.waiting[frame.id]) this.waiting[frame.id](frame);
      else if (frame.type === "voice:offer") this.answer(frame.data);
    };
    await this.ask("auth:identify", { token: this.token, protocol: 1 });
    this.sessionId = (await this.ask("voice:join", { roomId: this.room })).sessionId;
  }
  async ask(type, data) {
    const id = `c${this.number += 1}`;
    const answer = new Promise((done) => { this.waiting[id] = done; });
    this.ws.send(JSON.stringify({ type, id, data }));
    const frame = await answer;
    if (frame.type === "error") throw new Error(JSON.stringify(frame.data));
    return frame.data;
  }
  async media(kinds) {
    const video = kinds.includes("video") ? { width: 320, height: 180 } : false;
    return navigator.mediaDevices.getUserMedia({ audio: kinds.includes("audio"), video });
  }
  async publish(...kinds) {
    this.sender = this.sender ?? new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    const stream = await this.media(kinds);
    for (const track of stream.getTracks()) this.sender.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    return this.negotiate();
  }
  async negotiate(options) {
    await this.sender.setLocalDescription(await this.sender.createOffer(options));
    const { sdp } = this.sender.localDescription;
    const words = { sessionId: this.sessionId, negotiationId: `n${this.number}`, sdp };
    const made = await this.ask("voice:publish", words);
    await this.sender.setRemoteDescription({ type: "answer", sdp: made.sdp });
    return made.tracks.map((it) => `${it.kind} ${it.source}`);
  }
  async unpublish(place) {
    this.sender.getTransceivers()[place].stop();
    return this.negotiate();
  }
  async subscribe() {
    this.receiver = new RTCPeerConnection();
    this.show(this.receiver);
    await this.answer(await this.ask("voice:subscribe", { sessionId: this.sessionId }));
  }
  show(receiver) {
    receiver.ontrack = ({ track }) => {
      const element = document.createElement(track.kind);
      element.autoplay = true;
      element.srcObject = new MediaStream([track]);
      document.body.append(element);
    };
  }
  async answer({ negotiationId, sdp, tracks, sessionId }) {
    await this.receiver.setRemoteDescription({ type: "offer", sdp });
    await this.receiver.setLocalDescription();
    const words = { sessionId, negotiationId, sdp: this.receiver.localDescription.sdp };
    await this.ask("voice:answer", words);
    this.tracks = tracks.map((it) => `${it.kind} ${it.source}`).sort();
    this.offers += 1;
  }
  async exchange(way, ...kinds) {
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    if (way === "whep") {
      this.receiver = pc;
      this.show(pc);
      for (const kind of kinds) pc.addTransceiver(kind, { direction: "recvonly" });
    } else {
      this.sender = pc;
      for (const track of (await this.media(kinds)).getTracks()) pc.addTransceiver(track, { direction: "sendonly" });
    }
    await pc.setLocalDescription();
    const answer = await fetch(`/api/v1/voice/rooms/${this.room}/${way}`, {
      method: "POST", body: pc.localDescription.sdp,
      headers: { Authorization: `Bearer ${this.token}`, "Content-Type": "application/sdp" },
    });
    if (answer.status !== 201) throw new Error(await answer.text());
    this.resource = answer.headers.get("Location");
    await pc.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  }
  async end() {
    const headers = { Authorization: `Bearer ${this.token}` };
    return (await fetch(this.resource, { method: "DELETE", headers })).status;
  }
  async figures() {
    const found = {};
    if (!this.receiver) return found;
    for (const it of (await this.receiver.getStats()).values()) {
      if (it.type === "inbound-rtp") found[it.kind] = it;
    }
    return found;
  }
}
"""


class Tab:
    """A page at Parlor's own origin that holds nothing but a caller."""

    def __init__(self, browser: Browser, parlor: Parlor, person: Person, room: str) -> None:
        # Really from there: Chromium lets no made-up page speak to this machine by WebSocket.
        self.page = browser.new_page(bypass_csp=True)
        self.page.goto(parlor.url.replace("127.0.0.1", "localhost") + "/health/live")
        self.page.add_script_tag(content=CALLER + "window.Caller = Caller;")
        made = "([token, room]) => { window.caller = new Caller(token, room); }"
        self.page.evaluate(made, [person.token, room])

    def do(self, name: str, *words: Any) -> Any:
        """Call a method of the caller."""
        return self.page.evaluate(f"words => caller.{name}(...words)", list(words))

    def until(self, expression: str) -> None:
        """Wait for something to be so."""
        self.page.wait_for_function(expression, timeout=30_000, polling=100)

    def gets(self, kind: str, field: str, more: float) -> None:
        """Wait until a figure of what comes in has grown."""
        before = self.do("figures").get(kind, {}).get(field, 0)
        self.until(f"async () => ((await caller.figures()).{kind}?.{field} ?? 0) > {before + more}")


@pytest.fixture
def pair(parlor: Parlor, media: Media, media_chromium: Browser) -> Iterator[Any]:
    alice, bob = parlor.person("alice"), parlor.person("bob")
    room = voice_room(alice)
    let_in(alice, room, bob)
    tabs = [Tab(media_chromium, parlor, person, room) for person in (alice, bob)]
    yield (*tabs, alice, bob)
    for tab in tabs:
        tab.page.close()


def test_two_people_without_any_library_hear_and_see_each_other(pair) -> None:
    a, b, _alice, _bob = pair
    for tab in (a, b):
        tab.do("open")
        tab.do("subscribe")
    b.until("() => caller.receiver.connectionState === 'connected'")  # though nobody speaks yet
    assert sorted(a.do("publish", "audio", "video")) == ["audio mic", "video camera"]
    b.until("() => caller.tracks.join() === 'audio mic,video camera'")
    assert b.do("publish", "audio") == ["audio mic"]
    for tab in (a, b):
        tab.gets("audio", "packetsReceived", 50)
        tab.gets("audio", "totalAudioEnergy", 0)
    b.gets("video", "framesDecoded", 10)
    offers = b.page.evaluate("caller.offers")
    assert a.do("unpublish", 1) == ["audio mic"]
    b.until("() => caller.tracks.join() === 'audio mic'")
    assert b.page.evaluate("caller.offers") == offers + 1
    assert sorted(a.do("publish", "video")) == ["audio mic", "video camera"]
    b.gets("video", "framesDecoded", 10)
    b.gets("audio", "packetsReceived", 30)
    assert a.do("negotiate", {"iceRestart": True})
    b.gets("audio", "packetsReceived", 50)


def test_a_plain_page_publishes_by_whip_and_another_watches_by_whep(pair) -> None:
    a, b, alice, bob = pair
    a.do("exchange", "whip", "audio", "video")
    b.do("exchange", "whep", "audio", "video")
    b.gets("audio", "totalAudioEnergy", 0)
    b.gets("audio", "packetsReceived", 50)
    b.gets("video", "framesDecoded", 10)
    (state,) = [it for it in bob.get("/voice/states")["data"] if it["userId"] == alice.id]
    assert state["video"]
    assert a.do("end") == 200
    assert [it["userId"] for it in bob.get("/voice/states")["data"]] == [bob.id]
    assert b.do("end") == 200
    assert bob.get("/voice/states")["data"] == []
