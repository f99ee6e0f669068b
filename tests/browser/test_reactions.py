"""Reactions: two people at the same message, counts and names, and the keyboard alone."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def alice(visit: Any, name: Any, channel: dict[str, Any]) -> Any:
    """She wrote something."""
    visitor = visit().come_in(name("alice"), channel["slug"])
    visitor.say("cake in the kitchen")
    visitor.sees("cake in the kitchen")
    return visitor


def chip(visitor: Any, emoji: str) -> Locator:
    """One emoji under the message."""
    return visitor.row("cake in the kitchen").locator(
        f"[data-testid=reaction][data-emoji='{emoji}']"
    )


def count(visitor: Any, emoji: str) -> Locator:
    """How many felt so."""
    return chip(visitor, emoji).locator(".chip-count")


def test_two_people_react_and_both_see_who(
    alice: Any, visit: Any, name: Any, channel: dict[str, Any]
) -> None:
    bobs = name("bob")
    bob = visit().come_in(bobs, channel["slug"])
    bob.row("cake in the kitchen").hover()
    quick = bob.row("cake in the kitchen").get_by_test_id("quick-reaction").first
    emoji = quick.inner_text().strip()
    quick.click()
    for visitor in (alice, bob):
        expect(count(visitor, emoji)).to_have_text("1")
    expect(chip(bob, emoji)).to_have_attribute("aria-pressed", "true")
    expect(chip(alice, emoji)).to_have_attribute("aria-pressed", "false")
    expect(chip(alice, emoji)).to_have_accessible_name(f"{emoji} by {bobs}")

    chip(alice, emoji).click()
    for visitor in (alice, bob):
        expect(count(visitor, emoji)).to_have_text("2")
        expect(chip(visitor, emoji)).to_have_attribute("aria-pressed", "true")
    expect(chip(alice, emoji)).to_have_accessible_name(f"{emoji} by you and {bobs}")

    chip(bob, emoji).click()
    expect(count(alice, emoji)).to_have_text("1")
    chip(alice, emoji).click()
    for visitor in (alice, bob):
        expect(visitor.get("reactions")).to_have_count(0)


def test_who_is_not_here_is_named_as_well(alice: Any, parlor: Any, channel: dict[str, Any]) -> None:
    carol = parlor.person("carol")
    message = carol.history(channel["id"])[0]["id"]
    carol.request("PUT", f"/messages/{message}/reactions/🎂")
    expect(chip(alice, "🎂")).to_have_accessible_name(f"🎂 by {carol.username}")


def test_who_comes_later_and_who_reloads_see_the_same(
    alice: Any, visit: Any, name: Any, channel: dict[str, Any]
) -> None:
    alice.row("cake in the kitchen").hover()
    quick = alice.row("cake in the kitchen").get_by_test_id("quick-reaction").first
    emoji = quick.inner_text().strip()
    quick.click()
    expect(chip(alice, emoji)).to_have_attribute("aria-pressed", "true")
    bob = visit().come_in(name("bob"), channel["slug"])
    expect(chip(bob, emoji)).to_have_attribute("aria-pressed", "false")
    alice.page.reload()
    alice.settled()
    expect(chip(alice, emoji)).to_have_attribute("aria-pressed", "true")


def test_reacting_needs_no_mouse(alice: Any) -> None:
    keyboard = alice.page.keyboard
    row = alice.row("cake in the kitchen")
    row.focus()
    keyboard.press("Enter")
    expect(row.get_by_test_id("quick-reaction").first).to_be_focused()
    keyboard.press("Enter")
    expect(row.get_by_test_id("reaction")).to_have_count(1)
    keyboard.press("Escape")
    expect(row).to_be_focused()
    # Any other one: the picker, which gives the focus back.
    keyboard.press("+")
    expect(alice.get("emoji-picker")).to_be_visible()
    keyboard.press("Escape")
    expect(alice.get("emoji-picker")).to_have_count(0)
    expect(row).to_be_focused()


def test_without_a_connection_a_reaction_says_so(alice: Any) -> None:
    alice.go_offline()
    alice.row("cake in the kitchen").hover()
    alice.row("cake in the kitchen").get_by_test_id("quick-reaction").first.click()
    expect(alice.get("toast")).to_be_visible()
    expect(alice.get("reaction")).to_have_count(0)
