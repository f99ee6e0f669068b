"""Sizes and schemes: drawers on small screens, nothing that jumps, nothing wider than the screen."""

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}


def test_on_a_phone_channels_and_people_are_drawers(visit: Any, name: Any, channel: Any) -> None:
    phone = visit(**PHONE).come_in(name("phone"), channel["slug"])
    expect(phone.get("channels")).to_be_hidden()
    expect(phone.get("people")).to_be_hidden()
    phone.get("open-channels").click()
    expect(phone.get("channels")).to_be_visible()
    expect(phone.page.get_by_role("button", name="Close channels")).to_be_focused()
    phone.page.locator('[data-testid=channel][data-room="general"]').click()
    expect(phone.get("channels")).to_be_hidden()
    expect(phone.get("room-name")).to_have_text("general")
    phone.get("open-people").click()
    expect(phone.get("people").get_by_test_id("person").first).to_be_visible()
    phone.page.keyboard.press("Escape")
    expect(phone.get("people")).to_be_hidden()
    expect(phone.get("open-people")).to_be_focused()


@pytest.mark.parametrize("width", [390, 800, 1280])
def test_nothing_jumps_and_nothing_is_wider_than_the_screen(
    visit: Any, name: Any, channel: Any, width: int
) -> None:
    visitor = visit(viewport={"width": width, "height": 800}).come_in(name("wide"), channel["slug"])
    visitor.say("a word that is longer than any screen: " + "m" * 300)
    visitor.say("more")
    visitor.sees("more")
    visitor.page.reload()
    visitor.settled()
    visitor.sees("more")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") == width
    assert visitor.page.evaluate("window.seen.shift") < 0.02


def test_the_first_load_is_small(visit: Any, name: Any) -> None:
    visitor = visit()
    sizes: list[int] = []
    visitor.page.on("response", lambda answer: sizes.append(len(answer.body())))
    visitor.come_in(name("small"))
    # Uncompressed, in development; the promise is 250 KB compressed.
    assert sum(sizes) < 250_000
