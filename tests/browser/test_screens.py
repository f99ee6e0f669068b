"""Every screen there is, drawn and checked for what must be on it.

`UPDATE_SCREENS=1 pytest tests/browser/test_screens.py` writes them to docs/screens/. Nothing is compared:
fonts differ between machines. People, words and hours are always the same (house.py), and so is "now".
"""

import itertools
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import house
from tests.browser.chromium import DEVICES_UNASKED, launch
from tests.browser.talkers import talkers
from tests.live import Parlor
from voice.tests.kit import Media

pytestmark = pytest.mark.browser
SCREENS = Path(__file__).resolve().parents[2] / "docs" / "screens"
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
LOOKS = {
    "1280": DESK,
    "390": PHONE,
    "1280-dark": DESK | {"color_scheme": "dark"},
    "390-dark": PHONE | {"color_scheme": "dark"},
}
# Where nothing is written a look at both widths is enough: colours move nothing, and what is readable in
# the dark test_accessibility.py and test_look.py say.
DRAWN = LOOKS if os.environ.get("UPDATE_SCREENS") else ("390",)
# The evening of the talk in house.py; what the browser counts from it goes on as ever.
NOW = "2026-03-05T20:00:00Z"
NO_DICE = "Math.random = () => 0.5"
NEWS = (
    ("jonas", "The chairs are in the hall: nine, and a bench."),
    ("nora", "A bench! Then the front row is yours."),
    ("ines", "How long may two pages be?"),
    ("nora", "As long as one breath, and then one more."),
    ("jonas", "The lamp hangs. It is *very* green."),
    ("ines", "I found the book. It was in the tea box."),
    ("nora", "Of course it was."),
    ("jonas", "Who opens the door at half past six?"),
    ("ines", "I can, I live round the corner."),
    ("nora", "Thank you, Ines! The key hangs behind the clock."),
    ("jonas", "The clock that stands still?"),
    ("nora", "That one. It is right twice a day, which is enough for us."),
)
# What is written through the API is written now; in the pictures it was that evening.
DATE = """
from datetime import datetime, timedelta, timezone
from messaging.models import Message
at = datetime(2026, 3, 5, 18, 10, tzinfo=timezone.utc)
for index, message in enumerate(Message.objects.filter(room__slug="recitals").order_by("id")):
    when = at + timedelta(minutes=index)
    Message.objects.filter(pk=message.pk).update(created_at=when, updated_at=when)
"""
DATE_DIRECT = """
from datetime import datetime, timedelta, timezone
from messaging.models import Message
from rooms.models import Room
at = datetime(2026, 3, 5, 17, 2, tzinfo=timezone.utc)
for index, message in enumerate(Message.objects.filter(room__type="direct").order_by("id")):
    when = at + timedelta(minutes=3 * index)
    Message.objects.filter(pk=message.pk).update(created_at=when, updated_at=when)
Room.objects.filter(type="call").update(created_at=at - timedelta(days=7))
Room.objects.filter(type="call", ended_at__isnull=False).update(ended_at=at - timedelta(days=7))
"""
CLEAR = """
from messaging.models import Message
Message.objects.filter(room__slug="recitals").delete()
"""
Draw = Callable[..., None]
Write = Callable[[int], None]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: Any) -> Iterator[Parlor]:
    """The house of all pictures."""
    parlor = Parlor(tmp_path_factory.mktemp("screens")).start()
    try:
        parlor.people = people = house.furnish(parlor)  # type: ignore[attr-defined]
        parlor.manage("shell", "-v0", "-c", house.ALONE)
        # The talk is read, whichever picture is drawn first.
        newest = people["maya"].get("/rooms/general/messages")["data"][-1]
        read = f"/rooms/{newest['roomId']}/read"
        assert people["maya"].request("PUT", read, {"seq": newest["seq"]}).is_success
        house.status(people["jonas"], "dnd", "In the workshop")
        house.status(people["ines"], "idle")
        yield parlor
    finally:
        parlor.stop()


@pytest.fixture(params=DRAWN)
def look(request: Any) -> str:
    """A width and a scheme, as files are called."""
    return request.param


