"""A real Parlor and a real Chromium. Tests wait for states (`data-state`), never for time."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import DEVICES_UNASKED, running
from tests.browser.den import Den
from tests.browser.visitor import Visitor
from tests.browser.wire import Cable
from tests.live import Parlor
from voice.tests.kit import Media

Come = Callable[..., Visitor]
# A state is waited for as long as a loaded machine may need; one that comes at once costs nothing.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Per module: while Playwright runs, its event loop occupies the thread that async tests need."""
    with running() as browser:
        yield browser


@pytest.fixture(scope="module")
def media_chromium() -> Iterator[Browser]:
    """With a microphone that beeps, a camera that shows a clock, and a screen."""
    with running(*DEVICES_UNASKED) as browser:
        yield browser


@pytest.fixture(scope="module")
def media(parlor: Parlor) -> Iterator[Media]:
    """Parlor's media worker."""
    with Media(parlor) as worker:
        yield worker


@pytest.fixture
def visit(chromium: Browser, parlor: Parlor) -> Iterator[Come]:
    """Makes visitors, each with a browser context and a cable of their own."""
    visitors: list[Visitor] = []

    def come(url: str = "", **options: Any) -> Visitor:
        port = int((url or parlor.url).rpartition(":")[2])
        wanted = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"} | options
        visitors.append(Visitor(chromium.new_context(**wanted), Cable(port)))
        return visitors[-1]

    yield come
    found = [visitor.leave() for visitor in visitors]
    # A console error, or a breach of the page's own rules (CSP), fails the test.
    assert not any(found), found


@pytest.fixture
def channel(parlor: Parlor) -> dict[str, Any]:
    """A fresh text channel of the default server, so that tests do not meet in #general."""
    admin = parlor.admin()
    server = admin.get("/servers")["data"][0]
    return admin.new_room("table", serverId=server["id"])


@pytest.fixture
def name() -> Callable[[str], str]:
    """A username that nobody has."""
    return lambda start: f"{start}-{secrets.token_hex(3)}"


@pytest.fixture(scope="module")
def own_parlor(tmp_path_factory: Any) -> Iterator[Den]:
    """A Parlor whose alice, bob and mallory have accounts."""
    running = Parlor(tmp_path_factory.mktemp("den")).start()
    try:
        yield Den(running)
    finally:
        running.stop()


@pytest.fixture
def place(own_parlor: Den, name: Callable[[str], str]) -> Den:
    """A fresh community of alice's with bob in it, and #one, #two, #three."""
    den = own_parlor.fresh(name("Den"))
    for slug in ("one", "two", "three"):
        den.channel(slug)
    return den
