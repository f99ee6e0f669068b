"""Sizes and schemes: drawers on small screens, nothing that jumps, nothing wider than the screen, little to load."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import house
from tests.live import Parlor

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
FIRST_LOAD_KB = 250


def test_on_a_phone_channels_and_people_are_drawers(visit: Any, name: Any, channel: Any) -> None:
    phone = visit(**PHONE).come_in(name("phone"), channel["slug"])
    expect(phone.get("rail")).to_be_hidden()
    expect(phone.get("channels")).to_be_hidden()
    expect(phone.get("people")).to_be_hidden()
    phone.get("open-channels").click()
    expect(phone.get("rail")).to_be_visible()
    expect(phone.get("channels")).to_be_visible()
    expect(phone.page.get_by_role("button", name="Close channels")).to_be_focused()
    phone.page.locator('[data-testid=channel][data-room="general"]').click()
    expect(phone.get("channels")).to_be_hidden()
    expect(phone.get("room-name")).to_have_text("general")
    phone.get("open-people").click()
    expect(phone.get("people").get_by_test_id("person").first).to_be_visible()
    phone.page.keyboard.press("Escape")
    expect(phone.get("people")).to_be_hidden()
    expect(phone.get("open-people")).to_be_focused()


@pytest.mark.parametrize("width", [390, 800, 1280])
def test_nothing_jumps_and_nothing_is_wider_than_the_screen(
    visit: Any, name: Any, channel: Any, width: int
) -> None:
    visitor = visit(viewport={"width": width, "height": 800}).come_in(name("wide"), channel["slug"])
    visitor.say("a word that is longer than any screen: " + "m" * 300)
    visitor.say("more")
    visitor.sees("more")
    visitor.page.reload()
    visitor.settled()
    visitor.sees("more")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") == width
    assert visitor.page.evaluate("window.seen.shift") < 0.02


@pytest.mark.parametrize("size", [{}, PHONE], ids=["desk", "phone"])
def test_nothing_jumps_in_a_whole_visit(
    visit: Any, name: Any, channel: Any, parlor: Any, size: dict[str, Any]
) -> None:
    bob = parlor.person("bob")
    for number in range(60):
        bob.post(
            f"/rooms/{channel['id']}/messages", {"content": f"line {number}\n" * (number % 4 + 1)}
        )
    visitor = visit(**size).open(channel["slug"])
    visitor.get("field-username").fill(name("whole"))
    visitor.get("enter").click()
    visitor.settled()
    house.say(visitor, "I have come in.")
    visitor.sees("I have come in.")
    bob.post(f"/rooms/{channel['id']}/messages", {"content": "Welcome!"})
    visitor.sees("Welcome!")
    visitor.go_offline()
    house.say(visitor, "Written on a train.")
    visitor.come_back()
    visitor.sees("Written on a train.")
    if size:
        visitor.get("open-channels").click()
    visitor.get("open-settings").click()
    visitor.page.evaluate("location.hash = '#/settings/sessions'")
    expect(visitor.get("session").first).to_be_visible()
    visitor.page.keyboard.press("Escape")
    visitor.settled()
    visitor.page.reload()
    visitor.settled()
    visitor.sees("Written on a train.")
    shift = visitor.page.evaluate("window.seen.shift")
    assert shift <= 0.02, shift


@pytest.fixture(scope="module")
def as_served(tmp_path_factory: Any) -> Iterator[Parlor]:
    """A Parlor as in production: static files collected, hashed and compressed."""
    running = Parlor(
        tmp_path_factory.mktemp("served"),
        DEBUG="0",
        SECRET_KEY="a long secret that only this test knows, of 50 letters",
    )
    running.manage("collectstatic", "--noinput", "-v0")
    try:
        yield running.start()
    finally:
        running.stop()


def test_the_first_load_is_small(
    as_served: Parlor, visit: Any, name: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    visitor = visit(as_served.url)
    network = visitor.context.new_cdp_session(visitor.page)
    network.send("Network.enable")
    bodies: list[int] = []
    answers: list[int] = []
    network.on("Network.dataReceived", lambda event: bodies.append(event["encodedDataLength"]))
    network.on("Network.loadingFinished", lambda event: answers.append(event["encodedDataLength"]))
    visitor.come_in(name("small"))
    visitor.page.wait_for_load_state("networkidle")
    bodies_kb, total_kb = sum(bodies) / 1000, sum(answers) / 1000
    with capsys.disabled():
        sent = f"{bodies_kb:.0f} KB compressed ({total_kb:.0f} KB with HTTP/1.1 headers)"
        print(f"\nfirst load: {sent} in {len(answers)} answers")
    assert len(answers) > 20
    assert 20 < bodies_kb < FIRST_LOAD_KB


@pytest.mark.parametrize("path", ["/", "/?from=somewhere"])
def test_the_page_runs_and_draws_only_what_is_its_own(visit: Any, path: str) -> None:
    visitor = visit()
    answer = visitor.page.goto(visitor.cable.url + path)
    policy = answer.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "script-src 'self' 'nonce-" in policy
    visitor.wait_state("signed-out")
    assert visitor.page.evaluate("window.seen.violations") == []