@pytest.fixture
def draw(look: str, tmp_path: Path) -> Callable[[Any, str], None]:
    """Takes the picture of a screen: into docs/screens where that is asked for, else away."""

    def take(visitor: Any, screen: str) -> None:
        directory = SCREENS if os.environ.get("UPDATE_SCREENS") else tmp_path
        directory.mkdir(parents=True, exist_ok=True)
        target = directory / f"{screen}-{look}.png"
        size = LOOKS[look]["viewport"]
        visitor.page.mouse.move(0, 0)
        visitor.page.screenshot(path=target, animations="disabled", caret="hide")
        width, height = struct.unpack(">II", target.read_bytes()[16:24])
        assert (width, height) == (size["width"], size["height"])
        assert visitor.page.evaluate("document.documentElement.scrollWidth") == width

    return take


@pytest.fixture
def guest(visit: Any, furnished: Parlor, look: str) -> Any:
    """Somebody at the door."""
    visitor = visit(furnished.url, timezone_id="UTC", **LOOKS[look]).open()
    visitor.wait_state("signed-out")
    return visitor


@pytest.fixture
def maya(visit: Any, furnished: Parlor, look: str) -> Any:
    """Somebody who is in, here and on a phone elsewhere."""
    furnished.people["maya"].request("DELETE", "/auth/sessions")  # type: ignore[attr-defined]
    visitor = visit(furnished.url, timezone_id="UTC", **LOOKS[look])
    visitor.page.clock.set_fixed_time(NOW)
    visitor.page.add_init_script(NO_DICE)
    house.sign_in(visitor, "maya", "general")
    expect(visitor.get("message")).to_have_count(len(house.TALK) + 1)
    expect(visitor.page.locator(".person")).not_to_have_count(0)
    return visitor


@pytest.fixture(scope="module")
def looked_after(furnished: Parlor) -> Parlor:
    """With everything that its keepers do."""
    house.look_after(furnished)
    return furnished


@pytest.fixture
def nora(visit: Any, looked_after: Parlor, look: str) -> Any:
    """Who keeps both communities: as an admin, and as the owner."""
    visitor = visit(looked_after.url, timezone_id="UTC", **LOOKS[look])
    visitor.page.clock.set_fixed_time(NOW)
    return house.sign_in(visitor, "nora", "general")


@pytest.fixture
def write(furnished: Parlor) -> Iterator[Write]:
    """Others write in #recitals; afterwards it is empty again, for the next look."""
    people = furnished.people  # type: ignore[attr-defined]
    news = itertools.cycle(NEWS)

    def say(count: int) -> None:
        for who, words in itertools.islice(news, count):
            people[who].post("/rooms/recitals/messages", {"content": words})
        furnished.manage("shell", "-v0", "-c", DATE)

    yield say
    furnished.manage("shell", "-v0", "-c", CLEAR)


def go(visitor: Any, address: str) -> None:
    """By the address bar."""
    visitor.page.evaluate(f"location.hash = '#/{address}'")


def is_narrow(visitor: Any) -> bool:
    """One column."""
    return visitor.page.viewport_size["width"] < 700


# --- coming in ------------------------------------------------------------------------------------
def test_the_doors(guest: Any, draw: Draw) -> None:
    for screen, door in (("welcome", "guest"), ("sign-in", "login"), ("register", "register")):
        guest.get(f"door-{door}").click()
        expect(guest.get("enter")).to_be_visible()
        draw(guest, screen)
    guest.expected.append("401")
    guest.get("door-login").click()
    guest.get("field-email").fill("maya@example.com")
    guest.get("field-password").fill("wrong horse")
    guest.get("enter").click()
    expect(guest.get("form-error")).not_to_be_empty()
    draw(guest, "sign-in-refused")


def test_before_anything_is_known(maya: Any, draw: Draw) -> None:
    refresh = "**/api/v1/auth/refresh"
    held: list[Any] = []
    maya.page.route(refresh, lambda route: held.append(route))
    maya.page.reload()
    expect(maya.get("opening")).to_be_visible()
    draw(maya, "opening")
    maya.was_cut = True
    maya.page.route("**/api/v1/**", lambda route: route.abort())
    held[0].abort()
    expect(maya.get("unreachable")).to_be_visible()
    draw(maya, "unreachable")


