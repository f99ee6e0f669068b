"""Channels and categories: made, ordered by mouse, finger and keys, changed and deleted; alice owns the
community, bob is a member, mallory is outside. What one does the others see, where they may.
"""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.den import Den, category, come, line, menu, shows

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def drag(visitor: Any, source: Any, target: Any, *, below: bool) -> None:
    """With the mouse, to just above or below the middle of something."""
    mouse, at, to = visitor.page.mouse, source.bounding_box(), target.bounding_box()
    mouse.move(at["x"] + 40, at["y"] + at["height"] / 2)
    mouse.down()
    mouse.move(at["x"] + 42, at["y"] + at["height"] / 2 + 10)
    mouse.move(to["x"] + 42, to["y"] + to["height"] * (0.75 if below else 0.25))
    expect(visitor.page.locator(".is-drop-before, .is-drop-after")).to_have_count(1)
    mouse.up()


# --- seeing them ----------------------------------------------------------------------------------
def test_channels_stand_under_their_categories_and_under_none_first(visit: Any, place: Den) -> None:
    talk = place.category("Talk")
    place.channel("deep", categoryId=talk["id"])
    place.channel("Lounge", type="voice", categoryId=talk["id"])
    bob = come(visit, place, "bob")
    shows(bob, [["", ["one", "two", "three"]], ["Talk", ["deep", "Lounge"]]])


def test_an_archived_channel_is_out_of_the_way_and_can_be_read(visit: Any, place: Den) -> None:
    old = place.channel("old")
    place.alice.request("PATCH", f"/rooms/{old['id']}", {"isArchived": True})
    bob = come(visit, place, "bob")
    shows(bob, [["", ["one", "two", "three"]], ["Archived (1)", []]])
    bob.get("archived").get_by_test_id("fold").click()
    line(bob, "old").get_by_test_id("channel").click()
    expect(bob.get("room-name")).to_have_text("old")


def test_a_folded_category_stays_folded_for_this_person_here(visit: Any, place: Den) -> None:
    talk = place.category("Talk")
    place.channel("deep", categoryId=talk["id"])
    bob = come(visit, place, "bob")
    category(bob, "Talk").get_by_test_id("fold").click()
    shows(bob, [["", ["one", "two", "three"]], ["Talk", []]])
    bob.page.reload()
    bob.settled()
    shows(bob, [["", ["one", "two", "three"]], ["Talk", []]])
    deep = place.alice.get(f"{place.at}/channels")["data"][-1]
    place.alice.post(f"/rooms/{deep['id']}/messages", {"content": "New here."})
    # What is new shows all the same.
    shows(bob, [["", ["one", "two", "three"]], ["Talk", ["deep"]]])


def test_a_member_is_offered_nothing_that_changes_the_column(visit: Any, place: Den) -> None:
    place.category("Talk")
    bob = come(visit, place, "bob")
    items = menu(bob, "two").get_by_role("menuitem")
    expect(items).to_have_text(["Copy the link"])
    bob.page.keyboard.press("Escape")
    expect(bob.get("channel-menu")).to_have_count(0)
    expect(bob.get("add-channel")).to_have_count(0)
    expect(bob.get("category-more")).to_have_count(0)
    mouse, at = bob.page.mouse, line(bob, "one").bounding_box()
    mouse.move(at["x"] + 40, at["y"] + 10)
    mouse.down()
    mouse.move(at["x"] + 40, at["y"] + 90)
    expect(bob.page.locator(".is-moved")).to_have_count(0)
    mouse.up()


