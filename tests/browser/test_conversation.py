"""The conversation on screen: editing, refusals, history, keyboard, and text that is only text."""

from typing import Any

import pytest
from playwright.sync_api import expect

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
    alice.row("regret").get_by_test_id("delete").click()
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
    expect(alice.row("one").get_by_test_id("delete")).to_be_hidden()
    keyboard.press("ArrowUp")
    expect(alice.row("one")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Tab")
    expect(alice.row("one").get_by_test_id("delete")).to_be_focused()
    keyboard.press("Enter")
    expect(alice.get("delete-confirm")).to_be_focused()
    keyboard.press("Enter")
    expect(alice.row("one")).to_have_count(0)
    expect(alice.get("composer")).to_be_focused()


def test_a_refused_message_says_so_and_offers_retry_and_delete(alice: Any) -> None:
    too_long = "x" * 4001
    alice.say(too_long)
    alice.sees(too_long, "failed")
    expect(alice.get("failure")).to_contain_text("Not sent.")
    alice.get("retry").click()
    alice.sees(too_long, "failed")
    alice.say("short")
    expect(alice.page.locator("[data-testid=message][data-id]")).to_have_count(1)
    alice.get("discard").click()
    expect(alice.row(too_long)).to_have_count(0)


def test_what_no_frame_can_carry_fails_without_ending_the_connection(alice: Any) -> None:
    alice.say("x" * 70_000)
    expect(alice.get("failure")).to_contain_text("too long")
    alice.get("discard").click()
    alice.say("still here")
    alice.sees("still here")


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
        visitor.sees(nasty)
        assert (
            visitor.page.locator("[data-testid=messages] img, [data-testid=messages] b").count()
            == 0
        )


def test_older_history_loads_without_moving_what_one_reads(
    alice: Any, parlor: Any, channel: Any
) -> None:
    writer = parlor.person("writer")
    for number in range(130):
        text = f"number {number}" + " and some more words" * (number % 7)
        assert writer.post(f"/rooms/{channel['id']}/messages", {"content": text})["success"]
    alice.page.reload()
    alice.settled()
    rows = alice.page.locator("[data-testid=message][data-id]")
    # At the end one page is there; reading back fetches the rest, page by page.
    while alice.get("messages").get_attribute("data-older") != "none":
        before = rows.count()
        row = alice.page.evaluate(
            """() => {
              const list = document.querySelector("[data-testid=messages]");
              list.scrollTop = 300;
              list.dispatchEvent(new Event("scroll"));
              const top = list.getBoundingClientRect().top;
              const row = [...list.querySelectorAll("[data-id]")].find((one) => one.getBoundingClientRect().bottom > top);
              return { id: row.dataset.id, y: row.getBoundingClientRect().top };
            }"""
        )
        expect(rows).not_to_have_count(before)
        y = alice.page.locator(f'[data-id="{row["id"]}"]').evaluate(
            "(one) => one.getBoundingClientRect().top"
        )
        assert abs(y - row["y"]) < 2
    alice.shows(writer.history(channel["id"]))
    expect(alice.get("beginning")).to_be_attached()
    # Further up, what comes does not pull one down; the pill does.
    writer.post(f"/rooms/{channel['id']}/messages", {"content": "news below"})
    expect(alice.get("to-end")).to_contain_text("1 new message")
    alice.get("to-end").click()
    expect(alice.row("news below")).to_be_in_viewport()
    expect(alice.get("to-end")).to_have_count(0)


def test_at_the_end_one_stays_at_the_end(alice: Any, parlor: Any, channel: Any) -> None:
    writer = parlor.person("writer")
    for number in range(40):
        writer.post(f"/rooms/{channel['id']}/messages", {"content": f"line {number}"})
    expect(alice.row("line 39")).to_be_in_viewport()
    alice.get("composer").fill("a\nb\nc\nd\ne")
    expect(alice.row("line 39")).to_be_in_viewport(ratio=0.9)