# --- the house ------------------------------------------------------------------------------------
def test_the_conversation(maya: Any, furnished: Parlor, visit: Any, draw: Draw) -> None:
    for username in ("nora", "jonas", "ines"):
        house.sign_in(visit(furnished.url), username, "general")
        line = maya.page.locator(f'.person[data-username="{username}"] .presence:not(.is-offline)')
        expect(line).to_have_count(1)
    draw(maya, "conversation")
    if is_narrow(maya):
        maya.get("open-channels").click()
        expect(maya.get("channels")).to_be_visible()
        draw(maya, "channels")
        maya.page.keyboard.press("Escape")
        maya.get("open-people").click()
        expect(maya.get("people").get_by_test_id("person").first).to_be_visible()
        draw(maya, "people")


def test_what_opens_over_the_conversation(maya: Any, draw: Draw) -> None:
    is_phone = is_narrow(maya)
    if is_phone:
        maya.get("open-channels").click()
    maya.get("my-status").click()
    expect(maya.get("status-menu")).to_be_visible()
    draw(maya, "status-menu")
    maya.page.keyboard.press("Escape")
    if is_phone:
        maya.page.keyboard.press("Escape")
        maya.get("open-people").click()
    maya.get("people").locator('[data-username="jonas"]').click()
    expect(maya.get("profile")).to_have_attribute("data-state", "ready")
    draw(maya, "profile-card")
    maya.page.keyboard.press("Escape")
    if is_phone:
        maya.page.keyboard.press("Escape")
    maya.page.keyboard.press("Control+k")
    expect(maya.get("switcher")).to_be_visible()
    draw(maya, "quick-switcher")
    maya.page.keyboard.press("Escape")
    maya.page.keyboard.press("Control+/")
    expect(maya.get("help")).to_be_visible()
    draw(maya, "keys")
    maya.page.keyboard.press("Escape")
    maya.get("emoji").click()
    expect(maya.get("emoji-grid")).to_have_attribute("data-complete", "true")
    draw(maya, "emoji-picker")


def test_where_nothing_is_yet(
    maya: Any, furnished: Parlor, visit: Any, look: str, draw: Draw
) -> None:
    go(maya, "moths")
    expect(maya.get("room-name")).to_have_text("moths")
    maya.settled()
    draw(maya, "empty-room")
    tomek = house.enter(visit(furnished.url, **LOOKS[look]), "tomek")
    expect(tomek.get("empty")).to_be_visible()
    draw(tomek, "no-community")
    go(maya, "nowhere")
    expect(maya.get("toast")).to_be_visible()
    draw(maya, "unknown-address")


def test_a_page_that_did_not_come_through_whole(guest: Any, draw: Draw) -> None:
    guest.was_cut = True
    guest.page.route("**/js/main*.js", lambda route: route.abort())
    guest.page.reload()
    guest.wait_state("unopened")
    draw(guest, "unopened")


def test_without_a_network(maya: Any, furnished: Parlor, draw: Draw) -> None:
    go(maya, "recitals")
    expect(maya.get("room-name")).to_have_text("recitals")
    maya.settled()
    maya.go_offline()
    house.say(maya, "I will be a little late, the train stands still.")
    maya.sees("I will be a little late, the train stands still.", "pending")
    draw(maya, "offline")
    maya.context.set_offline(False)
    maya.wait_state("waiting")
    expect(maya.get("banner")).to_contain_text("Retry now")
    draw(maya, "reconnecting")


def test_what_was_refused(maya: Any, draw: Draw) -> None:
    # Before the page knows that she may not write there, she does.
    held: list[Any] = []
    maya.page.route("**/permissions", lambda route: held.append(route))
    go(maya, "announcements")
    expect(maya.get("room-name")).to_have_text("announcements")
    maya.settled()
    house.say(maya, "The reading begins at seven.")
    maya.sees("The reading begins at seven.", "failed")
    draw(maya, "not-sent")
    for route in held:
        route.continue_()
    expect(maya.get("composer-closed")).to_be_visible()
    draw(maya, "read-only")


