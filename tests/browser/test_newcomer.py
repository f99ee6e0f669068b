"""From the address to the first message: what a newcomer has to do, counted."""

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


class Hands:
    """What a person does at a keyboard; every line typed and every key is an action."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.actions: list[str] = []

    def types(self, words: str) -> None:
        self.actions.append(f"types {words!r}")
        self.page.keyboard.type(words)

    def presses(self, key: str) -> None:
        self.actions.append(f"presses {key}")
        self.page.keyboard.press(key)


def test_a_newcomer_writes_the_first_message_in_four_actions(
    visit: Any, name: Any, parlor: Any
) -> None:
    visitor = visit().open()
    visitor.wait_state("signed-out")
    hands = Hands(visitor.page)
    hands.types(name("newcomer"))
    hands.presses("Enter")
    visitor.settled()
    expect(visitor.get("composer")).to_be_focused()
    hands.types("Hello, I am new here.")
    hands.presses("Enter")
    visitor.sees("Hello, I am new here.")
    assert len(hands.actions) <= 4, hands.actions
    reader = parlor.person("reader")
    assert reader.history("general")[-1]["content"] == "Hello, I am new here."


def test_on_a_phone_no_keyboard_comes_up_unasked(visit: Any, name: Any) -> None:
    phone = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).open()
    phone.wait_state("signed-out")
    expect(phone.get("field-username")).not_to_be_focused()
    phone.get("field-username").fill(name("finger"))
    phone.get("enter").tap()
    phone.settled()
    expect(phone.get("composer")).not_to_be_focused()
    expect(phone.get("composer")).to_be_visible()


@pytest.mark.parametrize("door", ["guest", "login", "register"])
def test_every_door_says_what_comes_next(visit: Any, door: str) -> None:
    visitor = visit().open()
    visitor.wait_state("signed-out")
    visitor.get(f"door-{door}").click()
    expect(visitor.get("enter")).to_be_visible()
    visitor.get("enter").click()
    # An empty form goes nowhere: the first field is what is next.
    expect(visitor.page.locator(".door-form input").first).to_be_focused()
