"""A real Parlor and a real Chromium. Tests wait for states (`data-state`), never for time."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from scripts.testing import CHROMIUM
from tests.browser.visitor import Visitor
from tests.browser.wire import Cable
from tests.live import Parlor

CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Come = Callable[..., Visitor]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Per module: while Playwright runs, its event loop occupies the thread that async tests need."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


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