# --- direct messages and calls ---------------------------------------------------------------------
@pytest.fixture
def told(furnished: Parlor) -> Iterator[dict[str, Any]]:
    """What maya has beside the communities: two conversations, a call."""
    people = furnished.people  # type: ignore[attr-defined]
    maya = people["maya"]
    if not hasattr(furnished, "told"):
        pair = maya.post("/rooms/direct", {"userIds": [people["nora"].id]})["data"]
        three = [people["jonas"].id, people["ines"].id]
        group = maya.post("/rooms/direct", {"userIds": three})["data"]
        for who, words in (
            ("nora", "Did the lamp arrive in one piece?"),
            ("maya", "It did. It is **greener** than I remembered."),
            ("nora", "Then it will be seen from the street. Good."),
        ):
            people[who].post(f"/rooms/{pair['id']}/messages", {"content": words})
        fields = {"type": "call", "name": "Rehearsal", "guestsAllowed": True}
        call = people["nora"].post("/rooms", fields)["data"]
        past = people["nora"].post("/rooms", fields | {"name": "Last Thursday"})["data"]
        maya.post(f"/rooms/{past['code']}/join")
        people["nora"].post(f"/rooms/{past['id']}/end")
        furnished.manage("shell", "-v0", "-c", DATE_DIRECT)
        furnished.told = {"pair": pair, "group": group, "call": call, "past": past}  # type: ignore[attr-defined]
    yield furnished.told  # type: ignore[attr-defined]
    maya.post(f"/rooms/{furnished.told['call']['id']}/leave")  # type: ignore[attr-defined]


def test_direct_messages(maya: Any, told: dict[str, Any], draw: Draw) -> None:
    go(maya, told["pair"]["id"])
    expect(maya.get("room-name")).to_have_text("Nora Lindqvist")
    maya.settled()
    expect(maya.get("message")).to_have_count(3)
    draw(maya, "direct")
    if is_narrow(maya):
        maya.get("open-channels").click()
        expect(maya.get("channels")).to_be_visible()
        draw(maya, "direct-column")
    maya.get("new-message").click()
    maya.get("new-message-field").fill("jonas")
    maya.page.locator('[data-testid=found-person][data-username="jonas"]').click()
    maya.get("new-message-field").fill("in")
    expect(maya.page.locator('[data-testid=found-person][data-username="ines"]')).to_be_visible()
    expect(maya.get("new-message-list")).to_have_attribute("aria-busy", "false")
    draw(maya, "new-message")
    maya.page.keyboard.press("Escape")
    go(maya, told["group"]["id"])
    expect(maya.get("room-name")).to_have_text("Jonas, Ines Duarte")
    maya.settled()
    draw(maya, "direct-group")


def to_call(visitor: Any, told: dict[str, Any], which: str = "call") -> None:
    """By the address bar."""
    visitor.page.goto(f"{visitor.cable.url}/call/{told[which]['code']}")


def test_a_call(maya: Any, told: dict[str, Any], draw: Draw) -> None:
    to_call(maya, told)
    expect(maya.get("green-room")).to_be_visible()
    draw(maya, "green-room")
    maya.get("switch-camera").click()
    expect(maya.get("trouble-camera")).not_to_be_empty()
    expect(maya.get("trouble-camera")).not_to_contain_text("Your browser asks")
    draw(maya, "green-room-no-camera")
    maya.get("join-call").click()
    expect(maya.get("call")).to_be_visible()
    maya.settled()
    expect(maya.get("tile")).to_have_count(1)
    # Nothing carries sound in this house but where people talk (below).
    expect(maya.get("voice-refused")).to_be_visible()
    draw(maya, "call")
    maya.get("leave-call").click()
    expect(maya.get("call-over")).to_be_visible()
    draw(maya, "call-left")
    to_call(maya, told, "past")
    expect(maya.get("call-ended")).to_be_visible()
    maya.settled()
    draw(maya, "call-ended")
    go(maya, "calls/")
    expect(maya.get("past-call")).not_to_have_count(0)
    draw(maya, "calls")


