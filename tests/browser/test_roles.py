"""The roles of a community: made, coloured, ordered and given by alice, who owns it; bob is a member,
mallory is outside.
"""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.den import Den, come

pytestmark = pytest.mark.browser


def roles(visitor: Any, place: Den) -> None:
    """By the address bar."""
    visitor.page.evaluate(f"location.hash = '#/server/{place.server['id']}/roles'")
    expect(visitor.get("section")).to_have_attribute("data-section", "roles")


def role(visitor: Any, name: str) -> Any:
    """A role's line."""
    return visitor.page.locator(f'[data-testid=role][data-name="{name}"]')


def names(visitor: Any, wanted: list[str]) -> None:
    """The roles on screen, the highest first."""
    expect(visitor.get("role").locator(".name")).to_have_text(wanted)


def make(place: Den, name: str, **fields: Any) -> dict[str, Any]:
    """One more role, the lowest."""
    return place.alice.post(f"{place.at}/roles", {"name": name, **fields})["data"]


def give(place: Den, *roles: dict[str, Any]) -> None:
    """To bob."""
    member = f"{place.at}/members/{place.bob.id}"
    ids = [one["id"] for one in roles]
    assert place.alice.request("PATCH", member, {"roleIds": ids}).is_success


def stored(place: Den) -> list[dict[str, Any]]:
    """As the server has them."""
    return place.alice.get(f"{place.at}/roles")["data"]


def test_a_role_is_made_named_coloured_and_gives_what_was_ticked(visit: Any, place: Den) -> None:
    alice = come(visit, place, "alice")
    roles(alice, place)
    expect(alice.get("no-roles")).to_be_visible()
    alice.get("new-role").click()
    alice.get("field-name").fill("Gardeners")
    alice.get("send-form").click()
    expect(alice.get("role-title")).to_be_focused()
    alice.get("swatch-#3f7d3a").check()
    alice.get("gives-invite").check()
    alice.get("gives-kick").check()
    alice.get("save").click()
    expect(alice.get("saved")).to_have_text("Saved.")
    [found] = stored(place)
    assert (found["name"], found["colour"]) == ("Gardeners", "#3f7d3a")
    assert sorted(found["permissions"]) == ["invite", "kick"]
    alice.get("roles-back").click()
    expect(role(alice, "Gardeners").get_by_test_id("open-role")).to_be_focused()
    expect(role(alice, "Gardeners")).to_contain_text("0 people · gives 2 permissions")


def test_a_taken_name_is_refused_with_a_sentence(visit: Any, place: Den) -> None:
    make(place, "Gardeners")
    alice = come(visit, place, "alice")
    alice.expected.append("409")
    roles(alice, place)
    alice.get("new-role").click()
    alice.get("field-name").fill("gardeners")
    alice.get("send-form").click()
    expect(alice.get("form-error")).to_contain_text("There is a role of this name already")


def test_any_colour_can_be_read_on_both_papers(visit: Any, place: Den) -> None:
    make(place, "Ghosts")
    alice = come(visit, place, "alice")
    roles(alice, place)
    role(alice, "Ghosts").get_by_test_id("open-role").click()
    alice.get("field-colour").fill("#FFFFA0")
    alice.get("field-colour").blur()
    light, dark = alice.get("name-samples").locator(".name").all()
    expect(dark).to_have_css("color", "rgb(255, 255, 160)")
    expect(light).not_to_have_css("color", "rgb(255, 255, 160)")
    alice.get("save").click()
    expect(alice.get("saved")).to_have_text("Saved.")
    assert stored(place)[0]["colour"] == "#ffffa0"


def test_bobs_name_wears_the_colour_and_he_stands_with_his_role(visit: Any, place: Den) -> None:
    gardeners, readers = make(place, "Gardeners"), make(place, "Readers", colour="#b5523b")
    alice, bob = come(visit, place, "alice"), come(visit, place, "bob")
    bob.say("Good evening.")
    alice.sees("Good evening.")
    author = alice.row("Good evening.").get_by_test_id("author")
    plain = author.evaluate("(it) => getComputedStyle(it).color")
    give(place, gardeners, readers)
    expect(author).not_to_have_css("color", plain)
    # The highest role is his group; the highest with a colour is his colour.
    group = alice.page.locator(f'[data-testid="people-{gardeners["id"]}"]')
    expect(group.locator('[data-username="bob"]')).to_be_visible()
    expect(group.locator("h3")).to_contain_text("Gardeners")
    place.alice.request("DELETE", f"{place.at}/roles/{readers['id']}")
    expect(author).to_have_css("color", plain)
    place.alice.request("DELETE", f"{place.at}/roles/{gardeners['id']}")
    expect(alice.get("people-member").locator('[data-username="bob"]')).to_be_visible()


