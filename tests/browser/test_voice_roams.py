"""Somebody who goes from one network to another while they talk: really, in a network of its own."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import DEVICES_UNASKED, launch, running
from tests.browser.network import Network, apart
from tests.browser.talkers import Talker, talkers
from tests.browser.wire import Cable
from tests.live import Parlor
from voice.tests.kit import Media, let_in, voice_room

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.networks]
BACK_WITHIN_S = 5
# Chromium, a server, a worker and this share two cores with another test.
HEADROOM = 2


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with apart(), Network(tmp_path_factory.mktemp("network")) as made:
        yield made


@pytest.fixture(scope="module")
def parlor(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parlor]:
    """On that network's other end."""
    house = Parlor(tmp_path_factory.mktemp("roams"))
    try:
        yield house.start()
    finally:
        house.stop()


@pytest.fixture(scope="module")
def media_chromium(network: Network) -> Iterator[Browser]:
    """There as well."""
    with running(*DEVICES_UNASKED) as browser:
        yield browser


@pytest.fixture
def table(parlor: Parlor, media_chromium: Browser, network: Network) -> Iterator[Any]:
    """alice on the one end, bob and the server on the other; they talk. Their pages, and alice."""
    alice, bob = parlor.person("alice"), parlor.person("bob")
    room = voice_room(alice)
    let_in(alice, room, bob)
    at = f"/#/{alice.get(f'/rooms/{room}')['data']['slug']}"
    port = int(parlor.url.rpartition(":")[2])
    # Under a name that browsers trust with a microphone.
    named = f"--host-resolver-rules=MAP localhost {network.host}"
    away = launch(media_chromium.browser_type, *DEVICES_UNASKED, named, command=network.chromium)
    with Media(parlor, MEDIA_HOST=network.host), talkers(media_chromium, parlor) as come:
        hers = come(alice, at, browser=away, cable=Cable(port, network.host, "localhost"))
        his = come(bob, at)
        for page in (hers, his):
            page.get("voice-join").click()
            page.is_in()
        hers.hears()
        his.hears()
        yield hers, his, alice
    away.close()


def back(hers: Talker, his: Talker, began: float) -> float:
    """How long it took until both heard each other again, in seconds."""
    hers.hears(5)
    his.hears(5)
    hers.is_in()
    return time.monotonic() - began


def test_who_gets_another_address_is_heard_again_and_never_left(
    table: Any, network: Network
) -> None:
    hers, his, alice = table
    hers.was_cut = True
    sessions = {it["sessionId"] for it in alice.get("/voice/states")["data"]}
    began = time.monotonic()
    network.move()
    took_s = back(hers, his, began)
    print(f"back after {took_s:.1f} s")
    assert took_s < BACK_WITHIN_S * HEADROOM
    assert {it["sessionId"] for it in alice.get("/voice/states")["data"]} == sessions
    expect(hers.sitter(alice.username)).to_have_count(1)


def test_who_was_without_a_network_is_heard_again_when_it_is_back(
    table: Any, network: Network
) -> None:
    hers, his, _ = table
    hers.was_cut = True
    network.unplug()
    expect(hers.get("voice-bar")).to_have_attribute("data-phase", "reconnecting", timeout=20_000)
    began = time.monotonic()
    network.plug()
    took_s = back(hers, his, began)
    print(f"back after {took_s:.1f} s")
    assert took_s < BACK_WITHIN_S * HEADROOM
