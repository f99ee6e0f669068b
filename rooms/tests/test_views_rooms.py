"""REST of rooms: list, make, one (by id, slug, code), join, leave; and the same as channels."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rooms import services
from rooms.models import Room, RoomMember

CODE = re.compile(r"[a-z]{4}-[a-z]{4}-[a-z]{4}")


@pytest.fixture
def home(alice, bob, guest):
    """The default server: alice's, with bob and the guest in it."""
    made = services.create_server(alice, name="Home", is_default=True)
    services.join_server(bob, server=made)
    services.join_server(guest, server=made)
    return made


@pytest.fixture
def call(alice):
    """alice's call; who has its code may come in."""
    return services.create_room(alice, kind="call", name="Tea")


# --- lists ---------------------------------------------------------------------------------------
def test_bob_lists_his_channels_open_rooms_and_rooms_he_belongs_to(
    as_bob, alice, bob, server, room
):
    open_room = services.create_room(alice, kind="text", name="open")
    services.create_room(alice, kind="text", name="closed", is_private=True)
    services.create_room(alice, kind="call")
    hers = services.create_room(alice, kind="call", name="joined")
    services.join_room(bob, ref=hers.code)
    answer = as_bob.get("/rooms")
    assert [r["id"] for r in answer.data] == [str(r.pk) for r in (room, open_room, hers)]
    assert answer.meta == {"page": 1, "limit": 20, "total": 3, "totalPages": 1}


def test_mallory_lists_open_rooms_only(as_mallory, alice, room):
    open_room = services.create_room(alice, kind="text", name="open")
    assert [r["id"] for r in as_mallory.get("/rooms").data] == [str(open_room.pk)]


@pytest.mark.parametrize("kind", ["voice", "VOICE", "Voice"])
def test_type_filters_in_any_case(as_bob, alice, server, room, kind):
    services.create_room(alice, kind="voice", name="lounge", server=server)
    answer = as_bob.get("/rooms", type=kind)
    assert [(r["name"], r["type"]) for r in answer.data] == [("lounge", "voice")]


def test_server_id_filters(as_bob, alice, server, room):
    services.create_room(alice, kind="text", name="alone")
    assert [r["id"] for r in as_bob.get("/rooms", serverId=str(server.pk)).data] == [str(room.pk)]


def test_channels_are_the_rooms_inside_servers(as_bob, alice, server, room):
    services.create_room(alice, kind="text", name="alone")
    assert [r["id"] for r in as_bob.get("/channels").data] == [str(room.pk)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"type": "cinema"}, "type"),
        ({"type": "\0"}, "type"),
        ({"serverId": "the-house"}, "serverId"),
        ({"page": "0"}, "page"),
        ({"limit": "101"}, "limit"),
        ({"limit": "abc"}, "limit"),
    ],
)
def test_a_wrong_filter_is_400(as_bob, query, field):
    for path in ("/rooms", "/channels"):
        answer = as_bob.get(path, **query)
        assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
        assert list(answer.fields) == [field]


def test_pages(as_bob, alice, server):
    made = [services.create_room(alice, kind="text", name=f"c{n}", server=server) for n in range(5)]
    pages = [as_bob.get("/rooms", page=page, limit=2) for page in (1, 2, 3, 4)]
    assert [len(page.data) for page in pages] == [2, 2, 1, 0]
    assert [r["id"] for page in pages for r in page.data] == [str(r.pk) for r in made]
    assert pages[3].meta == {"page": 4, "limit": 2, "total": 5, "totalPages": 3}


def test_lists_cost_the_same_for_one_room_and_for_many(as_bob, alice, server, room):
    def count(path):
        with CaptureQueriesContext(connection) as queries:
            as_bob.get(path, limit=100)
        return len(queries)

    few = [count(path) for path in ("/rooms", "/channels")]
    for number in range(40):
        services.create_room(alice, kind="text", name=f"c{number}", server=server)
        services.create_room(alice, kind="text", name=f"r{number}")
    assert [count(path) for path in ("/rooms", "/channels")] == few == [4, 4]


