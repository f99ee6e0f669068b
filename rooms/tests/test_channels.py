"""Channels, private rooms, calls and direct rooms over REST."""

import pytest

from realtime import wire
from rooms import hooks, services
from rooms.models import RoomHead, RoomMember, RoomVisit

NOWHERE = "0190f5a1-1111-7222-8333-444444444444"


@pytest.fixture(autouse=True)
def no_limits(settings):
    settings.RATE_LIMITS = "off"


@pytest.fixture
def at(server):
    return f"/servers/{server.pk}"


# --- changing --------------------------------------------------------------------------------------
def test_what_is_changed_is_kept_and_the_address_stays(as_alice, as_bob, at, room):
    category = as_alice.post(f"{at}/categories", {"name": "Talk"}).data["id"]
    fields = {
        "name": "Pantry",
        "topic": "Food",
        "description": "Two\nlines",
        "categoryId": category,
        "position": 7,
        "slowModeSeconds": 21_600,
        "maxParticipants": 12,
        "bitrate": 384,
        "guestsAllowed": False,
        "isArchived": True,
    }
    assert as_alice.patch(f"/rooms/{room.pk}", fields).status == 200
    shown = as_bob.get(f"/rooms/{room.slug}").data
    assert {name: shown[name] for name in fields} == fields
    emptied = {
        "topic": None,
        "description": None,
        "categoryId": None,
        "maxParticipants": None,
        "bitrate": None,
    }
    shown = as_alice.put(f"/channels/{room.pk}", emptied).data
    assert {name: shown[name] for name in emptied} == emptied


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"slowModeSeconds": 21_601}, "slowModeSeconds"),
        ({"bitrate": 7}, "bitrate"),
        ({"bitrate": 385}, "bitrate"),
        ({"maxParticipants": 1}, "maxParticipants"),
        ({"position": -1}, "position"),
        ({"isPrivate": "no"}, "isPrivate"),
        ({"categoryId": "x"}, "categoryId"),
        ({"topic": "x" * 1025}, "topic"),
    ],
)
def test_what_does_not_fit_is_400_and_names_its_field(as_alice, room, body, field):
    answer = as_alice.patch(f"/rooms/{room.pk}", body)
    assert (answer.status, list(answer.fields)) == (400, [field])


def test_an_archived_channel_is_read_and_not_written_in(as_alice, as_bob, room):
    said = as_bob.send(room)
    as_alice.patch(f"/rooms/{room.pk}", {"isArchived": True})
    for caller in (as_alice, as_bob):
        assert caller.get(f"/rooms/{room.pk}/messages").status == 200
        assert caller.post(f"/rooms/{room.pk}/messages", {"content": "x"}).status == 403
        assert caller.put(f"/messages/{said['id']}/reactions/%F0%9F%91%8D", {}).status == 403
    as_alice.patch(f"/rooms/{room.pk}", {"isArchived": False})
    assert as_bob.post(f"/rooms/{room.pk}/messages", {"content": "x"}).status == 201


def test_what_binds_writers_raises_the_access_version(as_alice, room):
    for changes in ({"isArchived": True}, {"slowModeSeconds": 9}, {"isPrivate": True}):
        before = RoomHead.objects.get(pk=room.pk).access_version
        as_alice.patch(f"/rooms/{room.pk}", changes)
        assert RoomHead.objects.get(pk=room.pk).access_version > before


def test_a_deleted_channel_is_gone_at_once(as_alice, as_bob, room, told, monkeypatch):
    closed = []
    monkeypatch.setattr(hooks.rooms_closed, "_functions", [closed.append])
    with told:
        assert as_alice.delete(f"/channels/{room.pk}").data == {"id": str(room.pk)}
    (entry,) = told.entries
    assert isinstance(entry, wire.Closed)
    assert entry.room_ids == [str(room.pk)]
    assert closed == [[str(room.pk)]]
    assert as_bob.get(f"/rooms/{room.pk}").status == 404
    assert as_alice.delete(f"/channels/{room.pk}").status == 404


