"""What one may not do is not offered, and the page says why; it follows what others decide, at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def town(parlor: Any) -> Any:
    """alice's community with bob in it."""
    alice, bob = parlor.person("alice"), parlor.person("bob")
    server = alice.post("/servers", {"name": "Town", "isPublic": True})["data"]
    at = f"/servers/{server['id']}"
    assert bob.request("PUT", f"{at}/members/me").is_success
    return alice, bob, at


@pytest.fixture
def sign_in(visit: Any) -> Any:
    """A person at their browser, in a room."""

    def come(person: Any, room: str) -> Any:
        visitor = visit().open(room)
        visitor.wait_state("signed-out")
        visitor.get("door-login").click()
        visitor.get("field-email").fill(f"{person.username}@example.com")
        visitor.get("field-password").fill("correct horse")
        visitor.get("enter").click()
        return visitor.settled()

    return come


def new_channel(alice: Any, at: str, **fields: Any) -> dict[str, Any]:
    return alice.post(f"{at}/channels", {"name": "square"} | fields)["data"]


def say(person: Any, room: dict[str, Any], text: str) -> Any:
    return person.post(f"/rooms/{room['id']}/messages", {"content": text})["data"]


def closed(visitor: Any, why: str) -> None:
    expect(visitor.get("composer-closed")).to_contain_text(why)
    expect(visitor.get("composer")).to_have_count(0)


def test_in_an_announcement_channel_bob_reads_and_reacts(town: Any, sign_in: Any) -> None:
    alice, bob, at = town
    room = new_channel(alice, at, type="announcement")
    say(alice, room, "The fountain runs again.")
    his = sign_in(bob, room["slug"])
    closed(his, "Only some people announce here.")
    row = his.row("The fountain runs again.")
    row.hover()
    expect(row.get_by_test_id("react")).to_be_visible()
    expect(row.get_by_test_id("reply")).to_have_count(0)
    row.get_by_test_id("more").click()
    expect(his.get("row-menu").get_by_test_id("copy-text")).to_be_visible()
    expect(his.get("row-menu").get_by_test_id("delete")).to_have_count(0)
    hers = sign_in(alice, room["slug"])
    expect(hers.get("composer")).to_be_visible()
    expect(hers.get("composer-closed")).to_have_count(0)


def test_a_timeout_closes_the_field_at_once_says_until_when_and_opens_it_again(
    town: Any, sign_in: Any
) -> None:
    alice, bob, at = town
    room = new_channel(alice, at)
    say(alice, room, "A quiet evening.")
    his = sign_in(bob, room["slug"])
    his.get("composer").fill("I was about to say")
    expect(his.get("composer")).to_be_focused()
    height = his.page.locator(".composer").bounding_box()["height"]
    until = datetime.now(UTC) + timedelta(days=2)
    alice.request("PUT", f"{at}/timeouts/{bob.id}", {"until": until.isoformat()})
    closed(his, "You cannot write here until")
    expect(his.get("composer-closed")).to_contain_text(str(until.year))
    expect(his.get("composer-closed")).to_be_focused()
    assert his.get("composer-closed").bounding_box()["height"] == height
    his.row("A quiet evening.").hover()
    expect(his.row("A quiet evening.").get_by_test_id("more")).to_be_visible()
    expect(his.row("A quiet evening.").get_by_test_id("react")).to_have_count(0)
    alice.request("DELETE", f"{at}/timeouts/{bob.id}")
    # What was begun is still there.
    expect(his.get("composer")).to_have_value("I was about to say")


def test_a_timeout_that_runs_out_needs_nobody_to_say_so(town: Any, sign_in: Any) -> None:
    alice, bob, at = town
    room = new_channel(alice, at)
    his = sign_in(bob, room["slug"])
    alice.request("PUT", f"{at}/timeouts/{bob.id}", {"seconds": 6})
    closed(his, "You cannot write here until")
    expect(his.get("composer")).to_be_visible(timeout=30_000)


def test_an_archived_channel_is_for_reading_also_for_its_owner(town: Any, sign_in: Any) -> None:
    alice, _, at = town
    room = new_channel(alice, at)
    hers = sign_in(alice, room["slug"])
    expect(hers.get("composer")).to_be_visible()
    alice.request("PATCH", f"/channels/{room['id']}", {"isArchived": True})
    closed(hers, "This channel is archived.")
    alice.request("PATCH", f"/channels/{room['id']}", {"isArchived": False})
    expect(hers.get("composer")).to_be_visible()


def test_an_override_takes_writing_and_reacting_apart(town: Any, sign_in: Any) -> None:
    alice, bob, at = town
    room = new_channel(alice, at)
    message = say(alice, room, "Look, do not touch.")
    alice.request("PUT", f"/messages/{message['id']}/reactions/👀")
    his = sign_in(bob, room["slug"])
    chip = his.row("Look, do not touch.").get_by_test_id("reaction")
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    alice.request("PUT", f"/rooms/{room['id']}/overrides/member", {"deny": ["post", "react"]})
    closed(his, "read-only for everybody")
    expect(chip).to_have_attribute("aria-disabled", "true")
    expect(his.get("reaction-add")).to_have_count(0)
    alice.request("PUT", f"/rooms/{room['id']}/overrides/member", {"deny": ["post"]})
    expect(his.get("reaction-add")).to_have_count(1)


def test_whoever_looks_after_messages_deletes_those_of_others(town: Any, sign_in: Any) -> None:
    alice, bob, at = town
    room = new_channel(alice, at)
    say(alice, room, "Buy my carpets!")
    his = sign_in(bob, room["slug"])
    row = his.row("Buy my carpets!")
    row.hover()
    row.get_by_test_id("more").click()
    expect(his.get("row-menu").get_by_test_id("delete")).to_have_count(0)
    his.page.keyboard.press("Escape")
    alice.request("PATCH", f"{at}/members/{bob.id}", {"role": "moderator"})
    hers = sign_in(alice, room["slug"])
    # His menu has it as soon as he is one.
    row.hover()
    row.get_by_test_id("more").click()
    expect(his.get("row-menu").get_by_test_id("edit")).to_have_count(0)
    his.get("row-menu").get_by_test_id("delete").click()
    expect(his.get("row-menu")).to_contain_text(alice.username)
    his.get("delete-confirm").click()
    expect(hers.row("Buy my carpets!")).to_have_count(0)


def test_until_it_is_known_the_field_is_there_and_nothing_jumps(town: Any, visit: Any) -> None:
    alice, bob, at = town
    room = new_channel(alice, at)
    his = visit().open(room["slug"])
    his.wait_state("signed-out")
    held: list[Any] = []
    his.page.route("**/permissions", lambda route: held.append(route))
    his.get("door-login").click()
    his.get("field-email").fill(f"{bob.username}@example.com")
    his.get("field-password").fill("correct horse")
    his.get("enter").click()
    his.settled()
    expect(his.get("composer")).to_be_focused()
    his.page.keyboard.type("Hello")
    assert held
    held[0].continue_()
    his.page.keyboard.press("Enter")
    his.sees("Hello")
    assert his.page.evaluate("window.seen.shift") < 0.02