# --- making --------------------------------------------------------------------------------------
def test_a_room_has_every_field(as_bob, bob):
    answer = as_bob.post("/rooms", {"name": "Den"})
    assert answer.status == 201
    shown = dict(answer.data)
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}", shown.pop("id"))
    for moment in ("createdAt", "updatedAt"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", shown.pop(moment))
    assert shown == {
        "serverId": None,
        "type": "text",
        "name": "Den",
        "slug": "den",
        "code": None,
        "topic": None,
        "description": None,
        "categoryId": None,
        "position": 0,
        "isPrivate": False,
        "isArchived": False,
        "guestsAllowed": True,
        "slowModeSeconds": 0,
        "maxParticipants": None,
        "bitrate": None,
        "lastSeq": 0,
        "createdBy": {
            "id": str(bob.pk),
            "username": "bob",
            "displayName": "bob",
            "avatarUrl": None,
        },
        "isActive": True,
        "endedAt": None,
        "counts": {"messages": 0, "participants": 1, "voice": 0},
        "recipients": [],
    }


def test_what_is_given_is_kept(as_bob):
    fields = {
        "name": "Den",
        "topic": "Warm",
        "description": "Two\nlines",
        "isPrivate": True,
        "slowModeSeconds": 30,
        "maxParticipants": 7,
        "bitrate": 96,
    }
    made = as_bob.post("/rooms", fields).data
    assert {name: made[name] for name in fields} == fields
    assert as_bob.get(f"/rooms/{made['id']}").data == made


@pytest.mark.parametrize(
    "body", [{}, {"name": None}, {"name": ""}, {"name": "  "}, {"name": "\u200b"}]
)
def test_without_a_name_it_is_a_call(as_bob, body):
    made = as_bob.post("/rooms", body).data
    assert (made["type"], made["name"], made["slug"]) == ("call", None, None)
    assert CODE.fullmatch(made["code"])
    assert made["maxParticipants"] == 50


def test_a_call_may_have_a_name(as_bob):
    made = as_bob.post("/rooms", {"name": "Tea", "type": "call", "maxParticipants": 3}).data
    assert (made["type"], made["name"], made["slug"], made["maxParticipants"]) == (
        *("call", "Tea", None),
        3,
    )
    assert CODE.fullmatch(made["code"])


@pytest.mark.parametrize(
    ("given", "kept"),
    [("TEXT", "text"), ("Voice", "voice"), ("ANNOUNCEMENT", "announcement"), ("cAlL", "call")],
)
def test_types_are_taken_in_any_case(as_bob, given, kept):
    assert as_bob.post("/rooms", {"name": "x", "type": given}).data["type"] == kept


def test_voice_has_a_bitrate_of_its_own(as_bob):
    assert as_bob.post("/rooms", {"name": "v", "type": "voice"}).data["bitrate"] == 64
    assert as_bob.post("/rooms", {"name": "v", "type": "voice", "bitrate": 8}).data["bitrate"] == 8


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"type": "text"}, "name"),
        ({"type": "voice", "name": " "}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "x", "type": "direct"}, "type"),
        ({"name": "x", "type": "cinema"}, "type"),
        ({"name": "x", "type": 1}, "type"),
        ({"name": "x", "serverId": "the-house"}, "serverId"),
        ({"name": "x", "topic": "x" * 1025}, "topic"),
        ({"name": "x", "description": "x" * 1001}, "description"),
        ({"name": "x", "isPrivate": "yes"}, "isPrivate"),
        ({"name": "x", "isPrivate": None}, "isPrivate"),
        ({"name": "x", "slowModeSeconds": -1}, "slowModeSeconds"),
        ({"name": "x", "slowModeSeconds": 21_601}, "slowModeSeconds"),
        ({"name": "x", "slowModeSeconds": 1.5}, "slowModeSeconds"),
        ({"name": "x", "slowModeSeconds": True}, "slowModeSeconds"),
        ({"name": "x", "maxParticipants": 1}, "maxParticipants"),
        ({"name": "x", "maxParticipants": 10_001}, "maxParticipants"),
        ({"name": "x", "bitrate": 7}, "bitrate"),
        ({"name": "x", "bitrate": 385}, "bitrate"),
        ({"name": "x", "bitrate": "64"}, "bitrate"),
    ],
)
def test_what_does_not_fit_is_400_and_names_its_field(as_bob, body, field):
    for path in ("/rooms", "/channels"):
        answer = as_bob.post(path, body)
        assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
        assert list(answer.fields) == [field]
    assert not Room.objects.exists()


