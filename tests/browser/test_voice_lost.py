"""What happens to people who talk when something dies: a browser, the media worker, the web process, a way."""

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import DEVICES_UNASKED, launch
from tests.browser.talkers import talkers
from tests.live import Parlor
from voice.tests.kit import Media, let_in, voice_room

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# A dead worker's rooms move when its lease is over; then people come back.
LEASE_S, BACK_WITHIN_S = 3, 5
# Four processes and two browsers share two cores here.
HEADROOM = 2
# Every word that the bar has said: one that was there for a moment only is not missed.
NOTE_PHASES = """() => {
  const bar = () => document.querySelector("[data-testid=voice-bar]")?.dataset.phase;
  window.phases = [bar()];
  new MutationObserver(() => {
    if (bar() !== window.phases.at(-1)) window.phases.push(bar());
  }).observe(document.body, { attributes: true, attributeFilter: ["data-phase"], childList: true, subtree: true });
}"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parlor]:
    """A Parlor that these tests may hurt."""
    running = Parlor(tmp_path_factory.mktemp("lost")).start()
    yield running
    running.stop()


@pytest.fixture
def media(house: Parlor) -> Iterator[Media]:
    """Its media worker; another one for each test."""
    with Media(house) as running:
        yield running


@pytest.fixture
def come(media_chromium: Browser, house: Parlor, media: Media) -> Iterator[Any]:
    with talkers(media_chromium, house) as made:
        yield made


@pytest.fixture
def table(come: Any, house: Parlor) -> Any:
    """alice and bob talk in a room of alice's: their pages, and the two."""
    alice, bob = house.person("alice"), house.person("bob")
    room = voice_room(alice)
    let_in(alice, room, bob)
    slug = alice.get(f"/rooms/{room}")["data"]["slug"]
    hers, his = (come(who, f"/#/{slug}").sit_down(slug) for who in (alice, bob))
    hers.hears()
    his.hears()
    return hers, his, alice, bob


def pid_of(browser: Browser) -> int:
    """The process that a person sees as their browser."""
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return next(one["id"] for one in found if one["type"] == "browser")


def test_whoever_s_browser_is_killed_is_gone_within_ten_seconds(
    media_chromium: Browser, come: Any, table: Any, house: Parlor
) -> None:
    hers, _, alice, _ = table
    other = launch(media_chromium.browser_type, *DEVICES_UNASKED)
    carol = house.person("carol")
    room = alice.get("/voice/states")["data"][0]["roomId"]
    let_in(alice, room, carol)
    slug = alice.get(f"/rooms/{room}")["data"]["slug"]
    come(carol, f"/#/{slug}", browser=other).sit_down(slug).hears()
    expect(hers.sitter(carol.username)).to_be_visible()
    os.kill(pid_of(other), signal.SIGKILL)
    began = time.monotonic()
    for where in (hers.sitter(carol.username), hers.tile(carol.username)):
        expect(where).to_have_count(0, timeout=15_000)
    assert time.monotonic() - began < 11


def test_a_killed_worker_s_people_come_back_by_themselves(
    table: Any, media: Media, house: Parlor
) -> None:
    hers, his, alice, bob = table
    hers.get("voice-mute").first.click()
    expect(his.sitter(alice.username).locator("[data-sign=muted]")).to_be_visible()
    with Media(house):
        for page in (hers, his):
            page.page.evaluate(NOTE_PHASES)
        media.kill()
        began = time.monotonic()
        # The lease runs out after three seconds; then the room moves.
        for page in (hers, his):
            page.wait_until("() => window.phases.join().endsWith('reconnecting,connected')")
        took_s = time.monotonic() - began
        print(f"back {took_s:.1f} s after the worker was killed, {LEASE_S} of them the lease")
        assert took_s < (LEASE_S + BACK_WITHIN_S) * HEADROOM
        hers.hears()
        # Who was muted comes back so, and others saw them sitting all the while.
        expect(his.sitter(alice.username).locator("[data-sign=muted]")).to_be_visible()
        hers.get("voice-mute").first.click()
        his.hears()
        assert {it["userId"] for it in alice.get("/voice/states")["data"]} == {alice.id, bob.id}


def test_media_goes_on_while_the_web_process_is_away(table: Any, house: Parlor) -> None:
    hers, his, alice, bob = table
    sessions = {it["sessionId"] for it in alice.get("/voice/states")["data"]}
    for page in (hers, his):
        page.was_cut = True
        page.expected += ["503", "502", "Failed to load resource"]
    house.processes[0].kill()
    hers.hears(100)
    # What one does meanwhile takes effect here at once, and is told when it can be.
    his.get("voice-mute").first.click()
    house.processes[0].start()
    for page in (hers, his):
        page.wait_state("ready")
    expect(hers.sitter(bob.username).locator("[data-sign=muted]")).to_be_visible()
    his.get("voice-mute").first.click()
    hers.hears(100)
    his.hears(100)
    for page in (hers, his):
        expect(page.get("voice-bar")).to_have_attribute("data-phase", "connected")
    assert {it["sessionId"] for it in alice.get("/voice/states")["data"]} == sessions


def test_another_network_is_followed(table: Any) -> None:
    hers, his, alice, _ = table
    sessions = {it["sessionId"] for it in alice.get("/voice/states")["data"]}
    credentials = """() => window.ways.filter((way) => way.connectionState === "connected")
      .map((way) => /a=ice-ufrag:(.+)/.exec(way.localDescription.sdp)[1]).sort().join()"""
    before = hers.page.evaluate(credentials)
    hers.page.evaluate("window.dispatchEvent(new Event('online'))")
    hers.wait_until(f"(before) => ({credentials})() !== before", before)
    hers.hears(100)
    his.hears(100)
    hers.is_in()
    assert {it["sessionId"] for it in alice.get("/voice/states")["data"]} == sessions


def test_talking_elsewhere_ends_it_here(table: Any, come: Any) -> None:
    hers, his, alice, _ = table
    slug = hers.page.url.rpartition("/")[2]
    elsewhere = come(alice, f"/#/{slug}")
    expect(elsewhere.get("voice-door")).to_contain_text("on another device")
    elsewhere.sit_down(slug)
    expect(hers.get("voice-over")).to_have_attribute("data-why", "replaced")
    expect(hers.get("voice-over")).to_contain_text("another device")
    his.hears()
    elsewhere.hears()