# --- making them ----------------------------------------------------------------------------------
def test_a_channel_that_alice_makes_is_there_for_bob_and_opens_for_her(
    visit: Any, place: Den
) -> None:
    place.category("Talk")
    alice, bob = come(visit, place, "alice"), come(visit, place, "bob")
    category(alice, "Talk").hover()
    category(alice, "Talk").get_by_test_id("add-under").click()
    alice.get("type-announcement").check()
    alice.get("field-name").fill("News")
    alice.get("field-topic").fill("What is on")
    alice.get("send-form").click()
    expect(alice.get("room-name")).to_have_text("News")
    expect(alice.get("topic")).to_have_text("What is on")
    shows(bob, [["", ["one", "two", "three"]], ["Talk", ["News"]]])


def test_a_private_channel_is_alices_alone(visit: Any, place: Den) -> None:
    alice, bob = come(visit, place, "alice"), come(visit, place, "bob")
    alice.get("add-channel").click()
    alice.get("field-name").fill("secret")
    alice.get("new-private").check()
    alice.get("send-form").click()
    expect(alice.get("room-name")).to_have_text("secret")
    place.channel("open")
    # What came after it has come; it has not.
    shows(bob, [["", ["one", "two", "three", "open"]]])


def test_a_name_of_nothing_is_refused_at_its_field(visit: Any, place: Den) -> None:
    alice = come(visit, place, "alice")
    alice.expected.append("400")
    alice.get("add-channel").click()
    alice.get("field-name").fill("\u200b")
    alice.get("send-form").click()
    expect(alice.page.locator("#problem-name")).to_be_visible()
    expect(alice.get("field-name")).to_be_focused()


def test_categories_are_made_renamed_and_deleted_for_everybody(visit: Any, place: Den) -> None:
    talk = place.category("Talk")
    place.channel("deep", categoryId=talk["id"])
    alice, bob = come(visit, place, "alice"), come(visit, place, "bob")
    category(alice, "Talk").hover()
    category(alice, "Talk").get_by_test_id("category-more").click()
    alice.get("rename-category").click()
    alice.get("field-name").fill("Words")
    alice.get("send-form").click()
    shows(bob, [["", ["one", "two", "three"]], ["Words", ["deep"]]])
    category(alice, "Words").get_by_test_id("fold").click(button="right")
    alice.get("delete-category").click()
    expect(alice.get("question")).to_contain_text("Words")
    alice.get("question-yes").click()
    shows(bob, [["", ["one", "two", "three", "deep"]]])
    expect(alice.get("question")).to_have_count(0)


# --- moving them ----------------------------------------------------------------------------------
def test_a_channel_is_dragged_to_another_place_in_one_call(visit: Any, place: Den) -> None:
    alice, bob = come(visit, place, "alice"), come(visit, place, "bob")
    calls: list[str] = []
    alice.page.on("request", lambda it: calls.append(it.method) if "/order" in it.url else None)
    drag(alice, line(alice, "three"), line(alice, "one"), below=False)
    shows(alice, [["", ["three", "one", "two"]]])
    shows(bob, [["", ["three", "one", "two"]]])
    assert calls == ["PUT"]
    assert [name for name, _ in place.order()] == ["three", "one", "two"]
    # It was moved, not opened.
    expect(alice.get("room-name")).to_have_text("one")


def test_a_channel_is_dragged_under_another_category(visit: Any, place: Den) -> None:
    place.category("Talk")
    alice, bob = come(visit, place, "alice"), come(visit, place, "bob")
    drag(alice, line(alice, "two"), category(alice, "Talk").locator(".category-line"), below=True)
    shows(bob, [["", ["one", "three"]], ["Talk", ["two"]]])
    assert ("two", "Talk") in place.order()


def test_a_category_is_dragged_with_all_that_stands_under_it(visit: Any, place: Den) -> None:
    talk, play = place.category("Talk"), place.category("Play")
    place.channel("deep", categoryId=talk["id"])
    place.channel("games", categoryId=play["id"])
    alice, bob = come(visit, place, "alice"), come(visit, place, "bob")
    drag(
        alice, category(alice, "Play").get_by_test_id("fold"), category(alice, "Talk"), below=False
    )
    wanted = [["", ["one", "two", "three"]], ["Play", ["games"]], ["Talk", ["deep"]]]
    shows(alice, wanted)
    shows(bob, wanted)
    # Dragged, not folded.
    expect(category(alice, "Play").get_by_test_id("fold")).to_have_attribute(
        "aria-expanded", "true"
    )


