"""Talking on our own client: real microphones, a real media worker, and what happens to connections."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.talkers import talkers
from tests.browser.test_accessibility import findings
from tests.live import Parlor
from voice.tests.kit import Media, let_in, voice_room

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def come(media_chromium: Browser, parlor: Parlor, media: Media) -> Iterator[Any]:
    with talkers(media_chromium, parlor) as made:
        yield made


@pytest.fixture
def lounge(parlor: Parlor) -> Any:
    """alice's voice channel with bob let in: alice, bob, and the room."""
    alice, bob = parlor.person("alice"), parlor.person("bob")
    room = voice_room(alice)
    let_in(alice, room, bob)
    return alice, bob, alice.get(f"/rooms/{room}")["data"]


def at(room: dict[str, Any]) -> str:
    return f"/#/{room['slug']}"


def test_two_people_hear_each_other(come: Any, lounge: Any) -> None:
    alice, bob, room = lounge
    hers, his = come(alice, at(room)), come(bob, at(room))
    expect(hers.get("voice-nobody")).to_be_visible()
    hers.sit_down(room["slug"])
    # Who does not sit there sees who does, in the column and where the room is open.
    expect(his.sitter(alice.username)).to_be_visible()
    expect(his.tile(alice.username)).to_be_visible()
    his.get("voice-join").click()
    his.is_in()
    for who in (hers, his):
        who.hears()
        expect(who.get("tile")).to_have_count(2)
    expect(his.tile(alice.username)).to_have_attribute("data-speaking", "true")
    expect(his.sitter(alice.username)).to_have_attribute("data-speaking", "true")

    hers.get("voice-mute").first.click()
    expect(his.sitter(alice.username).locator("[data-sign=muted]")).to_be_visible()
    expect(his.tile(alice.username)).to_have_attribute("data-speaking", "false")
    his.hears_nothing()
    hers.get("voice-mute").first.click()
    his.hears()

    his.get("voice-deafen").first.click()
    expect(hers.sitter(bob.username).locator("[data-sign=deafened]")).to_be_visible()
    his.hears_nothing()
    his.get("voice-deafen").first.click()
    his.hears()

    his.get("voice-leave").first.click()
    expect(his.get("voice-bar")).to_have_count(0)
    expect(hers.sitter(bob.username)).to_have_count(0)
    expect(hers.tile(bob.username)).to_have_count(0)


def test_four_people_see_faces_and_a_screen(come: Any, lounge: Any, parlor: Any) -> None:
    alice, bob, room = lounge
    carol, dora = parlor.person("carol"), parlor.person("dora")
    let_in(alice, room["id"], carol, dora)
    pages = [come(who, at(room)).sit_down(room["slug"]) for who in (alice, bob, carol, dora)]
    hers, his, third, fourth = pages
    for who in pages:
        who.hears()
        expect(who.get("tile")).to_have_count(4)

    hers.get("voice-camera").first.click()
    for who in (his, third, fourth):
        expect(who.tile(alice.username)).to_have_attribute("data-picture", "true")
        who.sees_pictures()
        expect(who.sitter(alice.username).locator("[data-sign=video]")).to_be_visible()

    his.get("voice-screen").first.click()
    for who in (hers, third, fourth):
        screen = who.page.locator(
            f'[data-testid=screen-tile][data-username="{bob.username}"][data-picture=true]'
        )
        expect(screen).to_be_visible()
        expect(who.sitter(bob.username).locator("[data-sign=screen]")).to_be_visible()
    # A screen is large by itself, and small again when one wants to see a face.
    expect(third.page.locator(".voice-large [data-testid=screen-tile]")).to_have_count(1)
    third.tile(alice.username).hover()
    third.tile(alice.username).get_by_test_id("pin").click()
    expect(third.page.locator(".voice-large [data-testid=tile]")).to_have_attribute(
        "data-username", alice.username
    )

    his.get("voice-screen").first.click()
    expect(hers.get("screen-tile")).to_have_count(0)
    hers.get("voice-camera").first.click()
    expect(his.tile(alice.username)).to_have_attribute("data-picture", "false")
    # Closed or loaded anew: the others see at once that she has gone.
    fourth.page.reload()
    expect(hers.tile(dora.username)).to_have_count(0)


def test_pictures_are_fetched_only_while_somebody_looks(come: Any, lounge: Any) -> None:
    alice, bob, room = lounge
    hers, his = (come(who, at(room)).sit_down(room["slug"]) for who in (alice, bob))
    hers.get("voice-camera").first.click()
    his.sees_pictures()
    his.page.evaluate("location.hash = '#/settings/appearance'")
    expect(his.get("settings")).to_be_visible()
    his.hears()
    frames = "window.rises({ kind: 'video', name: 'framesDecoded', by: 1, ms: 1500 })"
    his.page.wait_for_timeout(500)
    assert not his.page.evaluate(frames)
    his.page.keyboard.press("Escape")
    his.is_in()
    his.sees_pictures()


