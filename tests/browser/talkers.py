"""People who talk in a browser: real devices (Chromium's fake ones), real media, and what comes of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser import house
from tests.browser.visitor import Visitor
from tests.browser.wire import Cable
from tests.live import Parlor, Person

# Every connection of the page, so that a test can ask what comes in.
LISTEN = """
  window.ways = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...words) { super(...words); window.ways.push(this); }
  };
  window.figures = async () => {
    const found = { audio: {}, video: {} };
    for (const way of window.ways.filter((one) => one.connectionState !== "closed")) {
      for (const it of (await way.getStats()).values()) {
        if (it.type !== "inbound-rtp") continue;
        for (const name of ["packetsReceived", "totalAudioEnergy", "framesDecoded"]) {
          found[it.kind][name] = (found[it.kind][name] ?? 0) + (it[name] ?? 0);
        }
      }
    }
    return found;
  };
  window.rises = async ({ kind, name, by, ms }) => {
    let last = (await window.figures())[kind][name] ?? 0, risen = 0;
    const end = performance.now() + ms;
    while (performance.now() < end) {
      const now = (await window.figures())[kind][name] ?? 0;
      risen += Math.max(0, now - last);
      last = now;
      if (risen > by) return true;
      await new Promise((done) => setTimeout(done, 50));
    }
    return false;
  };
"""


class Talker(Visitor):
    """Somebody with a microphone and a camera."""

    def __init__(self, context: BrowserContext, cable: Cable) -> None:
        context.add_init_script(LISTEN)
        super().__init__(context, cable)

    # --- doing ---------------------------------------------------------------------------------
    def sign_in(self, person: Person, path: str = "") -> "Talker":
        """Into the house, then to an address."""
        self.open()
        self.wait_state("signed-out")
        self.get("door-login").click()
        self.get("field-email").fill(f"{person.username}@example.com")
        self.get("field-password").fill(house.PASSWORD)
        self.get("enter").click()
        self.wait_state("ready")
        if path:
            self.page.goto(self.cable.url + path)
            self.wait_state("ready")
        return self

    def look_at(self, path: str) -> "Talker":
        """As somebody without an account."""
        self.page.goto(self.cable.url + path)
        return self

    def sit_down(self, slug: str) -> "Talker":
        """One click on a voice channel."""
        self.get("channels").locator(f'[data-testid=voice-room][data-room="{slug}"]').click()
        return self.is_in()

    # --- seeing --------------------------------------------------------------------------------
    def is_in(self, timeout_s: float = 20) -> "Talker":
        """Connected, as the page says."""
        expect(self.page.locator("[data-testid=voice-pane]")).to_have_attribute(
            "data-phase", "connected", timeout=timeout_s * 1000
        )
        return self

    def hears(self, packets: int = 20, timeout_s: float = 20) -> None:
        """Sound comes in, and it is no silence."""
        self._rises("audio", "packetsReceived", packets, timeout_s)
        self._rises("audio", "totalAudioEnergy", 0, timeout_s)

    def hears_nothing(self) -> None:
        """For a second, once what was on its way has come."""
        self.page.wait_for_timeout(400)
        rose = self.page.evaluate(
            "window.rises({ kind: 'audio', name: 'packetsReceived', by: 2, ms: 1000 })"
        )
        assert not rose

    def sees_pictures(self, frames: int = 10, timeout_s: float = 20) -> None:
        """Somebody's camera or screen is decoded."""
        self._rises("video", "framesDecoded", frames, timeout_s)

    def _rises(self, kind: str, name: str, by: float, timeout_s: float) -> None:
        wanted = {"kind": kind, "name": name, "by": by, "ms": timeout_s * 1000}
        assert self.page.evaluate("(wanted) => window.rises(wanted)", wanted), (
            name,
            self.page.evaluate("window.figures()"),
        )

    def tile(self, username: str) -> Any:
        """Somebody on the stage."""
        return self.page.locator(f'[data-testid=tile][data-username="{username}"]')

    def sitter(self, username: str) -> Any:
        """Somebody under a voice channel."""
        return self.page.locator(f'[data-testid=sitter][data-username="{username}"]')


@contextmanager
def talkers(browser: Browser, parlor: Parlor) -> Iterator[Any]:
    """Makes talkers, and looks at what their pages had to complain of."""
    made: list[Talker] = []

    def come(
        person: Person | None,
        path: str = "",
        browser: Browser = browser,
        cable: Cable | None = None,
        **options: Any,
    ) -> Talker:
        wanted = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"} | options
        cable = cable or Cable(int(parlor.url.rpartition(":")[2]))
        made.append(Talker(browser.new_context(**wanted), cable))
        return made[-1].sign_in(person, path) if person else made[-1].look_at(path)

    yield come
    found = [one.leave() for one in made if where_lives(one)]
    assert not any(found), found


def where_lives(talker: Talker) -> bool:
    """Whether its browser was not killed by the test."""
    browser = talker.context.browser
    return browser is None or browser.is_connected()
