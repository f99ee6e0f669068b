"""The settings: every section does what it says, by mouse, by keyboard, on a phone, and says so when it cannot."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def alice(visit: Any, name: Any, channel: dict[str, Any]) -> Any:
    return visit().come_in(name("alice"), channel["slug"])


def open_section(visitor: Any, section: str) -> Any:
    visitor.get("open-settings").click()
    visitor.get(f"settings-{section}").click()
    expect(visitor.get("section")).to_have_attribute("data-section", section)
    return visitor


def test_a_profile_is_saved_and_others_see_it(
    alice: Any, visit: Any, name: Any, channel: Any
) -> None:
    bob = visit().come_in(name("bob"), channel["slug"])
    bob.say("hello")
    alice.sees("hello")
    open_section(bob, "profile")
    expect(bob.get("save")).to_have_attribute("aria-disabled", "true")
    bob.get("field-displayName").fill("Bob the Builder")
    bob.get("field-bio").fill("Chairs, mostly.")
    expect(bob.page.get_by_text("485 characters left.")).to_be_visible()
    bob.get("save").click()
    expect(bob.get("saved")).to_have_text("Saved.")
    bob.page.reload()
    bob.wait_state("ready")
    expect(bob.get("field-displayName")).to_have_value("Bob the Builder")
    expect(bob.get("field-bio")).to_have_value("Chairs, mostly.")
    expect(alice.get("people").get_by_text("Bob the Builder")).to_be_visible()


def test_a_taken_username_is_said_at_its_field(alice: Any, visit: Any, name: Any) -> None:
    taken = name("taken")
    visit().come_in(taken)
    alice.expected.append("409")
    open_section(alice, "profile")
    alice.get("field-username").fill(taken)
    alice.get("save").click()
    expect(alice.page.locator("#problem-username")).to_be_visible()
    expect(alice.get("field-username")).to_be_focused()
    expect(alice.get("saved")).to_have_text("")


def test_a_status_chosen_in_the_menu_is_seen_by_others(
    alice: Any, visit: Any, name: Any, channel: Any
) -> None:
    username = name("bob")
    bob = visit().come_in(username, channel["slug"])
    bob.get("my-status").click()
    bob.get("status-dnd").click()
    expect(bob.get("status-menu")).to_have_count(0)
    expect(bob.get("my-status")).to_have_attribute("data-status", "dnd")
    bob.get("my-status").click()
    bob.get("custom-words").fill("At lunch")
    bob.get("custom-save").click()
    expect(bob.get("my-words")).to_have_text("At lunch")
    line = alice.get("people").locator(f'[data-username="{username}"]')
    expect(line.get_by_role("img", name="do not disturb")).to_be_visible()
    expect(line).to_contain_text("At lunch")


def test_the_status_menu_is_a_menu_for_the_keyboard(alice: Any) -> None:
    alice.get("my-status").focus()
    keyboard = alice.page.keyboard
    keyboard.press("Enter")
    expect(alice.get("status-online")).to_be_focused()
    keyboard.press("ArrowDown")
    expect(alice.get("status-idle")).to_be_focused()
    keyboard.press("End")
    expect(alice.get("status-offline")).to_be_focused()
    keyboard.press("Escape")
    expect(alice.get("my-status")).to_be_focused()


def test_invisible_looks_offline_to_others_and_is_chosen_in_the_settings(
    alice: Any, visit: Any, name: Any, channel: Any
) -> None:
    username = name("bob")
    bob = visit().come_in(username, channel["slug"])
    open_section(bob, "status")
    bob.get("choose-offline").check()
    bob.get("save").click()
    expect(bob.get("saved")).to_have_text("Saved.")
    expect(alice.get("people-offline").locator(f'[data-username="{username}"]')).to_be_visible()


def test_another_session_is_signed_out_after_a_question(visit: Any, parlor: Any) -> None:
    bob = parlor.person("bob")
    account = {"email": f"{bob.username}@example.com", "password": "correct horse"}
    desk = visit().open()
    desk.get("door-login").click()
    desk.get("field-email").fill(account["email"])
    desk.get("field-password").fill(account["password"])
    desk.get("enter").click()
    desk.settled()
    open_section(desk, "sessions")
    expect(desk.get("session")).to_have_count(2)
    expect(desk.get("session").first).to_contain_text("Chrome on")
    expect(desk.get("session").first).to_contain_text("This device")
    desk.get("end-session").click()
    expect(desk.get("question-no")).to_be_focused()
    desk.get("question-no").click()
    expect(desk.get("session")).to_have_count(2)
    desk.get("end-session").click()
    desk.get("question-yes").click()
    expect(desk.get("session")).to_have_count(1)
    expect(desk.get("sessions-alone")).to_be_visible()
    assert bob.request("GET", "/auth/me").status_code == 401


def test_all_other_sessions_end_at_once(visit: Any, parlor: Any) -> None:
    bob = parlor.person("bob")
    account = {"email": f"{bob.username}@example.com", "password": "correct horse"}
    for _ in range(2):
        bob.post("/auth/login", account)
    desk = visit().open()
    desk.get("door-login").click()
    desk.get("field-email").fill(account["email"])
    desk.get("field-password").fill(account["password"])
    desk.get("enter").click()
    desk.settled()
    open_section(desk, "sessions")
    expect(desk.get("session")).to_have_count(4)
    desk.get("end-others").click()
    expect(desk.get("question")).to_contain_text("3 other devices")
    desk.get("question-yes").click()
    expect(desk.get("session")).to_have_count(1)


def test_a_theme_is_seen_at_once_kept_and_followed_by_other_tabs(alice: Any) -> None:
    other = alice.context.new_page()
    other.goto(alice.cable.url)
    expect(other.locator("body")).to_have_attribute("data-state", "ready")
    open_section(alice, "appearance")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = alice.page.evaluate(paper)
    alice.get("theme-dark").check()
    dark = alice.page.evaluate(paper)
    assert light != dark
    expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    assert other.evaluate(paper) == dark
    colours = "[...document.querySelectorAll('meta[name=theme-color]')].filter((m) => matchMedia(m.media).matches).map((m) => m.content)"
    assert alice.page.evaluate(colours) == ["#1b1816"]
    alice.page.reload()
    alice.wait_state("ready")
    assert alice.page.evaluate(paper) == dark
    expect(alice.get("theme-dark")).to_be_checked()


def test_the_first_paint_has_the_chosen_colours(alice: Any) -> None:
    open_section(alice, "appearance")
    alice.get("theme-dark").check()
    # The modules never come: what is seen then is what is seen first.
    alice.page.route(
        "**/js/main.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    alice.page.reload()
    assert (
        alice.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(27, 24, 22)"
    )


def test_the_text_has_three_sizes(alice: Any) -> None:
    open_section(alice, "appearance")
    size = (
        "parseFloat(getComputedStyle(document.querySelector('[data-testid=text-sample]')).fontSize)"
    )
    sizes = []
    for name in ("small", "normal", "large"):
        alice.get(f"text-{name}").check()
        sizes.append(alice.page.evaluate(size))
    assert sizes == sorted(set(sizes))


def test_the_address_leads_there_and_back_leads_back(alice: Any, channel: Any) -> None:
    alice.get("open-settings").click()
    alice.get("settings-appearance").click()
    expect(alice.page).to_have_url(re.compile("#/settings/appearance$"))
    alice.page.reload()
    alice.wait_state("ready")
    expect(alice.get("section")).to_have_attribute("data-section", "appearance")
    alice.page.keyboard.press("Escape")
    expect(alice.get("room-name")).to_have_text(channel["name"])
    alice.page.go_back()
    expect(alice.get("section")).to_have_attribute("data-section", "appearance")


def test_the_keys_are_listed(alice: Any) -> None:
    open_section(alice, "keyboard")
    expect(alice.get("section").locator("kbd").first).to_be_visible()


def test_on_a_phone_there_is_the_list_then_the_section(visit: Any, name: Any) -> None:
    phone = visit(**PHONE).come_in(name("phone"))
    phone.get("open-channels").click()
    phone.get("open-settings").click()
    expect(phone.get("section")).to_have_count(0)
    phone.get("settings-status").click()
    expect(phone.get("settings-status")).to_be_hidden()
    phone.get("settings-list").click()
    expect(phone.get("section")).to_have_count(0)
    phone.get("settings-back").click()
    expect(phone.get("room-name")).to_be_visible()


def test_without_a_network_the_settings_say_so(alice: Any) -> None:
    open_section(alice, "profile")
    alice.go_offline()
    expect(alice.get("banner")).to_contain_text("You are offline")
    alice.get("field-displayName").fill("Somebody else")
    alice.get("save").click()
    expect(alice.get("save-error")).to_contain_text("No connection")
    alice.get("settings-sessions").click()
    expect(alice.get("sessions-failed")).to_be_visible()
    alice.cable.plug()
    alice.context.set_offline(False)
    alice.wait_state("ready")
    alice.get("sessions-failed").get_by_role("button").click()
    expect(alice.get("session")).to_have_count(1)
