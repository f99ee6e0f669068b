"""Communities: made, found, joined, left, settled and deleted; invites; and who sees what of it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import communities, house
from tests.browser.communities import Community, choose, person_line, tile

pytestmark = pytest.mark.browser


@pytest.fixture
def community(parlor: Any, visit: Any) -> Community:
    return communities.make(parlor, visit)


@pytest.fixture
def come(parlor: Any, visit: Any) -> Callable[..., Any]:
    """Somebody with an account, signed in where everybody is."""

    def enter(name: str) -> Any:
        person = parlor.person(name)
        visitor = house.sign_in(visit(), person.username)
        visitor.person = person
        return visitor

    return enter


def test_alice_makes_a_community_and_bob_comes_by_her_invite(
    come: Any, visit: Any, name: Any
) -> None:
    alice, mallory = come("alice"), come("mallory")
    called = name("Night Garden")
    alice.get("add-server").click()
    alice.get("add-make").click()
    expect(alice.get("field-newName")).to_be_focused()
    alice.get("field-newName").fill(called)
    alice.get("add-yes").click()
    expect(alice.get("server-name")).to_have_text(called)
    expect(alice.get("room-name")).to_have_text("general")
    alice.settled()
    choose(alice, "invite")
    alice.get("invite-make").click()
    expect(alice.get("invite-link")).to_be_focused()
    link = alice.get("invite-link").input_value()
    alice.page.keyboard.press("Escape")
    alice.say("is somebody there?")
    alice.sees("is somebody there?")

    bob = visit()
    bob.page.goto(bob.cable.url + "/" + link.partition("/")[2].partition("/")[2].partition("/")[2])
    bob.wait_state("signed-out")
    expect(bob.get("invited")).to_be_visible()
    expect(bob.page.get_by_text(called)).to_have_count(0)
    bobs = name("bob")
    bob.get("field-username").fill(bobs)
    bob.get("enter").click()
    expect(bob.get("invite-server")).to_have_text(called)
    bob.get("accept-invite").click()
    expect(bob.get("server-name")).to_have_text(called)
    bob.settled()
    bob.sees("is somebody there?")
    expect(alice.get("people").locator(f'[data-username="{bobs}"]')).to_be_visible()
    # Only they know of it.
    expect(mallory.get("rail").get_by_text(called)).to_have_count(0)


def test_a_guest_is_told_who_may_make_one(visit: Any, name: Any) -> None:
    guest = visit().come_in(name("guest"))
    guest.get("add-server").click()
    expect(guest.get("add-guest")).to_contain_text("Register first")
    expect(guest.get("add-make")).to_have_count(0)
    expect(guest.get("add-join")).to_be_visible()
    guest.page.keyboard.press("Escape")
    expect(guest.get("add-server")).to_be_focused()


def test_a_public_community_is_found_and_joined_by_a_click(
    parlor: Any, visit: Any, come: Any, name: Any
) -> None:
    secret = communities.make(parlor, visit)
    called = name("Chairs")
    public = communities.make(
        parlor, visit, name=called, isPublic=True, description="Folding chairs."
    )
    bob = come("bob")
    bob.get("add-server").click()
    bob.get("add-discover").click()
    expect(bob.get("discover")).to_be_visible()
    bob.get("find-server").fill(secret.server["name"])
    expect(bob.get("communities-empty")).to_be_visible()
    bob.get("find-server").fill(called.upper())
    found = bob.page.locator(f'[data-testid=community][data-server="{public.server["slug"]}"]')
    expect(found).to_contain_text("Folding chairs.")
    expect(found.get_by_test_id("community-counts")).to_have_text("1 member · 1 channel")
    expect(bob.get("discover-count")).to_have_text("1 found.")
    found.get_by_test_id("join-community").click()
    expect(bob.get("server-name")).to_have_text(called)
    expect(bob.get("room-name")).to_have_text(public.room["name"])
    bob.settled()
    bob.page.evaluate("location.hash = '#/discover/'")
    bob.get("find-server").fill(called)
    expect(found.get_by_test_id("open-community")).to_be_visible()


def test_an_invite_pasted_into_the_dialog_opens_its_page(community: Community, come: Any) -> None:
    bob = come("bob")
    bob.expected.append("404")
    bob.get("add-server").click()
    bob.get("add-join").click()
    bob.get("field-code").fill("nosuchcode")
    bob.get("add-yes").click()
    expect(bob.page.locator("#problem-code")).to_contain_text("no such invite")
    bob.get("field-code").fill(f"https://parlor.example/#/invite/{community.invite()}")
    bob.get("add-yes").click()
    expect(bob.get("invite-server")).to_have_text(community.server["name"])
    bob.get("decline-invite").click()
    expect(bob.get("room-name")).to_be_visible()
    expect(tile(bob, community.server)).to_have_count(0)


def test_an_invite_that_leads_nowhere_says_why(community: Community, come: Any) -> None:
    bob = come("bob")
    bob.expected += ["404", "410"]
    used = community.invite(maxUses=1)
    community.let_in(community.parlor.person("first"))
    assert (
        community.parlor.person("quick").request("POST", f"/invites/{used}/accept", {}).is_success
    )
    for code, words in (("nosuchcode", "no such invite"), (used, "no longer valid")):
        bob.page.evaluate(f"location.hash = '#/invite/{code}'")
        expect(bob.get("invite-why")).to_contain_text(words)
    bob.get("decline-invite").click()
    expect(bob.get("room-name")).to_be_visible()


def test_a_member_who_opens_an_invite_is_in_already(community: Community) -> None:
    bob = community.open(community.member())
    bob.page.evaluate(f"location.hash = '#/invite/{community.invite()}'")
    expect(bob.get("invite-member")).to_be_visible()
    bob.get("accept-invite").click()
    expect(bob.get("room-name")).to_have_text(community.room["name"])


def test_an_old_session_does_not_lose_the_invite(community: Community, come: Any) -> None:
    bob = come("bob")
    code = community.invite()
    assert bob.person.request("DELETE", "/auth/sessions").is_success
    bob.expected.append("401")
    bob.wait_state("signed-out")
    bob.page.evaluate("localStorage.setItem('parlor.session', 'somebody')")
    bob.page.goto(f"{bob.cable.url}/#/invite/{code}")
    bob.page.reload()
    bob.wait_state("signed-out")
    expect(bob.get("invited")).to_be_visible()
    house.log_in(bob, bob.person.username)
    expect(bob.get("invite-server")).to_have_text(community.server["name"])


def test_what_alice_changes_is_seen_by_its_members(community: Community, name: Any) -> None:
    alice, bob = community.open(community.alice), community.open(community.member())
    community.settings(alice, "overview")
    new = name("Renamed")
    alice.expected.append("400")
    alice.get("field-iconUrl").fill("https://")
    alice.page.evaluate("document.querySelector('[data-testid=server-form]').noValidate = true")
    alice.get("save").click()
    expect(alice.page.locator("#problem-iconUrl")).to_be_visible()
    expect(alice.get("field-iconUrl")).to_be_focused()
    alice.get("field-iconUrl").fill("")
    alice.get("field-name").fill(new)
    alice.get("field-description").fill("Chairs and tea.")
    alice.get("server-public").check()
    alice.get("save").click()
    expect(alice.get("saved")).to_have_text("Saved.")
    expect(bob.get("server-name")).to_have_text(new)
    choose(bob, "about")
    expect(bob.get("face-description")).to_have_text("Chairs and tea.")
    expect(bob.get("server-form")).to_have_count(0)
    expect(bob.get("section-members")).to_be_visible()
    for closed in ("invites", "bans"):
        expect(bob.get(f"section-{closed}")).to_have_count(0)


def test_bob_leaves_and_alice_must_hand_over_first(community: Community) -> None:
    person = community.member()
    alice, bob = community.open(community.alice), community.open(person)
    expect(person_line(alice, person)).to_be_visible()
    choose(bob, "leave")
    expect(bob.get("question-no")).to_be_focused()
    bob.get("question-yes").click()
    expect(tile(bob, community.server)).to_have_count(0)
    expect(bob.get("server-name")).not_to_have_text(community.server["name"])
    expect(bob.get("toast")).to_have_count(0)
    expect(person_line(alice, person)).to_have_count(0)
    choose(alice, "leave")
    expect(alice.get("leave-owner")).to_be_visible()
    expect(alice.get("question-yes")).to_have_count(0)
    alice.get("leave-settings").click()
    expect(alice.get("transfer")).to_be_visible()


def test_a_community_is_handed_over_and_deleted_by_its_name(community: Community) -> None:
    person = community.member()
    alice, bob = community.open(community.alice), community.open(person)
    community.settings(bob, "overview")
    expect(bob.get("delete-server")).to_have_count(0)
    community.settings(alice, "overview")
    alice.get("transfer").click()
    alice.get("find-heir").fill(person.username)
    alice.get("heir").click()
    expect(alice.get("question")).to_contain_text(person.username)
    alice.get("question-yes").click()
    expect(alice.get("transfer")).to_have_count(0)
    # The new owner sees it where he stands.
    bob.expected.append("409")
    bob.get("delete-server").click()
    bob.get("field-typedName").fill("House")
    bob.get("question-yes").click()
    expect(bob.get("question-error")).to_contain_text("not the server's name")
    bob.get("field-typedName").fill(community.server["name"])
    bob.get("question-yes").click()
    expect(bob.get("question")).to_have_count(0)
    for visitor in (alice, bob):
        expect(visitor.get("toast")).to_contain_text("was deleted")
        expect(tile(visitor, community.server)).to_have_count(0)
        expect(visitor.get("server-page")).to_have_count(0)
        expect(visitor.get("room-name")).to_be_visible()


def test_invites_are_made_counted_and_taken_back(community: Community) -> None:
    alice = community.settings(community.open(community.alice), "invites")
    expect(alice.get("invites-empty")).to_be_visible()
    alice.get("make-invite").click()
    alice.get("field-maxUses").select_option("5")
    alice.get("field-expiresInSeconds").select_option("86400")
    alice.get("invite-make").click()
    link = alice.get("invite-link").input_value()
    code = link.rpartition("/")[2]
    alice.page.keyboard.press("Escape")
    line = alice.page.locator(f'[data-testid=invite][data-code="{code}"]')
    expect(line).to_contain_text("used 0 of 5 times")
    bob = community.parlor.person("bob")
    assert bob.request("POST", f"/invites/{code}/accept", {}).is_success
    # Who comes is told; the count follows by itself.
    expect(line).to_contain_text("used 1 of 5 times")
    line.get_by_test_id("invite-uses").click()
    expect(alice.get("invite-use")).to_have_attribute("data-username", bob.username)
    alice.page.keyboard.press("Escape")
    line.get_by_test_id("revoke-invite").click()
    alice.get("question-yes").click()
    expect(line.get_by_test_id("invite-over")).to_be_visible()
    expect(line.get_by_test_id("revoke-invite")).to_have_count(0)
    assert (
        community.parlor.person().request("POST", f"/invites/{code}/accept", {}).status_code == 410
    )


def test_the_menu_of_a_community_is_a_menu_for_the_keyboard(community: Community) -> None:
    alice = community.open(community.alice)
    alice.get("server-menu-button").focus()
    alice.page.keyboard.press("Enter")
    expect(alice.get("server-invite")).to_be_focused()
    alice.page.keyboard.press("ArrowUp")
    expect(alice.get("server-leave")).to_be_focused()
    alice.page.keyboard.press("Escape")
    expect(alice.get("server-menu")).to_have_count(0)
    expect(alice.get("server-menu-button")).to_be_focused()


def test_mallory_finds_nothing_at_the_address_of_a_community_she_is_not_in(
    community: Community, come: Any
) -> None:
    mallory = come("mallory")
    mallory.page.evaluate(f"location.hash = '#/server/{community.server['id']}/members'")
    expect(mallory.get("server-unknown")).to_be_visible()
    mallory.get("server-unknown").get_by_role("button").click()
    expect(mallory.page).to_have_url(re.compile("#/general$"))


def test_without_a_network_the_lists_say_so_and_come_back(community: Community) -> None:
    alice = community.settings(community.open(community.alice), "invites")
    expect(alice.get("invites-empty")).to_be_visible()
    alice.was_cut = True
    alice.context.set_offline(True)
    alice.cable.pull()
    alice.wait_state("offline")
    alice.get("section-bans").click()
    expect(alice.get("bans-failed")).to_contain_text("without a connection")
    alice.cable.plug()
    alice.context.set_offline(False)
    alice.wait_state("ready")
    # It reads again by itself as soon as there is a connection.
    expect(alice.get("bans-empty")).to_be_visible()
