"""The permission rule: read as a table, agreed on by every form it takes, never outlived by a grant."""

import itertools
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from api.errors import Forbidden, NotAuthenticated, NotFound
from rooms import access, queries, services
from rooms.access import CustomRole, Decider, Facts, Override, Permission, grants
from rooms.models import (
    MemberRole,
    Room,
    RoomHead,
    RoomMember,
    RoomOverride,
    RoomType,
    Sanction,
    SanctionKind,
    Server,
    ServerMember,
    ServerRole,
)

ROLES = (None, "member", "moderator", "admin", "owner")
LETTERS = {
    "F": Permission.FIND,
    "V": Permission.VIEW,
    "E": Permission.REACT,
    "P": Permission.POST,
    "J": Permission.JOIN_VOICE | Permission.SPEAK | Permission.VIDEO,
    "M": Permission.MANAGE_MESSAGES | Permission.MENTION_EVERYONE,
    "O": Permission.MUTE_OTHERS | Permission.MOVE_OTHERS,
    "R": Permission.MANAGE_ROOM,
}

# F: find it, V: view it, E: react, P: post, J: join by voice, M: manage messages, O: mute and move
# others, R: manage the room. The columns are the roles of ROLES; for a room in a server first the
# server's (nobody belongs to the room itself), then the room's (of a plain member of the server);
# for one that stands alone the room's.
IN_SERVER = """
    text          public   -      FVEPJ  FVEPJMO FVEPJMOR FVEPJMOR
    voice         public   -      FVEPJ  FVEPJMO FVEPJMOR FVEPJMOR
    announcement  public   -      FVEJ   FVEPJMO FVEPJMOR FVEPJMOR
    call          public   -      -      -       FVEPJMOR FVEPJMOR
    text          private  -      -      -       FVEPJMOR FVEPJMOR
    voice         private  -      -      -       FVEPJMOR FVEPJMOR
    announcement  private  -      -      -       FVEPJMOR FVEPJMOR
    call          private  -      -      -       FVEPJMOR FVEPJMOR
"""
OF_A_MEMBER = """
    text          public   FVEPJ  FVEPJ  FVEPJMO FVEPJMOR FVEPJMOR
    announcement  public   FVEJ   FVEJ   FVEPJMO FVEPJMOR FVEPJMOR
    call          public   -      FVEPJ  FVEPJMO FVEPJMOR FVEPJMOR
    text          private  -      FVEPJ  FVEPJMO FVEPJMOR FVEPJMOR
    announcement  private  -      FVEJ   FVEPJMO FVEPJMOR FVEPJMOR
"""
ALONE = """
    text          public   FVEPJ  FVEPJ  FVEPJMO FVEPJMOR FVEPJMOR
    voice         public   FVEPJ  FVEPJ  FVEPJMO FVEPJMOR FVEPJMOR
    announcement  public   FVEJ   FVEJ   FVEPJMO FVEPJMOR FVEPJMOR
    text          private  -      FVEPJ  FVEPJMO FVEPJMOR FVEPJMOR
    call          public   -      FVEPJ  FVEPJMO FVEPJMOR FVEPJMOR
    direct        public   -      FVEPJ  FVEPJMO FVEPJMOR FVEPJMOR
    direct        private  -      FVEPJ  FVEPJMO FVEPJMOR FVEPJMOR
"""


def rows(table):
    for line in table.strip().splitlines():
        kind, privacy, *cells = line.split()
        for role, cell in zip(ROLES, cells, strict=True):
            expected = Permission.NONE
            for letter in cell.replace("-", ""):
                expected |= LETTERS[letter]
            yield Room(type=kind, is_private=privacy == "private"), role, expected


def in_server(role, room_role=None, **more):
    return Facts(server_role=role, room_role=room_role, **more)


def test_what_a_role_in_the_server_allows():
    for room, role, expected in rows(IN_SERVER):
        room.server = Server()
        assert access.permissions_in(room, in_server(role)) == expected, (room.type, role)


def test_what_a_role_in_a_room_of_the_server_allows():
    for room, role, expected in rows(OF_A_MEMBER):
        room.server = Server()
        found = access.permissions_in(room, in_server("member", role))
        assert found == expected, (room.type, role)


def test_what_a_role_in_a_room_that_stands_alone_allows():
    for room, role, expected in rows(ALONE):
        found = access.permissions_in(room, Facts(room_role=role))
        assert found == expected, (room.type, role)


@pytest.mark.parametrize("state", [{"ended_at": timezone.now()}, {"is_archived": True}])
def test_in_an_ended_or_archived_room_nobody_takes_part_and_the_rest_stays(state):
    for table in (ALONE, IN_SERVER):
        for room, role, expected in rows(table):
            room.server = Server() if table is IN_SERVER else None
            for name, value in state.items():
                setattr(room, name, value)
            facts = in_server(role) if room.server else Facts(room_role=role)
            assert access.permissions_in(room, facts) == expected & ~access.TAKING_PART