# --- order -----------------------------------------------------------------------------------------
def test_channels_are_ordered_in_one_call(as_alice, alice, at, server, told):
    ids = [
        str(services.create_room(alice, kind="text", name=f"c{n}", server=server).pk)
        for n in range(4)
    ]
    category = as_alice.post(f"{at}/categories", {"name": "Talk"}).data["id"]
    wanted = [ids[2], ids[0], ids[3], ids[1]]
    places = [{"id": room_id, "position": n} for n, room_id in enumerate(wanted)]
    places[0]["categoryId"] = category
    with told:
        answer = as_alice.put(f"{at}/channels/order", {"channels": places})
    assert [channel["id"] for channel in answer.data] == wanted
    assert answer.data[0]["categoryId"] == category
    assert len({frame["data"]["version"] for _, frame in told.events}) == 1
    with told:
        as_alice.put(f"{at}/channels/order", {"channels": places})
    assert len(told.events) == 4  # in order already: nothing more was told


@pytest.mark.parametrize(
    ("channels", "field"),
    [
        ([], "channels"),
        ("x", "channels"),
        ([{"id": "x", "position": 0}], "channels.0.id"),
        ([{"position": 0}], "channels.0.id"),
        ([{"id": NOWHERE}], "channels.0.position"),
        ([{"id": NOWHERE, "position": -1}], "channels.0.position"),
        ([5], "channels.0"),
    ],
)
def test_an_order_that_makes_no_sense_is_400(as_alice, at, room, channels, field):
    answer = as_alice.put(f"{at}/channels/order", {"channels": channels})
    assert answer.status == 400
    assert next(iter(answer.fields)).startswith(field)


def test_a_channel_goes_under_no_category_of_another_server(as_alice, alice, at, room):
    other = services.create_server(alice, name="Other")
    category = as_alice.post(f"/servers/{other.pk}/categories", {"name": "x"}).data["id"]
    places = [{"id": str(room.pk), "position": 0, "categoryId": category}]
    answer = as_alice.put(f"{at}/channels/order", {"channels": places})
    assert answer.code == "NOT_FOUND"
    places = [{"id": NOWHERE, "position": 0}]
    assert as_alice.put(f"{at}/channels/order", {"channels": places}).code == "NOT_FOUND"
    assert as_alice.patch(f"/rooms/{room.pk}", {"categoryId": category}).status == 404
    assert as_alice.patch(f"{at}/categories/{category}", {"name": "y"}).status == 404
    assert as_alice.post(f"{at}/channels", {"name": "x", "categoryId": category}).status == 404


def test_a_category_takes_its_place_and_the_others_make_room(as_alice, at, told):
    ids = {
        name: as_alice.post(f"{at}/categories", {"name": name}).data["id"]
        for name in ("Talk", "Play", "Work")
    }
    with told:
        moved = as_alice.patch(f"{at}/categories/{ids['Work']}", {"position": 0})
    assert moved.data["position"] == 0
    assert [one["name"] for one in as_alice.get(f"{at}/categories").data] == [
        "Work",
        "Talk",
        "Play",
    ]
    [(_, frame)] = told.events  # one move, one event, with all of them
    assert [one["position"] for one in frame["data"]["categories"]] == [0, 1, 2]
    beyond = as_alice.patch(f"{at}/categories/{ids['Work']}", {"position": 99, "name": "Labour"})
    assert (beyond.data["position"], beyond.data["name"]) == (2, "Labour")
    with told:
        as_alice.patch(f"{at}/categories/{ids['Work']}", {"position": 2, "name": "Labour"})
    assert len(told.events) == 1  # where it stands already: nothing more was told