def test_a_call_for_guests(guest: Any, told: dict[str, Any], draw: Draw) -> None:
    to_call(guest, told)
    expect(guest.get("join-as-guest")).to_be_visible()
    draw(guest, "green-room-guest")
    guest.expected.append("404")
    guest.page.goto(f"{guest.cable.url}/call/zzzz-zzzz-zzzz")
    expect(guest.get("call-over")).to_be_visible()
    draw(guest, "call-unknown")


def test_the_owners_of_a_call(
    visit: Any, furnished: Parlor, told: dict[str, Any], look: str, draw: Draw
) -> None:
    nora = visit(furnished.url, timezone_id="UTC", **LOOKS[look])
    house.sign_in(nora, "nora", "general")
    to_call(nora, told)
    nora.get("join-call").click()
    expect(nora.get("call")).to_be_visible()
    nora.settled()
    expect(nora.get("voice-refused")).to_be_visible()
    nora.get("call-settings").click()
    expect(nora.get("field-maxParticipants")).to_be_visible()
    draw(nora, "call-settings")
    nora.get("end-call").click()
    expect(nora.get("end-call-yes")).to_be_visible()
    draw(nora, "call-end")


def test_what_can_be_done_with_a_message(maya: Any, draw: Draw) -> None:
    house.open_menu(maya, maya.row("Yes please! You open the evening."))
    draw(maya, "message-menu")
    maya.get("row-menu").get_by_test_id("delete").click()
    expect(maya.get("delete-confirm")).to_be_visible()
    draw(maya, "message-delete")


def test_what_is_new(maya: Any, write: Write, draw: Draw) -> None:
    write(2)
    go(maya, "recitals")
    expect(maya.get("message")).to_have_count(2)
    expect(maya.page.locator(".channel.has-news")).to_have_count(0)
    go(maya, "general")
    expect(maya.get("room-name")).to_have_text("general")
    write(36)
    go(maya, "recitals")
    expect(maya.get("unread-line")).to_be_in_viewport()
    expect(maya.get("to-end")).to_contain_text("new messages")
    draw(maya, "unread")
    go(maya, "general")
    expect(maya.get("room-name")).to_have_text("general")
    write(60)
    maya.page.reload()
    maya.settled()
    go(maya, "recitals")
    expect(maya.get("unread-above")).to_be_visible()
    # Far enough for the rest to be fetched.
    maya.get("messages").evaluate("(list) => (list.scrollTop = 600)")
    expect(maya.get("messages")).to_have_attribute("data-older", "none")
    write(1)
    expect(maya.get("to-end")).to_contain_text("1 new message")
    draw(maya, "unread-above")


def test_back_again(maya: Any, write: Write, draw: Draw) -> None:
    write(4)
    go(maya, "recitals")
    expect(maya.get("message")).to_have_count(4)
    maya.go_offline()
    write(6)
    maya.come_back()
    expect(maya.get("banner")).to_contain_text("Caught up: 6 changes")
    draw(maya, "caught-up")


# --- talking --------------------------------------------------------------------------------------
@pytest.fixture
def talk(chromium: Any, furnished: Parlor, look: str) -> Iterator[Any]:
    """Brings people with microphones to the Reading Room, where sound is running."""
    browser = launch(chromium.browser_type, *DEVICES_UNASKED)
    with Media(furnished), talkers(browser, furnished) as come:
        people = furnished.people  # type: ignore[attr-defined]
        yield lambda who: come(people[who], "/#/lounge", timezone_id="UTC", **LOOKS[look])
    browser.close()


def test_talking(talk: Any, draw: Draw) -> None:
    maya = talk("maya")
    expect(maya.get("voice-nobody")).to_be_visible()
    draw(maya, "voice-nobody")
    nora, jonas = talk("nora"), talk("jonas")
    for who in (maya, nora, jonas):
        who.get("voice-join").click()
        who.is_in()
    jonas.get("voice-pane").get_by_test_id("voice-mute").click()
    expect(maya.tile("jonas").locator("[data-sign=muted]")).to_be_visible()
    maya.hears()
    draw(maya, "voice")
    nora.get("voice-pane").get_by_test_id("voice-screen").click()
    expect(maya.get("screen-tile")).to_have_attribute("data-picture", "true")
    maya.sees_pictures()
    draw(maya, "voice-screen")
    maya.get("voice-devices").click()
    expect(maya.get("voice-devices-dialog")).to_be_visible()
    draw(maya, "voice-devices")
    maya.page.keyboard.press("Escape")
    go(maya, "general")
    maya.settled()
    draw(maya, "voice-elsewhere")


