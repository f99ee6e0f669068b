"""Roles and overrides over REST: what they give, and that nobody gives what they lack."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rooms import access, services
from rooms.models import MemberRole, RoomHead, RoomOverride, ServerRole


@pytest.fixture(autouse=True)
def no_limits(settings):
    settings.RATE_LIMITS = "off"


@pytest.fixture
def at(server):
    return f"/servers/{server.pk}"


@pytest.fixture
def make_role(as_alice, at, bob):
    """A role with these permissions, given to bob."""

    def make(*permissions, name="Helpers", given=True):
        answer = as_alice.post(f"{at}/roles", {"name": name, "permissions": permissions})
        assert answer.status == 201, answer
        if given:
            mine = MemberRole.objects.filter(member__user=bob).values_list("role_id", flat=True)
            body = {"roleIds": [*map(str, mine), answer.data["id"]]}
            assert as_alice.patch(f"{at}/members/{bob.pk}", body).status == 200
        return answer.data["id"]

    return make


def test_a_role_is_shown_as_it_was_made(as_alice, as_bob, at, server):
    body = {"name": "Helpers", "colour": "#A0B1C2", "permissions": ["kick", "manage_messages"]}
    made = as_alice.post(f"{at}/roles", body).data
    shown = {
        "id": made["id"],
        "serverId": str(server.pk),
        "name": "Helpers",
        "colour": "#a0b1c2",
        "position": 0,
        "permissions": ["manage_messages", "kick"],
    }
    assert made == shown
    assert as_bob.get(f"{at}/roles").data == [shown]


def test_a_name_is_taken_once_in_any_case(as_alice, at, make_role):
    make_role(name="Helpers", given=False)
    answer = as_alice.post(f"{at}/roles", {"name": "helpers"})
    assert (answer.status, answer.code) == (409, "CONFLICT")


def test_a_member_shows_standing_first_then_roles_the_highest_first(as_alice, at, bob, make_role):
    low, high = make_role(name="Low"), make_role(name="High")
    as_alice.put(f"{at}/roles/order", {"roleIds": [high, low]})
    member = as_alice.get(f"{at}/members/{bob.pk}").data
    assert member["roles"] == ["member", "High", "Low"]
    assert member["roleIds"] == [high, low]


def test_a_role_gives_its_permissions_and_deleting_it_takes_them(
    as_alice, as_bob, at, room, make_role
):
    role = make_role("manage_room")
    assert as_bob.patch(f"/rooms/{room.pk}", {"topic": "x"}).status == 200
    assert as_bob.post(f"{at}/channels", {"name": "attic"}).status == 201
    before = RoomHead.objects.get(pk=room.pk).access_version
    as_alice.delete(f"{at}/roles/{role}")
    assert RoomHead.objects.get(pk=room.pk).access_version > before
    assert as_bob.patch(f"/rooms/{room.pk}", {"topic": "y"}).status == 403


@pytest.mark.parametrize("permission", ["invite", "kick", "manage_server", "manage_roles"])
def test_the_doors_of_a_server_open_to_a_role(
    as_bob, as_alice, at, make_role, permission, mallory, server
):
    services.join_server(mallory, server=server)
    door = {
        "invite": ("POST", f"{at}/invites", {}),
        "kick": ("DELETE", f"{at}/members/{mallory.pk}", {}),
        "manage_server": ("PATCH", at, {"name": "x"}),
        "manage_roles": ("POST", f"{at}/roles", {"name": "x"}),
    }[permission]
    assert as_bob.request(*door).status == 403
    make_role(permission)
    assert as_bob.request(*door).status in (200, 201)


def test_nobody_gives_what_they_lack(as_bob, at, bob, make_role, server):
    mine, lower = (
        make_role("manage_roles", name="Mine"),
        make_role("kick", name="Lower", given=False),
    )
    assert as_bob.post(f"{at}/roles", {"name": "x", "permissions": ["kick"]}).status == 403
    assert as_bob.patch(f"{at}/roles/{lower}", {"permissions": []}).status == 403
    assert as_bob.patch(f"{at}/roles/{lower}", {"name": "Lowest"}).status == 200
    assert as_bob.patch(f"{at}/roles/{mine}", {"name": "x"}).status == 403
    assert as_bob.delete(f"{at}/roles/{mine}").status == 403
    assert as_bob.patch(f"{at}/members/{bob.pk}", {"roleIds": [mine, lower]}).status == 403
    assert as_bob.put(f"{at}/roles/order", {"roleIds": [lower, mine]}).status == 403


def test_who_manages_roles_as_a_member_promotes_nobody(as_bob, at, mallory, server, make_role):
    services.join_server(mallory, server=server)
    make_role("manage_roles")
    for role in ("moderator", "admin"):
        assert as_bob.patch(f"{at}/members/{mallory.pk}", {"role": role}).status == 403


def test_an_admin_makes_moderators_and_no_admins(as_bob, bob, at, mallory, server):
    services.join_server(mallory, server=server)
    bob.memberships.update(role="admin")
    assert as_bob.patch(f"{at}/members/{mallory.pk}", {"role": "admin"}).status == 403
    assert as_bob.patch(f"{at}/members/{mallory.pk}", {"role": "owner"}).status == 400
    assert as_bob.patch(f"{at}/members/{mallory.pk}", {"role": "moderator"}).status == 200
    assert as_bob.patch(f"{at}/members/{bob.pk}", {"role": "moderator"}).status == 403


def test_an_order_names_every_role_once(as_alice, at, make_role):
    one, two = make_role(name="One"), make_role(name="Two")
    for ids in ([one], [one, one], [one, two, two], []):
        assert as_alice.put(f"{at}/roles/order", {"roleIds": ids}).code == "CONFLICT"
    assert [r["id"] for r in as_alice.put(f"{at}/roles/order", {"roleIds": [two, one]}).data] == [
        two,
        one,
    ]


def test_a_server_has_at_most_a_hundred_roles(as_alice, at, server):
    ServerRole.objects.bulk_create(ServerRole(server=server, name=f"r{n}") for n in range(100))
    assert as_alice.post(f"{at}/roles", {"name": "x"}).status == 409


# --- overrides -------------------------------------------------------------------------------------
def test_an_override_is_shown_and_decides(as_alice, as_bob, bob, room, make_role):
    role, path = make_role(), f"/rooms/{room.pk}/overrides"
    assert as_alice.put(f"{path}/member", {"deny": ["post"]}).data == {
        "target": "member", "kind": "builtin", "name": "member", "allow": [], "deny": ["post"],
    }  # fmt: skip
    assert as_bob.post(f"/rooms/{room.pk}/messages", {"content": "x"}).status == 403
    assert as_alice.put(f"{path}/{role}", {"allow": ["post"]}).data["kind"] == "role"
    assert as_bob.post(f"/rooms/{room.pk}/messages", {"content": "x"}).status == 201
    assert as_alice.put(f"{path}/{bob.pk}", {"deny": ["post"]}).data["name"] == "bob"
    assert as_bob.post(f"/rooms/{room.pk}/messages", {"content": "x"}).status == 403
    assert [o["target"] for o in as_alice.get(path).data] == ["member", role, str(bob.pk)]
    as_alice.delete(f"{path}/{bob.pk}")
    assert as_bob.post(f"/rooms/{room.pk}/messages", {"content": "x"}).status == 201


def test_what_decided_is_said(as_alice, as_bob, bob, room, make_role):
    role = make_role("manage_messages")
    as_alice.put(f"/rooms/{room.pk}/overrides/{role}", {"deny": ["react"]})
    for answer in (
        as_bob.get(f"/rooms/{room.pk}/permissions"),
        as_alice.get(f"/rooms/{room.pk}/permissions", userId=str(bob.pk)),
    ):
        rules = {rule["permission"]: rule for rule in answer.data["rules"]}
        assert rules["react"] == {
            "permission": "react",
            "allowed": False,
            "decidedBy": {
                "kind": "override",
                "id": role,
                "name": "Helpers",
                "until": None,
            },
        }
        assert rules["manage_messages"]["decidedBy"]["kind"] == "role"
        decided = rules["view"]["decidedBy"]
        assert decided == {"kind": "builtin", "id": None, "name": "member", "until": None}
        assert answer.data["permissions"] == [n for n, rule in rules.items() if rule["allowed"]]
    assert as_bob.get(f"/rooms/{room.pk}/permissions", userId=str(room.created_by_id)).status == 403


def test_an_override_that_cannot_be_is_refused(as_alice, as_bob, alice, bob, room):
    path = f"/rooms/{room.pk}/overrides"
    for body, field in (
        ({"allow": ["kick"]}, "allow.0"),
        ({"deny": ["fly"]}, "deny.0"),
        ({"deny": "post"}, "deny"),
    ):
        assert list(as_alice.put(f"{path}/member", body).fields) == [field]
    both = {"allow": ["post"], "deny": ["post"]}
    assert as_alice.put(f"{path}/member", both).code == "CONFLICT"
    assert as_alice.put(f"{path}/admin", {"deny": ["post"]}).status == 404
    assert as_alice.put(f"{path}/{alice.pk}", {"deny": ["post"]}).status == 403
    den = services.create_room(bob, kind="text", name="den")
    assert as_bob.put(f"/rooms/{den.pk}/overrides/member", {"deny": ["post"]}).status == 409


def test_who_manages_a_channel_denies_nothing_they_lack_and_nobody_above(
    as_bob, room, make_role, alice, at
):
    make_role("manage_room")
    path = f"/rooms/{room.pk}/overrides"
    assert as_bob.put(f"{path}/member", {"deny": ["react"]}).status == 200
    assert as_bob.put(f"{path}/member", {"allow": ["mute_others"]}).status == 403
    assert as_bob.put(f"{path}/moderator", {"deny": ["react"]}).status == 403
    assert as_bob.put(f"{path}/{alice.pk}", {"deny": ["react"]}).status == 403


def test_the_owner_and_admins_are_never_locked_out(as_alice, as_bob, bob, room):
    bob.memberships.update(role="admin")
    as_alice.put(f"/rooms/{room.pk}/overrides/member", {"deny": ["view"]})
    as_alice.put(f"/rooms/{room.pk}/overrides/{bob.pk}", {"deny": ["view", "post"]})
    for caller in (as_alice, as_bob):
        assert caller.post(f"/rooms/{room.pk}/messages", {"content": "x"}).status == 201


def test_a_deleted_role_takes_its_overrides_along(as_alice, room, make_role, at):
    role = make_role()
    as_alice.put(f"/rooms/{room.pk}/overrides/{role}", {"deny": ["view"]})
    as_alice.delete(f"{at}/roles/{role}")
    assert not RoomOverride.objects.exists()


# --- cost ------------------------------------------------------------------------------------------
def test_who_may_what_costs_the_same_for_one_channel_and_for_a_hundred(
    as_bob, as_alice, alice, bob, server, room, make_role, at
):
    role = make_role("manage_messages")

    def count():
        with CaptureQueriesContext(connection) as queries:
            for path in (
                "/rooms",
                f"{at}/channels",
                f"{at}/members",
                f"/rooms/{room.pk}/permissions",
            ):
                assert as_bob.get(path).status == 200
            list(access.visible_rooms(bob))
            access.readers_of({str(room.pk): [str(bob.pk), str(alice.pk)]})
            access.load_grant(str(bob.pk), str(room.pk))
        return len(queries)

    def kick_and_back():
        with CaptureQueriesContext(connection) as queries:
            services.kick_member(alice, ref=str(server.pk), user_id=str(bob.pk))
        services.join_server(bob, server=server)
        return len(queries)

    few = count()
    kick_and_back()  # the roles he had go with the first one
    few_writes = kick_and_back()
    for number in range(100):
        made = services.create_room(alice, kind="text", name=f"c{number}", server=server)
        RoomOverride.objects.create(room=made, role_id=role, deny=2)
        RoomOverride.objects.create(room=made, user=bob, allow=2)
    assert count() <= few
    assert kick_and_back() == few_writes
