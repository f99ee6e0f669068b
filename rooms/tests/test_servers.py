"""Servers over REST: made, changed, handed over, deleted, joined, left; and the ways in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from realtime import wire
from rooms import access, names, services
from rooms.models import Invite, InviteUse, Room, RoomHead, Server, ServerMember


@pytest.fixture(autouse=True)
def no_limits(settings):
    settings.RATE_LIMITS = "off"


@pytest.fixture
def at(server):
    return f"/servers/{server.pk}"


# --- making and changing ---------------------------------------------------------------------------
def test_bob_makes_a_server_and_owns_it(as_bob, bob, told):
    body = {
        "name": "Bob's place",
        "description": "Two\nlines",
        "iconUrl": "https://example.com/i.png",
        "bannerUrl": "https://example.com/b.png",
        "isPublic": False,
    }
    with told:
        made = as_bob.post("/servers", body)
    assert made.status == 201
    shown = {name: made.data[name] for name in body}
    assert shown == body
    assert (made.data["slug"], made.data["ownerId"]) == ("bobs-place", str(bob.pk))
    assert made.data["counts"] == {"members": 1, "channels": 0}
    assert told.of(wire.Added) == [wire.Added([str(bob.pk)], [], made.data["id"])]
    assert [(topic, frame["type"]) for topic, frame in told.events] == [
        (f"user:{bob.pk}", "server:updated")
    ]
    assert as_bob.get(f"/servers/{made.data['id']}/members/me").data["roles"] == ["owner"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x", "description": "x" * 1001}, "description"),
        ({"name": "x", "iconUrl": "javascript:alert(1)"}, "iconUrl"),
        ({"name": "x", "bannerUrl": "x"}, "bannerUrl"),
        ({"name": "x", "isPublic": "yes"}, "isPublic"),
    ],
)
def test_what_does_not_fit_is_400_and_names_its_field(as_bob, body, field):
    answer = as_bob.post("/servers", body)
    assert (answer.status, list(answer.fields)) == (400, [field])


def test_what_only_the_server_decides_is_ignored(as_bob, bob, alice):
    forged = {"ownerId": str(alice.pk), "slug": "mine", "isDefault": True, "version": 9}
    made = as_bob.post("/servers", {"name": "x", **forged}).data
    row = Server.objects.get(pk=made["id"])
    assert (row.owner, row.slug, row.is_default, row.version) == (bob, "x", False, 1)


def test_so_many_servers_an_hour_and_no_more(as_bob, settings):
    settings.RATE_LIMITS = "server=2/h"
    statuses = [as_bob.post("/servers", {"name": "x"}).status for _ in range(3)]
    assert statuses == [201, 201, 429]


def test_two_who_want_one_slug_at_once_both_get_a_server(bob, server, monkeypatch):
    taken = iter([server.slug, server.slug, "another"])
    monkeypatch.setattr(names, "numbered", lambda slug, number: next(taken))
    real = Server.objects.filter
    blind = iter([Server.objects.none()])
    monkeypatch.setattr(Server.objects, "filter", lambda **kw: next(blind, None) or real(**kw))
    assert services.create_server(bob, name="The house").slug == "another"


def test_changes_are_kept_and_null_empties(as_alice, at):
    as_alice.patch(at, {"description": "x", "iconUrl": "https://example.com/i.png"})
    changed = as_alice.put(at, {"name": "Home", "description": None}).data
    assert (changed["name"], changed["description"], changed["slug"]) == ("Home", None, "the-house")
    assert changed["iconUrl"] == "https://example.com/i.png"


# --- the end ---------------------------------------------------------------------------------------
def test_a_server_is_deleted_by_its_name_typed_exactly(as_alice, as_bob, at, server, room, told):
    for wrong in ({}, {"name": 1}):
        assert list(as_alice.request("DELETE", at, wrong).fields) == ["name"]
    for wrong in ("the house", "The house "):
        assert as_alice.request("DELETE", at, {"name": wrong}).code == "CONFLICT"
    code = as_alice.post(f"{at}/invites").data["code"]
    before = RoomHead.objects.get(pk=room.pk).access_version
    with told:
        answer = as_alice.request("DELETE", at, {"name": "The house"})
    assert answer.data == {"id": str(server.pk)}
    assert told.entries == [wire.Closed([str(room.pk)], str(server.pk), None)]
    assert RoomHead.objects.get(pk=room.pk).access_version > before
    for caller in (as_alice, as_bob):
        for path in (
            at,
            f"/servers/{server.slug}",
            f"{at}/members",
            f"/rooms/{room.pk}",
            f"/invites/{code}",
        ):
            assert caller.get(path).status == 404
        assert caller.get("/servers").data == caller.get("/rooms").data == []
    assert Room.objects.filter(pk=room.pk).exists()  # nothing is erased


def test_the_next_default_server_takes_the_place_of_a_deleted_one(alice, as_alice):
    home = services.create_server(alice, name="Home", is_default=True)
    as_alice.request("DELETE", f"/servers/{home.pk}", {"name": "Home"})
    assert services.create_server(alice, name="Home", is_default=True).slug == "home-2"


def test_a_server_is_handed_over_to_a_member(
    as_alice, as_bob, alice, bob, mallory, guest, at, server
):
    assert as_alice.post(f"{at}/transfer", {"userId": str(mallory.pk)}).status == 404
    services.join_server(guest, server=server)
    assert as_alice.post(f"{at}/transfer", {"userId": str(guest.pk)}).status == 409
    assert as_alice.post(f"{at}/transfer", {"userId": str(alice.pk)}).status == 200
    assert as_alice.post(f"{at}/transfer", {"userId": str(bob.pk)}).data["ownerId"] == str(bob.pk)
    roles = dict(ServerMember.objects.filter(server=server).values_list("user__username", "role"))
    assert (roles["alice"], roles["bob"]) == ("admin", "owner")
    assert as_alice.post(f"{at}/transfer", {"userId": str(alice.pk)}).status == 403
    assert as_alice.delete(f"{at}/members/me").status == 200
    assert as_bob.delete(f"{at}/members/me").status == 409


# --- joining and leaving ---------------------------------------------------------------------------
def test_a_public_server_is_joined_by_a_click_twice_is_once(as_mallory, alice):
    public = services.create_server(alice, name="Open house")
    first, second = (as_mallory.put(f"/servers/{public.pk}/members/me", {}) for _ in range(2))
    assert first.data == second.data
    assert first.data["roles"] == ["member"]
    assert as_mallory.get(f"/servers/{public.pk}").data["counts"]["members"] == 2
    assert as_mallory.delete(f"/servers/{public.pk}/members/me").status == 200
    assert as_mallory.delete(f"/servers/{public.pk}/members/me").status == 404


def test_the_permissions_of_a_server_are_said(as_bob, as_alice, at):
    of = {
        name: set(c.get(f"{at}/permissions").data["permissions"])
        for name, c in (("bob", as_bob), ("alice", as_alice))
    }
    assert of["alice"] == set(access.names_of(access.SETTABLE))
    assert "post" in of["bob"]
    assert not of["bob"] & {"kick", "invite", "manage_room", "manage_server"}


# --- invites ---------------------------------------------------------------------------------------
@pytest.fixture
def invite(as_alice, at):
    def make(**body):
        answer = as_alice.post(f"{at}/invites", body)
        assert answer.status == 201, answer
        return answer.data

    return make


def test_an_invite_leads_in_and_says_who_came(as_alice, as_mallory, mallory, at, server, invite):
    made = invite(maxUses=5, expiresInSeconds=3600)
    assert len(made["code"]) == 10
    assert made["url"].endswith(made["code"])
    seen = as_mallory.get(f"/invites/{made['code']}").data
    assert (seen["server"]["name"], seen["inviter"]["username"], seen["isMember"]) == (
        "The house", "alice", False,
    )  # fmt: skip
    assert as_mallory.get(at).status == 404
    assert as_mallory.post(f"/invites/{made['code']}/accept").data["user"]["username"] == "mallory"
    assert as_mallory.post(f"/invites/{made['code']}/accept").status == 200  # and uses nothing up
    (shown,) = as_alice.get(f"{at}/invites").data
    assert (shown["uses"], shown["maxUses"], shown["isActive"]) == (1, 5, True)
    (use,) = as_alice.get(f"/invites/{made['code']}/uses").data
    assert use["user"]["id"] == str(mallory.pk)


@pytest.mark.parametrize("how", ["used up", "expired", "revoked"])
def test_an_invite_that_is_over_is_410(how, as_alice, as_mallory, guest, server, at, invite):
    made = invite(maxUses=1)
    if how == "used up":
        services.accept_invite(guest, code=made["code"])
    elif how == "expired":
        Invite.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        assert as_alice.delete(f"/invites/{made['code']}").data == {"id": made["code"]}
    for answer in (
        as_mallory.get(f"/invites/{made['code']}"),
        as_mallory.post(f"/invites/{made['code']}/accept"),
    ):
        assert (answer.status, answer.code) == (410, "GONE")
    assert as_alice.get(f"{at}/invites").data[0]["isActive"] is False
    assert InviteUse.objects.count() == (1 if how == "used up" else 0)


@pytest.mark.parametrize("code", ["nothing", "%00", "x" * 500, "ABCDEFGHIJ"])
def test_an_invite_that_is_not_there_is_404(as_bob, code):
    assert as_bob.get(f"/invites/{code}").status == 404
    assert as_bob.post(f"/invites/{code}/accept").status == 404
    assert as_bob.delete(f"/invites/{code}").status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"maxUses": 0}, "maxUses"),
        ({"maxUses": 1001}, "maxUses"),
        ({"maxUses": "5"}, "maxUses"),
        ({"expiresInSeconds": 0}, "expiresInSeconds"),
        ({"expiresInSeconds": 30 * 86400 + 1}, "expiresInSeconds"),
    ],
)
def test_the_bounds_of_an_invite(as_alice, at, body, field):
    assert list(as_alice.post(f"{at}/invites", body).fields) == [field]


def test_a_moderator_sees_to_their_own_invites_alone(as_bob, bob, as_alice, at, invite):
    bob.memberships.update(role="moderator")
    his, hers = as_bob.post(f"{at}/invites").data["code"], invite()["code"]
    assert as_bob.get(f"/invites/{his}/uses").status == 200
    assert as_bob.get(f"/invites/{hers}/uses").status == 403
    assert as_bob.delete(f"/invites/{hers}").status == 403
    assert as_bob.delete(f"/invites/{his}").status == 200


def test_so_many_invites_an_hour_and_no_more(as_alice, at, settings):
    settings.RATE_LIMITS = "invite=2/h"
    assert [as_alice.post(f"{at}/invites").status for _ in range(3)] == [201, 201, 429]