def test_bounds_are_inside(as_bob):
    for fields in (
        {"slowModeSeconds": 0, "maxParticipants": 2, "bitrate": 8},
        {"slowModeSeconds": 21_600, "maxParticipants": 10_000, "bitrate": 384},
    ):
        assert as_bob.post("/rooms", {"name": "x" * 100, **fields}).status == 201


def test_what_only_the_server_decides_is_ignored(as_bob, alice, bob):
    forged = {
        "id": "0190f5a1-1111-7222-8333-444444444444",
        "slug": "mine",
        "code": "abcd-efgh-ijkl",
        "lastSeq": 99,
        "position": 7,
        "createdBy": {"id": str(alice.pk)},
        "createdById": str(alice.pk),
        "endedAt": "2020-01-01T00:00:00Z",
        "isActive": False,
    }
    made = as_bob.post("/rooms", {"name": "Den", **forged}).data
    assert made["createdBy"]["id"] == str(bob.pk)
    assert made["id"] != forged["id"]
    assert (made["slug"], made["code"], made["lastSeq"], made["position"]) == ("den", None, 0, 0)
    assert made["isActive"]


def test_slugs_are_unique_over_the_whole_site(as_bob, as_alice, alice, server, room):
    slugs = [as_bob.post("/rooms", {"name": "Kitchen"}).data["slug"] for _ in range(12)]
    assert room.slug == "kitchen"
    assert slugs[:8] == [f"kitchen-{n}" for n in range(2, 10)]
    assert all(re.fullmatch(r"kitchen-[0-9a-f]{8}", slug) for slug in slugs[8:])
    assert len(set(slugs)) == 12


def test_a_slug_stays_taken_after_its_room_is_deleted(as_bob, room):
    Room.objects.filter(pk=room.pk).update(deleted_at=timezone.now())
    assert as_bob.post("/rooms", {"name": "kitchen"}).data["slug"] == "kitchen-2"


@pytest.mark.parametrize(
    "name", ["abcd-efgh-ijkl", "0190f5a1-1111-7222-8333-444444444444", "日本語", "🎉", "direct"]
)
def test_every_room_is_found_by_its_slug(as_bob, name):
    made = as_bob.post("/rooms", {"name": name}).data
    assert made["name"] == name
    assert as_bob.get(f"/rooms/{made['slug']}").data == made


def test_a_name_is_made_harmless(as_bob):
    made = as_bob.post("/rooms", {"name": " a\u202eb\nc" + "\u0301" * 50}).data
    assert made["name"] == "ab c" + "\u0301" * 8


def test_a_channel_without_a_server_goes_to_the_default_one(as_alice, home):
    made = as_alice.post("/channels", {"name": "news", "type": "announcement"})
    assert made.status == 201
    assert made.data["serverId"] == str(home.pk)


def test_a_room_without_a_server_stands_alone_and_is_open(as_alice, as_mallory, home):
    made = as_alice.post("/rooms", {"name": "corner"}).data
    assert made["serverId"] is None
    assert as_mallory.get(f"/rooms/{made['id']}").status == 200