def test_alice_silences_bob_and_sends_him_elsewhere(come: Any, lounge: Any) -> None:
    alice, bob, room = lounge
    server = alice.get(f"/rooms/{room['id']}")["data"]["serverId"]
    other = alice.post(f"/servers/{server}/channels", {"name": "attic", "type": "voice"})["data"]
    hers, his = (come(who, at(room)).sit_down(room["slug"]) for who in (alice, bob))
    hers.hears()
    hers.sitter(bob.username).click()
    hers.get("silence").click()
    expect(his.get("voice-trouble").first).to_contain_text("Nobody hears you")
    expect(hers.sitter(bob.username).locator("[data-sign=silenced]")).to_be_visible()
    hers.hears_nothing()
    hers.get("silence").click()
    hers.hears()
    hers.get("move-to").select_option(other["id"])
    expect(his.get("voice-bar")).to_contain_text("attic")
    expect(his.get("voice-bar")).to_have_attribute("data-phase", "connected")
    column = hers.page.locator(f'[data-testid=sitters][data-room="{other["slug"]}"]')
    expect(column).to_contain_text(bob.username)
    hers.get("move-out").click()
    expect(his.get("voice-over")).to_have_attribute("data-why", "removed")


def test_one_person_is_softer_for_bob_also_tomorrow(come: Any, lounge: Any) -> None:
    alice, bob, room = lounge
    come(alice, at(room)).sit_down(room["slug"])
    his = come(bob, at(room)).sit_down(room["slug"])
    his.sitter(alice.username).click()
    his.get("volume").fill("30")
    his.page.keyboard.press("Escape")
    his.page.reload()
    his.wait_state("ready")
    his.sitter(alice.username).click()
    expect(his.get("volume")).to_have_value("30")


def test_everything_by_keys(come: Any, lounge: Any) -> None:
    alice, bob, room = lounge
    his = come(bob, at(room)).sit_down(room["slug"])
    hers = come(alice, at(room))
    keys = hers.page.keyboard
    keys.press("Alt+Shift+J")
    hers.is_in()
    his.hears()
    keys.press("Alt+Shift+M")
    expect(his.sitter(alice.username).locator("[data-sign=muted]")).to_be_visible()
    expect(hers.get("announcer")).to_contain_text("Microphone off")
    expect(his.get("announcer")).to_contain_text(f"{alice.username} is muted")
    keys.press("Alt+Shift+M")
    keys.press("Alt+Shift+D")
    expect(his.sitter(alice.username).locator("[data-sign=deafened]")).to_be_visible()
    keys.press("Alt+Shift+D")
    keys.press("Alt+Shift+V")
    expect(his.sitter(alice.username).locator("[data-sign=video]")).to_be_visible()
    keys.press("Alt+Shift+L")
    expect(his.sitter(alice.username)).to_have_count(0)
    expect(his.get("announcer")).to_contain_text(f"{alice.username} has left")
    # And by the tabulator: the channel, then the switches in their order.
    hers.get("voice-room").focus()
    keys.press("Enter")
    hers.is_in()
    hers.get("voice-pane").get_by_test_id("voice-mute").focus()
    keys.press("Space")
    expect(his.sitter(alice.username).locator("[data-sign=muted]")).to_be_visible()
    hers.get("voice-pane").get_by_test_id("voice-leave").focus()
    keys.press("Enter")
    expect(hers.get("voice-join")).to_be_visible()
    keys.press("?")
    expect(hers.get("help")).to_contain_text("Mute or unmute yourself")


def test_a_key_held_opens_the_microphone(come: Any, lounge: Any) -> None:
    alice, bob, room = lounge
    hers, his = come(alice, at(room)), come(bob, at(room))
    hers.page.evaluate("location.hash = '#/settings/voice'")
    hers.get("mic-mode-hold").click()
    hers.get("choose-talk-key").click()
    expect(hers.get("choose-talk-key")).to_have_attribute("aria-pressed", "true")
    hers.page.keyboard.press("F9")
    expect(hers.get("talk-key")).to_have_text("F9")
    hers.page.keyboard.press("Escape")
    hers.sit_down(room["slug"])
    expect(hers.get("voice-trouble").first).to_contain_text("Hold F9 to speak")
    his.sit_down(room["slug"])
    quiet = "window.rises({ kind: 'audio', name: 'totalAudioEnergy', by: 0.0001, ms: 1500 })"
    his.page.wait_for_timeout(500)
    assert not his.page.evaluate(quiet)
    hers.page.keyboard.down("F9")
    his.hears()
    expect(his.tile(alice.username)).to_have_attribute("data-speaking", "true")
    hers.page.keyboard.up("F9")
    expect(his.tile(alice.username)).to_have_attribute("data-speaking", "false")


