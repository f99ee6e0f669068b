"""State + events == fresh fetch, for every action, for everybody: owner, moderator, member, outsider.

Each action is done once through REST. What it published is delivered by a real hub to everybody's
socket; then each client must know exactly what a new one would fetch, no more and no less.
"""

import pytest

from accounts.models import User
from rooms import services
from rooms.models import Role, Server
from rooms.tests.clients import Client, new_hub
from rooms.tests.rest import Caller


class Town:
    """alice owns the server, carol moderates it, bob is a member; mallory is outside."""

    def __init__(self, alice, bob, carol, mallory, server):
        self.people = {"alice": alice, "bob": bob, "carol": carol, "mallory": mallory}
        self.alice, self.bob, self.carol, self.mallory = map(Caller, self.people.values())
        services.join_server(carol, server=server)
        carol.memberships.update(role=Role.MODERATOR)
        self.at = f"/servers/{server.pk}"
        self.server = server
        self.open = self._new("open")
        self.private = self._new("private", is_private=True)
        self.news = self._new("news", kind="announcement")
        self.put("alice", f"/rooms/{self.private}/members/{bob.pk}")
        self.role = self.post("alice", f"{self.at}/roles", {"name": "Helpers"})["id"]
        self.other_role = self.post("alice", f"{self.at}/roles", {"name": "Guests of honour"})["id"]
        self.patch("alice", f"{self.at}/members/{bob.pk}", {"roleIds": [self.role]})
        self.category = self.post("alice", f"{self.at}/categories", {"name": "Talk"})["id"]
        hidden = self._new("hidden")
        self.put("alice", f"/rooms/{hidden}/overrides/member", {"deny": ["view"]})
        self.put("alice", f"/rooms/{hidden}/overrides/{self.role}", {"allow": ["view"]})
        self.hidden = hidden
        self.den = self.post("bob", "/rooms", {"name": "den", "isPrivate": True})["id"]
        call = self.post("bob", "/rooms", {})
        self.call, self.code = call["id"], call["code"]
        self.post("carol", f"/rooms/{self.code}/join")
        self.invite = self.post("alice", f"{self.at}/invites", {})["code"]

    def _new(self, name, kind="text", **fields):
        room = services.create_room(
            self.people["alice"], kind=kind, name=name, server=self.server, **fields
        )
        return str(room.pk)

    def id(self, name):
        return str(self.people[name].pk)

    def ask(self, who, method, path, body=None):
        answer = getattr(self, who).request(method, path, body)
        assert answer.status in (200, 201), answer
        return answer.data

    def post(self, who, path, body=None):
        return self.ask(who, "POST", path, body or {})

    def put(self, who, path, body=None):
        return self.ask(who, "PUT", path, body or {})

    def patch(self, who, path, body):
        return self.ask(who, "PATCH", path, body)

    def delete(self, who, path, body=None):
        return self.ask(who, "DELETE", path, body)


@pytest.fixture
def town(alice, bob, mallory, server, settings):
    from accounts.services import register_person

    settings.RATE_LIMITS = "off"
    carol = register_person(email="carol@example.com", password="correct horse", username="carol")
    return Town(alice, bob, carol, mallory, server)


