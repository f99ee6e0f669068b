"""Direct messages: alice and bob write to each other, carol joins a group, mallory sees nothing of it."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def enter(visit: Any, parlor: Any) -> Any:
    """Somebody with an account, at their browser. Answers visitor and person."""

    def come(name: str, room: str = "general") -> Any:
        person = parlor.person(name)
        visitor = visit().open(room)
        visitor.wait_state("signed-out")
        visitor.get("door-login").click()
        visitor.get("field-email").fill(f"{person.username}@example.com")
        visitor.get("field-password").fill("correct horse")
        visitor.get("enter").click()
        visitor.settled()
        visitor.person = person
        return visitor

    return come


def to_direct(visitor: Any) -> None:
    """By the tile of the rail."""
    visitor.page.locator('[data-testid=server][data-server=""]').click()
    expect(visitor.get("channels")).to_contain_text("Direct messages")


def choose(visitor: Any, *usernames: str) -> None:
    """In the dialog that asks to whom."""
    for username in usernames:
        visitor.get("new-message-field").fill(username)
        found = visitor.page.locator(f'[data-testid=found-person][data-username="{username}"]')
        expect(found).to_be_visible()
        found.click()
    expect(visitor.get("chosen")).to_have_count(len(usernames))
    visitor.get("new-message-open").click()
    expect(visitor.get("new-message-dialog")).to_have_count(0)
    visitor.settled()


def line(visitor: Any, name: str) -> Any:
    """A conversation in the column."""
    return visitor.get("direct-room").filter(has_text=name)


def test_what_alice_writes_to_bob_appears_at_bobs_and_nobody_elses(enter: Any) -> None:
    alice, bob, mallory = enter("alice"), enter("bob"), enter("mallory")
    to_direct(alice)
    expect(alice.get("empty")).to_contain_text("read by the people in it")
    alice.get("new-message").click()
    choose(alice, bob.person.username)
    expect(alice.get("room-name")).to_have_text(bob.person.username)
    expect(alice.get("composer")).to_be_focused()
    alice.say("Just between us.")
    alice.sees("Just between us.")

    tile = bob.page.locator('[data-testid=server][data-server=""]')
    expect(tile.get_by_test_id("news")).to_be_visible()
    to_direct(bob)
    bob.sees("Just between us.")
    expect(line(bob, alice.person.username)).to_have_attribute("aria-current", "page")
    bob.say("And it stays so.")
    alice.sees("And it stays so.")
    expect(tile.get_by_test_id("news")).to_have_count(0)

    to_direct(mallory)
    expect(mallory.get("direct-room")).to_have_count(0)
    expect(
        mallory.page.locator('[data-testid=server][data-server=""] [data-testid=news]')
    ).to_have_count(0)
    room = alice.get("conversation").get_attribute("data-room")
    mallory.page.evaluate(f"location.hash = '#/{room}'")
    expect(mallory.get("toast")).to_contain_text("There is no channel at this address")


def test_two_who_write_are_one_conversation(enter: Any) -> None:
    alice, bob = enter("alice"), enter("bob")
    rooms = []
    for one, other in ((alice, bob), (bob, alice)):
        to_direct(one)
        one.get("new-message").click()
        # bob was told of the room meanwhile; choosing alice again finds it.
        choose(one, other.person.username)
        rooms.append(one.get("conversation").get_attribute("data-room"))
    assert rooms[0] == rooms[1]
    expect(bob.get("direct-room")).to_have_count(1)


def test_a_group_says_who_is_in_it_and_how_they_are(enter: Any, parlor: Any) -> None:
    alice, bob = enter("alice"), enter("bob")
    carol = parlor.person("carol")
    to_direct(alice)
    alice.get("new-message").click()
    expect(alice.get("new-message-field")).to_be_focused()
    choose(alice, bob.person.username, carol.username)
    expect(alice.get("room-name")).to_contain_text(bob.person.username)
    expect(alice.get("room-name")).to_contain_text(carol.username)
    people = alice.get("people")
    expect(people.get_by_test_id("person")).to_have_count(3)
    of_bob = people.locator(f'[data-username="{bob.person.username}"] .presence')
    expect(of_bob).to_have_class(re.compile("is-online"))
    expect(people.locator(f'[data-username="{carol.username}"] .presence')).to_have_class(
        re.compile("is-offline")
    )
    to_direct(bob)
    expect(line(bob, carol.username)).to_contain_text(alice.person.username)


def test_partners_see_each_other_come_go_and_change_their_name(enter: Any) -> None:
    alice, bob = enter("alice"), enter("bob")
    for one in (alice, bob):  # without a common community
        server = one.person.get("/servers")["data"][0]["id"]
        one.person.request("DELETE", f"/servers/{server}/members/me")
        one.page.reload()
        one.wait_state("ready")
        to_direct(one)
    alice.get("new-message").click()
    choose(alice, bob.person.username)
    # bob was not looked at before: how he is now is asked for when the room comes.
    dot = line(alice, bob.person.username).locator(".presence")
    expect(dot).to_have_class(re.compile("is-online"))
    expect(line(bob, alice.person.username).locator(".presence")).to_have_class(
        re.compile("is-online")
    )
    bob.person.request("PUT", "/users/me/status", {"status": "dnd"})
    expect(dot).to_have_class(re.compile("is-dnd"))
    bob.person.request("PATCH", "/users/me", {"displayName": "Robert the Bob"})
    expect(alice.get("room-name")).to_have_text("Robert the Bob")
    expect(line(alice, "Robert the Bob")).to_be_visible()


def test_a_card_and_the_switcher_lead_to_the_conversation(enter: Any) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.page.locator(f'[data-testid=people] [data-username="{bob.person.username}"]').click()
    expect(alice.get("profile")).to_have_attribute("data-state", "ready")
    alice.get("profile-message").click()
    expect(alice.get("profile-card")).to_have_count(0)
    expect(alice.get("room-name")).to_have_text(bob.person.username)
    expect(alice.get("composer")).to_be_focused()
    room = alice.get("conversation").get_attribute("data-room")

    bob.page.keyboard.press("Control+k")
    bob.get("switcher-field").fill(f"@{alice.person.username}")
    expect(bob.get("offer").first).to_contain_text(alice.person.username)
    bob.page.keyboard.press("Enter")
    expect(bob.get("conversation")).to_have_attribute("data-room", room or "")


def test_the_dialog_is_used_by_keyboard_alone(enter: Any, parlor: Any) -> None:
    alice, bob, carol = enter("alice"), parlor.person("bob"), parlor.person("carol")
    to_direct(alice)
    alice.get("new-message").focus()
    alice.page.keyboard.press("Enter")
    for person in (bob, carol):
        alice.page.keyboard.type(person.username)
        expect(alice.get("found-person")).to_have_count(1)
        alice.page.keyboard.press("Enter")
    expect(alice.get("chosen")).to_have_count(2)
    alice.page.keyboard.press("Backspace")
    expect(alice.get("chosen")).to_have_count(1)
    alice.page.keyboard.type("nobody-is-called-so")
    expect(alice.get("new-message-status")).to_contain_text("Nobody here is called")
    alice.get("new-message-field").fill("")
    alice.page.keyboard.press("Enter")
    expect(alice.get("room-name")).to_have_text(bob.username)
    expect(alice.get("composer")).to_be_focused()


def test_a_search_that_fails_says_so_and_works_again(enter: Any, parlor: Any) -> None:
    alice, bob = enter("alice"), parlor.person("bob")
    to_direct(alice)
    alice.was_cut = True
    search = re.compile(r"/api/v1/users\?")
    alice.page.route(search, lambda route: route.abort())
    alice.get("new-message").click()
    alice.get("new-message-field").fill(bob.username)
    expect(alice.get("new-message-status")).to_contain_text("The search did not work.")
    alice.page.unroute(search)
    alice.get("new-message-field").fill(bob.username[:-1])
    expect(alice.get("found-person")).to_have_count(1)


def test_a_guest_answers_but_begins_no_conversation(
    visit: Any, name: Any, enter: Any, parlor: Any
) -> None:
    alice, guest = enter("alice"), visit()
    username = name("guest")
    guest.come_in(username)
    to_direct(guest)
    expect(guest.get("new-message")).to_have_count(0)
    expect(guest.get("new-call")).to_have_count(0)
    expect(guest.get("channels")).to_contain_text("Whoever writes to you appears here.")
    guest_id = alice.person.get("/users", q=username)["data"][0]["id"]
    room = alice.person.post("/rooms/direct", {"userIds": [guest_id]})["data"]["id"]
    alice.person.post(f"/rooms/{room}/messages", {"content": "Welcome!"})
    line(guest, alice.person.username).click()
    guest.sees("Welcome!")
    guest.say("Thank you!")
    guest.sees("Thank you!")
