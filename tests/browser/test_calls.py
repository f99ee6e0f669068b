"""Calls by code: the green room with real devices, coming in, being in, and every way it ends."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import DEVICES, running

pytestmark = pytest.mark.browser
MAY_USE = ["microphone", "camera"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running(*DEVICES) as browser:
        yield browser


@pytest.fixture
def call(parlor: Any) -> Any:
    """alice's call that guests may come to; answers alice and it."""
    alice = parlor.person("alice")
    made = alice.post("/rooms", {"type": "call", "name": "Rehearsal", "guestsAllowed": True})
    return alice, made["data"]


@pytest.fixture
def sign_in(visit: Any) -> Any:
    """A person at their browser, in the house; then at an address."""

    def come(person: Any, path: str = "", **options: Any) -> Any:
        visitor = visit(**options).open()
        visitor.wait_state("signed-out")
        visitor.get("door-login").click()
        visitor.get("field-email").fill(f"{person.username}@example.com")
        visitor.get("field-password").fill("correct horse")
        visitor.get("enter").click()
        visitor.wait_state("ready")
        return at(visitor, path) if path else visitor

    return come


def at(visitor: Any, path: str) -> Any:
    visitor.page.goto(visitor.cable.url + path)
    return visitor


def green(visitor: Any) -> Any:
    expect(visitor.get("green-room")).to_be_visible()
    return visitor


def join(visitor: Any) -> Any:
    green(visitor).get("join-call").click()
    expect(visitor.get("call")).to_have_attribute("data-ended", "false")
    return visitor.settled()


def over(visitor: Any, why: str) -> None:
    expect(visitor.get("call-over")).to_have_attribute("data-why", why)


def tile(visitor: Any, username: str) -> Any:
    return visitor.page.locator(f'[data-testid=tile][data-username="{username}"]')


# --- the way in -----------------------------------------------------------------------------------
def test_alice_makes_a_call_and_bob_comes_by_its_address(sign_in: Any, parlor: Any) -> None:
    alice, bob = parlor.person("alice"), parlor.person("bob")
    hers = sign_in(alice)
    hers.page.locator('[data-testid=server][data-server=""]').click()
    hers.get("new-call").click()
    hers.get("field-name").fill("Tea at four")
    hers.get("make-call").click()
    green(hers)
    expect(hers.get("call-title")).to_have_text("Tea at four")
    code = hers.get("call-code").text_content()
    assert re.fullmatch("[a-z]{4}-[a-z]{4}-[a-z]{4}", code)
    assert hers.page.url.endswith(f"/call/{code}")
    hers.context.grant_permissions(["clipboard-read", "clipboard-write"])
    hers.get("copy-call").click()
    expect(hers.get("copy-call")).to_contain_text("copied")
    assert hers.page.evaluate("navigator.clipboard.readText()").endswith(f"/call/{code}")
    join(hers)
    # Without a media worker one writes, and reads why one does not talk.
    expect(hers.get("voice-refused")).to_contain_text("Sound is not running")

    his = green(sign_in(bob, f"/call/{code}"))
    expect(his.get("call-count")).to_have_text("1 person is in it")
    join(his)
    for visitor in (hers, his):
        for person in (alice, bob):
            expect(tile(visitor, person.username)).to_be_visible()
    his.say("Is there sugar?")
    hers.sees("Is there sugar?")
    hers.say("In the blue pot.")
    his.sees("In the blue pot.")

    his.get("leave-call").click()
    over(his, "left")
    expect(tile(hers, bob.username)).to_have_count(0, timeout=15_000)
    his.get("call-again").click()
    his.sees("In the blue pot.")
    expect(tile(hers, bob.username)).to_be_visible()


def test_the_house_and_the_call_are_a_step_apart(sign_in: Any, call: Any) -> None:
    alice, room = call
    hers = join(sign_in(alice, f"/call/{room['code']}"))
    hers.get("call-back").click()
    expect(hers.get("shell")).to_be_visible()
    expect(hers.get("room-name")).to_have_text("general")
    hers.page.locator('[data-testid=server][data-server=""]').click()
    # Who is in already does not stand at the door again.
    hers.get("open-call").filter(has_text="Rehearsal").click()
    expect(hers.get("call")).to_be_visible()
    hers.page.go_back()
    expect(hers.get("shell")).to_be_visible()
    hers.page.evaluate(f"location.hash = '#/{room['id']}'")
    expect(hers.get("call")).to_be_visible()