def test_in_a_deleted_room_there_is_nothing_for_anybody():
    for room, role, _ in rows(ALONE):
        room.deleted_at = timezone.now()
        assert access.permissions_in(room, Facts(room_role=role)) == Permission.NONE


def test_a_role_in_a_room_is_nothing_without_its_server():
    room = Room(type="text", is_private=True, server=Server())
    assert access.permissions_in(room, in_server(None, "owner")) == Permission.NONE


# --- overrides: who decides ------------------------------------------------------------------------
V, P, N = Permission.VIEW, Permission.POST, Permission.NONE
OF_MEMBERS = ("builtin", "member")
OF_MODERATORS = ("builtin", "moderator")
OF_A_ROLE, OF_B_ROLE = ("role", "a"), ("role", "b")
OF_PERSON = ("user", "bob")


def override(of, allow=N, deny=N):
    return Override(of[0], of[1], of[1], allow, deny)


# Who it is, what is overridden in an open text channel, whether they may post there, who decides.
DECIDED = [
    ("member", [], True, "builtin"),
    ("member", [override(OF_MEMBERS, deny=P)], False, "override member"),
    ("moderator", [override(OF_MEMBERS, deny=P)], False, "override member"),
    ("admin", [override(OF_MEMBERS, deny=P)], True, "builtin"),
    ("owner", [override(OF_PERSON, deny=P)], True, "owner"),
    ("member", [override(OF_MEMBERS, deny=P), override(OF_A_ROLE, P)], True, "override a"),
    ("member", [override(OF_A_ROLE, deny=P), override(OF_B_ROLE, P)], True, "override b"),
    ("member", [override(OF_MEMBERS, P), override(OF_A_ROLE, deny=P)], False, "override a"),
    ("moderator", [override(OF_MEMBERS, deny=P), override(OF_MODERATORS, P)], True, "override moderator"),
    ("member", [override(OF_A_ROLE, P), override(OF_PERSON, deny=P)], False, "override bob"),
    ("member", [override(OF_A_ROLE, deny=P), override(OF_PERSON, P)], True, "override bob"),
    ("member", [override(OF_MEMBERS, deny=V)], False, "override member"),
]  # fmt: skip


@pytest.mark.parametrize(("role", "overrides", "may_post", "decider"), DECIDED)
def test_the_most_particular_override_decides(role, overrides, may_post, decider):
    facts = in_server(role, overrides=tuple(overrides))
    decision = access.decide(Room(type="text", server=Server()), facts)
    assert bool(decision.allowed & P) == may_post
    by = decision.by[P]
    assert " ".join(filter(None, (by.kind, by.id))) == decider


def test_who_loses_sight_loses_everything():
    facts = in_server("moderator", overrides=(override(OF_MEMBERS, deny=V),))
    assert access.permissions_in(Room(type="text", server=Server()), facts) == N


def test_a_timeout_takes_words_and_voice_and_leaves_sight():
    facts = in_server("moderator", is_timed_out=True)
    decision = access.decide(Room(type="text", server=Server()), facts)
    assert decision.allowed & V
    assert not decision.allowed & (P | Permission.REACT | Permission.SPEAK | Permission.VIDEO)
    assert decision.by[P] == Decider("timeout")


def test_a_ban_takes_everything_and_says_so():
    decision = access.decide(Room(type="text"), Facts(room_role="member", is_banned=True))
    assert (decision.allowed, decision.by[V]) == (N, Decider("ban"))


def test_a_custom_role_adds_and_is_named():
    role = CustomRole("r", "Helpers", Permission.MANAGE_MESSAGES | P)
    decision = access.decide(
        Room(type="announcement", server=Server()), in_server("member", roles=(role,))
    )
    for permission in (Permission.MANAGE_MESSAGES, P):
        assert decision.allowed & permission
        assert decision.by[permission] == Decider("role", "r", "Helpers")


def test_every_permission_has_a_decider_and_a_name():
    for facts in (Facts(), in_server("member"), in_server("owner"), Facts(room_role="member")):
        for room in (Room(type="text"), Room(type="call"), Room(type="text", server=Server())):
            assert set(access.decide(room, facts).by) == set(Permission) - {N}
    assert access.of_names(access.names_of(access.SETTABLE)) == access.SETTABLE


# --- every form of the rule says the same ----------------------------------------------------------
STATES = {"allowed": (V, N), "denied": (N, V), "unsaid": (N, N)}


