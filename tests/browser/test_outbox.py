"""What is written without a connection stays on this device until it was sent: once, by its own person."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def history(parlor: Any, channel: dict[str, Any]) -> Any:
    """What the database says was written in the channel."""
    reader = parlor.person("reader")
    return lambda: [message["content"] for message in reader.history(channel["id"])]


class Gate:
    """The way to the gateway. Shut, sockets cannot be opened, while the page itself can be loaded."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        visitor.was_cut = True
        visitor.context.route_web_socket("**/ws", self._asked)
        self.is_shut = False

    def _asked(self, socket: Any) -> None:
        if self.is_shut:
            socket.close()
        else:
            socket.connect_to_server()

    def shut(self) -> None:
        """Open sockets break, too."""
        self.is_shut = True
        self.visitor.cable.pull()
        self.visitor.cable.plug()


def rows(page: Page, text: str) -> Any:
    """The rows with this text, on one of a person's pages."""
    return page.get_by_test_id("message").filter(has_text=text)


def expect_pending(page: Page, text: str) -> None:
    """It is there once, and waits."""
    expect(rows(page, text)).to_have_count(1)
    expect(rows(page, text)).to_have_attribute("data-state", "pending")


def expect_sent(page: Page, text: str) -> None:
    """It is there once, and arrived."""
    expect(rows(page, text)).to_have_attribute("data-state", "sent", timeout=20_000)
    expect(page.locator("[data-testid=message][data-id]").filter(has_text=text)).to_have_count(1)
    expect(rows(page, text)).to_have_count(1)


def second_page(visitor: Visitor) -> Page:
    """One more tab of the same person, at the same address."""
    page = visitor.context.new_page()
    page.goto(visitor.page.url)
    expect(page.get_by_test_id("composer")).to_be_visible()
    return page


def sign_out(visitor: Visitor) -> None:
    """By the menu of oneself."""
    visitor.get("my-status").click()
    visitor.get("sign-out").click()
    visitor.wait_state("signed-out")


def test_what_was_written_offline_survives_a_reload_and_is_sent_once(
    visit: Any, name: Any, channel: dict[str, Any], history: Any
) -> None:
    alice = visit()
    gate = Gate(alice)
    alice.come_in(name("alice"), channel["slug"])
    gate.shut()
    alice.wait_state("waiting")
    alice.say("first, offline")
    alice.say("second, offline")
    for _ in range(2):
        alice.page.reload()
        expect_pending(alice.page, "first, offline")
        expect_pending(alice.page, "second, offline")
    assert history() == []

    gate.is_shut = False
    for text in ("first, offline", "second, offline"):
        expect_sent(alice.page, text)
    alice.page.reload()
    alice.settled()
    for text in ("first, offline", "second, offline"):
        expect_sent(alice.page, text)
    assert history() == ["first, offline", "second, offline"]


def test_two_tabs_show_the_same_and_it_is_written_once(
    visit: Any, name: Any, channel: dict[str, Any], history: Any
) -> None:
    alice = visit()
    gate = Gate(alice)
    alice.come_in(name("alice"), channel["slug"])
    gate.shut()
    alice.wait_state("waiting")
    other = second_page(alice)
    alice.say("from the first")
    expect_pending(other, "from the first")
    other.get_by_test_id("composer").fill("from the second")
    other.get_by_test_id("composer").press("Enter")
    expect_pending(alice.page, "from the second")

    gate.is_shut = False
    for page in (alice.page, other):
        for text in ("from the first", "from the second"):
            expect_sent(page, text)
    assert sorted(history()) == ["from the first", "from the second"]


def test_a_tab_that_was_closed_leaves_what_it_had_to_the_other(
    visit: Any, name: Any, channel: dict[str, Any], history: Any
) -> None:
    alice = visit()
    gate = Gate(alice)
    alice.come_in(name("alice"), channel["slug"])
    gate.shut()
    alice.wait_state("waiting")
    other = second_page(alice)
    other.get_by_test_id("composer").fill("written, and closed")
    other.get_by_test_id("composer").press("Enter")
    expect_pending(alice.page, "written, and closed")
    other.close()
    gate.is_shut = False
    expect_sent(alice.page, "written, and closed")
    assert history() == ["written, and closed"]


def test_signing_out_wipes_what_was_unsent_in_every_tab(
    visit: Any, name: Any, channel: dict[str, Any], history: Any
) -> None:
    alice = visit()
    gate = Gate(alice)
    alice.come_in(name("alice"), channel["slug"])
    other = second_page(alice)
    gate.shut()
    alice.wait_state("waiting")
    alice.say("never sent")
    expect_pending(other, "never sent")
    sign_out(alice)
    expect(rows(other, "never sent")).to_have_count(0)

    gate.is_shut = False
    alice.page.reload()
    alice.come_in(name("carol"), channel["slug"])
    expect(rows(alice.page, "never sent")).to_have_count(0)
    alice.say("carol writes")
    alice.sees("carol writes")
    assert history() == ["carol writes"]


def test_signing_out_in_one_tab_signs_the_others_out(
    visit: Any, name: Any, channel: dict[str, Any]
) -> None:
    alice = visit().come_in(name("alice"), channel["slug"])
    other = second_page(alice)
    expect(other.locator("body")).to_have_attribute("data-state", "ready")
    sign_out(alice)
    expect(other.locator("body")).to_have_attribute("data-state", "signed-out")
