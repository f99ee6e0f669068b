"""README's picture, made by a test: always drawn into a temporary directory.

`PICTURES=1 pytest tests/browser/test_picture.py` writes it to docs/screens/. Nothing is compared:
fonts differ between machines.
"""

import os
import struct
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.live import Parlor

pytestmark = pytest.mark.browser
SCREENS = Path(__file__).resolve().parents[2] / "docs" / "screens"
SIZE = (1280, 800)
# The same picture at any time of day: the hours shown are set by hand, just before it is taken.
SET_THE_HOUR = """() => {
  const shown = [...document.querySelectorAll(".author time")];
  shown.forEach((time, index) => { time.textContent = `20:${36 + 2 * index}`; });
}"""


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the picture goes."""
    if os.environ.get("PICTURES"):
        SCREENS.mkdir(parents=True, exist_ok=True)
        return SCREENS / "skeleton-1280.png"
    return tmp_path / "skeleton-1280.png"


@pytest.fixture
def fresh(tmp_path: Path) -> Any:
    """A Parlor of its own: #general is empty and every name is free."""
    parlor = Parlor(tmp_path / "fresh")
    try:
        yield parlor.start()
    finally:
        parlor.stop()


def test_two_people_in_general(fresh: Parlor, visit: Any, target: Path) -> None:
    maya = visit(fresh.url).come_in("Maya")
    jonas = visit(fresh.url).come_in("Jonas")
    ines = visit(fresh.url).come_in("Ines")
    for who, text in (
        (maya, "Good evening! Is anyone coming to the reading on Thursday?"),
        (jonas, "I am. I'll bring the folding chairs from the workshop."),
        (jonas, "Eight of them, if the car holds."),
        (maya, "Perfect. Doors at seven, tea from half past six."),
        (ines, "Can I read something short?\nTwo pages, I promise."),
        (maya, "Yes please! You open the evening."),
    ):
        who.say(text)
        maya.sees(text)
    jonas.edit("Eight of them, if the car holds.", "Nine of them, if the car holds.")
    maya.sees("Nine of them, if the car holds.")
    expect(maya.get("people").get_by_test_id("person")).to_have_count(3)
    ines.get("composer").press_sequentially("Thank you all", delay=150)
    expect(maya.get("typing")).to_contain_text("Ines is writing")
    maya.page.mouse.move(640, 120)
    maya.page.evaluate(SET_THE_HOUR)
    maya.page.screenshot(path=target, animations="disabled")
    assert struct.unpack(">II", target.read_bytes()[16:24]) == SIZE
