"""The conversation on screen: editing, refusals, history, keyboard, and text that is only text."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import findings

pytestmark = pytest.mark.browser


@pytest.fixture
def alice(visit: Any, name: Any, channel: dict[str, Any]) -> Any:
    """Alone in a channel."""
    return visit().come_in(name("alice"), channel["slug"])


def test_arrow_up_edits_the_last_message_and_escape_leaves_it(alice: Any) -> None:
    alice.say("first")
    alice.say("last")
    alice.sees("last")
    alice.get("composer").press("ArrowUp")
    expect(alice.get("editor")).to_be_focused()
    expect(alice.get("editor")).to_have_value("last")
    alice.get("editor").press("Escape")
    expect(alice.get("composer")).to_be_focused()
    alice.get("composer").press("ArrowUp")
    alice.get("editor").fill("last, better")
    alice.get("editor").press("Enter")
    alice.sees("last, better")
    expect(alice.row("last, better").get_by_test_id("edited")).to_be_visible()
    expect(alice.get("composer")).to_be_focused()


def test_deleting_asks_once_and_leaves_nothing(alice: Any) -> None:
    alice.say("keep")
    alice.say("regret")
    alice.sees("regret")
    alice.row("regret").hover()
    alice.row("regret").get_by_test_id("more").click()
    alice.get("row-menu").get_by_test_id("delete").click()
    alice.page.get_by_role("button", name="Keep").click()
    alice.sees("regret")
    alice.delete("regret")
    expect(alice.get("message")).to_have_count(1)
    alice.sees("keep")


def test_messages_are_reached_by_keyboard_alone(alice: Any) -> None:
    alice.say("one")
    alice.say("two")
    alice.sees("two")
    keyboard = alice.page.keyboard
    keyboard.press("Shift+Tab")
    expect(alice.row("two")).to_be_focused()
    expect(alice.row("one").get_by_test_id("toolbar")).to_have_count(0)
    keyboard.press("ArrowUp")
    expect(alice.row("one")).to_be_focused()
    keyboard.press("Enter")
    expect(alice.row("one").get_by_test_id("quick-reaction").first).to_be_focused()
    for _ in range(4):
        keyboard.press("ArrowRight")
    expect(alice.row("one").get_by_test_id("reply")).to_be_focused()
    keyboard.press("Escape")
    expect(alice.row("one")).to_be_focused()
    keyboard.press("Delete")
    expect(alice.get("delete-confirm")).to_be_focused()
    keyboard.press("Escape")
    expect(alice.row("one")).to_be_focused()
    keyboard.press("Delete")
    expect(alice.get("delete-confirm")).to_be_focused()
    keyboard.press("Enter")
    expect(alice.row("one")).to_have_count(0)
    expect(alice.get("composer")).to_be_focused()


def test_a_refused_message_says_why_and_offers_retry_and_delete(
    visit: Any, name: Any, channel: dict[str, Any], parlor: Any
) -> None:
    guest = visit().come_in(name("guest"), channel["slug"])
    guest.go_offline()
    guest.say("may I?")
    # What one may is lost while one is away: who is here is not offered to write any more.
    denial = {"allow": [], "deny": ["post"]}
    answer = parlor.admin().request("PUT", f"/rooms/{channel['id']}/overrides/member", denial)
    assert answer.status_code == 200, answer.text
    guest.come_back()
    guest.sees("may I?", "failed")
    expect(guest.get("failure")).to_contain_text("Not sent.")
    expect(guest.get("failure")).to_contain_text("You may not do this.")
    guest.get("retry").click()
    guest.sees("may I?", "failed")
    guest.get("discard").click()
    expect(guest.row("may I?")).to_have_count(0)


def test_an_edit_without_a_connection_keeps_the_words(alice: Any) -> None:
    alice.say("draft")
    alice.sees("draft")
    alice.go_offline()
    alice.edit("draft", "better words")
    expect(alice.page.get_by_role("alert").filter(has_text="No connection")).to_be_visible()
    expect(alice.get("editor")).to_have_value("better words")
    alice.come_back()
    alice.get("editor").press("Enter")
    alice.sees("better words")


def test_text_is_only_text(alice: Any, visit: Any, name: Any, channel: Any) -> None:
    nasty = '<img src=x onerror="document.title=1"> <b>bold</b> &amp; ${1}\n\ttab'
    alice.say(nasty)
    bob = visit().come_in(name("bob"), channel["slug"])
    for visitor in (alice, bob):
        # A line break is one on the page; everything else is there letter by letter.
        expect(visitor.get("content")).to_contain_text(nasty.partition("\n")[0])
        assert (
            visitor.page.locator("[data-testid=messages] img, [data-testid=messages] b").count()
            == 0
        )


def test_what_was_written_is_shown_as_it_was_meant(alice: Any) -> None:
    alice.get("composer").fill("some **bold** words in #general and `code`")
    alice.get("composer").press("Enter")
    words = alice.get("content").last
    expect(words.locator("strong")).to_have_text("bold")
    expect(words.locator("code")).to_have_text("code")
    words.locator("a.room-link").click()
    expect(alice.get("room-name")).to_have_text("general")


def test_a_reply_leads_to_what_it_answers(alice: Any, parlor: Any, channel: Any) -> None:
    writer = parlor.person("writer")
    room = f"/rooms/{channel['id']}/messages"
    first = writer.post(room, {"content": "who is in?"})["data"]
    for number in range(60):
        writer.post(room, {"content": f"chatter {number}"})
    writer.post(room, {"content": "me", "replyTo": first["id"]})
    alice.page.reload()
    alice.settled()
    # The words of the first one are not loaded: they are asked for.
    expect(alice.row("me").get_by_test_id("quote")).to_contain_text("who is in?")
    alice.row("me").get_by_test_id("quote-jump").click()
    expect(alice.row("who is in?")).to_be_focused()
    expect(alice.row("who is in?")).to_be_in_viewport()
    expect(alice.row("who is in?")).to_have_class(re.compile("is-highlighted"))
    writer.request("DELETE", f"/messages/{first['id']}")
    alice.get("to-end").click()
    expect(alice.row("me").get_by_test_id("quote")).to_contain_text("This message was deleted.")


def test_a_room_opens_where_what_is_new_begins(
    alice: Any, parlor: Any, channel: dict[str, Any]
) -> None:
    writer = parlor.person("writer")
    room = f"/rooms/{channel['id']}/messages"
    writer.post(room, {"content": "old news"})
    expect(alice.row("old news")).to_be_visible()
    alice.page.locator('[data-testid=channel][data-room="general"]').click()
    expect(alice.get("room-name")).to_have_text("general")
    for number in range(30):
        writer.post(room, {"content": f"news {number}"})
    alice.page.locator(f'[data-testid=channel][data-room="{channel["slug"]}"]').click()
    expect(alice.get("unread-line")).to_be_in_viewport()
    expect(alice.row("news 0")).to_be_in_viewport()
    expect(alice.get("to-end")).to_contain_text("new message")
    # Past it, a bar says where it was not; back at it, nothing does.
    alice.get("to-end").click()
    expect(alice.row("news 29")).to_be_in_viewport()
    expect(alice.get("unread-above")).to_have_count(0)


def test_what_is_new_further_up_is_one_click_away(
    alice: Any, parlor: Any, channel: dict[str, Any]
) -> None:
    writer = parlor.person("writer")
    room = f"/rooms/{channel['id']}/messages"
    writer.post(room, {"content": "old news"})
    expect(alice.row("old news")).to_be_visible()
    alice.page.locator('[data-testid=channel][data-room="general"]').click()
    expect(alice.get("room-name")).to_have_text("general")
    for number in range(120):
        writer.post(room, {"content": f"news {number}"})
    alice.page.reload()
    alice.settled()
    alice.page.locator(f'[data-testid=channel][data-room="{channel["slug"]}"]').click()
    # More than a page: it begins where nothing is loaded yet.
    expect(alice.row("news 119")).to_be_in_viewport()
    alice.get("unread-jump").click()
    expect(alice.get("unread-line")).to_be_in_viewport()
    expect(alice.row("news 0")).to_be_in_viewport()
    expect(alice.get("unread-above")).to_have_count(0)


def test_older_history_loads_and_what_comes_pulls_nobody_down(
    alice: Any, parlor: Any, channel: Any
) -> None:
    writer = parlor.person("writer")
    for number in range(130):
        text = f"number {number}" + " and some more words" * (number % 7)
        assert writer.post(f"/rooms/{channel['id']}/messages", {"content": text})["success"]
    alice.page.reload()
    alice.settled()
    # At the end one page is there; reading back fetches the rest. That nothing moves meanwhile is
    # test_long_history's.
    messages = alice.get("messages")
    while messages.get_attribute("data-older") != "none":
        alice.scroll_to_start()
        alice.page.evaluate("new Promise(requestAnimationFrame)")
    alice.scroll_to_start()
    expect(alice.get("beginning")).to_be_in_viewport()
    expect(alice.row("number 0")).to_be_in_viewport()
    # Further up, what comes does not pull one down; the pill does.
    writer.post(f"/rooms/{channel['id']}/messages", {"content": "news below"})
    expect(alice.get("to-end")).to_contain_text("1 new message")
    alice.get("to-end").click()
    expect(alice.row("news below")).to_be_in_viewport()
    expect(alice.get("to-end")).to_have_count(0)


def test_older_history_that_did_not_come_is_said_and_asked_for_again(
    alice: Any, parlor: Any, channel: Any
) -> None:
    writer = parlor.person("writer")
    for number in range(60):
        writer.post(f"/rooms/{channel['id']}/messages", {"content": f"number {number}"})
    alice.was_cut = True
    older = "**/api/v1/rooms/*/messages?*"
    alice.page.route(older, lambda route: route.abort())
    alice.page.reload()
    alice.settled()
    messages = alice.get("messages")
    alice.scroll_to_start()
    failed = alice.get("older-failed")
    expect(failed).to_contain_text("could not be loaded")
    failed.scroll_into_view_if_needed()
    expect(failed).to_be_in_viewport()
    assert findings(alice) == []
    alice.page.unroute(older)
    failed.get_by_role("button", name="Try again").click()
    expect(messages).to_have_attribute("data-older", "none")
    expect(failed).to_have_count(0)
    alice.scroll_to_start()
    expect(alice.row("number 0")).to_be_in_viewport()


def test_at_the_end_one_stays_at_the_end(alice: Any, parlor: Any, channel: Any) -> None:
    writer = parlor.person("writer")
    for number in range(40):
        writer.post(f"/rooms/{channel['id']}/messages", {"content": f"line {number}"})
    expect(alice.row("line 39")).to_be_in_viewport()
    alice.get("composer").fill("a\nb\nc\nd\ne")
    expect(alice.row("line 39")).to_be_in_viewport(ratio=0.9)