def test_a_private_room_is_its_members_alone(as_bob, as_alice):
    made = as_bob.post("/rooms", {"name": "diary", "isPrivate": True}).data
    for ref in (made["id"], made["slug"]):
        assert as_alice.get(f"/rooms/{ref}").status == 404
        assert as_alice.post(f"/rooms/{ref}/join").status == 404
    assert as_bob.get(f"/rooms/{made['id']}").status == 200


@pytest.mark.parametrize("role", ["owner", "admin", "moderator", "member"])
def test_owners_and_admins_make_channels_others_do_not(as_bob, bob, home, role):
    bob.memberships.filter(server=home).update(role=role)
    for path, body in (
        ("/channels", {"name": "news"}),
        ("/channels", {"name": "news", "serverId": str(home.pk)}),
        ("/rooms", {"name": "news", "serverId": str(home.pk)}),
    ):
        answer = as_bob.post(path, body)
        assert answer.status == (201 if role in ("owner", "admin") else 403)


def test_mallory_makes_no_channel_in_a_server_she_cannot_see(as_mallory, server):
    for path in ("/rooms", "/channels"):
        answer = as_mallory.post(path, {"name": "x", "serverId": str(server.pk)})
        assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_without_a_default_server_a_channel_must_name_one(as_bob):
    assert as_bob.post("/channels", {"name": "news"}).status == 404


def test_guests_make_no_rooms(as_guest, home):
    for path in ("/rooms", "/channels"):
        answer = as_guest.post(path, {"name": "x"})
        assert (answer.status, answer.code) == (403, "FORBIDDEN")


# --- one -----------------------------------------------------------------------------------------
def test_a_room_is_found_by_id_slug_and_code(as_bob, room, call):
    for ref in (str(room.pk), str(room.pk).upper(), room.slug):
        assert as_bob.get(f"/rooms/{ref}").data["id"] == str(room.pk)
    for ref in (call.code, call.code.upper()):
        assert as_bob.get(f"/rooms/{ref}").data["id"] == str(call.pk)


def test_a_channel_is_found_among_the_channels(as_bob, room):
    assert as_bob.get(f"/channels/{room.slug}").data["id"] == str(room.pk)


def test_a_call_is_not_found_by_id_without_belonging_to_it(as_bob, call):
    assert as_bob.get(f"/rooms/{call.pk}").status == 404


@pytest.mark.parametrize(
    "ref",
    [
        "nothing",
        "wxyz-wxyz-wxyz",
        "0190f5a1-1111-7222-8333-444444444444",
        "%00",
        "x" * 2000,
        "1e30",
    ],
)
def test_a_room_that_is_not_there_is_404(as_bob, ref):
    for path in (f"/rooms/{ref}", f"/channels/{ref}"):
        assert as_bob.get(path).code == "NOT_FOUND"
    for path in (f"/rooms/{ref}/join", f"/rooms/{ref}/leave"):
        assert as_bob.post(path).code == "NOT_FOUND"


def test_mallory_cannot_tell_a_room_she_may_not_see_from_none(as_mallory, room):
    seen = as_mallory.get(f"/rooms/{room.pk}").body["error"]
    nothing = as_mallory.get("/rooms/0190f5a1-1111-7222-8333-444444444444").body["error"]
    assert seen == nothing


def test_a_deleted_room_is_gone_for_everybody(as_alice, as_nobody, room, call):
    Room.objects.update(deleted_at=timezone.now())
    for ref in (room.pk, room.slug, call.pk, call.code):
        assert as_alice.get(f"/rooms/{ref}").status == 404
        assert as_alice.post(f"/rooms/{ref}/join").status == 404
    assert as_nobody.get(f"/rooms/{call.code}").status == 404
    assert as_alice.get("/rooms").data == []


