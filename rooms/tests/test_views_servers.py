"""REST of servers: servers, servers/{id or slug}, servers/{id}/channels."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rooms import services


@pytest.fixture
def public_server(mallory):
    """A server of mallory's that everybody may see."""
    return services.create_server(mallory, name="Open house", description="Come in.")


def test_bob_lists_public_servers_and_his_own(as_bob, server, public_server):
    answer = as_bob.get("/servers")
    assert answer.status == 200
    assert [found["name"] for found in answer.data] == ["Open house", "The house"]
    assert answer.meta == {"page": 1, "limit": 20, "total": 2, "totalPages": 1}


def test_servers_are_found_by_name_and_description_literally(as_bob, server, public_server):
    def found(**query):
        return [row["name"] for row in as_bob.get("/servers", **query).data]

    assert found(q="OPEN") == ["Open house"]
    assert found(q="come in") == ["Open house"]
    assert found(q="house") == ["Open house", "The house"]
    assert found(q="%") == found(q="(") == []
    assert found(mine="1") == ["The house"]
    assert found(public="1") == ["Open house"]
    assert found(mine="1", public="1") == []
    for wrong in ({"q": "x" * 101}, {"mine": "yes"}, {"public": "2"}):
        assert as_bob.get("/servers", **wrong).status == 400


def test_members_are_found_by_name_username_and_nickname(as_alice, bob, server):
    def found(q):
        answer = as_alice.get(f"/servers/{server.pk}/members", q=q)
        return [row["user"]["username"] for row in answer.data], answer.meta["total"]

    bob.memberships.update(nickname="Éric the Baker")
    assert found("BOB") == (["bob"], 1)
    assert found("baker") == found("éric") == (["bob"], 1)
    assert found("") == (["alice", "bob"], 2)
    assert found("%") == ([], 0)
    assert as_alice.get(f"/servers/{server.pk}/members", q="x" * 101).status == 400


def test_mallory_does_not_see_a_private_server_she_is_not_in(as_mallory, server):
    assert as_mallory.get("/servers").data == []
    for path in (
        f"/servers/{server.pk}",
        f"/servers/{server.slug}",
        f"/servers/{server.pk}/channels",
    ):
        answer = as_mallory.get(path)
        assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_the_default_server_comes_first(as_bob, alice, public_server):
    home = services.create_server(alice, name="Zzz", is_default=True)
    assert [found["id"] for found in as_bob.get("/servers").data] == [
        str(home.pk),
        str(public_server.pk),
    ]


def test_a_server_has_every_field(as_bob, server, room, alice):
    by_id, by_slug = as_bob.get(f"/servers/{server.pk}"), as_bob.get(f"/servers/{server.slug}")
    assert by_id.data == by_slug.data
    shown = dict(by_id.data)
    assert shown.pop("createdAt").endswith("Z")
    assert shown.pop("updatedAt").endswith("Z")
    assert shown == {
        "id": str(server.pk),
        "name": "The house",
        "slug": "the-house",
        "description": None,
        "iconUrl": None,
        "bannerUrl": None,
        "isPublic": False,
        "ownerId": str(alice.pk),
        "owner": {
            "id": str(alice.pk),
            "username": "alice",
            "displayName": "alice",
            "avatarUrl": None,
        },
        "counts": {"members": 2, "channels": 1},
    }


@pytest.mark.parametrize(
    "ref", ["nothing", "0190f5a1-1111-7222-8333-444444444444", "%00", "x" * 500]
)
def test_a_server_that_is_not_there_is_404(as_bob, ref):
    answer = as_bob.get(f"/servers/{ref}")
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_channels_come_whole_and_in_their_order(as_bob, alice, server):
    made = [
        services.create_room(alice, kind="text", name=f"c{n}", server=server) for n in range(25)
    ]
    answer = as_bob.get(f"/servers/{server.pk}/channels")
    assert [channel["id"] for channel in answer.data] == [str(room.pk) for room in made]
    assert [channel["position"] for channel in answer.data] == list(range(25))
    assert answer.meta is None


def test_bob_sees_private_channels_only_where_he_belongs(as_bob, as_alice, alice, bob, server):
    from rooms.models import RoomMember

    closed = services.create_room(alice, kind="text", name="closed", server=server, is_private=True)
    his = services.create_room(alice, kind="text", name="ours", server=server, is_private=True)
    RoomMember.objects.create(room=his, user=bob)
    assert [c["name"] for c in as_bob.get(f"/servers/{server.pk}/channels").data] == ["ours"]
    assert [c["name"] for c in as_alice.get(f"/servers/{server.pk}/channels").data] == [
        closed.name,
        his.name,
    ]


def test_the_channels_of_a_public_server_are_its_members_alone(as_bob, mallory, public_server):
    services.create_room(mallory, kind="text", name="inside", server=public_server)
    assert as_bob.get(f"/servers/{public_server.pk}").status == 200
    assert as_bob.get(f"/servers/{public_server.pk}/channels").data == []


def test_lists_cost_the_same_for_one_row_and_for_many(as_bob, alice, server):
    def count(path):
        with CaptureQueriesContext(connection) as queries:
            assert as_bob.get(path, **({"limit": 100} if path == "/servers" else {})).status == 200
        return len(queries)

    services.create_room(alice, kind="text", name="c", server=server)
    paths = ("/servers", f"/servers/{server.pk}/channels")
    few = [count(path) for path in paths]
    for number in range(30):
        services.create_server(alice, name=f"s{number}")
        services.create_room(alice, kind="text", name="c", server=server)
    assert [count(path) for path in paths] == few == [3, 4]