HOUR = {"seconds": 3600}
ACTIONS = {
    # the server
    "rename it": lambda t: t.patch("alice", t.at, {"name": "Other", "description": "x"}),
    "make it public": lambda t: t.patch("alice", t.at, {"isPublic": True}),
    "delete it": lambda t: t.delete("alice", t.at, {"name": "The house"}),
    "hand it over": lambda t: t.post("alice", f"{t.at}/transfer", {"userId": t.id("bob")}),
    "make another": lambda t: t.post("bob", "/servers", {"name": "Bob's"}),
    # coming and going
    "come by invite": lambda t: t.post("mallory", f"/invites/{t.invite}/accept"),
    "leave": lambda t: t.delete("bob", f"{t.at}/members/me"),
    "kick": lambda t: t.delete("carol", f"{t.at}/members/{t.id('bob')}", {"reason": "x"}),
    "ban": lambda t: t.put("carol", f"{t.at}/bans/{t.id('bob')}"),
    "ban an outsider": lambda t: t.put("carol", f"{t.at}/bans/{t.id('mallory')}"),
    "ban a moderator": lambda t: t.put("alice", f"{t.at}/bans/{t.id('carol')}"),
    "silence": lambda t: t.put("carol", f"{t.at}/timeouts/{t.id('bob')}", HOUR),
    "silence and pardon": lambda t: (
        t.put("carol", f"{t.at}/timeouts/{t.id('bob')}", HOUR),
        t.delete("carol", f"{t.at}/timeouts/{t.id('bob')}"),
    ),
    # standing
    "promote": lambda t: t.patch("alice", f"{t.at}/members/{t.id('bob')}", {"role": "admin"}),
    "demote": lambda t: t.patch("alice", f"{t.at}/members/{t.id('carol')}", {"role": "member"}),
    "promote and demote": lambda t: (
        t.patch("alice", f"{t.at}/members/{t.id('carol')}", {"role": "admin"}),
        t.patch("alice", f"{t.at}/members/{t.id('carol')}", {"role": "moderator"}),
    ),
    "nickname": lambda t: t.patch("bob", f"{t.at}/members/{t.id('bob')}", {"nickname": "B"}),
    "give a role": lambda t: t.patch(
        "alice", f"{t.at}/members/{t.id('carol')}", {"roleIds": [t.role, t.other_role]}
    ),
    "take a role": lambda t: t.patch("alice", f"{t.at}/members/{t.id('bob')}", {"roleIds": []}),
    # roles
    "make a role": lambda t: t.post("alice", f"{t.at}/roles", {"name": "New", "colour": "#00ff00"}),
    "change a role": lambda t: t.patch(
        "alice", f"{t.at}/roles/{t.role}", {"name": "Hands", "permissions": ["manage_messages"]}
    ),
    "order roles": lambda t: t.put(
        "alice", f"{t.at}/roles/order", {"roleIds": [t.other_role, t.role]}
    ),
    "delete a role": lambda t: t.delete("alice", f"{t.at}/roles/{t.role}"),
    # channels
    "make a channel": lambda t: t.post("alice", f"{t.at}/channels", {"name": "attic"}),
    "make a private channel": lambda t: t.post(
        "alice", f"{t.at}/channels", {"name": "attic", "isPrivate": True}
    ),
    "make a call inside": lambda t: t.post("alice", f"{t.at}/channels", {"type": "call"}),
    "change a channel": lambda t: t.patch(
        "alice", f"/channels/{t.open}", {"topic": "x", "slowModeSeconds": 5, "name": "wide open"}
    ),
    "change a hidden one": lambda t: t.patch("alice", f"/channels/{t.hidden}", {"topic": "x"}),
    "archive": lambda t: t.patch("alice", f"/channels/{t.open}", {"isArchived": True}),
    "close a channel": lambda t: t.patch("alice", f"/channels/{t.open}", {"isPrivate": True}),
    "open a channel": lambda t: t.patch("alice", f"/channels/{t.private}", {"isPrivate": False}),
    "delete a channel": lambda t: t.delete("alice", f"/channels/{t.open}"),
    "delete a private channel": lambda t: t.delete("alice", f"/rooms/{t.private}"),
    "order channels": lambda t: t.put(
        "alice",
        f"{t.at}/channels/order",
        {
            "channels": [
                {"id": t.news, "position": 0, "categoryId": t.category},
                {"id": t.private, "position": 1},
                {"id": t.open, "position": 2},
            ]
        },
    ),
    "make a category": lambda t: t.post("alice", f"{t.at}/categories", {"name": "More"}),
    "rename a category": lambda t: t.patch(
        "alice", f"{t.at}/categories/{t.category}", {"name": "Other"}
    ),
    "delete a category in use": lambda t: (
        t.patch("alice", f"/channels/{t.open}", {"categoryId": t.category}),
        t.delete("alice", f"{t.at}/categories/{t.category}"),
    ),
    # who may see a channel
    "let in": lambda t: t.put("alice", f"/rooms/{t.private}/members/{t.id('carol')}"),
    "take out": lambda t: t.delete("alice", f"/rooms/{t.private}/members/{t.id('bob')}"),
    "leave a private channel": lambda t: t.post("bob", f"/rooms/{t.private}/leave"),
    "hide from everybody": lambda t: t.put(
        "alice", f"/rooms/{t.open}/overrides/member", {"deny": ["view"]}
    ),
    "hide from one": lambda t: t.put(
        "alice", f"/rooms/{t.open}/overrides/{t.id('bob')}", {"deny": ["view"]}
    ),
    "show to moderators": lambda t: t.put(
        "alice", f"/rooms/{t.hidden}/overrides/moderator", {"allow": ["view", "post"]}
    ),
    "show a private one to one": lambda t: t.put(
        "alice", f"/rooms/{t.private}/overrides/{t.id('carol')}", {"allow": ["view"]}
    ),
    "take an override back": lambda t: t.delete("alice", f"/rooms/{t.hidden}/overrides/member"),
    "nobody writes": lambda t: t.put(
        "alice", f"/rooms/{t.open}/overrides/member", {"deny": ["post"]}
    ),
    # rooms that stand alone
    "make a room": lambda t: t.post("bob", "/rooms", {"name": "nook"}),
    "let into a room": lambda t: t.put("bob", f"/rooms/{t.den}/members/{t.id('mallory')}"),
    "rename a room": lambda t: t.patch("bob", f"/rooms/{t.den}", {"name": "lair"}),
    "delete a room": lambda t: t.delete("bob", f"/rooms/{t.den}"),
    "write to somebody": lambda t: t.post(
        "bob", "/rooms/direct", {"userIds": [t.id("mallory"), t.id("carol")]}
    ),
    # calls
    "join a call": lambda t: t.post("mallory", f"/rooms/{t.code}/join"),
    "leave a call": lambda t: t.post("carol", f"/rooms/{t.call}/leave"),
    "kick from a call": lambda t: t.post("bob", f"/rooms/{t.call}/kick", {"userId": t.id("carol")}),
    "ban from a call": lambda t: t.post("bob", f"/rooms/{t.call}/ban", {"userId": t.id("carol")}),
    "mute in a call": lambda t: t.post("bob", f"/rooms/{t.call}/mute", {"userId": t.id("carol")}),
}


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_everybody_knows_what_a_fresh_client_would_fetch(action, town, told):
    hub = new_hub()
    clients = [Client(getattr(town, name), hub) for name in town.people]
    with told:
        action(town)
    for entry in told.entries:
        hub.take(entry)
    for client in clients:
        client.catch_up()
        client.agrees()


