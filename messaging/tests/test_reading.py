"""How far people have read, and how much is beyond: counted right, told to the right sockets, cheaply."""

import json
import re
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api.errors import NotFound, ValidationFailed
from api.payloads import to_json
from messaging import joining, reading, services, unread
from messaging.models import Mention, Message, ReadMark
from messaging.reading import Mark
from messaging.services import Draft
from messaging.tests.test_views import fill
from realtime import wire
from rooms import handlers as rooms_handlers
from rooms import services as rooms_services
from rooms.models import Room, RoomHead, RoomMember, ServerMember

NO_ID = "0190f5a1-1111-7222-8333-444444444444"


def say(person, room, content="hello", **fields):
    draft = Draft(content=content, **fields)
    return services.send_message(person, room_id=room.pk, draft=draft).message


def state(person, room):
    return unread.read_states(person, [room.pk])[str(room.pk)]


def counts(person, room):
    """(read up to, unread, mentions)"""
    found = state(person, room)
    return found.read_seq, found.unread, found.mentions


def mark(person, room, seq, *, is_exact=False, socket_id="", version=None):
    """One mark as the socket's door writes it: what it is answered."""
    version = version or RoomHead.objects.get(pk=room.pk).access_version
    given = Mark(person.pk, room.pk, seq, is_exact, version, socket_id)
    return reading.write_marks([given])[0]


@pytest.fixture(autouse=True)
def no_limits(settings):
    settings.RATE_LIMITS = "off"


@pytest.fixture
def talk(alice, room):
    """Five messages of alice's, the fourth mentions bob, who has read none."""
    return [say(alice, room, "hello @bob" if n == 4 else f"m{n}") for n in range(1, 6)]


# --- what is counted -----------------------------------------------------------------------------------
def test_what_others_said_is_unread_and_ones_own_is_not(alice, bob, room, talk):
    say(bob, room, "mine")
    assert counts(bob, room) == (0, 5, 1)
    assert counts(alice, room) == (0, 1, 0)


def test_deleted_messages_do_not_count_nor_do_their_mentions(alice, bob, room, talk):
    services.delete_message(alice, message_id=talk[3].pk)
    assert counts(bob, room) == (0, 4, 0)


def test_edits_and_reactions_make_nothing_unread(alice, bob, room, talk):
    mark(bob, room, 5)
    services.edit_message(alice, message_id=talk[0].pk, content="other words")
    services.react(alice, message_id=talk[1].pk, emoji="👍", is_added=True)
    found = state(bob, room)
    assert (found.unread, found.read_seq, found.last_seq, found.newest_seq) == (0, 5, 7, 5)


def test_an_edit_that_mentions_counts_where_its_message_is_unread(alice, bob, room, talk):
    mark(bob, room, 4)
    for message in (talk[1], talk[4]):
        services.edit_message(alice, message_id=message.pk, content="psst @bob")
    assert counts(bob, room) == (4, 1, 1)
    services.edit_message(alice, message_id=talk[4].pk, content="never mind")
    assert counts(bob, room) == (4, 1, 0)


def test_the_newest_is_the_last_that_is_not_deleted(alice, bob, room, talk):
    own = say(bob, room)
    assert (state(bob, room).newest_seq, state(bob, room).newest_by) == (6, str(bob.pk))
    services.delete_message(bob, message_id=own.pk)
    assert (state(bob, room).newest_seq, state(bob, room).newest_by) == (5, str(alice.pk))
    for message in talk:
        services.delete_message(alice, message_id=message.pk)
    assert (state(bob, room).newest_seq, state(bob, room).newest_by) == (0, None)
    assert counts(bob, room) == (0, 0, 0)


def test_counting_stops_at_a_hundred(alice, bob, room):
    rows = fill(room, alice, 150)
    Mention.objects.bulk_create(
        Mention(message=row, user=bob, room=room, seq=row.seq) for row in rows[:120]
    )
    assert counts(bob, room) == (0, 100, 100)
    mark(bob, room, 49)
    assert counts(bob, room) == (49, 100, 71)
    mark(bob, room, 51)
    assert counts(bob, room) == (51, 99, 69)


def test_marking_back_counts_again(as_bob, bob, room, talk):
    mark(bob, room, 5)
    assert counts(bob, room) == (5, 0, 0)
    mark(bob, room, 2, is_exact=True)
    assert counts(bob, room) == (2, 3, 1)
    assert as_bob.put(f"/rooms/{room.pk}/read", {"seq": 4}).data["unread"] == 1
    assert counts(bob, room) == (4, 1, 0)


