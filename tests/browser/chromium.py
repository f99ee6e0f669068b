"""The Chromium that tests drive: headless, quiet, and with devices where they are wanted."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserType, sync_playwright

from scripts.testing import CHROMIUM

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# A microphone that beeps and a camera that shows a clock; who may use them is asked as ever.
DEVICES = ("--use-fake-device-for-media-stream",)
# The same, and a screen, all allowed unasked; what comes in is played at once.
DEVICES_UNASKED = (
    *DEVICES,
    "--use-fake-ui-for-media-stream",
    "--auto-accept-this-tab-capture",
    "--auto-select-desktop-capture-source=Entire screen",
    "--autoplay-policy=no-user-gesture-required",
)


def find_chromium() -> str | None:
    """Where it is installed; none where it is not."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def launch(kind: BrowserType, *options: str, command: Path | None = None) -> Browser:
    """One more, beside a running one: `launch(browser.browser_type)`. `command` starts it."""
    path = command or find_chromium()
    return kind.launch(executable_path=path, args=[*QUIET, *options])


@contextmanager
def running(*options: str) -> Iterator[Browser]:
    """The first of a thread, with Playwright itself; both end with the block."""
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium, *options)
        try:
            yield browser
        finally:
            browser.close()
