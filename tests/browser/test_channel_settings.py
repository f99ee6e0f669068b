"""A channel's settings: what it is called, who may do what there and why, who belongs to it. Alice owns
the community, bob is a member, mallory is outside.
"""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import house
from tests.browser.den import Den, column, come, menu, shows

pytestmark = pytest.mark.browser


def one(place: Den, name: str) -> dict[str, Any]:
    """A channel by its name."""
    return next(r for r in place.alice.get(f"{place.at}/channels")["data"] if r["name"] == name)


def settings(visitor: Any, room: dict[str, Any], section: str) -> None:
    """By the address bar."""
    visitor.page.evaluate(f"location.hash = '#/channel/{room['id']}/{section}'")
    expect(visitor.get("section")).to_have_attribute("data-section", section)
    expect(visitor.get("section")).to_have_attribute("aria-busy", "false")


def answer(visitor: Any, name: str, wanted: str) -> None:
    """Of the open target, one of three answers to a permission."""
    row = visitor.get("override-editor").get_by_test_id(f"tri-{name}")
    row.locator(f".is-{wanted}").click()
    expect(row).to_have_attribute("data-answer", wanted)


def test_a_channel_is_renamed_and_slowed_from_its_menu_on(visit: Any, place: Den) -> None:
    alice, bob = come(visit, place, "alice"), come(visit, place, "bob")
    menu(alice, "two").get_by_test_id("edit-channel").click()
    expect(alice.get("section")).to_have_attribute("data-section", "overview")
    alice.get("field-name").fill("readings")
    alice.get("field-topic").fill("What we read")
    alice.get("field-slowModeSeconds").select_option(label="30 seconds")
    alice.get("save").click()
    expect(alice.get("saved")).to_have_text("Saved.")
    shows(bob, [["", ["one", "readings", "three"]]])
    saved = one(place, "readings")
    assert (saved["topic"], saved["slowModeSeconds"]) == ("What we read", 30)
    alice.page.keyboard.press("Escape")
    expect(alice.get("room-name")).to_have_text("readings")


def test_a_voice_channel_has_seats_and_a_bitrate(visit: Any, place: Den) -> None:
    voice = place.channel("Lounge", type="voice")
    alice = come(visit, place, "alice")
    settings(alice, voice, "overview")
    alice.get("field-maxParticipants").fill("12")
    alice.get("field-bitrate").fill("128")
    alice.get("save").click()
    expect(alice.get("saved")).to_have_text("Saved.")
    saved = one(place, "Lounge")
    assert (saved["maxParticipants"], saved["bitrate"]) == (12, 128)


def test_a_member_is_told_that_they_do_not_look_after_it(visit: Any, place: Den) -> None:
    bob = come(visit, place, "bob")
    bob.page.evaluate(f"location.hash = '#/channel/{one(place, 'two')['id']}/overview'")
    expect(bob.get("channel-settings-none")).to_contain_text("You do not look after this channel")
    bob.get("settings-back").click()
    expect(bob.get("room-name")).to_have_text("two")


def test_what_is_denied_to_everybody_cuts_bob_and_the_answer_says_why(
    visit: Any, place: Den
) -> None:
    two = one(place, "two")
    alice, bob = come(visit, place, "alice"), come(visit, place, "bob")
    settings(alice, two, "permissions")
    alice.page.locator('[data-testid=target][data-target="member"]').click()
    answer(alice, "view", "deny")
    shows(bob, [["", ["one", "three"]]])
    alice.get("find-person").fill("bo")
    alice.page.locator('[data-testid=found-person][data-username="bob"]').click()
    expect(alice.get("why-view")).to_have_attribute("data-allowed", "false")
    expect(alice.get("why-view")).to_contain_text("Denied in this channel for: Everybody.")
    # A person decides over everybody; the answer follows by itself.
    alice.get("add-target").click()
    dialog = alice.get("add-target-dialog")
    dialog.locator('[data-username="bob"]').click()
    answer(alice, "view", "allow")
    shows(bob, [["", ["one", "two", "three"]]])
    expect(alice.get("why-view")).to_have_attribute("data-allowed", "true")
    expect(alice.get("why-view")).to_contain_text("Allowed in this channel for: Bob")
    alice.get("remove-target").click()
    shows(bob, [["", ["one", "three"]]])
    found = place.alice.get(f"/rooms/{two['id']}/overrides")["data"]
    assert [(o["target"], o["allow"], o["deny"]) for o in found] == [("member", [], ["view"])]