# --- marks ---------------------------------------------------------------------------------------------
def test_an_update_only_moves_forward_and_a_set_is_exact(bob, room, talk):
    assert mark(bob, room, 3).seq == 3
    assert mark(bob, room, 2).seq == 3
    assert mark(bob, room, 2, is_exact=True).seq == 2
    assert mark(bob, room, 5).seq == 5
    assert mark(bob, room, 0, is_exact=True).seq == 0
    assert ReadMark.objects.get().seq == 0


def test_put_read_is_exact_and_answers_the_state(as_bob, alice, bob, room, talk):
    answer = as_bob.put(f"/rooms/{room.pk}/read", {"seq": 3})
    assert answer.status == 200
    assert answer.data == {
        "roomId": str(room.pk),
        "lastSeq": 5,
        "readSeq": 3,
        "newestSeq": 5,
        "newestBy": str(alice.pk),
        "unread": 2,
        "mentions": 1,
    }
    assert as_bob.put(f"/rooms/{room.slug}/read", {"seq": 1}).data["readSeq"] == 1


@pytest.mark.parametrize(
    ("seq", "code"),
    [
        (6, "max_value"),
        (2**63 - 1, "max_value"),
        (2**63, "max_value"),
        (2**64, "max_value"),
        (-1, "min_value"),
        (-(2**63) - 1, "min_value"),
        ("x", "invalid"),
        ("3", "invalid"),
        (1.5, "invalid"),
        (True, "invalid"),
        ([], "invalid"),
        ({}, "invalid"),
        (None, "null"),
    ],
)
def test_a_number_the_room_has_not_come_to_or_that_is_none_is_refused(
    as_bob, room, talk, told, seq, code
):
    with told:
        answer = as_bob.put(f"/rooms/{room.pk}/read", {"seq": seq})
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert answer.fields == {"seq": code}
    assert told.entries == []
    assert not ReadMark.objects.filter(room=room, seq__gt=0).exists()


def test_without_a_number_it_is_refused(as_bob, room):
    assert as_bob.put(f"/rooms/{room.pk}/read", {}).fields == {"seq": "required"}


def test_outsiders_are_refused_and_learn_nothing_of_the_rooms_head(as_mallory, room, talk, told):
    with told:
        for seq in (0, 3, 99):
            answer = as_mallory.put(f"/rooms/{room.pk}/read", {"seq": seq})
            assert (answer.status, answer.details) == (404, [])
        assert as_mallory.put(f"/rooms/{NO_ID}/read", {"seq": 0}).status == 404
    assert told.entries == []


def test_a_voice_channel_and_an_ended_call_are_read_like_any_other(as_bob, alice, server):
    voice = rooms_services.create_room(alice, kind="voice", name="garden", server=server)
    assert as_bob.put(f"/rooms/{voice.pk}/read", {"seq": 0}).status == 200
    Room.objects.filter(pk=voice.pk).update(ended_at=timezone.now())
    assert as_bob.put(f"/rooms/{voice.pk}/read", {"seq": 0}).status == 200


# --- what is told ----------------------------------------------------------------------------------------
def test_the_persons_other_sockets_hear_it_once_and_nobody_else(bob, room, talk, told):
    with told:
        mark(bob, room, 3, socket_id="this one")
    (cast,) = told.entries
    assert (cast.topic, cast.except_socket) == (f"user:{bob.pk}", "this one")
    data = {"roomId": str(room.pk), "seq": 3, "unread": 2, "mentions": 1}
    assert told.events == [(f"user:{bob.pk}", {"type": "read:updated", "data": data})]


def test_over_rest_all_their_sockets_hear_it(as_bob, bob, room, talk, told):
    with told:
        as_bob.put(f"/rooms/{room.pk}/read", {"seq": 5})
    (cast,) = told.of(wire.Cast)
    assert (cast.topic, cast.except_socket, cast.mentioned_in) == (f"user:{bob.pk}", "", "")
    assert RoomHead.objects.get(pk=room.pk).last_seq == 5  # a mark takes no number


# --- many at once ----------------------------------------------------------------------------------------
def test_of_many_marks_each_has_its_own_outcome(alice, bob, mallory, room, talk):
    other = rooms_services.create_room(alice, kind="text", name="other")
    say(alice, other)
    outcomes = reading.write_marks(
        [
            Mark(bob.pk, room.pk, 99, False, 1),
            Mark(bob.pk, other.pk, 1, False, 1),
            Mark(mallory.pk, room.pk, 1, False, 7),  # let in at another version of the access
            Mark(alice.pk, room.pk, 5, True, 1),
        ]
    )
    assert [type(outcome).__name__ for outcome in outcomes] == [
        "ValidationFailed",
        "ReadUpdated",
        "NotFound",
        "ReadUpdated",
    ]
    assert outcomes[0].details[0]["field"] == "seq"
    assert set(ReadMark.objects.filter(seq__gt=0).values_list("user__username", "seq")) == {
        ("bob", 1),
        ("alice", 5),
    }


