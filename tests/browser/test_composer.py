"""Writing: completions, Markdown by keys, drafts, replies, emoji, and what cannot be sent."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_accessibility import PHONE, findings

pytestmark = pytest.mark.browser
LONG_TASKS = """
  window.longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: "longtask" });
"""


@pytest.fixture
def alice(visit: Any, name: Any, channel: dict[str, Any]) -> Any:
    """Alone in a channel."""
    return visit().come_in(name("alice"), channel["slug"])


def write(visitor: Any, text: str) -> Locator:
    """Key by key, as a person does; completions come with the keys."""
    field = visitor.get("composer")
    field.focus()
    visitor.page.keyboard.type(text)
    return field


def choose(field: Locator, start: int, end: int) -> None:
    """Select some of the text."""
    field.evaluate("(one, [start, end]) => one.setSelectionRange(start, end)", [start, end])


# --- completions -----------------------------------------------------------------------------------
def test_a_person_is_named_by_a_few_letters(
    alice: Any, visit: Any, name: Any, channel: Any
) -> None:
    bob = name("bob")
    visit().come_in(bob, channel["slug"])
    expect(alice.get("people").get_by_text(bob)).to_be_visible()
    field = write(alice, "hello @bo")
    option = alice.get("completion").filter(has_text=bob)
    expect(option).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    field.press("Enter")
    expect(field).to_have_value(f"hello @{bob} ")
    expect(alice.get("completions")).to_have_count(0)
    field.press("Enter")
    expect(alice.get("message").filter(has_text=f"hello @{bob}")).to_have_attribute(
        "data-state", "sent"
    )


def test_a_room_is_named_by_a_few_letters(alice: Any) -> None:
    field = write(alice, "see #gen")
    expect(alice.get("completion").first).to_contain_text("general")
    field.press("Tab")
    expect(field).to_have_value("see #general ")
    expect(field).to_be_focused()


def test_an_emoji_is_named_by_its_code(alice: Any) -> None:
    field = write(alice, "done :tad")
    expect(alice.get("completion").first).to_contain_text(":tada:")
    alice.get("completion").first.click()
    expect(field).to_have_value("done 🎉 ")
    expect(field).to_be_focused()
    # Written to its end it needs no list, and a face of signs is none.
    alice.page.keyboard.type("and :tada: :) :D at 12:30")
    expect(field).to_have_value("done 🎉 and 🎉 :) :D at 12:30")
    expect(alice.get("completions")).to_have_count(0)


def test_completions_are_walked_by_arrows_and_left_by_escape(alice: Any) -> None:
    field = write(alice, ":smi")
    expect(alice.get("completion").first).to_have_attribute("aria-selected", "true")
    field.press("ArrowDown")
    expect(alice.get("completion").nth(1)).to_have_attribute("aria-selected", "true")
    field.press("ArrowUp")
    field.press("ArrowUp")
    expect(alice.get("completion").last).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    expect(alice.get("completions")).to_have_count(0)
    # Left is left: the word goes on without the list.
    alice.page.keyboard.type("l")
    expect(alice.get("completions")).to_have_count(0)
    alice.page.keyboard.type("e")
    field.press("Enter")
    alice.sees(":smile")
    assert alice.page.evaluate("window.seen.shift") < 0.02


def test_an_edit_completes_too(alice: Any) -> None:
    alice.say("words")
    alice.sees("words")
    alice.get("composer").press("ArrowUp")
    editor = alice.get("editor")
    expect(editor).to_be_focused()
    alice.page.keyboard.type(" :tad")
    expect(alice.get("completion").first).to_contain_text(":tada:")
    editor.press("Enter")
    expect(editor).to_have_value("words 🎉 ")
    # Escape leaves the list first, then the edit.
    alice.page.keyboard.type(":smi")
    expect(alice.get("completions")).to_be_visible()
    editor.press("Escape")
    expect(alice.get("completions")).to_have_count(0)
    expect(editor).to_be_focused()
    editor.press("Escape")
    expect(alice.get("composer")).to_be_focused()
    alice.sees("words")


# --- Markdown by keys ------------------------------------------------------------------------------
def test_keys_mark_the_selection_and_undo_takes_it_back(alice: Any) -> None:
    field = write(alice, "a bold word")
    choose(field, 2, 6)
    field.press("Control+b")
    expect(field).to_have_value("a **bold** word")
    field.press("Control+i")
    expect(field).to_have_value("a ***bold*** word")
    field.press("Control+z")
    expect(field).to_have_value("a **bold** word")
    field.press("Control+z")
    expect(field).to_have_value("a bold word")
    choose(field, 2, 6)
    field.press("Control+e")
    expect(field).to_have_value("a `bold` word")
    field.press("Control+e")
    field.press("Control+Shift+U")
    expect(field).to_have_value("a [bold](https://) word")


def test_a_list_goes_on_and_an_empty_item_ends_it(alice: Any) -> None:
    field = write(alice, "- milk")
    field.press("Shift+Enter")
    alice.page.keyboard.type("bread")
    field.press("Shift+Enter")
    expect(field).to_have_value("- milk\n- bread\n- ")
    field.press("Shift+Enter")
    expect(field).to_have_value("- milk\n- bread\n")
    field.press("Control+z")
    expect(field).to_have_value("- milk\n- bread\n- ")


def test_the_buttons_do_what_the_keys_do(alice: Any) -> None:
    field = write(alice, "quote me")
    expect(alice.get("mark-bar")).to_have_count(0)
    alice.get("marks").click()
    choose(field, 0, 8)
    alice.get("mark-quote").click()
    expect(field).to_have_value("> quote me")
    expect(field).to_be_focused()
    alice.page.reload()
    alice.settled()
    expect(alice.get("mark-bar")).to_be_visible()
    alice.get("marks").click()
    expect(alice.get("mark-bar")).to_have_count(0)


def test_the_field_grows_to_eight_lines_and_then_scrolls(alice: Any) -> None:
    field = alice.get("composer")
    line = 22
    field.fill("one")
    one = field.bounding_box()["height"]
    field.fill("\n".join("abc"))
    assert field.bounding_box()["height"] == pytest.approx(one + 2 * line, abs=1)
    field.fill("\n".join("abcdefghijkl"))
    assert field.bounding_box()["height"] == pytest.approx(one + 7 * line, abs=1)
    assert field.evaluate("one => one.scrollHeight > one.clientHeight")


# --- drafts ----------------------------------------------------------------------------------------
def test_a_draft_outlives_a_reload_and_belongs_to_its_room(alice: Any) -> None:
    write(alice, "half a thou")
    alice.page.reload()
    alice.settled()
    expect(alice.get("composer")).to_have_value("half a thou")
    alice.page.locator('[data-testid=channel][data-room="general"]').click()
    expect(alice.get("composer")).to_have_value("")
    alice.page.locator("[data-testid=channel]").filter(has_text="table").last.click()
    field = alice.get("composer")
    expect(field).to_have_value("half a thou")
    write(alice, "ght")
    field.press("Enter")
    alice.sees("half a thought")
    alice.page.reload()
    alice.settled()
    expect(alice.get("composer")).to_have_value("")


def test_a_draft_is_in_every_tab_but_never_over_what_is_written_there(alice: Any) -> None:
    other = alice.context.new_page()
    other.goto(alice.page.url)
    there, here = other.get_by_test_id("composer"), alice.get("composer")
    there.fill("begun in the other tab")
    expect(here).to_have_value("begun in the other tab")
    here.fill("gone on with here")
    # What one tab writes is its own; the other one keeps what was begun in it.
    expect(there).to_have_value("begun in the other tab")
    here.press("Enter")
    alice.sees("gone on with here")
    there.fill("begun again")
    expect(here).to_have_value("begun again")
    there.press("Enter")
    expect(here).to_have_value("")


def test_drafts_leave_with_their_writer(alice: Any, name: Any, channel: Any) -> None:
    write(alice, "private")
    alice.get("my-status").click()
    alice.get("sign-out").click()
    alice.wait_state("signed-out")
    alice.page.get_by_role("tab", name="As a guest").click()
    alice.come_in(name("bob"), channel["slug"])
    expect(alice.get("composer")).to_have_value("")


# --- replies ---------------------------------------------------------------------------------------
def test_a_reply_says_to_whom_and_can_be_taken_back(alice: Any, parlor: Any, channel: Any) -> None:
    writer = parlor.person("ines")
    writer.post(f"/rooms/{channel['id']}/messages", {"content": "how late is it?"})
    row = alice.row("how late is it?")
    row.focus()
    row.press("r")
    bar = alice.get("reply-bar")
    expect(bar).to_contain_text("how late is it?")
    expect(alice.get("composer")).to_be_focused()
    write(alice, ":smi")
    expect(alice.get("completions")).to_be_visible()
    alice.get("composer").press("Escape")
    expect(bar).to_be_visible()
    alice.get("composer").press("Escape")
    expect(bar).to_have_count(0)
    expect(alice.get("composer")).to_have_value(":smi")
    alice.get("composer").fill("")
    row.focus()
    row.press("r")
    alice.get("reply-cancel").click()
    expect(bar).to_have_count(0)
    row.focus()
    row.press("r")
    alice.say("ten")
    alice.sees("ten")
    expect(bar).to_have_count(0)
    asked, answer = writer.history(channel["id"])
    assert answer["replyTo"] == asked["id"]


# --- what cannot be sent ---------------------------------------------------------------------------
def test_what_is_too_long_stays_in_the_field_and_says_why(alice: Any) -> None:
    field = alice.get("composer")
    field.fill("x" * 3_700)
    expect(alice.get("length")).to_have_count(0)
    field.fill("x" * 3_990)
    expect(alice.get("length")).to_contain_text("10 characters left")
    field.fill("x" * 4_001)
    expect(alice.get("length")).to_contain_text("1 character too many")
    field.press("Enter")
    expect(field).to_have_value("x" * 4_001)
    assert findings(alice) == []
    field.press("Backspace")
    field.press("Enter")
    alice.sees("x" * 4_000)
    expect(field).to_have_value("")


def test_astral_letters_count_as_one_as_on_the_server(alice: Any) -> None:
    alice.say("🎉" * 2_500)
    alice.sees("🎉" * 2_500)


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_files_are_politely_refused_and_no_text_is_lost(alice: Any, way: str) -> None:
    field = write(alice, "look at ")
    field.evaluate(
        """(one, way) => {
          const data = new DataTransfer();
          data.items.add(new File(["x"], "cat.png", { type: "image/png" }));
          const how = { bubbles: true, cancelable: true };
          one.dispatchEvent(
            way === "paste"
              ? new ClipboardEvent("paste", { ...how, clipboardData: data })
              : new DragEvent("drop", { ...how, dataTransfer: data }),
          );
        }""",
        way,
    )
    expect(alice.get("toast")).to_contain_text("Files cannot be sent here yet")
    expect(field).to_have_value("look at ")


def test_on_a_phone_enter_breaks_the_line_and_the_button_sends(
    visit: Any, name: Any, channel: Any
) -> None:
    phone = visit(**PHONE).come_in(name("phone"), channel["slug"])
    field = phone.get("composer")
    expect(field).not_to_be_focused()
    field.tap()
    phone.page.keyboard.type("one")
    field.press("Enter")
    phone.page.keyboard.type("two")
    expect(field).to_have_value("one\ntwo")
    phone.get("send").tap()
    expect(phone.get("message").filter(has_text=re.compile("one\\s*two"))).to_be_visible()
    expect(field).to_have_value("")


# --- the picker ------------------------------------------------------------------------------------
def test_emoji_come_when_they_are_first_wanted(alice: Any) -> None:
    fetched: list[str] = []
    alice.page.on("request", lambda request: fetched.append(request.url))
    alice.page.reload()
    alice.settled()
    assert not [url for url in fetched if "gemoji" in url]
    field = write(alice, "good")
    alice.page.evaluate(LONG_TASKS)
    alice.get("emoji").click()
    expect(alice.get("emoji-search")).to_be_focused()
    expect(alice.get("emoji-grid")).to_have_attribute("data-complete", "true")
    assert [url for url in fetched if "gemoji" in url]
    # Nothing hangs while nearly two thousand of them are drawn.
    assert max(alice.page.evaluate("window.longTasks"), default=0) < 150
    alice.get("emoji-search").fill("tada")
    alice.page.keyboard.press("Enter")
    expect(alice.get("emoji-picker")).to_have_count(0)
    expect(field).to_have_value("good🎉")
    expect(field).to_be_focused()


def test_the_picker_is_walked_by_arrows(alice: Any) -> None:
    field = write(alice, "")
    alice.get("emoji").click()
    expect(alice.get("emoji-grid")).to_have_attribute("data-complete", "true")
    keyboard = alice.page.keyboard
    keyboard.press("ArrowDown")
    expect(alice.page.locator(".emoji-cell").first).to_be_focused()
    keyboard.press("ArrowRight")
    keyboard.press("ArrowUp")
    expect(alice.get("emoji-search")).to_be_focused()
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    expect(alice.page.get_by_role("button", name="grinning face", exact=True)).to_be_focused()
    keyboard.press("Enter")
    expect(field).to_have_value("😀")
    # What was used comes first, on the next visit, too.
    alice.page.reload()
    alice.settled()
    alice.get("emoji").click()
    expect(alice.page.locator(".emoji-cell").first).to_have_text("😀")
    keyboard.press("Escape")
    expect(alice.get("emoji-picker")).to_have_count(0)
    expect(alice.get("emoji")).to_be_focused()
