"""axe-core finds nothing on any screen, in either scheme. Keyboard paths stand with their features."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import house
from tests.live import Parlor

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = [*WCAG, "best-practice"]
DESK: dict[str, Any] = {}
TABLET: dict[str, Any] = {"viewport": {"width": 900, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
SECTIONS = ("profile", "status", "sessions", "appearance", "voice", "keyboard")
Check = Callable[..., None]

sizes = pytest.mark.parametrize("size", [DESK, TABLET, PHONE], ids=["desk", "tablet", "phone"])
ends = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


def findings(visitor: Any, rules: list[str] = RULES) -> list[str]:
    """What axe-core has against the page, a line each: all of it in the light, contrast in the dark."""
    if not visitor.page.evaluate("'axe' in window"):
        # Evaluated through the debugger: the page's own rules (CSP) stay as they are.
        visitor.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = _findings(visitor, {"type": "tag", "values": rules})
    visitor.page.emulate_media(color_scheme="dark")
    found += _findings(visitor, {"type": "rule", "values": ["color-contrast"]})
    visitor.page.emulate_media(color_scheme="light")
    return found


def _findings(visitor: Any, only: dict[str, Any]) -> list[str]:
    # What is on its way in is judged when it has come; what moves for good is not waited for, nor what
    # Chromium leaves standing because nobody sees it. Frames are asked for: without them nothing ends.
    visitor.page.evaluate(
        """async () => {
          const isComing = (one) =>
            one.playState === "running" && one.effect.getComputedTiming().endTime !== Infinity;
          const end = performance.now() + 2000;
          while (document.getAnimations().some(isComing) && performance.now() < end) {
            await new Promise((done) => requestAnimationFrame(done));
          }
        }"""
    )
    result = visitor.page.evaluate("only => axe.run(document, {runOnly: only})", only)
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: Any) -> Iterator[Parlor]:
    """A house with people of every role, and words of every kind."""
    parlor = Parlor(tmp_path_factory.mktemp("axe")).start()
    try:
        parlor.people = house.furnish(parlor)  # type: ignore[attr-defined]
        parlor.manage("shell", "-v0", "-c", house.ALONE)
        yield parlor
    finally:
        parlor.stop()


@pytest.fixture
def maya(furnished: Parlor, visit: Any) -> Callable[..., Any]:
    """Signs her in, at a size."""

    def come(size: dict[str, Any]) -> Any:
        visitor = visit(furnished.url, **size)
        return house.sign_in(visitor, "maya", "general")

    return come


@ends
def test_the_doors_are_open_to_everybody(visit: Any, size: dict[str, Any]) -> None:
    visitor = visit(**size).open()
    visitor.wait_state("signed-out")
    for door in ("guest", "login", "register"):
        visitor.get(f"door-{door}").click()
        assert findings(visitor) == []


@ends
def test_what_went_wrong_at_the_door_is_said_to_everybody(visit: Any, size: dict[str, Any]) -> None:
    visitor = visit(**size).open()
    visitor.expected.append("401")
    visitor.get("door-login").click()
    visitor.get("field-email").fill("nobody@example.com")
    visitor.get("field-password").fill("wrong horse")
    visitor.get("enter").click()
    expect(visitor.get("form-error")).not_to_be_empty()
    assert findings(visitor) == []


@sizes
def test_the_house_is_open_to_everybody(maya: Any, size: dict[str, Any]) -> None:
    visitor = maya(size)
    assert findings(visitor) == []
    for opener, drawer in (("open-channels", "channels"), ("open-people", "people")):
        if visitor.get(drawer).is_visible() or not visitor.get(opener).is_visible():
            continue
        visitor.get(opener).click()
        expect(visitor.get(drawer)).to_be_visible()
        # What lies behind an open drawer is inert, its main landmark and heading with it.
        assert findings(visitor, WCAG) == []
        visitor.page.keyboard.press("Escape")
        expect(visitor.get(drawer)).to_be_hidden()


@ends
def test_the_settings_are_open_to_everybody(maya: Any, size: dict[str, Any]) -> None:
    visitor = maya(size)
    for section in SECTIONS:
        visitor.page.evaluate(f"location.hash = '#/settings/{section}'")
        expect(visitor.get("section")).to_have_attribute("data-section", section)
        if section == "sessions":
            expect(visitor.get("session").first).to_be_visible()
        assert findings(visitor) == []
    visitor.page.evaluate("location.hash = '#/settings/'")
    expect(visitor.get("settings")).to_be_visible()
    assert findings(visitor, WCAG) == []


@ends
def test_what_opens_over_the_page_is_open_to_everybody(maya: Any, size: dict[str, Any]) -> None:
    visitor = maya(size)
    if size:
        visitor.get("open-channels").click()
    visitor.get("my-status").click()
    expect(visitor.get("status-menu")).to_be_visible()
    assert findings(visitor, WCAG) == []
    visitor.page.keyboard.press("Escape")
    expect(visitor.get("status-menu")).to_have_count(0)
    if size:
        visitor.page.keyboard.press("Escape")
        visitor.get("open-people").click()
    visitor.get("people").locator('[data-username="jonas"]').click()
    expect(visitor.get("profile")).to_have_attribute("data-state", "ready")
    assert findings(visitor, WCAG) == []


def test_a_question_is_open_to_everybody(maya: Any) -> None:
    visitor = maya(DESK)
    visitor.page.evaluate("location.hash = '#/settings/sessions'")
    visitor.get("end-session").first.click()
    expect(visitor.get("question")).to_be_visible()
    assert findings(visitor, WCAG) == []


@ends
def test_an_empty_room_is_open_to_everybody(
    visit: Any, name: Any, channel: dict[str, Any], size: dict[str, Any]
) -> None:
    visitor = visit(**size).come_in(name("axe"), channel["slug"])
    assert findings(visitor) == []


@ends
def test_what_was_changed_and_what_failed_is_open_to_everybody(
    visit: Any, name: Any, channel: dict[str, Any], size: dict[str, Any]
) -> None:
    visitor = visit(**size).come_in(name("axe"), channel["slug"])
    house.say(visitor, "hello")
    visitor.sees("hello")
    visitor.go_offline()
    house.say(visitor, "written offline")
    visitor.sees("written offline", "pending")
    expect(visitor.get("banner")).to_contain_text("You are offline")
    assert findings(visitor) == []


@ends
def test_what_was_refused_is_open_to_everybody(maya: Any, size: dict[str, Any]) -> None:
    visitor = maya(size)
    # Before the page knows that she may not write there, she does.
    held: list[Any] = []
    visitor.page.route("**/permissions", lambda route: held.append(route))
    visitor.page.evaluate("location.hash = '#/announcements'")
    expect(visitor.get("room-name")).to_have_text("announcements")
    visitor.settled()
    house.say(visitor, "may I?")
    visitor.sees("may I?", "failed")
    assert findings(visitor) == []
    for route in held:
        route.continue_()
    expect(visitor.get("composer-closed")).to_be_visible()
    assert findings(visitor) == []
    visitor.page.evaluate("location.hash = '#/nowhere'")
    expect(visitor.get("toast")).to_be_visible()
    assert findings(visitor) == []


@ends
def test_the_menu_of_a_message_is_open_to_everybody(maya: Any, size: dict[str, Any]) -> None:
    visitor = maya(size)
    house.open_menu(visitor, visitor.row("Yes please! You open the evening."))
    assert findings(visitor, WCAG) == []
    visitor.get("row-menu").get_by_test_id("delete").click()
    expect(visitor.get("delete-confirm")).to_be_visible()
    assert findings(visitor, WCAG) == []


@pytest.fixture(scope="module")
def club(furnished: Parlor) -> dict[str, Any]:
    """Channels, roles and overrides to look after."""
    return house.tea_club(furnished.people)  # type: ignore[attr-defined]


@ends
def test_channels_and_roles_are_open_to_everybody(
    furnished: Parlor, club: dict[str, Any], visit: Any, size: dict[str, Any]
) -> None:
    visitor = visit(furnished.url, **size)
    house.sign_in(visitor, "nora", club["leaves"]["slug"])
    expect(visitor.get("message")).to_have_count(2)
    if size:
        visitor.get("open-channels").click()
    expect(visitor.get("category")).to_have_count(2)
    expect(visitor.get("add-channel")).to_be_visible()
    assert findings(visitor, WCAG) == []
    line = visitor.page.locator(".channel-line", has=visitor.page.locator('[data-room="recipes"]'))
    line.get_by_test_id("channel-more").dispatch_event("click")
    expect(visitor.get("channel-menu")).to_be_visible()
    assert findings(visitor, WCAG) == []
    visitor.page.keyboard.press("Escape")
    visitor.get("add-channel").click()
    expect(visitor.get("new-channel-dialog")).to_be_visible()
    assert findings(visitor, WCAG) == []
    visitor.page.keyboard.press("Escape")
    at = f"channel/{club['leaves']['id']}"
    for address, seen in (
        (f"{at}/overview", "save"),
        (f"{at}/permissions", "overrides"),
        (f"channel/{club['cellar-key']['id']}/members", "room-members"),
        (f"server/{club['server']['id']}/roles", "roles"),
    ):
        visitor.page.evaluate(f"location.hash = '#/{address}'")
        expect(visitor.get(seen)).to_be_visible()
        if seen == "overrides":
            visitor.page.locator('[data-testid=target][data-target="member"]').click()
            visitor.page.locator('[data-testid=found-person][data-username="jonas"]').click()
            expect(visitor.get("why-view")).to_be_visible()
        assert findings(visitor) == []
    visitor.get("open-role").first.click()
    expect(visitor.get("role-form")).to_be_visible()
    assert findings(visitor) == []


@ends
def test_a_house_of_nobody_is_open_to_everybody(
    furnished: Parlor, visit: Any, size: dict[str, Any]
) -> None:
    visitor = house.enter(visit(furnished.url, **size), "tomek")
    expect(visitor.get("empty")).to_be_visible()
    assert findings(visitor) == []


@ends
def test_waiting_is_open_to_everybody(maya: Any, size: dict[str, Any]) -> None:
    visitor = maya(size)
    refresh = "**/api/v1/auth/refresh"
    held: list[Any] = []
    visitor.page.route(refresh, lambda route: held.append(route))
    visitor.page.reload()
    expect(visitor.get("opening")).to_be_visible()
    assert findings(visitor) == []
    visitor.was_cut = True
    visitor.page.route("**/api/v1/**", lambda route: route.abort())
    held[0].abort()
    expect(visitor.get("unreachable")).to_be_visible()
    assert findings(visitor) == []


@ends
def test_direct_messages_are_open_to_everybody(
    maya: Any, furnished: Parlor, size: dict[str, Any]
) -> None:
    visitor = maya(size)
    if size:
        visitor.get("open-channels").click()
    visitor.page.locator('[data-testid=server][data-server=""]').click()
    visitor.get("new-message").click()
    visitor.get("new-message-field").fill("jonas")
    expect(visitor.get("new-message-list")).to_have_attribute("aria-busy", "false")
    assert findings(visitor, WCAG) == []
    visitor.get("found-person").first.click()
    visitor.get("new-message-open").click()
    expect(visitor.get("room-name")).to_have_text("Jonas")
    visitor.settled()
    assert findings(visitor) == []


@ends
def test_a_call_is_open_to_everybody(
    maya: Any, visit: Any, furnished: Parlor, size: dict[str, Any]
) -> None:
    visitor = maya(size)
    if size:
        visitor.get("open-channels").click()
    visitor.page.locator('[data-testid=server][data-server=""]').click()
    visitor.get("new-call").click()
    expect(visitor.get("new-call-dialog")).to_be_visible()
    visitor.get("field-guests").check()
    assert findings(visitor, WCAG) == []
    visitor.get("make-call").click()
    expect(visitor.get("green-room")).to_be_visible()
    visitor.get("switch-microphone").click()
    expect(visitor.get("trouble-microphone")).not_to_be_empty()
    assert findings(visitor) == []
    guest = visit(furnished.url, **size)
    guest.page.goto(visitor.page.url)
    expect(guest.get("join-as-guest")).to_be_visible()
    assert findings(guest) == []
    visitor.get("join-call").click()
    expect(visitor.get("call")).to_be_visible()
    visitor.settled()
    assert findings(visitor) == []
    visitor.get("call-settings").click()
    assert findings(visitor, WCAG) == []
    visitor.get("end-call").click()
    visitor.get("end-call-yes").click()
    expect(visitor.get("call-ended")).to_be_visible()
    assert findings(visitor) == []
    visitor.page.evaluate("location.hash = '#/calls/'")
    expect(visitor.get("past-call").first).to_be_visible()
    assert findings(visitor) == []


# --- communities ----------------------------------------------------------------------------------
@pytest.fixture
def nora(furnished: Parlor, visit: Any, looked_after: None) -> Callable[..., Any]:
    """Who keeps the Reading Room as an admin, and owns the Night Garden."""

    def come(size: dict[str, Any]) -> Any:
        visitor = visit(furnished.url, **size)
        return house.sign_in(visitor, "nora", "general")

    return come


@pytest.fixture(scope="module")
def looked_after(furnished: Parlor) -> None:
    """Roles, invites, a ban, a timeout."""
    house.look_after(furnished)


@ends
def test_the_settings_of_a_community_are_open_to_everybody(nora: Any, size: dict[str, Any]) -> None:
    visitor = nora(size)
    visitor.page.evaluate("location.hash = '#/server/night-garden/overview'")
    expect(visitor.get("delete-server")).to_be_visible()
    assert findings(visitor) == []
    visitor.get("delete-server").click()
    expect(visitor.get("field-typedName")).to_be_focused()
    assert findings(visitor, WCAG) == []
    visitor.page.keyboard.press("Escape")
    for section, row in (("members", "member"), ("invites", "invite"), ("bans", "ban")):
        visitor.page.evaluate(f"location.hash = '#/server/parlor/{section}'")
        expect(visitor.get(row).first).to_be_visible()
        assert findings(visitor) == []
    visitor.page.evaluate("location.hash = '#/discover/'")
    expect(visitor.get("community")).to_have_count(2)
    assert findings(visitor) == []


@ends
def test_what_opens_about_a_community_is_open_to_everybody(nora: Any, size: dict[str, Any]) -> None:
    visitor = nora(size)
    if size:
        visitor.get("open-channels").click()
    visitor.get("server-menu-button").click()
    expect(visitor.get("server-menu")).to_be_visible()
    assert findings(visitor, WCAG) == []
    visitor.get("server-invite").click()
    expect(visitor.get("invite-dialog")).to_be_visible()
    assert findings(visitor, WCAG) == []
    visitor.page.keyboard.press("Escape")
    visitor.get("add-server").click()
    for opener in ("add-make", "add-join"):
        visitor.get(opener).click()
        expect(visitor.get("add-yes")).to_be_visible()
        assert findings(visitor, WCAG) == []
        visitor.get("add-back").click()
    visitor.page.keyboard.press("Escape")
    visitor.page.evaluate("location.hash = '#/server/parlor/members'")
    line = visitor.page.locator('[data-testid=member][data-username="ines"]')
    for action in ("standing", "timeout", "ban"):
        line.get_by_test_id("manage-member").click()
        visitor.get(f"person-{action}").click()
        expect(visitor.page.locator("dialog[open] .dialog-buttons")).to_be_visible()
        assert findings(visitor, WCAG) == []
        visitor.page.keyboard.press("Escape")


@ends
def test_an_invite_is_open_to_everybody(
    furnished: Parlor, looked_after: None, visit: Any, size: dict[str, Any]
) -> None:
    visitor = visit(furnished.url, **size).open("invite/kq7wm2xt")
    visitor.wait_state("signed-out")
    assert findings(visitor) == []
    house.log_in(visitor, "tomek")
    expect(visitor.get("invite-server")).to_be_visible()
    assert findings(visitor) == []
    visitor.expected.append("410")
    visitor.page.evaluate("location.hash = '#/invite/t9cv5jdf'")
    expect(visitor.get("invite-why")).to_be_visible()
    assert findings(visitor) == []
