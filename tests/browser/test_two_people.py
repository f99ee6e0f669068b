"""Issue "walking skeleton", Shows 2: two people talk; one is cut off; both end with the same."""

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def pair(visit: Any, name: Any, channel: dict[str, Any]) -> tuple[Any, Any]:
    """alice and bob in one channel."""
    alice = visit().come_in(name("alice"), channel["slug"])
    bob = visit().come_in(name("bob"), channel["slug"])
    return alice, bob


@pytest.fixture
def history(parlor: Any, channel: dict[str, Any]) -> Any:
    """What the database says of the channel, over REST."""
    reader = parlor.person("reader")
    return lambda: reader.history(channel["id"])


def person_in(visitor: Any, group: str, other: Any) -> Any:
    """The other one, as the people column of the first shows them."""
    name = other.get("my-name").text_content()
    return visitor.get(f"people-{group}").get_by_test_id("person").filter(has_text=name)


def test_two_people_see_each_other_and_talk(pair: Any, history: Any) -> None:
    alice, bob = pair
    for one, other in ((alice, bob), (bob, alice)):
        expect(person_in(one, "member", other)).to_have_count(1)
    alice.say("Good evening!")
    bob.sees("Good evening!")
    bob.say("Hello you.\nTwo lines.")
    words = alice.get("content").filter(has_text="Hello you.")
    expect(words).to_have_text("Hello you.\nTwo lines.", use_inner_text=True)
    alice.sees("Good evening!")
    for visitor in pair:
        visitor.shows(history())
    expect(alice.get("announcer")).to_contain_text("Hello you.")
    expect(alice.get("announcer")).not_to_contain_text("Good evening!")


def test_others_see_that_one_writes(pair: Any) -> None:
    alice, bob = pair
    bob.get("composer").press_sequentially("hm")
    expect(alice.get("typing")).to_contain_text("is writing")
    bob.get("composer").fill("")
    expect(alice.get("typing")).to_have_text("")


def test_one_goes_offline_and_both_pages_converge_without_reload(pair: Any, history: Any) -> None:
    alice, bob = pair
    for text in ("one", "two", "three"):
        bob.say(text)
        alice.sees(text)
    alice.say("four")
    bob.sees("four")
    for visitor in pair:
        visitor.page.evaluate("window.neverReloaded = true")

    alice.go_offline()
    expect(alice.get("banner")).to_contain_text("You can go on writing")
    alice.say("written offline, first")
    alice.say("written offline, second")
    alice.sees("written offline, second", "pending")
    bob.say("five")
    bob.edit("two", "two, edited while she was away")
    bob.delete("three")
    bob.say("six")
    bob.edit("six", "six, edited")
    bob.say("seven")
    bob.sees("seven")
    expect(bob.row("three")).to_have_count(0)
    bob.delete("seven")
    expect(bob.row("seven")).to_have_count(0)
    alice.sees("two")

    alice.come_back()
    alice.sees("written offline, second")
    bob.sees("written offline, second")
    expect(alice.get("banner")).to_have_attribute("data-recovered", "5")
    for visitor in pair:
        visitor.shows(history())
        assert visitor.page.evaluate("window.neverReloaded") is True
    assert [message["content"] for message in alice.rendered()] == [
        "one",
        "two, edited while she was away",
        "four",
        "five",
        "six, edited",
        "written offline, first",
        "written offline, second",
    ]


def test_a_pulled_cable_is_said_and_reconnected_by_itself(pair: Any, history: Any) -> None:
    alice, bob = pair
    alice.was_cut = True
    alice.cable.pull()
    alice.wait_state("waiting")
    expect(alice.get("banner")).to_contain_text("Retry now")
    alice.say("on its way")
    bob.say("meanwhile")
    bob.sees("meanwhile")
    alice.cable.plug()
    alice.settled()
    for visitor in pair:
        visitor.sees("on its way")
        visitor.sees("meanwhile")
        visitor.shows(history())


def test_both_write_while_both_are_cut_off_in_turn(pair: Any, history: Any) -> None:
    alice, bob = pair
    for number in range(3):
        away, here = (alice, bob) if number % 2 else (bob, alice)
        away.go_offline()
        away.say(f"away {number}")
        here.say(f"here {number}")
        here.sees(f"here {number}")
        away.come_back()
        for visitor in pair:
            visitor.sees(f"away {number}")
            visitor.sees(f"here {number}")
    for visitor in pair:
        visitor.shows(history())
    # Sent more than once perhaps, written once.
    assert len(history()) == 6


def test_a_room_left_with_something_unsent_still_sends_it(pair: Any, channel: Any) -> None:
    alice, bob = pair
    alice.go_offline()
    alice.say("from another room")
    alice.page.locator('[data-testid=channel][data-room="general"]').click()
    alice.come_back()
    bob.sees("from another room")


def test_news_in_a_room_one_does_not_look_at_is_a_dot(pair: Any, channel: Any) -> None:
    alice, bob = pair
    alice.page.locator('[data-testid=channel][data-room="general"]').click()
    alice.settled()
    bob.say("psst")
    there = alice.page.locator(f'[data-testid=channel][data-room="{channel["slug"]}"]')
    expect(there.get_by_test_id("news")).to_be_visible()
    there.click()
    alice.sees("psst")
    expect(there.get_by_test_id("news")).to_have_count(0)


def test_what_one_tab_reads_is_read_in_the_other_and_after_a_reload(
    pair: Any, channel: Any
) -> None:
    alice, bob = pair
    news = f'[data-testid=channel][data-room="{channel["slug"]}"] [data-testid=news]'
    general = '[data-testid=channel][data-room="general"]'
    alice.page.locator(general).click()
    other = alice.context.new_page()
    other.goto(alice.page.url)
    expect(other.locator(f"{general}[aria-current=page]")).to_be_visible()
    bob.say("for both tabs")
    for page in (alice.page, other):
        expect(page.locator(news)).to_be_visible()
    other.locator(f'[data-testid=channel][data-room="{channel["slug"]}"]').click()
    for page in (other, alice.page):
        expect(page.locator(news)).to_have_count(0)
    alice.page.reload()
    alice.settled()
    expect(alice.page.locator(general)).to_be_visible()
    expect(alice.page.locator(news)).to_have_count(0)


def test_who_leaves_is_no_longer_here(pair: Any) -> None:
    alice, bob = pair
    expect(person_in(alice, "member", bob)).to_have_count(1)
    gone = person_in(alice, "offline", bob)
    bob.get("my-status").click()
    bob.get("sign-out").click()
    expect(gone).to_have_count(1, timeout=15_000)