def test_a_full_room_says_so(come: Any, lounge: Any, parlor: Any) -> None:
    alice, bob, room = lounge
    carol = parlor.person("carol")
    let_in(alice, room["id"], carol)
    assert alice.request("PATCH", f"/rooms/{room['id']}", {"maxParticipants": 2}).is_success
    his = come(bob, at(room))
    hers, _ = (come(who, at(room)).sit_down(room["slug"]) for who in (alice, carol))
    his.get("voice-join").click()
    expect(his.get("voice-refused")).to_contain_text("All seats in this room are taken")
    hers.get("voice-leave").first.click()
    his.get("voice-join").click()
    his.is_in()


def test_without_a_microphone_one_listens(
    media_chromium: Browser, come: Any, lounge: Any, media: Media
) -> None:
    alice, bob, room = lounge
    hers = come(alice, at(room)).sit_down(room["slug"])
    his = come(bob, at(room))
    his.page.evaluate(
        """() => { navigator.mediaDevices.getUserMedia =
          () => Promise.reject(new DOMException("no", "NotAllowedError")); }"""
    )
    his.get("voice-join").click()
    his.is_in().hears()
    expect(his.get("voice-trouble").first).to_contain_text("may not use the microphone")
    expect(hers.sitter(bob.username).locator("[data-sign=muted]")).to_be_visible()


def test_guests_and_members_in_a_call(come: Any, parlor: Any, media_chromium: Browser) -> None:
    alice, bob = parlor.person("alice"), parlor.person("bob")
    room = alice.post("/rooms", {"type": "call", "name": "Rehearsal", "guestsAllowed": True})[
        "data"
    ]
    hers, his = (come(who, f"/call/{room['code']}") for who in (alice, bob))
    # What is on before the call is on inside.
    for kind in ("microphone", "camera"):
        hers.get(f"switch-{kind}").click()
        expect(hers.get(f"switch-{kind}")).to_have_attribute("data-state", "on")
    hers.get("join-call").click()
    hers.is_in()
    his.get("join-call").click()
    his.is_in().hears()
    his.sees_pictures()
    # And what is off is off.
    expect(hers.tile(bob.username).locator("[data-sign=muted]")).to_be_visible()
    his.get("voice-mute").click()
    hers.hears()
    hers.say("Hear me?")
    his.sees("Hear me?")
    guest = come(None, f"/call/{room['code']}")
    guest.get("field-username").fill("gast-" + room["code"][:4])
    guest.get("switch-microphone").click()
    expect(guest.get("switch-microphone")).to_have_attribute("data-state", "on")
    guest.get("join-as-guest").click()
    guest.is_in().hears()
    expect(hers.get("tile")).to_have_count(3)
    his.get("leave-call").click()
    expect(his.get("call-over")).to_have_attribute("data-why", "left")
    expect(hers.tile(bob.username)).to_have_count(0)
    guest.hears()


def test_a_call_between_two(come: Any, parlor: Any) -> None:
    alice, bob = parlor.person("alice"), parlor.person("bob")
    room = alice.post("/rooms/direct", {"userIds": [bob.id]})["data"]
    hers, his = come(alice, f"/#/{room['id']}"), come(bob)
    hers.get("direct-call").click()
    hers.is_in()
    expect(his.get("toast")).to_contain_text(f"{alice.username} calls you")
    his.page.evaluate(f"location.hash = '#/{room['id']}'")
    his.get("voice-join").click()
    his.is_in().hears()
    hers.say("Hello!")
    his.sees("Hello!")


SHIFT_IN_PANE = """() => {
  const pane = document.querySelector("[data-testid=voice-pane]");
  const inside = seen.shifts.filter(({ sources }) => sources.some(({ node }) => pane.contains(node)));
  return inside.reduce((sum, { value }) => sum + value, 0);
}"""
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}


@pytest.mark.parametrize("size", [{}, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_people_talk(
    come: Any, lounge: Any, size: dict[str, Any], scheme: str
) -> None:
    alice, bob, room = lounge
    his = come(bob, at(room)).sit_down(room["slug"])
    hers = come(alice, at(room), color_scheme=scheme, **size)
    assert findings(hers) == []
    hers.get("voice-join").click()
    hers.is_in()
    his.get("voice-mute").first.click()
    expect(hers.tile(bob.username).locator("[data-sign=muted]")).to_be_visible()
    his.get("voice-screen").first.click()
    expect(hers.get("screen-tile")).to_have_attribute("data-picture", "true")
    assert findings(hers) == []
    # Who sits down, and how, moves nothing; what makes room for a screen glides aside. (Whoever the
    # tests before left behind goes offline beside it, in a list that is put in order by that.)
    assert hers.page.evaluate(SHIFT_IN_PANE) < 0.02
    for opener, opened in (
        ("voice-devices", "voice-devices-dialog"),
        ("tile-name", "profile-voice"),
    ):
        hers.get("voice-pane").get_by_test_id(opener).first.click()
        expect(hers.get(opened)).to_be_visible()
        assert findings(hers) == []
        hers.page.keyboard.press("Escape")
    hers.page.evaluate("location.hash = '#/settings/voice'")
    hers.get("mic-mode-hold").click()
    expect(hers.get("talk-key")).to_be_visible()
    assert findings(hers) == []
    hers.get("mic-mode-open").click()