def test_a_guest_needs_the_address_and_a_name(
    visit: Any, sign_in: Any, call: Any, name: Any
) -> None:
    alice, room = call
    hers = join(sign_in(alice, f"/call/{room['code']}"))
    guest = at(visit(), f"/call/{room['code']}")
    green(guest)
    expect(guest.get("green-room")).to_contain_text(alice.username)
    expect(guest.get("call-count")).to_have_text("1 person is in it")
    username = name("gast")
    guest.get("field-username").fill(username)
    guest.get("join-as-guest").click()
    expect(guest.get("call")).to_be_visible()
    expect(tile(hers, username)).to_be_visible()
    guest.settled()
    guest.say("Good evening from outside")
    hers.sees("Good evening from outside")


def test_where_guests_are_not_let_in_an_account_is_asked_for(
    visit: Any, call: Any, parlor: Any
) -> None:
    alice, room = call
    alice.request("PATCH", f"/rooms/{room['id']}", {"guestsAllowed": False})
    bob = parlor.person("bob")
    his = at(visit(), f"/call/{room['code']}")
    green(his)
    expect(his.get("call-sign-in")).to_contain_text("Only people with an account")
    expect(his.get("join-as-guest")).to_have_count(0)
    his.get("field-email").fill(f"{bob.username}@example.com")
    his.get("field-password").fill("correct horse")
    his.get("enter").click()
    his.wait_state("ready")
    join(his)


def test_a_guest_of_the_house_is_told_at_the_door(visit: Any, call: Any, name: Any) -> None:
    alice, room = call
    alice.request("PATCH", f"/rooms/{room['id']}", {"guestsAllowed": False})
    guest = visit().come_in(name("gast"))
    guest.expected.append("403")
    at(guest, f"/call/{room['code']}")
    green(guest).get("join-call").click()
    over(guest, "guests")


# --- the ways it ends -----------------------------------------------------------------------------
def test_no_call_has_this_address(visit: Any, sign_in: Any, parlor: Any) -> None:
    stranger = visit()
    stranger.expected.append("404")
    for path in ("/call/zzzz-zzzz-zzzz", "/call/nonsense"):
        over(at(stranger, path), "unknown")
    his = sign_in(parlor.person("bob"))
    his.expected.append("404")
    over(at(his, "/call/zzzz-zzzz-zzzz"), "unknown")
    his.get("call-home").click()
    expect(his.get("shell")).to_be_visible()


def test_a_seat_is_waited_for(sign_in: Any, parlor: Any) -> None:
    alice, bob, carol = (parlor.person(name) for name in ("alice", "bob", "carol"))
    room = alice.post("/rooms", {"type": "call", "maxParticipants": 2})["data"]
    bob.post(f"/rooms/{room['code']}/join")
    hers = sign_in(carol, f"/call/{room['code']}")
    hers.expected.append("409")
    green(hers).get("join-call").click()
    over(hers, "full")
    expect(hers.get("call-over")).to_contain_text("2 seats")
    bob.post(f"/rooms/{room['id']}/leave")
    hers.get("call-again").click()
    expect(hers.get("call")).to_be_visible()


def test_the_end_is_the_end_for_everybody(sign_in: Any, visit: Any, call: Any, parlor: Any) -> None:
    alice, room = call
    bob, mallory = parlor.person("bob"), parlor.person("mallory")
    hers = join(sign_in(alice, f"/call/{room['code']}"))
    his = join(sign_in(bob, f"/call/{room['code']}"))
    expect(his.get("call-settings")).to_have_count(0)
    his.say("Last words")
    hers.sees("Last words")
    hers.get("call-settings").click()
    hers.get("end-call").click()
    expect(hers.get("end-call-no")).to_be_focused()
    hers.get("end-call-yes").click()
    for visitor in (hers, his):
        expect(visitor.get("call")).to_have_attribute("data-ended", "true")
        expect(visitor.get("call-ended")).to_contain_text("This call has ended")
        expect(visitor.get("composer-closed")).to_contain_text("This call has ended")
        visitor.sees("Last words")
    over(sign_in(mallory, f"/call/{room['code']}"), "ended")
    over(at(visit(), f"/call/{room['code']}"), "ended")


def test_who_stands_at_the_door_when_it_ends_sees_it(sign_in: Any, call: Any, parlor: Any) -> None:
    alice, room = call
    his = green(sign_in(parlor.person("bob"), f"/call/{room['code']}"))
    his.expected.append("410")
    alice.post(f"/rooms/{room['id']}/end")
    his.get("join-call").click()
    over(his, "ended")