# --- the settings ---------------------------------------------------------------------------------
def test_the_settings(maya: Any, draw: Draw) -> None:
    for section in ("profile", "status", "sessions", "appearance", "voice", "keyboard"):
        go(maya, f"settings/{section}")
        expect(maya.get("section")).to_have_attribute("data-section", section)
        if section == "sessions":
            expect(maya.get("session").first).to_be_visible()
        draw(maya, f"settings-{section}")
    if is_narrow(maya):
        go(maya, "settings/")
        expect(maya.get("section")).to_have_count(0)
        draw(maya, "settings")
    go(maya, "settings/sessions")
    maya.get("end-session").first.click()
    expect(maya.get("question")).to_be_visible()
    draw(maya, "settings-question")


# --- channels and roles ---------------------------------------------------------------------------
TEA_DATE = DATE.replace("recitals", "leaves")


@pytest.fixture(scope="module")
def club(furnished: Parlor) -> dict[str, Any]:
    """A community with something to arrange."""
    made = house.tea_club(furnished.people)  # type: ignore[attr-defined]
    furnished.manage("shell", "-v0", "-c", TEA_DATE)
    return made


@pytest.fixture
def tea_host(club: dict[str, Any], visit: Any, furnished: Parlor, look: str) -> Any:
    """Who owns it."""
    visitor = visit(furnished.url, timezone_id="UTC", **LOOKS[look])
    visitor.page.clock.set_fixed_time(NOW)
    house.sign_in(visitor, "nora", club["leaves"]["slug"])
    expect(visitor.get("message")).to_have_count(2)
    expect(visitor.get("category")).to_have_count(2)
    expect(visitor.page.locator(".person")).not_to_have_count(0)
    return visitor


def test_the_channel_column(tea_host: Any, draw: Draw) -> None:
    if is_narrow(tea_host):
        tea_host.get("open-channels").click()
    expect(tea_host.get("add-channel")).to_be_visible()
    draw(tea_host, "channels-arranged")
    line = tea_host.page.locator(
        ".channel-line", has=tea_host.page.locator('[data-room="recipes"]')
    )
    line.get_by_test_id("channel-more").dispatch_event("click")
    expect(tea_host.get("channel-menu")).to_be_visible()
    draw(tea_host, "channel-menu")
    tea_host.get("move-channel").click()
    tea_host.page.keyboard.press("ArrowDown")
    tea_host.page.keyboard.press("ArrowDown")
    expect(tea_host.get("moving")).to_be_visible()
    draw(tea_host, "channel-moving")
    tea_host.page.keyboard.press("Escape")
    tea_host.get("add-channel").click()
    expect(tea_host.get("new-channel-dialog")).to_be_visible()
    draw(tea_host, "channel-new")


def test_the_settings_of_a_channel(tea_host: Any, club: dict[str, Any], draw: Draw) -> None:
    go(tea_host, f"channel/{club['leaves']['id']}/overview")
    expect(tea_host.get("save")).to_be_visible()
    draw(tea_host, "channel-overview")
    go(tea_host, f"channel/{club['leaves']['id']}/permissions")
    tea_host.page.locator('[data-testid=target][data-target="Readers"]').click()
    expect(tea_host.get("override-editor")).to_be_visible()
    tea_host.get("override-editor").scroll_into_view_if_needed()
    draw(tea_host, "channel-permissions")
    tea_host.page.locator('[data-testid=found-person][data-username="jonas"]').click()
    expect(tea_host.get("why-view")).to_be_visible()
    tea_host.get("maydo").scroll_into_view_if_needed()
    tea_host.get("why-manage_messages").scroll_into_view_if_needed()
    draw(tea_host, "channel-may-do")
    go(tea_host, f"channel/{club['cellar-key']['id']}/members")
    expect(tea_host.get("room-member")).to_have_count(2)
    draw(tea_host, "channel-members")
    go(tea_host, "channel/nowhere/overview")
    expect(tea_host.get("channel-settings-none")).to_be_visible()
    draw(tea_host, "channel-none")