@pytest.fixture
def everything(alice):
    """Every kind of room with every kind of override, and people in every combination of standing,
    custom roles and sanctions: (rooms, people, the override states by room).
    """
    server = services.create_server(alice, name="s", is_public=False)
    roles = ServerRole.objects.bulk_create(
        ServerRole(server=server, name=name, position=place) for place, name in enumerate("ab")
    )
    rooms, states = _every_room(alice, server)
    people = _every_person(server, roles)
    _let_in_and_take_away(rooms, people)
    _override_everything(states, roles, people)
    return rooms, people, states, roles


def _every_room(alice, server):
    now = timezone.now()
    plain = [
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
    ]
    overridden = {}
    others = [("unsaid", "unsaid"), ("allowed", "denied")]  # of role b and of moderators
    combinations = itertools.product((False, True), STATES, STATES, others, STATES)
    for privacy, member, a, (b, moderator), personal in combinations:
        of = (member, a, b, moderator, personal)
        room = Room(type="text", is_private=privacy, server=server, created_by=alice)
        overridden[room.pk] = of
        plain.append(room)
    rooms = Room.objects.bulk_create(plain)
    RoomHead.objects.bulk_create(RoomHead(room=room) for room in rooms)
    return rooms, overridden


def _every_person(server, roles):
    people = {}
    for who in itertools.product(ROLES, (None, "member"), ("", "a", "ab"), ("", "ban", "timeout")):
        in_place, _, custom, taken = who
        if (custom and not in_place) or (taken == "timeout" and custom):
            continue
        people[who] = User.objects.create(username="-".join(str(part) for part in who))
    members = {
        who: ServerMember.objects.create(server=server, user=person, role=who[0])
        for who, person in people.items()
        if who[0]
    }
    MemberRole.objects.bulk_create(
        MemberRole(member=member, role=role)
        for who, member in members.items()
        for role in roles
        if role.name in who[2]
    )
    Sanction.objects.bulk_create(
        Sanction(kind=who[3], server=server, user=person)
        for who, person in people.items()
        if who[3]
    )
    over = timezone.now() - timedelta(seconds=1)
    Sanction.objects.bulk_create(
        Sanction(kind="ban", server=server, user=person, until=over)
        for who, person in people.items()
        if who[3] != "ban"
    )
    return people


def _let_in_and_take_away(rooms, people):
    RoomMember.objects.bulk_create(
        RoomMember(room=room, user=person, role=who[1])
        for room in rooms
        for who, person in people.items()
        if who[1]
    )
    Sanction.objects.bulk_create(
        Sanction(kind=who[3], room=room, user=person)
        for room in rooms
        if room.server_id is None
        for who, person in people.items()
        if who[3]
    )


def _override_everything(states, roles, people):
    made = []
    for room_id, (member, a, b, moderator, personal) in states.items():
        of = [
            ({"builtin": "member"}, member),
            ({"role": roles[0]}, a),
            ({"role": roles[1]}, b),
            ({"builtin": "moderator"}, moderator),
            *(({"user": person}, personal) for who, person in people.items() if who[1]),
        ]
        for target, state in of:
            if state != "unsaid":
                allow, deny = STATES[state]
                made.append(RoomOverride(room_id=room_id, allow=allow, deny=deny, **target))
    RoomOverride.objects.bulk_create(made, batch_size=1000)


def facts(everything, room, who):
    """What the rule must know, from how the fixture made it: not read from the database."""
    _, people, states, roles = everything
    in_place, in_room, custom, taken = who
    if room.server_id is None:
        return Facts(room_role=in_room, is_banned=taken == "ban", is_timed_out=taken == "timeout")
    overrides = []
    if room.pk in states and in_place:
        member, a, b, moderator, personal = states[room.pk]
        overrides = [
            ("builtin", "member", member, True),
            ("role", str(roles[0].pk), a, "a" in custom),
            ("role", str(roles[1].pk), b, "b" in custom),
            ("builtin", "moderator", moderator, in_place == "moderator"),
            ("user", str(people[who].pk), personal, bool(in_room)),
        ]
    return Facts(
        server_role=in_place,
        room_role=in_room,
        overrides=tuple(
            Override(kind, target, "", *STATES[state])
            for kind, target, state, concerns in overrides
            if concerns and state != "unsaid"
        ),
        is_banned=taken == "ban",
        is_timed_out=taken == "timeout",
    )


def may(everything, room, who):
    return access.permissions_in(room, facts(everything, room, who))


def viewers(everything, room):
    return {person.pk for who, person in everything[1].items() if may(everything, room, who) & V}