def test_what_is_refused_goes_back_with_a_sentence(visit: Any, place: Den) -> None:
    alice = come(visit, place, "alice")
    alice.expected.append("403")
    refusal = {
        "success": False,
        "error": {"code": "FORBIDDEN", "message": "Not now.", "details": []},
    }
    alice.page.route("**/channels/order", lambda route: route.fulfill(status=403, json=refusal))
    drag(alice, line(alice, "three"), line(alice, "one"), below=False)
    expect(alice.get("toast")).to_contain_text("it is back in its place. Not now.")
    shows(alice, [["", ["one", "two", "three"]]])


def test_escape_gives_a_drag_up(visit: Any, place: Den) -> None:
    alice = come(visit, place, "alice")
    mouse, at = alice.page.mouse, line(alice, "one").bounding_box()
    mouse.move(at["x"] + 40, at["y"] + 10)
    mouse.down()
    mouse.move(at["x"] + 40, at["y"] + 100)
    expect(line(alice, "one")).to_have_class(re.compile("is-moved"))
    alice.page.keyboard.press("Escape")
    expect(alice.page.locator(".is-moved")).to_have_count(0)
    mouse.up()
    shows(alice, [["", ["one", "two", "three"]]])


def test_a_channel_is_moved_by_keys_and_each_step_is_said(visit: Any, place: Den) -> None:
    talk = place.category("Talk")
    place.channel("deep", categoryId=talk["id"])
    alice, bob = come(visit, place, "alice"), come(visit, place, "bob")
    line(alice, "three").get_by_test_id("channel").focus()
    alice.page.keyboard.press("Shift+F10")
    alice.get("move-channel").focus()
    alice.page.keyboard.press("Enter")
    expect(alice.get("moving")).to_be_visible()
    expect(line(alice, "three").get_by_test_id("channel")).to_be_focused()
    expect(alice.get("announcer")).to_contain_text("three is picked up: place 3 of 3")
    alice.page.keyboard.press("ArrowDown")
    expect(alice.get("announcer")).to_contain_text("three: place 1 of 2 under Talk")
    expect(line(alice, "three").get_by_test_id("channel")).to_be_focused()
    alice.page.keyboard.press("ArrowDown")
    alice.page.keyboard.press("Enter")
    expect(alice.get("announcer")).to_contain_text(
        "three stands there now: place 2 of 2 under Talk"
    )
    shows(bob, [["", ["one", "two"]], ["Talk", ["deep", "three"]]])
    expect(line(alice, "three").get_by_test_id("channel")).to_be_focused()


def test_escape_puts_back_what_keys_moved(visit: Any, place: Den) -> None:
    alice = come(visit, place, "alice")
    menu(alice, "one").get_by_test_id("move-channel").click()
    expect(alice.get("moving")).to_be_visible()
    expect(line(alice, "one").get_by_test_id("channel")).to_be_focused()
    alice.page.keyboard.press("ArrowDown")
    shows(alice, [["", ["two", "one", "three"]]])
    alice.page.keyboard.press("Escape")
    shows(alice, [["", ["one", "two", "three"]]])
    expect(alice.get("announcer")).to_contain_text("one is back")
    assert [name for name, _ in place.order()] == ["one", "two", "three"]