# --- private rooms ---------------------------------------------------------------------------------
def test_a_private_channel_is_its_members(as_alice, as_bob, bob, mallory, alice, server):
    closed = services.create_room(alice, kind="text", name="c", server=server, is_private=True)
    path = f"/rooms/{closed.pk}/members"
    assert as_bob.get(f"/rooms/{closed.pk}").status == 404
    assert as_alice.put(f"{path}/{bob.pk}", {}).data["user"]["id"] == str(bob.pk)
    assert as_bob.post(f"/rooms/{closed.pk}/messages", {"content": "x"}).status == 201
    assert [m["user"]["username"] for m in as_bob.get(path).data] == ["alice", "bob"]
    assert as_alice.put(f"{path}/{mallory.pk}", {}).status == 404  # not of this server
    assert as_alice.delete(f"{path}/{bob.pk}").status == 200
    assert as_bob.get(f"/rooms/{closed.pk}").status == 404


def test_an_open_channel_has_no_members_of_its_own(as_alice, bob, room):
    assert as_alice.put(f"/rooms/{room.pk}/members/{bob.pk}", {}).status == 409


def test_who_closes_a_channel_stays_inside(as_alice, as_bob, bob, at, room):
    role = as_alice.post(f"{at}/roles", {"name": "x", "permissions": ["manage_room"]}).data["id"]
    as_alice.patch(f"{at}/members/{bob.pk}", {"roleIds": [role]})
    assert as_bob.patch(f"/rooms/{room.pk}", {"isPrivate": True}).status == 200
    assert as_bob.get(f"/rooms/{room.pk}").status == 200


# --- calls -----------------------------------------------------------------------------------------
@pytest.fixture
def call(alice):
    return services.create_room(alice, kind="call", name="Tea")


def test_every_visit_is_a_row(as_alice, as_bob, call):
    for _ in range(2):
        as_bob.post(f"/rooms/{call.code}/join")
        as_bob.post(f"/rooms/{call.pk}/leave")
    as_bob.post(f"/rooms/{call.code}/join")
    answer = as_bob.get(f"/rooms/{call.pk}/participants")
    visits = [(v["user"]["username"], v["role"], v["leftAt"] is None) for v in answer.data]
    assert visits == [
        ("alice", "owner", True), ("bob", "member", False), ("bob", "member", False), ("bob", "member", True),
    ]  # fmt: skip
    assert answer.meta == {"page": 1, "limit": 1000, "total": 4, "totalPages": 1}
    assert as_bob.get(f"/rooms/{call.pk}/participants", page=2).data == []


def test_an_ended_call_is_over_for_everybody(as_alice, as_bob, as_mallory, call, told):
    as_bob.post(f"/rooms/{call.code}/join")
    assert as_bob.post(f"/rooms/{call.pk}/end").status == 403
    with told:
        ended = as_alice.post(f"/rooms/{call.pk}/end").data
    assert (ended["isActive"], ended["endedAt"] is None) == (False, False)
    assert [frame["data"]["room"] for _, frame in told.events] == [ended]
    assert as_mallory.post(f"/rooms/{call.code}/join").code == "GONE"
    for caller in (as_alice, as_bob):
        answer = caller.post(f"/rooms/{call.pk}/messages", {"content": "x"})
        assert (answer.status, answer.code) == (410, "GONE")
        assert caller.get(f"/rooms/{call.pk}/messages").status == 200
    assert as_alice.post(f"/rooms/{call.pk}/end").data == ended
    assert not RoomVisit.objects.filter(left_at=None).exists()


def test_only_a_call_ends(as_alice, room):
    assert as_alice.post(f"/rooms/{room.pk}/end").status == 409


def test_ones_calls_are_remembered_the_newest_first(as_alice, as_bob, bob, alice, call):
    second = services.create_room(bob, kind="call")
    as_bob.post(f"/rooms/{call.code}/join")
    as_bob.post(f"/rooms/{call.pk}/leave")
    as_alice.post(f"/rooms/{call.pk}/end")
    services.create_room(alice, kind="call")
    history = as_bob.get("/rooms", type="call", mine="1").data
    assert [found["id"] for found in history] == [str(second.pk), str(call.pk)]
    as_alice.post(f"/rooms/{call.pk}/ban", {"userId": str(bob.pk)})
    assert len(as_bob.get("/rooms", type="CALL", mine="1").data) == 1