def test_a_role_called_admin_makes_nobody_an_admin(visit: Any, place: Den) -> None:
    give(place, false_admin := make(place, "admin"))
    alice = come(visit, place, "alice")
    come(visit, place, "bob")
    group = alice.page.locator(f'[data-testid="people-{false_admin["id"]}"]')
    expect(group.locator('[data-username="bob"]')).to_be_visible()
    expect(alice.get("people-admin")).to_have_count(0)


def test_roles_are_ordered_by_their_handles(visit: Any, place: Den) -> None:
    for name in ("High", "Middle", "Low"):
        make(place, name)
    alice = come(visit, place, "alice")
    roles(alice, place)
    mouse = alice.page.mouse
    at = role(alice, "Low").get_by_test_id("role-handle").bounding_box()
    to = role(alice, "High").bounding_box()
    mouse.move(at["x"] + 10, at["y"] + 20)
    mouse.down()
    mouse.move(at["x"] + 10, at["y"] + 5)
    mouse.move(at["x"] + 10, to["y"] + 4)
    expect(role(alice, "High")).to_have_class("role-line is-drop-before")
    mouse.up()
    names(alice, ["Low", "High", "Middle"])
    role(alice, "High").get_by_test_id("role-handle").focus()
    alice.page.keyboard.press("Enter")
    expect(alice.get("roles-said")).to_contain_text("High is picked up: place 2 of 3")
    alice.page.keyboard.press("ArrowDown")
    expect(role(alice, "High").get_by_test_id("role-handle")).to_be_focused()
    alice.page.keyboard.press("Enter")
    expect(alice.get("roles-said")).to_contain_text("High stands there now: place 3 of 3")
    names(alice, ["Low", "Middle", "High"])
    # It is told when the server has it: a second page sees it, too.
    other = come(visit, place, "alice")
    roles(other, place)
    names(other, ["Low", "Middle", "High"])


def test_bob_changes_only_what_stands_below_him_and_gives_only_what_he_has(
    visit: Any, place: Den
) -> None:
    make(place, "High")
    mine = make(place, "Mine", permissions=["manage_roles", "kick"])
    make(place, "Low")
    give(place, mine)
    bob = come(visit, place, "bob")
    roles(bob, place)
    expect(role(bob, "Low").get_by_test_id("role-handle")).to_be_visible()
    for above in ("High", "Mine"):
        expect(role(bob, above).get_by_test_id("role-handle")).to_have_count(0)
    role(bob, "High").get_by_test_id("open-role").click()
    expect(bob.get("role-locked")).to_be_visible()
    expect(bob.get("gives-kick")).to_be_disabled()
    expect(bob.get("delete-role")).to_have_count(0)
    bob.get("roles-back").click()
    role(bob, "Low").get_by_test_id("open-role").click()
    expect(bob.get("gives-ban")).to_be_disabled()
    expect(bob.page.locator("label", has=bob.get("gives-ban"))).to_contain_text("do not have this")
    bob.get("gives-kick").check()
    bob.get("save").click()
    expect(bob.get("saved")).to_have_text("Saved.")


def test_deleting_a_role_says_how_many_have_it_and_reaches_an_open_editor(
    visit: Any, place: Den
) -> None:
    give(place, make(place, "Readers"))
    alice, other = come(visit, place, "alice"), come(visit, place, "alice")
    for visitor in (alice, other):
        roles(visitor, place)
        role(visitor, "Readers").get_by_test_id("open-role").click()
    alice.get("delete-role").click()
    expect(alice.get("question")).to_contain_text("1 person has it")
    alice.get("question-yes").click()
    expect(alice.get("no-roles")).to_be_visible()
    expect(other.get("no-roles")).to_be_visible()
    expect(other.get("section")).to_contain_text("That role was deleted")


def test_a_member_may_look_and_make_nothing(visit: Any, place: Den) -> None:
    make(place, "Readers")
    bob = come(visit, place, "bob")
    roles(bob, place)
    names(bob, ["Readers"])
    expect(bob.get("new-role")).to_have_count(0)
    expect(bob.get("role-handle")).to_have_count(0)
