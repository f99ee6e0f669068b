"""A community of alice's with bob in it, and mallory outside: made by the API, looked at in browsers."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import expect

from tests.browser import house
from tests.live import Parlor, Person


@dataclass
class Community:
    """alice owns it; `server` and `room` as the API shows them."""

    parlor: Parlor
    visit: Any
    alice: Person
    server: dict[str, Any]
    room: dict[str, Any]
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def at(self) -> str:
        """Its address in the API."""
        return f"/servers/{self.server['id']}"

    def invite(self, **limits: Any) -> str:
        """A code."""
        return self.alice.post(f"{self.at}/invites", limits)["data"]["code"]

    def let_in(self, person: Person) -> Person:
        """By an invite."""
        answer = person.request("POST", f"/invites/{self.invite()}/accept", {})
        assert answer.is_success, answer.text
        return person

    def member(self, name: str = "bob") -> Person:
        """Somebody new who is in."""
        return self.let_in(self.parlor.person(name))

    def open(self, person: Person, **options: Any) -> Any:
        """A browser in which they are signed in, at its channel."""
        return house.sign_in(self.visit(**options), person.username, self.room["slug"])

    def settings(self, visitor: Any, section: str) -> Any:
        """At a section of its settings, by the address bar."""
        visitor.page.evaluate(f"location.hash = '#/server/{self.server['id']}/{section}'")
        expect(visitor.get("section")).to_have_attribute("data-section", section)
        return visitor


def make(parlor: Parlor, visit: Any, **fields: Any) -> Community:
    """A private one unless said otherwise."""
    alice = parlor.person("alice")
    name = f"House of {alice.username}"
    server = alice.post("/servers", {"name": name, "isPublic": False} | fields)["data"]
    room = alice.post(f"/servers/{server['id']}/channels", {"name": "kitchen"})["data"]
    return Community(parlor, visit, alice, server, room)


def tile(visitor: Any, server: dict[str, Any]) -> Any:
    """Its tile in the rail."""
    return visitor.page.locator(f'[data-testid=server][data-server="{server["slug"]}"]')


def choose(visitor: Any, entry: str) -> None:
    """From the menu under the community's name."""
    visitor.get("server-menu-button").click()
    visitor.get(f"server-{entry}").click()


def person_line(visitor: Any, person: Person) -> Any:
    """Somebody in the column of people."""
    return visitor.get("people").locator(f'[data-username="{person.username}"]')