def test_guests_come_by_code_if_the_owner_allows(as_guest, as_alice, call):
    as_alice.patch(f"/rooms/{call.pk}", {"guestsAllowed": False})
    assert as_guest.post(f"/rooms/{call.code}/join").status == 403
    as_alice.patch(f"/rooms/{call.pk}", {"guestsAllowed": True})
    assert as_guest.post(f"/rooms/{call.code}/join").status == 200


def test_the_host_who_comes_back_is_the_host(as_alice, call):
    as_alice.post(f"/rooms/{call.pk}/leave")
    as_alice.post(f"/rooms/{call.code}/join")
    assert as_alice.post(f"/rooms/{call.pk}/end").status == 200


def test_a_seat_is_free_again_when_its_person_leaves(as_bob, as_mallory, alice):
    small = services.create_room(alice, kind="call", max_participants=2)
    as_bob.post(f"/rooms/{small.code}/join")
    assert as_mallory.post(f"/rooms/{small.code}/join").code == "CONFLICT"
    as_bob.post(f"/rooms/{small.pk}/leave")
    assert as_mallory.post(f"/rooms/{small.code}/join").status == 200


# --- direct rooms ----------------------------------------------------------------------------------
def test_one_direct_room_per_set_of_people(as_bob, as_alice, as_mallory, alice, bob, mallory, told):
    with told:
        first = as_bob.post("/rooms/direct", {"userIds": [str(alice.pk), str(bob.pk)]})
    again = as_alice.post("/rooms/direct", {"userIds": [str(bob.pk)]})
    assert (first.status, again.status) == (201, 200)
    assert first.data["id"] == again.data["id"]
    assert {p["username"] for p in first.data["recipients"]} == {"alice", "bob"}
    assert {topic for topic, _ in told.events} == {f"user:{alice.pk}", f"user:{bob.pk}"}
    three = as_bob.post("/rooms/direct", {"userIds": [str(alice.pk), str(mallory.pk)]})
    assert (three.status, three.data["type"]) == (201, "direct")
    assert as_mallory.get(f"/rooms/{first.data['id']}").status == 404
    assert as_mallory.post(f"/rooms/{three.data['id']}/messages", {"content": "x"}).status == 201


def test_nobody_leaves_or_looks_after_a_direct_room(as_bob, alice):
    path = f"/rooms/{as_bob.post('/rooms/direct', {'userIds': [str(alice.pk)]}).data['id']}"
    assert as_bob.post(f"{path}/leave").status == 409
    assert as_bob.delete(path).status == 403
    assert as_bob.post(f"{path}/kick", {"userId": str(alice.pk)}).status == 403


@pytest.mark.parametrize(
    "ids",
    [
        [],
        ["x"],
        [5],
        "x",
        [f"0190f5a1-1111-7222-8333-44444444440{n}" for n in range(10)],
    ],
)
def test_a_direct_room_is_of_people_who_are_there(as_bob, ids):
    answer = as_bob.post("/rooms/direct", {"userIds": ids})
    assert answer.status == 400
    assert next(iter(answer.fields)).startswith("userIds")


def test_nobody_talks_directly_with_themselves_or_with_nobody(as_bob, bob):
    assert as_bob.post("/rooms/direct", {"userIds": [str(bob.pk)]}).status == 409
    assert as_bob.post("/rooms/direct", {"userIds": [NOWHERE]}).status == 404


def test_direct_rooms_are_listed_as_ones_own_with_their_people(
    as_bob, alice, mallory, django_assert_max_num_queries
):
    for person in (alice, mallory):
        as_bob.post("/rooms/direct", {"userIds": [str(person.pk)]})
    with django_assert_max_num_queries(4):
        found = as_bob.get("/rooms", mine="1", type="direct").data
    assert [len(room["recipients"]) for room in found] == [2, 2]
    assert RoomMember.objects.count() == 4
