"""The people of a community: found, given roles and nicknames, timed out, removed, banned; and what the others see."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import communities
from tests.browser.communities import Community, person_line, tile
from tests.live import Person

pytestmark = pytest.mark.browser
CROWD = """
from accounts.models import User
from rooms.models import Server, ServerMember
server = Server.objects.get(pk="{server}")
people = [
    User(username=f"crowd-{tag}-{{n:02}}", display_name=f"Crowd {{n:02}}", email=f"{tag}-{{n}}@example.com")
    for n in range(60)
]
ServerMember.objects.bulk_create(
    ServerMember(server=server, user=user) for user in User.objects.bulk_create(people)
)
"""


@pytest.fixture
def community(parlor: Any, visit: Any) -> Community:
    return communities.make(parlor, visit)


def line_of(visitor: Any, person: Person) -> Any:
    """Somebody in the list of members."""
    return visitor.page.locator(f'[data-testid=member][data-username="{person.username}"]')


def do(visitor: Any, person: Person, action: str) -> None:
    """From their line in the list of members."""
    line_of(visitor, person).get_by_test_id("manage-member").click()
    visitor.get("member-menu").get_by_test_id(f"person-{action}").click()


def card(visitor: Any, person: Person) -> Any:
    """Their card, from the column of people."""
    person_line(visitor, person).click()
    expect(visitor.get("profile")).to_have_attribute("data-state", "ready")
    return visitor.get("profile-card")


def test_members_are_found_by_name_and_come_in_pages(community: Community) -> None:
    crowd = CROWD.replace("{server}", community.server["id"]).replace(
        "{tag}", community.alice.username
    )
    community.parlor.manage("shell", "-v0", "-c", crowd.replace("{{", "{").replace("}}", "}"))
    alice = community.settings(community.open(community.alice), "members")
    expect(alice.get("members-count")).to_have_text("61 members")
    expect(alice.get("member")).to_have_count(50)
    alice.get("page-on").click()
    expect(alice.get("page")).to_have_text("Page 2 of 2")
    expect(alice.get("member")).to_have_count(11)
    alice.get("find-member").fill("CROWD 07")
    expect(alice.get("members-count")).to_have_text("1 found.")
    expect(alice.get("member")).to_have_count(1)
    alice.get("find-member").fill("nobody at all")
    expect(alice.get("members-empty")).to_contain_text("nobody at all")


def test_alice_removes_bob_from_his_card_and_he_reads_why_he_is_out(community: Community) -> None:
    person, other = community.member(), community.member("carol")
    alice, bob, carol = (community.open(who) for who in (community.alice, person, other))
    expect(person_line(carol, person)).to_be_visible()
    card(alice, person).get_by_test_id("person-kick").click()
    expect(alice.get("field-reason")).to_be_focused()
    alice.get("field-reason").fill("Too loud.")
    alice.get("question-yes").click()
    expect(alice.get("question")).to_have_count(0)
    expect(bob.get("toast")).to_contain_text(f"You were removed from {community.server['name']}")
    expect(tile(bob, community.server)).to_have_count(0)
    expect(bob.get("room-name")).not_to_have_text(community.room["name"])
    for visitor in (alice, carol):
        expect(person_line(visitor, person)).to_have_count(0)
    # Removed is not banned.
    bob.page.evaluate(f"location.hash = '#/invite/{community.invite()}'")
    bob.get("accept-invite").click()
    expect(bob.get("room-name")).to_have_text(community.room["name"])
    expect(person_line(alice, person)).to_be_visible()


def test_a_ban_holds_until_it_is_lifted(community: Community) -> None:
    person = community.member()
    alice = community.settings(community.open(community.alice), "members")
    bob = community.open(person)
    do(alice, person, "ban")
    alice.get("field-banFor").select_option("604800")
    alice.get("field-reason").fill("Sold the chairs.")
    alice.get("question-yes").click()
    expect(line_of(alice, person)).to_have_count(0)
    expect(bob.get("toast")).to_contain_text("You were banned from")
    alice.get("section-bans").click()
    ban = alice.page.locator(f'[data-testid=ban][data-username="{person.username}"]')
    expect(ban.get_by_test_id("ban-reason")).to_have_text("Sold the chairs.")
    expect(ban).to_contain_text("until")
    bob.expected.append("403")
    bob.page.evaluate(f"location.hash = '#/invite/{community.invite()}'")
    bob.get("accept-invite").click()
    expect(bob.get("invite-problem")).to_contain_text("banned from this server (Sold the chairs.)")
    ban.get_by_test_id("lift-ban").click()
    alice.get("question-yes").click()
    expect(alice.get("bans-empty")).to_be_visible()
    bob.get("accept-invite").click()
    expect(bob.get("room-name")).to_have_text(community.room["name"])


def test_a_timeout_is_seen_and_ended(community: Community) -> None:
    person = community.member()
    alice = community.settings(community.open(community.alice), "members")
    do(alice, person, "timeout")
    alice.get("field-seconds").select_option("3600")
    alice.get("question-yes").click()
    expect(line_of(alice, person).get_by_test_id("member-timeout")).to_be_visible()
    refused = person.request("POST", f"/rooms/{community.room['id']}/messages", {"content": "hm"})
    assert refused.status_code == 403
    do(alice, person, "end-timeout")
    expect(line_of(alice, person).get_by_test_id("member-timeout")).to_have_count(0)
    allowed = person.request("POST", f"/rooms/{community.room['id']}/messages", {"content": "hm"})
    assert allowed.status_code == 201


def test_a_moderator_is_offered_what_moderators_may_and_only_on_those_below(
    community: Community,
) -> None:
    person, other = community.member(), community.member("carol")
    alice = community.settings(community.open(community.alice), "members")
    bob = community.open(person)
    expect(card(bob, other).get_by_test_id("profile-actions")).to_have_count(0)
    bob.page.keyboard.press("Escape")
    do(alice, person, "standing")
    alice.get("field-role").select_option("moderator")
    alice.get("standing-save").click()
    expect(line_of(alice, person).get_by_test_id("member-role")).to_have_text("Moderator")
    # He stays where he is, and finds it there.
    expect(bob.get("people-moderator")).to_be_visible()
    offered = card(bob, other)
    for action in ("timeout", "kick", "ban"):
        expect(offered.get_by_test_id(f"person-{action}")).to_be_visible()
    expect(offered.get_by_test_id("person-standing")).to_have_count(0)
    bob.page.keyboard.press("Escape")
    expect(card(bob, community.alice).get_by_test_id("profile-actions")).to_have_count(0)


def test_roles_and_nicknames_are_given_and_seen(community: Community) -> None:
    person = community.member()
    role = community.alice.post(f"{community.at}/roles", {"name": "Baker"})["data"]
    alice = community.settings(community.open(community.alice), "members")
    bob = community.open(person)
    do(alice, person, "standing")
    alice.page.locator(f'[data-testid=give-role][data-role="{role["name"]}"]').check()
    alice.get("field-nickname").fill("Bob of the Buns")
    alice.get("standing-save").click()
    expect(line_of(alice, person)).to_contain_text("Bob of the Buns")
    expect(line_of(alice, person)).to_contain_text("Baker")
    expect(person_line(bob, person)).to_contain_text("Bob of the Buns")
    # One's own nickname is one's own to choose.
    card(bob, person).get_by_test_id("person-standing").click()
    expect(bob.get("give-role")).to_have_count(0)
    bob.get("field-nickname").fill("Robert")
    bob.get("standing-save").click()
    expect(line_of(alice, person)).to_contain_text("Robert")


def test_what_was_taken_away_meanwhile_is_refused_in_a_sentence(community: Community) -> None:
    person, other = community.member(), community.member("carol")
    at = f"{community.at}/members"
    assert community.alice.request("PATCH", f"{at}/{person.id}", {"role": "moderator"}).is_success
    bob = community.open(person)
    bob.expected.append("403")
    card(bob, other).get_by_test_id("person-kick").click()
    expect(bob.get("question")).to_be_visible()
    assert community.alice.request("PATCH", f"{at}/{other.id}", {"role": "admin"}).is_success
    bob.get("question-yes").click()
    expect(bob.get("question-error")).to_contain_text("equal or higher standing")
    expect(bob.get("question")).to_be_visible()


def test_the_members_menu_is_reached_by_keys_and_gives_the_focus_back(community: Community) -> None:
    person = community.member()
    alice = community.settings(community.open(community.alice), "members")
    manage = line_of(alice, person).get_by_test_id("manage-member")
    manage.focus()
    alice.page.keyboard.press("Enter")
    expect(alice.get("person-standing")).to_be_focused()
    alice.page.keyboard.press("ArrowDown")
    alice.page.keyboard.press("Enter")
    expect(alice.get("field-seconds")).to_be_focused()
    alice.page.keyboard.press("Escape")
    expect(alice.get("question")).to_have_count(0)
    expect(manage).to_be_focused()