def test_the_roles(tea_host: Any, club: dict[str, Any], draw: Draw) -> None:
    go(tea_host, f"server/{club['server']['id']}/roles")
    expect(tea_host.get("role")).to_have_count(3)
    expect(tea_host.get("role").first).to_contain_text("1 person")
    draw(tea_host, "roles")
    tea_host.get("open-role").first.click()
    expect(tea_host.get("role-form")).to_be_visible()
    draw(tea_host, "role")
    tea_host.get("delete-role").click()
    expect(tea_host.get("question")).to_be_visible()
    draw(tea_host, "role-delete")


# --- communities ----------------------------------------------------------------------------------
def in_server(visitor: Any, slug: str, section: str) -> None:
    """At a section of its settings."""
    go(visitor, f"server/{slug}/{section}")
    expect(visitor.get("section")).to_have_attribute("data-section", section)


def test_another_community(nora: Any, draw: Draw) -> None:
    if is_narrow(nora):
        nora.get("open-channels").click()
    nora.get("server-menu-button").click()
    expect(nora.get("server-menu")).to_be_visible()
    draw(nora, "server-menu")
    nora.get("server-invite").click()
    expect(nora.get("invite-dialog")).to_be_visible()
    draw(nora, "server-invite")
    nora.page.keyboard.press("Escape")
    nora.get("add-server").click()
    expect(nora.get("add-make")).to_be_visible()
    draw(nora, "add-server")
    nora.get("add-make").click()
    expect(nora.get("field-newName")).to_be_visible()
    draw(nora, "add-server-make")
    nora.get("add-back").click()
    nora.get("add-discover").click()
    expect(nora.get("community")).to_have_count(2)
    draw(nora, "discover")


def test_the_settings_of_a_community(nora: Any, draw: Draw) -> None:
    in_server(nora, "night-garden", "overview")
    expect(nora.get("delete-server")).to_be_visible()
    draw(nora, "server-overview")
    nora.get("delete-server").click()
    expect(nora.get("field-typedName")).to_be_visible()
    draw(nora, "server-delete")
    nora.page.keyboard.press("Escape")
    for section, row in (("members", "member"), ("invites", "invite"), ("bans", "ban")):
        in_server(nora, "parlor", section)
        expect(nora.get(row).first).to_be_visible()
        draw(nora, f"server-{section}")
    if is_narrow(nora):
        nora.get("settings-list").click()
        expect(nora.get("section")).to_have_count(0)
        draw(nora, "server-sections")
    in_server(nora, "parlor", "members")
    for action in ("standing", "ban"):
        nora.page.locator('[data-username="ines"]').get_by_test_id("manage-member").click()
        expect(nora.get("member-menu")).to_be_visible()
        if action == "standing":
            draw(nora, "member-menu")
        nora.get(f"person-{action}").click()
        expect(nora.get("member-menu")).to_have_count(0)
        expect(nora.page.locator("dialog[open] .dialog-buttons")).to_be_visible()
        draw(nora, f"member-{action}")
        nora.page.keyboard.press("Escape")


def test_a_person_on_a_card_of_those_who_may(nora: Any, draw: Draw) -> None:
    if is_narrow(nora):
        nora.get("open-people").click()
    nora.get("people").locator('[data-username="ines"]').click()
    expect(nora.get("profile-actions")).to_be_visible()
    draw(nora, "profile-card-keeper")


def test_an_invite(
    looked_after: Parlor, visit: Any, look: str, draw: Draw, furnished: Parlor
) -> None:
    door = visit(looked_after.url, timezone_id="UTC", **LOOKS[look]).open("invite/kq7wm2xt")
    door.wait_state("signed-out")
    expect(door.get("invited")).to_be_visible()
    draw(door, "invited")
    house.log_in(door, "tomek")
    expect(door.get("invite-server")).to_be_visible()
    draw(door, "invite")
    door.expected.append("410")
    go(door, "invite/t9cv5jdf")
    expect(door.get("invite-why")).to_be_visible()
    draw(door, "invite-refused")
