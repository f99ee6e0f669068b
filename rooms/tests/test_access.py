"""The permission rule: read as a table, agreed on by every form it takes, never outlived by a grant."""

import itertools

import pytest
from django.utils import timezone

from accounts.models import User
from api.errors import Forbidden, NotAuthenticated, NotFound
from rooms import access, queries, services
from rooms.access import Permission
from rooms.models import Room, RoomHead, RoomMember, RoomType, Server, ServerMember

ROLES = (None, "member", "moderator", "admin", "owner")
LETTERS = {
    "F": Permission.FIND,
    "V": Permission.VIEW,
    "P": Permission.POST,
    "M": Permission.MANAGE_MESSAGES,
    "R": Permission.MANAGE_ROOM,
}

# F: find it, V: view it, P: post, M: manage messages, R: manage the room. The columns are the roles
# of ROLES; for a room in a server first the server's (nobody belongs to the room itself), then the
# room's (of a plain member of the server); for one that stands alone the room's.
IN_SERVER = """
    text          public   -  FVP  FVPM FVPMR FVPMR
    voice         public   -  FVP  FVPM FVPMR FVPMR
    announcement  public   -  FV   FVPM FVPMR FVPMR
    call          public   -  -    -    FVPMR FVPMR
    text          private  -  -    -    FVPMR FVPMR
    voice         private  -  -    -    FVPMR FVPMR
    announcement  private  -  -    -    FVPMR FVPMR
    call          private  -  -    -    FVPMR FVPMR
"""
OF_A_MEMBER = """
    text          public   FVP FVP  FVPM FVPMR FVPMR
    announcement  public   FV  FV   FVPM FVPMR FVPMR
    call          public   -   FVP  FVPM FVPMR FVPMR
    text          private  -   FVP  FVPM FVPMR FVPMR
    announcement  private  -   FV   FVPM FVPMR FVPMR
"""
ALONE = """
    text          public   FVP FVP  FVPM FVPMR FVPMR
    voice         public   FVP FVP  FVPM FVPMR FVPMR
    announcement  public   FV  FV   FVPM FVPMR FVPMR
    text          private  -   FVP  FVPM FVPMR FVPMR
    call          public   -   FVP  FVPM FVPMR FVPMR
    direct        public   -   FVP  FVPM FVPMR FVPMR
    direct        private  -   FVP  FVPM FVPMR FVPMR
"""


def rows(table):
    for line in table.strip().splitlines():
        kind, privacy, *cells = line.split()
        for role, cell in zip(ROLES, cells, strict=True):
            expected = Permission.NONE
            for letter in cell.replace("-", ""):
                expected |= LETTERS[letter]
            yield Room(type=kind, is_private=privacy == "private"), role, expected


def test_what_a_role_in_the_server_allows():
    for room, role, expected in rows(IN_SERVER):
        room.server = Server()
        assert access.permissions_in(room, role, None) == expected, (room.type, role)


def test_what_a_role_in_a_room_of_the_server_allows():
    for room, role, expected in rows(OF_A_MEMBER):
        room.server = Server()
        assert access.permissions_in(room, "member", role) == expected, (room.type, role)


def test_what_a_role_in_a_room_that_stands_alone_allows():
    for room, role, expected in rows(ALONE):
        assert access.permissions_in(room, None, role) == expected, (room.type, role)


def test_in_an_ended_room_nobody_posts_and_the_rest_stays():
    for table in (ALONE, IN_SERVER):
        for room, role, expected in rows(table):
            room.ended_at = timezone.now()
            room.server = Server() if table is IN_SERVER else None
            roles = (role, None) if room.server else (None, role)
            assert access.permissions_in(room, *roles) == expected & ~Permission.POST


def test_in_a_deleted_room_there_is_nothing_for_anybody():
    for room, role, _ in rows(ALONE):
        room.deleted_at = timezone.now()
        assert access.permissions_in(room, None, role) == Permission.NONE


def test_a_role_in_a_room_is_nothing_without_its_server():
    room = Room(type="text", is_private=True, server=Server())
    assert access.permissions_in(room, None, "owner") == Permission.NONE


# --- every form of the rule says the same ----------------------------------------------------------
@pytest.fixture
def everything(alice):
    """Every kind of room, and people in every combination of roles: (rooms, people)."""
    server = services.create_server(alice, name="s", is_public=False)
    now = timezone.now()
    rooms = Room.objects.bulk_create(
        Room(
            type=kind,
            is_private=is_private,
            server=place,
            ended_at=now if is_ended else None,
            deleted_at=now if is_deleted else None,
            created_by=alice,
        )
        for kind, is_private, place, is_ended, is_deleted in itertools.product(
            RoomType.values, (False, True), (server, None), (False, True), (False, True)
        )
    )
    RoomHead.objects.bulk_create(RoomHead(room=room) for room in rooms)
    people = {
        (in_server, in_room): User.objects.create(username=f"{in_server}-{in_room}")
        for in_server, in_room in itertools.product(ROLES, ROLES)
    }
    ServerMember.objects.bulk_create(
        ServerMember(server=server, user=person, role=in_server)
        for (in_server, _), person in people.items()
        if in_server
    )
    RoomMember.objects.bulk_create(
        RoomMember(room=room, user=person, role=in_room)
        for room in rooms
        for (_, in_room), person in people.items()
        if in_room
    )
    return rooms, people