# --- without a token -----------------------------------------------------------------------------
def test_nobody_sees_a_call_by_its_code_in_a_few_words(as_nobody, alice, bob, call):
    services.join_room(bob, ref=call.code)
    for ref in (call.code, call.code.upper()):
        answer = as_nobody.get(f"/rooms/{ref}")
        assert answer.status == 200
        assert answer.data == {
            "code": call.code,
            "name": "Tea",
            "host": {
                "id": str(alice.pk),
                "username": "alice",
                "displayName": "alice",
                "avatarUrl": None,
            },
            "isActive": True,
            "guestsAllowed": True,
            "count": 2,
        }


def test_nobody_sees_that_a_call_has_ended(as_nobody, call):
    Room.objects.filter(pk=call.pk).update(ended_at=timezone.now())
    assert as_nobody.get(f"/rooms/{call.code}").data["isActive"] is False


def test_nobody_asks_for_a_code_that_nobody_has(as_nobody):
    assert as_nobody.get("/rooms/wxyz-wxyz-wxyz").status == 404


def test_nobody_sees_anything_else(as_nobody, alice, room, call):
    open_room = services.create_room(alice, kind="text", name="open")
    refs = (call.pk, room.pk, room.slug, open_room.pk, open_room.slug, "nothing", "%00")
    for ref in refs:
        answer = as_nobody.get(f"/rooms/{ref}")
        assert (answer.status, answer.code) == (401, "NOT_AUTHENTICATED")
    for path in ("/rooms", "/channels", "/servers"):
        assert as_nobody.get(path).status == 401
    for path in (f"/rooms/{call.code}/join", f"/rooms/{call.code}/leave", "/rooms", "/channels"):
        assert as_nobody.post(path, {}).status == 401


def test_a_bad_token_is_refused_where_none_would_do(as_nobody, call):
    as_nobody.headers["Authorization"] = "Bearer nonsense"
    answer = as_nobody.get(f"/rooms/{call.code}")
    assert (answer.status, answer.code) == (401, "INVALID_TOKEN")


# --- joining and leaving -------------------------------------------------------------------------
def test_bob_joins_a_call_by_its_code_and_leaves_it(as_bob, bob, call):
    joined = as_bob.post(f"/rooms/{call.code}/join")
    assert joined.status == 200
    assert (joined.data["id"], joined.data["counts"]["participants"]) == (str(call.pk), 2)
    assert as_bob.get(f"/rooms/{call.pk}").status == 200
    left = as_bob.post(f"/rooms/{call.pk}/leave")
    assert left.status == 200
    assert left.data["counts"]["participants"] == 1
    assert as_bob.get(f"/rooms/{call.pk}").status == 404


def test_a_guest_may_join_a_call(as_guest, call):
    assert as_guest.post(f"/rooms/{call.code}/join").status == 200


def test_joining_twice_is_joining_once(as_bob, call):
    first, second = (as_bob.post(f"/rooms/{call.code}/join") for _ in range(2))
    assert first.data == second.data
    assert RoomMember.objects.filter(room=call).count() == 2


def test_nobody_comes_into_a_call_that_has_ended(as_bob, call):
    Room.objects.filter(pk=call.pk).update(ended_at=timezone.now())
    answer = as_bob.post(f"/rooms/{call.code}/join")
    assert (answer.status, answer.code) == (410, "GONE")


def test_leaving_what_one_never_joined_changes_nothing(as_bob, room, told):
    before = room.head.access_version
    with told:
        assert as_bob.post(f"/rooms/{room.pk}/leave").status == 200
    room.head.refresh_from_db()
    assert room.head.access_version == before
    assert told.entries == []


def test_a_call_inside_a_server_is_not_for_outsiders(as_mallory, as_bob, alice, server):
    inside = services.create_room(alice, kind="call", name="standup", server=server)
    answer = as_mallory.post(f"/rooms/{inside.code}/join")
    assert (answer.status, answer.code) == (403, "FORBIDDEN")
    assert as_bob.post(f"/rooms/{inside.code}/join").status == 200
    assert as_bob.get(f"/rooms/{inside.pk}").status == 200