def test_the_filter_finds_exactly_the_rooms_that_the_rule_lets_view(everything):
    rooms, people, *_ = everything
    for who, person in people.items():
        allowed = {room.pk for room in rooms if may(everything, room, who) & V}
        assert set(access.visible_rooms(person).values_list("pk", flat=True)) == allowed, who
        assert {room.pk for room in queries.list_rooms(person)} == allowed
        told = {room.pk for room in queries.list_rooms_of_interest(person)}
        assert told <= allowed
        # The same query, from the text that was built for somebody else.
        assert queries.heads_of_interest(person).keys() == set(map(str, told))


def test_a_ban_that_has_ended_keeps_nobody_from_what_they_are_told_about(alice, bob, server, room):
    hour = timedelta(hours=1)
    ban = {"kind": SanctionKind.BAN, "server": server, "user": bob, "by": alice}
    assert queries.heads_of_interest(bob).keys() == {str(room.pk)}
    Sanction.objects.create(until=timezone.now() + hour, **ban)
    assert queries.heads_of_interest(bob) == {}
    with time_machine.travel(timezone.now() + 2 * hour):
        assert queries.heads_of_interest(bob).keys() == {str(room.pk)}
    assert queries.heads_of_interest(bob) == {}


def test_those_called_by_name_are_exactly_those_whom_the_rule_lets_view(everything):
    rooms, people, *_ = everything
    names = [person.username.lower() for person in people.values()]
    ids = {person.pk for person in people.values()}
    for room in rooms[::3]:
        room.deleted_at = None  # a name is looked up for a room that is being written in
        found = access.readers_called(names, access.place_of(room)).values_list("pk", flat=True)
        assert set(found) & ids == viewers(everything, room), room.type


def test_a_link_may_name_only_rooms_that_all_who_read_it_see(everything):
    rooms = everything[0]
    server_room = next(room for room in rooms if room.server_id)
    members = {p.pk for who, p in everything[1].items() if who[0] and who[3] != "ban"}
    for place in (
        access.place_of(server_room),
        access.place_of(next(r for r in rooms if not r.server_id)),
    ):
        named = set(access.rooms_all_readers_see(place).values_list("pk", flat=True))
        seen = [viewers(everything, room) for room in rooms if room.pk in named]
        everybody = members if place.server_id else {p.pk for p in everything[1].values()}
        assert all(viewers_ == everybody for viewers_ in seen) or not place.server_id
    assert named == set()  # somebody is banned from every room that stands alone


def test_the_readers_of_a_room_are_exactly_those_whom_the_rule_lets_view(everything):
    rooms, people, *_ = everything
    ids = [str(person.pk) for person in people.values()]
    found = access.readers_of({str(room.pk): ids for room in rooms})
    for room in rooms:
        assert found[str(room.pk)] == {str(pk) for pk in viewers(everything, room)}, room.type
    some = {str(room.pk): ids[:2] for room in rooms}
    for room_id, readers in access.readers_of(some).items():
        assert readers == found[room_id] & set(ids[:2])


def test_rooms_and_their_readers_are_found_in_one_query(everything, django_assert_num_queries):
    rooms = [room for room in everything[0] if room.server_id and room.deleted_at is None]
    ids = [person.pk for person in everything[1].values()]
    with django_assert_num_queries(1):
        found = access.pairs(Room.objects.filter(pk__in=[room.pk for room in rooms]), ids)
    assert found == {(room.pk, pk) for room in rooms for pk in viewers(everything, room)}


def test_a_loaded_room_and_a_grant_say_the_same_as_the_rule(everything):
    rooms, people, *_ = everything
    for (who, person), room in list(itertools.product(people.items(), rooms))[::131]:
        expected = may(everything, room, who)
        assert access.permissions_of(person, room) == expected, (who, room.type)
        if expected & V:
            assert access.load_grant(str(person.pk), str(room.pk)).permissions == expected
        else:
            with pytest.raises(NotFound):
                access.load_grant(str(person.pk), str(room.pk))


def test_nobody_reads_a_room_that_is_not_there(alice):
    nowhere = "0190f5a1-1111-7222-8333-444444444444"
    assert access.readers_of({nowhere: [str(alice.pk)]}) == {nowhere: set()}


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
    assert not grants._grants


def test_a_grant_carries_the_version_it_was_checked_against(bob, room):
    grant = access.load_grant(str(bob.pk), room.slug)
    place = (room.pk, room.server_id, False)
    talk = LETTERS["F"] | V | LETTERS["E"] | P | LETTERS["J"]
    assert grant == (str(room.pk), "text", place, talk, 0, False, 1)


def test_the_memory_is_bounded(bob, room, server, alice, monkeypatch):
    monkeypatch.setattr(grants, "MAX_GRANTS", 2)
    for number in range(4):
        made = services.create_room(alice, kind="text", name=f"c{number}", server=server)
        access.load_grant(str(bob.pk), str(made.pk))
    assert len(grants._grants) == 2


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
