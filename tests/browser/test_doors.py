"""Coming in and going: guest, register, sign in, out; a session across reloads, and one that ends."""

import re
import secrets
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import findings

pytestmark = pytest.mark.browser


def test_a_first_visit_asks_the_server_for_nothing_it_would_refuse(visit: Any) -> None:
    visitor = visit()
    refused: list[str] = []
    visitor.page.on(
        "response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None
    )
    visitor.open()
    visitor.wait_state("signed-out")
    expect(visitor.get("welcome")).to_be_visible()
    assert refused == []


def test_a_guest_needs_one_name(visit: Any, name: Any) -> None:
    visitor = visit()
    visitor.come_in(name("gast"))
    expect(visitor.get("my-name")).to_contain_text("gast")
    expect(visitor.get("room-name")).to_have_text("general")
    expect(visitor.get("composer")).to_be_focused()


def test_a_taken_name_is_said_at_its_field(visit: Any, name: Any) -> None:
    taken = name("taken")
    visit().come_in(taken)
    late = visit()
    late.expected.append("409")
    late.open()
    late.get("field-username").fill(taken)
    late.get("enter").click()
    expect(late.page.get_by_role("alert").filter(has_text="taken")).to_be_visible()
    expect(late.get("field-username")).to_be_focused()


def test_registering_signing_out_and_in_again(visit: Any) -> None:
    visitor = visit().open()
    email = f"{secrets.token_hex(4)}@example.com"
    visitor.get("door-register").click()
    visitor.get("field-displayName").fill("Ada Lovelace")
    visitor.get("field-email").fill(email)
    visitor.get("field-password").fill("correct horse")
    visitor.get("enter").click()
    visitor.settled()
    expect(visitor.get("my-name")).to_have_text("Ada Lovelace")

    visitor.get("my-status").click()
    visitor.get("sign-out").click()
    visitor.wait_state("signed-out")
    expect(visitor.get("notice")).to_contain_text("signed out")
    visitor.expected.append("401")
    visitor.get("field-email").fill(email)
    visitor.get("field-password").fill("wrong horse")
    visitor.get("enter").click()
    expect(visitor.get("form-error")).to_have_text("The e-mail or the password is wrong.")
    visitor.get("field-password").fill("correct horse")
    visitor.get("enter").click()
    visitor.settled()
    expect(visitor.get("my-name")).to_have_text("Ada Lovelace")


def test_a_reload_keeps_the_session_and_the_room(visit: Any, name: Any, channel: Any) -> None:
    visitor = visit().come_in(name("stay"), channel["slug"])
    visitor.say("before")
    visitor.sees("before")
    visitor.page.reload()
    visitor.settled()
    expect(visitor.get("room-name")).to_have_text(channel["name"])
    visitor.sees("before")


def test_two_tabs_of_one_browser_both_stay(visit: Any, name: Any, channel: Any) -> None:
    visitor = visit().come_in(name("tabs"), channel["slug"])
    second = visitor.context.new_page()
    second.goto(visitor.cable.url + f"/#/{channel['slug']}")
    expect(second.locator("body")).to_have_attribute("data-state", "ready")
    second.get_by_test_id("composer").fill("from the second tab")
    second.get_by_test_id("composer").press("Enter")
    visitor.sees("from the second tab")


def test_a_session_ended_elsewhere_ends_here_with_a_sentence(visit: Any, name: Any) -> None:
    visitor = visit().come_in(name("ended"))
    visitor.page.evaluate(
        """async () => {
          const post = (path, init) => fetch("/api/v1" + path, { method: "POST", ...init });
          const { data } = await (await post("/auth/refresh")).json();
          await post("/auth/logout", { headers: { Authorization: `Bearer ${data.accessToken}` } });
        }"""
    )
    visitor.wait_state("signed-out")
    expect(visitor.get("notice")).to_contain_text("session was ended")
    visitor.page.reload()
    visitor.wait_state("signed-out")


def test_a_server_that_is_away_at_the_first_moment_is_waited_for(visit: Any, name: Any) -> None:
    visitor = visit().come_in(name("wait"))
    visitor.was_cut = True
    api = "**/api/v1/**"
    visitor.page.route(api, lambda route: route.abort())
    visitor.page.reload()
    visitor.wait_state("unreachable")
    visitor.page.unroute(api)
    visitor.settled()


def test_the_doors_are_reached_by_keyboard_alone(visit: Any, name: Any) -> None:
    visitor = visit().open()
    visitor.wait_state("signed-out")
    keyboard = visitor.page.keyboard
    expect(visitor.get("field-username")).to_be_focused()
    keyboard.press("Shift+Tab")
    expect(visitor.get("door-guest")).to_be_focused()
    keyboard.press("ArrowRight")
    expect(visitor.get("door-login")).to_be_focused()
    expect(visitor.get("field-password")).to_be_visible()
    keyboard.press("ArrowLeft")
    keyboard.press("Tab")
    keyboard.type(name("keys"))
    keyboard.press("Enter")
    visitor.settled()


# --- a page that does not come through whole ------------------------------------------------------
def test_a_page_that_loses_a_file_on_its_way_asks_again_by_itself(visit: Any) -> None:
    visitor = visit()
    visitor.was_cut = True
    lost: list[str] = []

    def lose_once(route: Any) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.request.url)
            route.abort()

    visitor.page.route(re.compile(r"/js/state/client\.[^/]*js"), lose_once)
    visitor.open()
    visitor.wait_state("signed-out")
    assert lost


def test_a_page_that_keeps_losing_a_file_says_so(visit: Any) -> None:
    visitor = visit()
    visitor.was_cut = True
    everything = re.compile(r"/js/state/client\.[^/]*js")
    visitor.page.route(everything, lambda route: route.abort())
    visitor.open()
    visitor.wait_state("unopened")
    expect(visitor.get("unopened").get_by_role("alert")).to_be_in_viewport()
    assert findings(visitor) == []
    visitor.page.unroute(everything)
    visitor.get("unopened").get_by_role("button").click()
    visitor.wait_state("signed-out")
    expect(visitor.get("unopened")).to_be_hidden()
