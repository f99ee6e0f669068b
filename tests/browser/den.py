"""A community of alice's to arrange, and how its channel column is read and used."""

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser import house
from tests.live import Parlor, Person

NAMES = {"alice": "Alice", "bob": "Bob", "mallory": "Mallory"}


class Den:
    """A community of alice's with bob in it, and three channels; mallory has only heard of it."""

    def __init__(self, parlor: Parlor) -> None:
        self.parlor = parlor
        self.people = {name: registered(parlor, name) for name in NAMES}
        self.alice, self.bob = self.people["alice"], self.people["bob"]
        self.server: dict[str, Any] = {}

    def fresh(self, name: str) -> "Den":
        """Another community for each test."""
        self.server = self.alice.post("/servers", {"name": name, "isPublic": True})["data"]
        assert self.bob.request("PUT", f"{self.at}/members/me").is_success
        for one in self.alice.get(f"{self.at}/channels")["data"]:
            self.alice.request("DELETE", f"/rooms/{one['id']}")
        return self

    @property
    def at(self) -> str:
        """Where it is."""
        return f"/servers/{self.server['id']}"

    def channel(self, name: str, **fields: Any) -> dict[str, Any]:
        """One more channel."""
        return self.alice.post(f"{self.at}/channels", {"name": name, **fields})["data"]

    def category(self, name: str) -> dict[str, Any]:
        """One more category."""
        return self.alice.post(f"{self.at}/categories", {"name": name})["data"]

    def order(self) -> list[tuple[str, str]]:
        """As the server has it: names, and what they stand under."""
        names = {one["id"]: one["name"] for one in self.alice.get(f"{self.at}/categories")["data"]}
        channels = self.alice.get(f"{self.at}/channels")["data"]
        channels.sort(key=lambda one: one["position"])
        return [(one["name"], names.get(one["categoryId"], "")) for one in channels]


def registered(parlor: Parlor, name: str) -> Person:
    """Somebody with an account that house.sign_in knows."""
    person = Person(parlor, parlor.url)
    account = {"email": f"{name}@example.com", "password": house.PASSWORD, "username": name}
    person.sign_in(person.post("/auth/register", account | {"displayName": NAMES[name]})["data"])
    return person


def come(visit: Any, place: Den, who: str, **options: Any) -> Any:
    """Signed in, in that community's first channel."""
    visitor = visit(place.parlor.url, **options)
    first = next(iter(place.alice.get(f"{place.at}/channels")["data"]), None)
    house.sign_in(visitor, who, first["slug"] if first else "")
    # What alice may do is known a moment after the channels are.
    if who == "alice":
        expect(visitor.get("add-channel")).to_have_count(1)
    return visitor


def column(visitor: Any) -> list[tuple[str, list[str]]]:
    """What the channel column shows, group by group."""
    return visitor.page.evaluate(
        """() => [...document.querySelectorAll("[data-testid=channel-list] ul")].map((list) => [
          list.closest("section")?.querySelector(".category-name").innerText ?? "",
          [...list.querySelectorAll(".channel-name")].map((one) => one.innerText),
        ])"""
    )


def shows(visitor: Any, wanted: list[tuple[str, list[str]]]) -> None:
    """The column comes to look like this."""
    visitor.wait_until(
        """(wanted) => JSON.stringify(
          [...document.querySelectorAll("[data-testid=channel-list] ul")].map((list) => [
            list.closest("section")?.querySelector(".category-name").innerText ?? "",
            [...list.querySelectorAll(".channel-name")].map((one) => one.innerText),
          ])) === JSON.stringify(wanted)""",
        wanted,
    )


def line(visitor: Any, name: str) -> Any:
    """A channel's line in the column."""
    exact = re.compile(f"^{re.escape(name)}$")
    return visitor.page.locator(".channel-line").filter(
        has=visitor.page.locator(".channel-name").filter(has_text=exact)
    )


def category(visitor: Any, name: str) -> Any:
    """A category's section in the column."""
    return visitor.page.locator(f'[data-testid=category][data-name="{name}"]')


def menu(visitor: Any, name: str) -> Any:
    """The menu of a channel, opened by its button."""
    line(visitor, name).hover()
    line(visitor, name).get_by_test_id("channel-more").click()
    expect(visitor.get("channel-menu")).to_be_visible()
    return visitor.get("channel-menu")