def test_who_was_removed_since_it_was_checked_is_refused(bob, server, room, talk):
    version = RoomHead.objects.get(pk=room.pk).access_version
    rooms_services.remove_from_server(
        ServerMember.objects.get(server=server, user=bob), reason="kicked"
    )
    assert isinstance(mark(bob, room, 1, version=version), NotFound)
    assert isinstance(mark(bob, room, 99, version=version), NotFound)
    assert not ReadMark.objects.filter(seq=1).exists()


def test_who_stayed_when_another_was_removed_reads_on(alice, bob, mallory, server, room, talk):
    version = RoomHead.objects.get(pk=room.pk).access_version
    rooms_services.join_server(mallory, server=server)
    rooms_services.remove_from_server(
        ServerMember.objects.get(server=server, user=mallory), reason="kicked"
    )
    assert mark(bob, room, 2, version=version).seq == 2
    assert isinstance(mark(bob, room, 99, version=version), ValidationFailed)


@pytest.mark.parametrize("people", [1, 20])
def test_marks_of_many_rooms_of_one_person_are_counted_by_one_query(alice, bob, people):
    rooms = [rooms_services.create_room(alice, kind="text") for _ in range(people)]
    for room in rooms:
        say(alice, room)
    marks = [Mark(bob.pk, room.pk, 1, False, 1) for room in rooms]
    with CaptureQueriesContext(connection) as found:
        reading.write_marks(marks)
    assert len(found) - len(rooms) == 5  # savepoint, heads, person, counts, release


# --- newcomers -----------------------------------------------------------------------------------------
def test_who_joins_a_server_has_read_what_was_said_before(alice, mallory, server, room, talk):
    rooms_services.join_server(mallory, server=server)
    assert counts(mallory, room) == (5, 0, 0)
    say(alice, room, "welcome @mallory")
    assert counts(mallory, room) == (5, 1, 1)


def test_who_joins_a_room_has_read_what_was_said_before(alice, mallory):
    square = rooms_services.create_room(alice, kind="text", name="square")
    say(alice, square, "@mallory")
    rooms_services.join_room(mallory, ref=square.slug)
    assert counts(mallory, square) == (1, 0, 0)
    rooms_services.join_room(mallory, ref=square.slug)
    say(alice, square)
    rooms_services.join_room(mallory, ref=square.slug)  # twice is once
    assert counts(mallory, square) == (1, 1, 0)


def test_who_leaves_and_comes_back_has_read_what_was_said_meanwhile(alice, bob, server, room, talk):
    rooms_services.remove_from_server(
        ServerMember.objects.get(server=server, user=bob), reason="left"
    )
    say(alice, room)
    rooms_services.join_server(bob, server=server)
    assert counts(bob, room) == (6, 0, 0)


def test_what_is_private_is_not_marked_until_one_is_let_in(alice, mallory, server):
    cellar = rooms_services.create_room(
        alice, kind="text", name="cellar", server=server, is_private=True
    )
    say(alice, cellar)
    rooms_services.join_server(mallory, server=server)
    assert not ReadMark.objects.filter(user=mallory, room=cellar).exists()


def test_a_guest_comes_into_a_call_with_nothing_unread(alice, guest):
    call = rooms_services.create_room(alice, kind="call")
    say(alice, call)
    rooms_services.join_room(guest, ref=call.code)
    assert counts(guest, call) == (1, 0, 0)


# --- the three places that say it ------------------------------------------------------------------------
def test_unread_auth_ok_and_room_joined_say_the_same(as_bob, alice, bob, server, room, talk):
    quiet = rooms_services.create_room(alice, kind="text", name="quiet", server=server)
    mark(bob, room, 2)
    everything = as_bob.get("/unread").data
    by_room = {entry["roomId"]: entry for entry in everything}
    assert by_room[str(room.pk)] == {
        "roomId": str(room.pk),
        "lastSeq": 5,
        "readSeq": 2,
        "newestSeq": 5,
        "newestBy": str(alice.pk),
        "unread": 3,
        "mentions": 1,
    }
    assert (by_room[str(quiet.pk)]["newestSeq"], by_room[str(quiet.pk)]["newestBy"]) == (0, None)

    arrival = rooms_handlers._read_arrival(as_bob.headers["Authorization"].split()[1])
    told = json.loads(to_json(arrival.answer))["rooms"]
    assert [{"roomId": entry.pop("id")} | entry for entry in told] == everything

    joined = joining._read(str(bob.pk), str(room.pk), None, None, []).read
    assert (joined.read_seq, joined.unread, joined.mentions) == (2, 3, 1)