def may(room, roles):
    in_server, in_room = roles
    return access.permissions_in(room, in_server if room.server_id else None, in_room)


def test_the_filter_finds_exactly_the_rooms_that_the_rule_lets_view(everything):
    rooms, people = everything
    for roles, person in people.items():
        allowed = {room.pk for room in rooms if may(room, roles) & Permission.VIEW}
        assert set(access.visible_rooms(person).values_list("pk", flat=True)) == allowed, roles
        assert {room.pk for room in queries.list_rooms(person)} == allowed
        assert {room.pk for room in queries.list_rooms_of_interest(person)} <= allowed


def test_the_readers_of_a_room_are_exactly_those_whom_the_rule_lets_view(everything):
    rooms, people = everything
    ids = [str(person.pk) for person in people.values()]
    for room in rooms:
        allowed = {
            str(person.pk) for roles, person in people.items() if may(room, roles) & Permission.VIEW
        }
        assert access.readers_of(str(room.pk), ids) == allowed, room.type


def test_a_loaded_room_and_a_grant_say_the_same_as_the_rule(everything):
    rooms, people = everything
    for (roles, person), room in itertools.product(list(people.items())[::4], rooms):
        expected = may(room, roles)
        assert access.permissions_of(person, room) == expected
        if expected & Permission.VIEW:
            assert access.load_grant(str(person.pk), str(room.pk)).permissions == expected
        else:
            with pytest.raises(NotFound):
                access.load_grant(str(person.pk), str(room.pk))


def test_nobody_reads_a_room_that_is_not_there(alice):
    assert access.readers_of("0190f5a1-1111-7222-8333-444444444444", [str(alice.pk)]) == set()


# --- loading a room --------------------------------------------------------------------------------
def test_what_one_may_not_know_of_is_not_found_and_what_one_may_not_do_is_forbidden(
    bob, mallory, room
):
    with pytest.raises(NotFound):
        access.get_room_for(mallory, room.pk, Permission.FIND)
    with pytest.raises(Forbidden):
        access.get_room_for(bob, room.pk, Permission.MANAGE_ROOM)
    assert access.get_room_for(bob, room.slug, Permission.POST) == room


def test_a_code_lets_find_a_call_and_no_more(bob, alice):
    call = services.create_room(alice, kind="call")
    assert access.get_room_for(bob, call.code.upper(), Permission.FIND) == call
    with pytest.raises(Forbidden):
        access.get_room_for(bob, call.code, Permission.VIEW)
    with pytest.raises(NotFound):
        access.get_room_for(bob, call.pk, Permission.FIND)


def test_only_a_code_opens_the_door_for_nobody(alice):
    call = services.create_room(alice, kind="call")
    assert access.get_call_by_code(call.code.upper()) == call
    with pytest.raises(NotFound):
        access.get_call_by_code("wxyz-wxyz-wxyz")
    for other in (str(call.pk), "kitchen", "", "\0"):
        with pytest.raises(NotAuthenticated):
            access.get_call_by_code(other)


# --- grants ----------------------------------------------------------------------------------------
async def remembered(user, room):
    return await access.grant_for(str(user.pk), str(room.pk))


def test_what_is_refused_is_not_remembered(mallory, room):
    with pytest.raises(NotFound):
        access.load_grant(str(mallory.pk), str(room.pk))
    assert not access._grants


def test_a_grant_carries_the_version_it_was_checked_against(bob, room):
    grant = access.load_grant(str(bob.pk), room.slug)
    assert grant == (str(room.pk), "text", Permission(7), 0, 1)


def test_the_memory_is_bounded(bob, room, server, alice, monkeypatch):
    monkeypatch.setattr(access, "MAX_GRANTS", 2)
    for number in range(4):
        made = services.create_room(alice, kind="text", name=f"c{number}", server=server)
        access.load_grant(str(bob.pk), str(made.pk))
    assert len(access._grants) == 2


@pytest.mark.parametrize("change", ["leaves a call", "is removed from the server"])
def test_every_removal_makes_old_grants_worthless(bob, alice, server, room, change):
    if change == "leaves a call":
        room = services.create_room(alice, kind="call")
        services.join_room(bob, ref=room.code)
    old = access.load_grant(str(bob.pk), str(room.pk))
    if change == "leaves a call":
        services.leave_room(bob, ref=str(room.pk))
    else:
        services.remove_from_server(bob.memberships.get(server=server), reason="kicked")
    assert RoomHead.objects.get(pk=room.pk).access_version > old.access_version