def test_a_category_is_moved_by_keys(visit: Any, place: Den) -> None:
    for name in ("Talk", "Play"):
        place.category(name)
    alice, bob = come(visit, place, "alice"), come(visit, place, "bob")
    category(alice, "Play").get_by_test_id("fold").click(button="right")
    alice.get("move-category").click()
    expect(alice.get("moving")).to_be_visible()
    expect(category(alice, "Play").get_by_test_id("fold")).to_be_focused()
    alice.page.keyboard.press("ArrowUp")
    alice.page.keyboard.press("Enter")
    shows(alice, [["", ["one", "two", "three"]], ["Play", []], ["Talk", []]])
    categories = place.alice.get(f"{place.at}/categories")["data"]
    (play,) = [one["id"] for one in categories if one["name"] == "Play"]
    place.channel("games", categoryId=play)
    # An empty category is nothing to a member.
    shows(bob, [["", ["one", "two", "three"]], ["Play", ["games"]]])


def test_without_a_keyboard_buttons_move_what_was_picked_up(visit: Any, place: Den) -> None:
    alice = come(visit, place, "alice", **PHONE)
    alice.get("open-channels").click()
    hold(alice, line(alice, "one"))
    alice.get("move-channel").click()
    alice.get("move-down").click()
    shows(alice, [["", ["two", "one", "three"]]])
    alice.get("move-down").click()
    alice.get("move-done").click()
    expect(alice.get("moving")).to_have_count(0)
    shows(alice, [["", ["two", "three", "one"]]])


def hold(visitor: Any, element: Any, *, then_to: Any = None) -> None:
    """A finger on something, held until it answers; moved, where wanted."""
    finger = visitor.page.context.new_cdp_session(visitor.page)

    def touch(kind: str, *points: dict[str, float]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    # Still, and with nothing over it: drawers slide, menus fade.
    element.click(trial=True)
    at = element.bounding_box()
    x, y = at["x"] + 40, at["y"] + at["height"] / 2
    touch("touchStart", {"x": x, "y": y})
    expect(element).to_have_class(re.compile("is-held"))
    if then_to is not None:
        to = then_to.bounding_box()
        for part in (0.25, 0.5, 0.75, 1):
            touch("touchMove", {"x": x, "y": y + (to["y"] + to["height"] * 0.25 - y) * part})
        expect(visitor.page.locator(".is-drop-before, .is-drop-after")).to_have_count(1)
    touch("touchEnd")


def test_a_finger_opens_the_menu_and_moves_a_channel(visit: Any, place: Den) -> None:
    alice = come(visit, place, "alice", **PHONE)
    alice.get("open-channels").click()
    hold(alice, line(alice, "two"))
    expect(alice.get("channel-menu")).to_be_visible()
    alice.page.keyboard.press("Escape")
    expect(alice.get("channel-menu")).to_have_count(0)
    hold(alice, line(alice, "three"), then_to=line(alice, "one"))
    shows(alice, [["", ["three", "one", "two"]]])
    expect(alice.get("channels")).to_be_visible()


# --- changing and losing them ---------------------------------------------------------------------
def test_a_channel_is_archived_and_opened_again_from_its_menu(visit: Any, place: Den) -> None:
    alice, bob = come(visit, place, "alice"), come(visit, place, "bob")
    menu(alice, "two").get_by_test_id("archive-channel").click()
    shows(bob, [["", ["one", "three"]], ["Archived (1)", []]])
    alice.get("archived").get_by_test_id("fold").click()
    menu(alice, "two").get_by_test_id("archive-channel").click()
    shows(bob, [["", ["one", "two", "three"]]])


def test_a_deleted_channel_is_gone_for_everybody_after_a_question(visit: Any, place: Den) -> None:
    alice, bob = come(visit, place, "alice"), come(visit, place, "bob")
    menu(alice, "two").get_by_test_id("delete-channel").click()
    alice.get("question-no").click()
    expect(alice.get("question")).to_have_count(0)
    menu(alice, "two").get_by_test_id("delete-channel").click()
    expect(alice.get("question")).to_contain_text("This cannot be undone")
    alice.get("question-yes").click()
    shows(alice, [["", ["one", "three"]]])
    shows(bob, [["", ["one", "three"]]])