def test_unread_names_the_rooms_of_ones_servers_and_those_one_belongs_to(
    as_bob, as_mallory, alice, mallory, server, room
):
    square = rooms_services.create_room(alice, kind="text", name="square")
    cellar = rooms_services.create_room(
        alice, kind="text", name="cellar", server=server, is_private=True
    )
    assert [entry["roomId"] for entry in as_bob.get("/unread").data] == [str(room.pk)]
    assert as_mallory.get("/unread").data == []
    RoomMember.objects.create(room=square, user=mallory)
    RoomMember.objects.create(room=cellar, user=mallory)
    assert [entry["roomId"] for entry in as_mallory.get("/unread").data] == [str(square.pk)]


def test_fifty_rooms_cost_as_many_queries_as_one(as_bob, alice, server, room, talk):
    token = as_bob.headers["Authorization"].split()[1]

    def costs():
        with CaptureQueriesContext(connection) as rest:
            number = len(as_bob.get("/unread").data)
        with CaptureQueriesContext(connection) as socket:
            assert len(rooms_handlers._read_arrival(token).answer.rooms) == number
        return number, len(rest), len(socket)

    costs()
    first = costs()
    for n in range(49):
        say(alice, rooms_services.create_room(alice, kind="text", name=f"r{n}", server=server))
    assert costs() == (first[0] + 49, *first[1:])
    assert first[1:] <= (6, 10)


# --- how it is read ----------------------------------------------------------------------------------------
def statement(person, room_ids):
    """The one statement of `read_states`, with its parameters."""
    with CaptureQueriesContext(connection) as found:
        unread.read_states(person, room_ids)
    (only,) = found.captured_queries
    return only["sql"]


def plan_of(sql):
    """The database's own words."""
    with connection.cursor() as cursor:
        how = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
        cursor.execute(f"{how} {sql}".replace("%", "%%"))
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def test_counting_goes_by_the_index_and_never_through_all_messages(alice, bob, server, room):
    rooms = [room, *(rooms_services.create_room(alice, kind="text", server=server) for _ in "1234")]
    for each in rooms:
        fill(each, alice, 1_000)
        mark(bob, each, 950)
    rows = Message.objects.filter(room=room, seq__lte=500)
    Mention.objects.bulk_create(
        Mention(message=row, user=bob, room=room, seq=row.seq) for row in rows
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    for asked in ([room.pk], [each.pk for each in rooms]):
        plan = plan_of(statement(bob, asked))
        if connection.vendor == "postgresql":
            assert "Seq Scan on messaging_message" not in plan, plan
            assert plan.count("message_room_seq") >= 2, plan
        else:
            assert not re.search(r"SCAN (m|n|newest)\b", plan), plan
            assert "m USING INDEX" in plan, plan
            assert "(room_id=? AND seq>?)" in plan, plan
            assert "(user_id=? AND room_id=? AND seq>?)" in plan, plan


@pytest.mark.slow
def test_a_hundred_thousand_unread_messages_cost_no_more_than_a_few(alice, bob, room):
    first = say(alice, room)
    columns = [field.column for field in Message._meta.concrete_fields]
    is_postgres = connection.vendor == "postgresql"
    an_id = "gen_random_uuid()" if is_postgres else "lower(hex(randomblob(16)))"
    own = {"id": an_id, "seq": "n", "change_seq": "n", "nonce": "CAST(n AS TEXT)"}
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE numbers(n) AS "
            f"(SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000) "
            f"INSERT INTO messaging_message ({', '.join(columns)}) "
            f"SELECT {', '.join(own.get(column, column) for column in columns)} "
            f"FROM messaging_message, numbers WHERE id = %s",
            [first.pk if is_postgres else first.pk.hex],
        )
        cursor.execute("ANALYZE")
    RoomHead.objects.filter(pk=room.pk).update(last_seq=100_000)
    assert time_of(lambda: state(bob, room).unread == 100) < 20
    Message.objects.filter(seq__gt=90_000).update(deleted_at=timezone.now())
    assert time_of(lambda: state(bob, room).newest_seq == 90_000) < 20


def time_of(holds):
    """Milliseconds, the shortest of ten: what others do on this machine is not what is measured."""
    took = []
    for _ in range(10):
        began = time.perf_counter()
        assert holds()
        took.append((time.perf_counter() - began) * 1_000)
    return min(took)