def test_who_is_taken_out_is_told_and_may_come_again_unless_banned(
    sign_in: Any, call: Any, parlor: Any
) -> None:
    alice, room = call
    bob = parlor.person("bob")
    his = join(sign_in(bob, f"/call/{room['code']}"))
    alice.post(f"/rooms/{room['id']}/kick", {"userId": bob.id})
    over(his, "removed")
    his.get("call-again").click()
    expect(his.get("call")).to_be_visible()
    his.settled()
    alice.post(f"/rooms/{room['id']}/ban", {"userId": bob.id})
    over(his, "banned")


def test_the_owner_settles_name_seats_and_guests(sign_in: Any, call: Any, parlor: Any) -> None:
    alice, room = call
    hers = join(sign_in(alice, f"/call/{room['code']}"))
    his = join(sign_in(parlor.person("bob"), f"/call/{room['code']}"))
    hers.get("call-settings").click()
    hers.get("field-name").fill("Dress rehearsal")
    hers.get("field-maxParticipants").fill("12")
    hers.get("field-guests").uncheck()
    hers.get("save-call").click()
    expect(hers.get("saved")).to_have_text("Saved.")
    expect(his.get("call-title")).to_have_text("Dress rehearsal")
    now = alice.get(f"/rooms/{room['id']}")["data"]
    assert (now["maxParticipants"], now["guestsAllowed"]) == (12, False)


def test_ones_calls_say_when_and_who(sign_in: Any, call: Any, parlor: Any) -> None:
    alice, room = call
    bob = parlor.person("bob")
    bob.post(f"/rooms/{room['code']}/join")
    alice.post(f"/rooms/{room['id']}/end")
    hers = sign_in(alice)
    hers.page.locator('[data-testid=server][data-server=""]').click()
    hers.get("call-history").click()
    past = hers.page.locator(f'[data-testid=past-call][data-code="{room["code"]}"]')
    expect(past).to_contain_text("Rehearsal")
    expect(past).to_contain_text("ended")
    past.get_by_test_id("past-call-who").click()
    expect(past).to_contain_text(bob.username)
    past.get_by_test_id("past-call-open").click()
    expect(hers.get("call-ended")).to_be_visible()
    nobody = sign_in(parlor.person("carol"))
    nobody.page.evaluate("location.hash = '#/calls/'")
    expect(nobody.get("call-history-none")).to_be_visible()


# --- devices --------------------------------------------------------------------------------------
def test_the_camera_is_seen_and_the_microphone_heard_before_one_joins(
    sign_in: Any, call: Any
) -> None:
    alice, room = call
    hers = green(sign_in(alice, f"/call/{room['code']}", permissions=MAY_USE))
    for kind in MAY_USE:
        hers.get(f"switch-{kind}").click()
        expect(hers.get(f"switch-{kind}")).to_have_attribute("data-state", "on")
    expect(hers.page.locator(".preview video")).not_to_have_js_property("videoWidth", 0)
    # The false microphone beeps once a second.
    expect(hers.get("level")).to_have_attribute("aria-valuenow", re.compile(r"^\d{2,}$"))
    hers.get("speaker-test").click()
    expect(hers.get("speaker-test")).to_have_attribute("data-state", "playing")
    expect(hers.get("speaker-test")).to_have_attribute("data-state", "idle", timeout=20_000)
    tracks = "document.querySelector('.preview video').srcObject.getTracks()"
    hers.page.evaluate(f"window.track = {tracks}[0]")
    join(hers)
    # Without a media worker nothing is carried: so nothing is recorded either.
    expect(hers.get("voice-refused")).to_be_visible()
    hers.wait_until("() => window.track.readyState === 'ended'")


def test_the_microphone_one_chose_is_chosen_at_the_next_call(sign_in: Any, call: Any) -> None:
    alice, room = call
    hers = green(sign_in(alice, f"/call/{room['code']}", permissions=MAY_USE))
    hers.get("switch-microphone").click()
    choice = hers.get("choose-microphone")
    expect(choice.locator("option")).not_to_have_count(0)
    wanted = choice.locator("option").last.get_attribute("value")
    choice.select_option(wanted)
    expect(hers.get("switch-microphone")).to_have_attribute("data-state", "on")
    hers.page.reload()
    green(hers).get("switch-microphone").click()
    expect(hers.get("choose-microphone")).to_have_value(wanted)


def test_a_browser_that_says_no_is_answered_with_what_to_do(sign_in: Any, call: Any) -> None:
    alice, room = call
    hers = green(sign_in(alice, f"/call/{room['code']}", permissions=[]))
    for kind in MAY_USE:
        hers.get(f"switch-{kind}").click()
        expect(hers.get(f"trouble-{kind}")).to_contain_text("Allow it beside the address")
    # One can come in without.
    join(hers)
