"""The keyboard alone: a whole visit, the keys that work everywhere, and what opens over the page."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import DESK, PHONE, findings

pytestmark = pytest.mark.browser


@pytest.fixture
def alice(visit: Any, name: Any, channel: dict[str, Any]) -> Any:
    """Alone in a channel."""
    return visit().come_in(name("alice"), channel["slug"])


def test_a_whole_visit_by_keyboard_alone(visit: Any, name: Any, channel: Any, parlor: Any) -> None:
    parlor.person("ines").post(f"/rooms/{channel['id']}/messages", {"content": "who is awake?"})
    bob = visit().open()
    keys = bob.page.keyboard
    # In, as a guest: the field has the focus.
    expect(bob.get("field-username")).to_be_focused()
    keys.type(name("bob"))
    keys.press("Enter")
    bob.settled()
    # To a room, by a few letters.
    keys.press("Control+k")
    expect(bob.get("switcher-field")).to_be_focused()
    keys.type(channel["name"])
    expect(bob.get("offer").first).to_contain_text(channel["name"])
    keys.press("Enter")
    bob.settled()
    expect(bob.get("room-name")).to_have_text(channel["name"])
    expect(bob.get("composer")).to_be_focused()
    # Write: bold, and an emoji by its code.
    keys.type("I am ")
    keys.press("Control+b")
    keys.type("wide")
    keys.press("Control+b")
    keys.type(" awake :tad")
    expect(bob.get("completion").first).to_contain_text(":tada:")
    keys.press("Enter")
    expect(bob.get("composer")).to_have_value("I am **wide** awake 🎉 ")
    keys.press("Enter")
    mine = bob.get("message").filter(has_text="awake 🎉")
    expect(mine).to_have_attribute("data-state", "sent")
    expect(mine.locator("strong")).to_have_text("wide")
    # Mend it.
    keys.press("ArrowUp")
    expect(bob.get("editor")).to_be_focused()
    keys.type("indeed")
    keys.press("Enter")
    expect(mine.get_by_test_id("edited")).to_be_visible()
    expect(bob.get("composer")).to_be_focused()
    # Into the messages; answer.
    keys.press("Shift+Tab")
    expect(mine).to_be_focused()
    keys.press("ArrowUp")
    asked = bob.get("message").filter(has_text="who is awake?").first
    expect(asked).to_be_focused()
    keys.press("r")
    expect(bob.get("reply-bar")).to_contain_text("who is awake?")
    expect(bob.get("composer")).to_be_focused()
    keys.type("me")
    keys.press("Enter")
    answer = bob.row("me")
    expect(answer).to_have_attribute("data-state", "sent")
    # React: the picker, a search, Enter. On the way back lies what is in the row: the quote.
    keys.press("Shift+Tab")
    keys.press("Escape")
    expect(answer).to_be_focused()
    keys.press("+")
    expect(bob.get("emoji-search")).to_be_focused()
    keys.type("tada")
    expect(bob.page.locator(".emoji-cell").first).to_have_text("🎉")
    keys.press("Enter")
    expect(answer.get_by_test_id("reaction")).to_contain_text("🎉")
    expect(bob.get("emoji-picker")).to_have_count(0)
    # The focus is where it was; delete.
    expect(answer).to_be_focused()
    keys.press("Delete")
    expect(bob.get("delete-confirm")).to_be_focused()
    keys.press("Enter")
    expect(answer).to_have_count(0)
    expect(bob.get("composer")).to_be_focused()
    # Help, settings, and out.
    keys.press("Control+/")
    expect(bob.get("help")).to_be_visible()
    keys.press("Escape")
    expect(bob.get("help")).to_have_count(0)
    expect(bob.get("composer")).to_be_focused()
    keys.press("Control+,")
    expect(bob.get("section")).to_have_attribute("data-section", "profile")
    tab_to(bob, "settings-sign-out")
    keys.press("Enter")
    bob.wait_state("signed-out")


def tab_to(visitor: Any, testid: str) -> None:
    """Tab until it has the focus."""
    for _ in range(60):
        visitor.page.keyboard.press("Shift+Tab")
        focused = visitor.page.evaluate("document.activeElement.dataset.testid")
        if focused == testid:
            return
    raise AssertionError(f"Tab does not reach {testid}")


def test_alt_and_arrows_walk_through_the_rooms(alice: Any) -> None:
    rooms = alice.page.locator("[data-testid=channel]")
    before = alice.get("room-name").inner_text()
    assert rooms.count() > 1
    alice.get("composer").press("Alt+ArrowDown")
    expect(alice.get("room-name")).not_to_have_text(before)
    alice.settled()
    expect(alice.get("composer")).to_be_focused()
    alice.get("composer").press("Alt+ArrowUp")
    expect(alice.get("room-name")).to_have_text(before)


def test_alt_shift_and_arrows_walk_through_what_is_unread(
    alice: Any, parlor: Any, channel: Any
) -> None:
    admin = parlor.admin()
    other = admin.new_room("unread", serverId=channel["serverId"])
    expect(alice.page.locator(f'[data-room="{other["slug"]}"]')).to_be_visible()
    admin.post(f"/rooms/{other['id']}/messages", {"content": "news"})
    expect(
        alice.page.locator(f'[data-room="{other["slug"]}"]').get_by_test_id("news")
    ).to_be_visible()
    alice.get("composer").press("Alt+Shift+ArrowUp")
    expect(alice.get("room-name")).to_have_text(other["name"])


def test_a_text_field_keeps_its_keys(alice: Any) -> None:
    field = alice.get("composer")
    field.focus()
    alice.page.keyboard.type("why?")
    expect(field).to_have_value("why?")
    expect(alice.get("help")).to_have_count(0)
    field.fill("")
    alice.say("row")
    alice.sees("row")
    alice.row("row").focus()
    alice.page.keyboard.press("Shift+?")
    expect(alice.get("help")).to_be_visible()


def test_the_parts_of_the_page_are_reached_in_turn(alice: Any) -> None:
    keyboard = alice.page.keyboard
    alice.get("composer").focus()
    for part in ("people", "rail", "channels", "conversation"):
        keyboard.press("Control+F6")
        inside = "(part) => document.activeElement.closest(`[data-testid=${part}]`) !== null"
        assert alice.page.evaluate(inside, part), part
    expect(alice.get("composer")).to_be_focused()
    keyboard.press("Control+Shift+F6")
    assert alice.page.evaluate("document.activeElement.closest('[data-testid=channels]') !== null")


def test_the_switcher_offers_what_is_unread_first(alice: Any, parlor: Any, channel: Any) -> None:
    admin = parlor.admin()
    other = admin.new_room("fresh", serverId=channel["serverId"])
    expect(alice.page.locator(f'[data-room="{other["slug"]}"]')).to_be_visible()
    admin.post(f"/rooms/{other['id']}/messages", {"content": "news"})
    expect(
        alice.page.locator(f'[data-room="{other["slug"]}"]').get_by_test_id("news")
    ).to_be_visible()
    alice.page.keyboard.press("Control+k")
    expect(alice.get("offer").first).to_contain_text(other["name"])
    field = alice.get("switcher-field")
    field.fill("frsh")
    expect(alice.get("offer").first.locator("mark")).to_have_text(["fr", "sh"])
    field.press("ArrowDown")
    field.fill("nothing is called so")
    expect(alice.get("switcher-none")).to_be_visible()
    field.press("Enter")
    field.press("Escape")
    expect(alice.get("switcher")).to_have_count(0)
    expect(alice.get("composer")).to_be_focused()


def test_the_switcher_knows_people(alice: Any, visit: Any, name: Any, channel: Any) -> None:
    bob = name("bob")
    visit().come_in(bob, channel["slug"])
    expect(alice.get("people").get_by_text(bob)).to_be_visible()
    alice.page.keyboard.press("Control+k")
    alice.get("switcher-field").fill(f"@{bob[:5]}")
    alice.get("offer").filter(has_text=bob).click()
    expect(alice.get("profile-card")).to_contain_text(bob)
    alice.page.keyboard.press("Escape")
    expect(alice.get("profile-card")).to_have_count(0)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_what_opens_over_the_page_is_open_to_everybody(
    visit: Any, name: Any, channel: Any, size: dict[str, Any]
) -> None:
    visitor = visit(**size).come_in(name("axe"), channel["slug"])
    keyboard = visitor.page.keyboard
    visitor.get("composer").focus()
    keyboard.type(":smi")
    expect(visitor.get("completions")).to_be_visible()
    assert findings(visitor) == []
    keyboard.press("Escape")
    visitor.get("composer").fill("")
    visitor.get("marks").click()
    keyboard.press("Control+k")
    expect(visitor.get("switcher")).to_be_visible()
    assert findings(visitor) == []
    keyboard.press("Escape")
    keyboard.press("Control+/")
    expect(visitor.get("help")).to_be_visible()
    assert findings(visitor) == []
    keyboard.press("Escape")
    visitor.get("emoji").click()
    visitor.get("emoji-search").fill("cat")
    expect(visitor.get("emoji-picker").locator(".emoji-cell").first).to_be_visible()
    assert findings(visitor) == []
    keyboard.press("Escape")
    expect(visitor.get("emoji-picker")).to_have_count(0)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") == (
        390 if size is PHONE else 1280
    )