def test_an_ended_call_is_ended_for_everybody_in_it(town, told):
    hub = new_hub()
    clients = [Client(getattr(town, name), hub) for name in town.people]
    with told:
        town.post("bob", f"/rooms/{town.call}/end")
    for entry in told.entries:
        hub.take(entry)
    heard = {c.person.username: [f["type"] for f in c.catch_up()] for c in clients}
    assert heard == {"alice": [], "bob": ["room:updated"], "carol": ["room:updated"], "mallory": []}
    assert town.bob.get(f"/rooms/{town.call}").data["isActive"] is False


def test_what_the_members_see_raises_the_servers_version_and_says_it(town, told):
    seen = {
        "server:": lambda: town.patch("alice", town.at, {"name": "x"}),
        "server:member": lambda: town.patch("bob", f"{town.at}/members/{town.id('bob')}", {"nickname": "x"}),
        "server:roles": lambda: town.post("alice", f"{town.at}/roles", {"name": "x"}),
        "server:cat": lambda: town.post("alice", f"{town.at}/categories", {"name": "x"}),
        "room:": lambda: town.patch("alice", f"/rooms/{town.open}", {"topic": "x"}),
    }  # fmt: skip
    for kind, act in seen.items():
        before = Server.objects.get(pk=town.server.pk).version
        with told:
            act()
        _, frame = told.events[-1]
        assert frame["type"].startswith(kind)
        assert frame["data"]["version"] == before + 1
        assert Server.objects.get(pk=town.server.pk).version == before + 1


def test_what_changes_nothing_tells_nothing(town, told):
    with told:
        town.patch("alice", town.at, {"name": "The house"})
        town.patch("alice", f"/rooms/{town.open}", {"name": "open", "isPrivate": False})
        town.patch(
            "alice",
            f"{town.at}/members/{town.id('bob')}",
            {"roleIds": [town.role], "role": "member"},
        )
        town.patch("alice", f"{town.at}/roles/{town.role}", {"name": "Helpers", "permissions": []})
        town.put("alice", f"/rooms/{town.private}/members/{town.id('bob')}")
        town.delete("carol", f"{town.at}/timeouts/{town.id('bob')}")
        town.post("carol", f"/rooms/{town.code}/join")
        town.put("bob", f"{town.at}/members/me")
        town.delete("alice", f"/rooms/{town.open}/overrides/moderator")
    assert told.entries == []


def test_a_room_outside_servers_raises_the_version_of_who_belongs_to_it(town):
    def versions():
        return {name: User.objects.get(pk=it.pk).version for name, it in town.people.items()}

    before = versions()
    town.patch("bob", f"/rooms/{town.den}", {"topic": "Quiet, please"})
    renamed = versions()
    town.put("bob", f"/rooms/{town.den}/members/{town.id('alice')}")
    assert renamed == before | {"bob": before["bob"] + 1}
    assert versions() == renamed | {name: renamed[name] + 1 for name in ("alice", "bob")}