def test_what_a_role_is_allowed_is_kept_through_quick_clicks(visit: Any, place: Den) -> None:
    role = place.alice.post(f"{place.at}/roles", {"name": "Readers", "colour": "#b5523b"})["data"]
    two = one(place, "two")
    alice = come(visit, place, "alice")
    settings(alice, two, "permissions")
    alice.get("add-target").click()
    alice.page.locator('[data-testid=pick-role][data-name="Readers"]').click()
    answer(alice, "mention_everyone", "allow")
    answer(alice, "react", "deny")
    answer(alice, "manage_messages", "allow")
    answer(alice, "react", "inherit")
    says = alice.page.locator('[data-testid=target][data-target="Readers"]')
    expect(says).to_contain_text("2 allowed")
    expect(alice.get("overrides-problem")).to_be_empty()
    expect(alice.get("overrides-saved")).to_have_text("Saved.")
    alice.page.reload()
    expect(says).to_contain_text("2 allowed")
    [found] = place.alice.get(f"/rooms/{two['id']}/overrides")["data"]
    assert found["target"] == role["id"]
    assert sorted(found["allow"]) == ["manage_messages", "mention_everyone"]


def test_nobody_gives_in_a_channel_what_they_lack(visit: Any, place: Den) -> None:
    keeper = place.alice.post(
        f"{place.at}/roles", {"name": "Keeper", "permissions": ["manage_room"]}
    )
    member = f"{place.at}/members/{place.bob.id}"
    assert place.alice.request("PATCH", member, {"roleIds": [keeper["data"]["id"]]}).is_success
    bob = come(visit, place, "bob")
    settings(bob, one(place, "two"), "permissions")
    bob.page.locator('[data-testid=target][data-target="member"]').click()
    editor = bob.get("override-editor")
    lacking = editor.get_by_test_id("tri-mention_everyone")
    expect(lacking.get_by_test_id("answer-allow")).to_be_disabled()
    expect(lacking).to_contain_text("You do not have this")
    answer(bob, "react", "deny")
    # To somebody above him he may not; the server says so, and what it has is shown.
    bob.expected.append("403")
    bob.page.locator('[data-testid=target][data-target="moderator"]').click()
    bob.get("override-editor").get_by_test_id("tri-post").locator(".is-deny").click()
    expect(bob.get("overrides-problem")).to_contain_text("equal or higher standing")
    expect(bob.get("override-editor").get_by_test_id("tri-react")).to_have_attribute(
        "data-answer", "inherit"
    )


def test_a_private_channel_lets_people_in_and_out(visit: Any, place: Den) -> None:
    two = one(place, "two")
    alice, bob = come(visit, place, "alice"), come(visit, place, "bob")
    settings(alice, two, "members")
    expect(alice.get("members-open")).to_be_visible()
    settings(alice, two, "permissions")
    alice.get("is-private").click()
    expect(alice.get("is-private")).to_be_checked()
    shows(bob, [["", ["one", "three"]]])
    settings(alice, two, "members")
    alice.get("let-in").click()
    alice.get("let-in-dialog").locator('[data-username="bob"]').click()
    shows(bob, [["", ["one", "two", "three"]]])
    bob.page.locator('[data-room="two"]').count()
    line = alice.page.locator('[data-testid=room-member][data-username="bob"]')
    line.get_by_test_id("let-out").click()
    expect(line).to_have_count(0)
    shows(bob, [["", ["one", "three"]]])
    assert column(bob) == [["", ["one", "three"]]]


def test_a_channel_deleted_in_its_settings_leads_home(visit: Any, place: Den) -> None:
    alice, bob = come(visit, place, "alice"), come(visit, place, "bob")
    settings(alice, one(place, "three"), "overview")
    alice.get("delete").click()
    alice.get("question-yes").click()
    expect(alice.get("room-name")).to_be_visible()
    shows(bob, [["", ["one", "two"]]])
    alice.page.evaluate("location.hash = '#/channel/nowhere/overview'")
    expect(alice.get("channel-settings-none")).to_contain_text("no such channel")


def test_mallory_sees_nothing_of_it(visit: Any, place: Den) -> None:
    mallory = house.enter(visit(place.parlor.url), "mallory")
    mallory.page.evaluate(f"location.hash = '#/channel/{one(place, 'two')['id']}/overview'")
    expect(mallory.get("channel-settings-none")).to_contain_text("no such channel")
