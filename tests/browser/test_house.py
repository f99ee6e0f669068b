"""The house around the conversation: communities, channels, people, a card for each of them, the title."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import house
from tests.live import Parlor

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# Nobody can be let in by API yet.
LET_IN = """
from rooms.models import RoomMember
RoomMember.objects.create(room_id="{room_id}", user_id="{user_id}")
"""
NO_SERVER = """
from accounts.models import User
from rooms.models import ServerMember
ServerMember.objects.filter(user__username={username!r}).delete()
"""


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: Any) -> Iterator[Parlor]:
    """People with roles, two communities, a private channel."""
    parlor = Parlor(tmp_path_factory.mktemp("house")).start()
    try:
        parlor.people = house.furnish(parlor)  # type: ignore[attr-defined]
        yield parlor
    finally:
        parlor.stop()


@pytest.fixture
def maya(furnished: Parlor, visit: Any) -> Any:
    return house.sign_in(visit(furnished.url), "maya", "general")


def tile(visitor: Any, slug: str) -> Any:
    return visitor.page.locator(f'[data-testid=server][data-server="{slug}"]')


def channel(visitor: Any, slug: str) -> Any:
    return visitor.page.locator(f'[data-testid=channel][data-room="{slug}"]')


def person(visitor: Any, username: str) -> Any:
    return visitor.get("people").locator(f'[data-username="{username}"]')


# --- communities and channels ---------------------------------------------------------------------
def test_a_tile_leads_to_its_community_and_back_to_where_one_was(maya: Any) -> None:
    expect(tile(maya, "parlor")).to_have_attribute("aria-current", "true")
    channel(maya, "recitals").click()
    tile(maya, "night-garden").click()
    expect(maya.get("server-name")).to_have_text("Night Garden")
    expect(maya.get("room-name")).to_have_text("moths")
    expect(tile(maya, "night-garden")).to_have_attribute("aria-current", "true")
    expect(tile(maya, "parlor")).not_to_have_attribute("aria-current", "true")
    tile(maya, "parlor").click()
    expect(maya.get("room-name")).to_have_text("recitals")


def test_a_tile_says_its_name_to_the_mouse_and_the_keyboard(maya: Any) -> None:
    tile(maya, "night-garden").hover()
    expect(maya.page.locator(".rail-tip")).to_have_text("Night Garden")
    maya.page.mouse.move(640, 400)
    expect(maya.page.locator(".rail-tip")).to_have_count(0)
    tile(maya, "parlor").focus()
    expect(maya.page.locator(".rail-tip")).to_have_text("Reading Room")


def test_what_is_new_elsewhere_shows_at_the_channel_the_tile_and_the_title(
    maya: Any, furnished: Parlor
) -> None:
    tile(maya, "night-garden").click()
    maya.settled()
    furnished.people["nora"].post("/rooms/recitals/messages", {"content": "Something new."})  # type: ignore[attr-defined]
    expect(tile(maya, "parlor").get_by_test_id("news")).to_be_visible()
    expect(tile(maya, "parlor")).to_have_accessible_name("Reading Room, new messages")
    expect(maya.page).to_have_title(re.compile(r"^\(1\) #moths · Parlor$"))
    furnished.people["nora"].post("/rooms/recitals/messages", {"content": "@maya look"})  # type: ignore[attr-defined]
    expect(tile(maya, "parlor").get_by_test_id("mentions")).to_have_text("1")
    tile(maya, "parlor").click()
    channel(maya, "recitals").click()
    expect(channel(maya, "recitals").get_by_test_id("mentions")).to_have_count(0)
    expect(tile(maya, "parlor").get_by_test_id("mentions")).to_have_count(0)
    expect(maya.page).to_have_title("#recitals · Parlor")


def test_a_voice_channel_says_when_no_sound_is_running(maya: Any) -> None:
    """This Parlor has no media worker."""
    expect(maya.get("voice-room")).to_contain_text("Lounge")
    maya.get("voice-room").click()
    expect(maya.get("room-name")).to_have_text("Lounge")
    expect(maya.get("voice-refused")).to_contain_text("Sound is not running")
    expect(maya.get("voice-over")).to_contain_text("Sound is not running")
    maya.get("voice-dismiss").click()
    expect(maya.get("voice-over")).to_have_count(0)
    expect(maya.get("voice-join")).to_be_visible()


def test_a_private_channel_has_a_lock(maya: Any) -> None:
    expect(channel(maya, "organisers").get_by_role("img", name="private")).to_be_visible()
    expect(channel(maya, "general").get_by_role("img", name="private")).to_have_count(0)


def test_without_a_community_the_page_explains_what_comes_next(
    furnished: Parlor, visit: Any, name: Any
) -> None:
    username = name("alone")
    alone = visit(furnished.url).come_in(username)
    furnished.manage("shell", "-v0", "-c", NO_SERVER.format(username=username))
    alone.page.reload()
    expect(alone.get("empty")).to_contain_text("you do not belong to a community here yet")
    # Direct messages are there without any.
    expect(tile(alone, "")).to_be_visible()
    expect(alone.get("server")).to_have_count(1)
    expect(alone.get("open-settings")).to_be_visible()


def test_an_address_that_leads_nowhere_says_so_and_leads_home(maya: Any) -> None:
    maya.page.evaluate("location.hash = '#/nowhere-at-all'")
    expect(maya.get("toast")).to_contain_text("no channel at this address")
    expect(maya.get("room-name")).to_have_text("general")


def test_a_channel_that_is_taken_away_is_left_at_once_and_nothing_of_it_stays(
    parlor: Parlor, visit: Any
) -> None:
    admin, person = parlor.admin(), parlor.person("maya")
    server = admin.get("/servers")["data"][0]["id"]
    room = admin.new_room("attic", serverId=server, isPrivate=True)
    let_in = LET_IN.format(room_id=room["id"], user_id=person.id)
    parlor.manage("shell", "-v0", "-c", let_in)
    maya = house.sign_in(visit(), person.username, room["slug"])
    expect(maya.get("room-name")).to_have_text(room["name"])
    house.say(maya, "the key is under the mat")
    maya.sees("the key is under the mat")
    maya.get("composer").fill("and the lamp")
    # Elsewhere: on another device of hers.
    person.post(f"/rooms/{room['id']}/leave")
    expect(maya.get("toast")).to_contain_text("no longer there for you")
    expect(maya.get("room-name")).to_have_text("general")
    maya.settled()
    expect(channel(maya, room["slug"])).to_have_count(0)
    expect(maya.get("messages")).not_to_contain_text("under the mat")
    expect(maya.get("composer")).to_have_value("")
    assert maya.page.url.endswith("#/general")
    kept = maya.page.evaluate("JSON.stringify(localStorage)")
    assert "lamp" not in kept
    assert room["id"] not in kept
    maya.page.evaluate(f"location.hash = '#/{room['slug']}'")
    expect(maya.get("toast")).to_contain_text("no channel at this address")
    expect(maya.get("room-name")).to_have_text("general")


# --- people ---------------------------------------------------------------------------------------
def test_people_stand_by_role_and_who_is_away_comes_last(
    maya: Any, furnished: Parlor, visit: Any
) -> None:
    house.sign_in(visit(furnished.url), "nora", "general")
    house.sign_in(visit(furnished.url), "jonas", "general")
    expect(maya.get("people-admin").get_by_test_id("person")).to_have_count(1)
    expect(maya.get("people-admin")).to_contain_text("Nora Lindqvist")
    expect(maya.get("people-moderator")).to_contain_text("Jonas")
    expect(maya.get("people-member")).to_contain_text("Maya Weber")
    offline = maya.get("people-offline")
    expect(offline).to_contain_text("Tomek")
    shown = offline.get_by_test_id("person").count()
    expect(offline.get_by_test_id("group-count")).to_have_text(str(shown))
    groups = maya.page.evaluate(
        "[...document.querySelectorAll('.people-group h3')].map((h) => h.id)"
    )
    assert groups == ["people-admin", "people-moderator", "people-member", "people-offline"]


def test_who_comes_and_goes_moves_between_the_groups(
    maya: Any, furnished: Parlor, visit: Any
) -> None:
    expect(maya.get("people-offline").locator('[data-username="ines"]')).to_be_visible()
    ines = house.sign_in(visit(furnished.url), "ines", "general")
    expect(maya.get("people-member").locator('[data-username="ines"]')).to_be_visible()
    ines.page.goto("about:blank")
    expect(maya.get("people-offline").locator('[data-username="ines"]')).to_be_visible(
        timeout=20_000
    )


def test_the_people_column_folds_away_and_stays_so(maya: Any) -> None:
    maya.get("close-people").click()
    expect(maya.get("people")).to_have_count(0)
    expect(maya.get("open-people")).to_be_focused()
    expect(maya.get("open-people")).to_have_attribute("aria-expanded", "false")
    maya.page.reload()
    maya.settled()
    expect(maya.get("people")).to_have_count(0)
    maya.get("open-people").click()
    expect(maya.get("people")).to_be_visible()


def test_people_that_cannot_be_loaded_say_so_and_can_be_asked_again(maya: Any) -> None:
    maya.was_cut = True
    members = "**/api/v1/servers/*/members*"
    maya.page.route(members, lambda route: route.abort())
    maya.page.reload()
    expect(maya.get("people-failed")).to_be_visible()
    maya.page.unroute(members)
    maya.get("people-failed").get_by_role("button").click()
    expect(maya.get("people-member")).to_be_visible()


def test_more_people_than_are_listed_are_counted(maya: Any) -> None:
    def many(route: Any) -> None:
        answer = route.fetch()
        body = answer.json()
        body["meta"] |= {"total": 2314}
        route.fulfill(response=answer, json=body)

    maya.page.route("**/api/v1/servers/*/members*", many)
    maya.page.reload()
    expect(maya.get("people")).to_contain_text("of 2314.")
    expect(maya.get("people-count")).to_have_text("2314")


# --- the card -------------------------------------------------------------------------------------
def test_a_card_tells_of_a_person_and_gives_the_focus_back(maya: Any) -> None:
    person(maya, "jonas").focus()
    maya.page.keyboard.press("Enter")
    card = maya.get("profile-card")
    expect(card.get_by_test_id("profile-name")).to_have_text("Jonas")
    expect(card).to_contain_text("@jonas")
    expect(card).to_contain_text("Ask me about folding chairs.")
    expect(card).to_contain_text("Moderator")
    expect(card).to_contain_text("24 January 2026")
    maya.page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(person(maya, "jonas")).to_be_focused()


def test_mention_on_a_card_writes_the_name(maya: Any) -> None:
    maya.get("composer").fill("Thank you")
    person(maya, "jonas").click()
    maya.get("profile-mention").click()
    expect(maya.get("composer")).to_have_value("Thank you @jonas ")
    expect(maya.get("composer")).to_be_focused()
    maya.get("composer").fill("")


def test_ones_own_card_leads_to_ones_profile(maya: Any) -> None:
    person(maya, "maya").click()
    maya.get("profile-edit").click()
    expect(maya.get("section")).to_have_attribute("data-section", "profile")


def test_a_card_that_cannot_be_loaded_says_so_and_can_be_asked_again(maya: Any) -> None:
    maya.was_cut = True
    users = "**/api/v1/users/*"
    maya.page.route(users, lambda route: route.abort())
    person(maya, "jonas").click()
    expect(maya.get("profile")).to_have_attribute("data-state", "failed")
    maya.page.unroute(users)
    maya.get("profile").get_by_role("button").click()
    expect(maya.get("profile-name")).to_have_text("Jonas")


def test_on_a_phone_a_card_is_a_sheet_over_the_people(furnished: Parlor, visit: Any) -> None:
    phone = house.sign_in(visit(furnished.url, **PHONE), "maya", "general")
    phone.get("open-people").click()
    person(phone, "jonas").click()
    expect(phone.get("profile-name")).to_have_text("Jonas")
    phone.get("profile-mention").click()
    expect(phone.get("people")).to_be_hidden()
    expect(phone.get("composer")).to_have_value("@jonas ")


# --- the frame ------------------------------------------------------------------------------------
@pytest.mark.parametrize(("width", "drawers"), [(1280, 0), (900, 1), (390, 2)])
def test_columns_become_drawers_as_the_screen_narrows(
    furnished: Parlor, visit: Any, width: int, drawers: int
) -> None:
    visitor = house.sign_in(
        visit(furnished.url, viewport={"width": width, "height": 800}), "maya", "general"
    )
    columns = [visitor.get("people"), visitor.get("channels")]
    for column in columns[:drawers]:
        expect(column).to_be_hidden()
    for column in columns[drawers:]:
        expect(column).to_be_visible()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") == width


def test_above_an_on_screen_keyboard_the_composer_stays_in_sight(
    furnished: Parlor, visit: Any
) -> None:
    phone = house.sign_in(visit(furnished.url, **PHONE), "maya", "general")
    # interactive-widget=resizes-content: the keyboard takes its height from the page.
    phone.page.set_viewport_size({"width": 390, "height": 420})
    phone.get("composer").tap()
    box = phone.get("composer").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 420
    assert "interactive-widget=resizes-content" in phone.page.locator(
        "meta[name=viewport]"
    ).get_attribute("content")


def test_while_the_session_is_looked_up_the_outline_stands(maya: Any) -> None:
    held: list[Any] = []
    hold = lambda route: route.continue_() if held else held.append(route)  # noqa: E731
    maya.page.route("**/api/v1/auth/refresh", hold)
    maya.page.reload()
    expect(maya.get("opening")).to_be_visible()
    expect(maya.page.get_by_role("status")).to_have_text("Opening Parlor…")
    held[0].continue_()
    maya.settled()
    assert maya.page.evaluate("window.seen.shift") < 0.02
