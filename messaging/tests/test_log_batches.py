"""The room log in batches: what one entry, one room or one connection suffers costs no other."""

import asyncio
import threading
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection

from api.errors import Conflict, NotFound, Unavailable
from messaging import payloads
from messaging.entries import AccessChanged, ReactionChange, Words
from messaging.log import append, append_now, postgres, sqlite, statement, transaction
from messaging.log.line import Line
from messaging.models import Mention, Message
from messaging.tests.test_log import (
    deletion,
    den,
    edit,
    head_of,
    in_threads,
    new,
    people,
    raise_version,
    rung,
    said,
)
from realtime import publish
from rooms import services as rooms_services

__all__ = ["den", "people", "rung"]


@pytest.fixture
def hall(people):
    """bob's room."""
    return rooms_services.create_room(people[1], kind="text", name="hall")


def all_at_once(*entries):
    """Append everything in one turn of a loop; answers outcomes, errors among them."""

    async def run():
        return await asyncio.gather(*map(append, entries), return_exceptions=True)

    return asyncio.run(run())


@pytest.fixture
def admin():
    """A connection beside Parlor's own, to the same PostgreSQL."""
    database = django_settings.DATABASES["default"]
    place = {key: str(database[key.upper()]) for key in ("host", "port", "user", "password")}
    given = {key: value for key, value in place.items() if value}
    made = psycopg.connect(**given, dbname=connection.settings_dict["NAME"], autocommit=True)
    yield made
    made.close()


# --- one batch ---------------------------------------------------------------------------------------
def test_news_and_changes_of_many_rooms_keep_each_rooms_order(den, hall, people, rung):
    first = {room.pk: append_now(new(room, people[0])).message for room in (den, hall)}
    entries = []
    for turn in range(12):
        for room in (den, hall):
            entries.append(new(room, people[turn % 2], content=f"news {turn}"))
            if turn % 3 == 0:
                entries.append(edit(first[room.pk], f"words {turn}"))
    rung.clear()
    outcomes = all_at_once(*entries)
    for room in (den, hall):
        numbers = [
            outcome.message.change_seq
            for entry, outcome in zip(entries, outcomes, strict=True)
            if entry.room_id == room.pk
        ]
        assert numbers == list(range(2, 18))
        assert head_of(room).last_seq == 17
        assert head_of(room).message_count == Message.objects.filter(room=room).count() == 13
    assert sorted(number for number, _ in rung) == sorted([*range(2, 18)] * 2)


def test_what_queued_during_a_commit_goes_together_and_is_told_at_once(den, people, monkeypatch):
    told = []
    monkeypatch.setattr(publish, "room_changes", lambda changes: told.append(list(changes)))
    all_at_once(*(new(den, people[n % 2]) for n in range(40)))
    assert [number for changes in told for _, number, _ in changes] == list(range(1, 41))
    assert len(told) == 1


def test_both_ways_write_the_same_row_and_tell_the_same(den, people, rung):
    answered = append_now(new(den, people[1])).message
    rung.clear()
    words = Words('hi @bob é \\ " ☃', "<p>hi</p>", (str(people[1].pk),))
    fields = {"words": words, "reply_to_id": answered.pk, "request_hash": "h"}
    (here,) = all_at_once(new(den, people[0], **fields))
    there = append_now(new(den, people[0], **fields))
    rows = [Message.objects.filter(pk=one.message.pk).values().get() for one in (here, there)]
    differing = ("id", "seq", "change_seq", "nonce", "created_at", "updated_at")
    for name in differing:
        assert rows[0].pop(name) != rows[1].pop(name)
    assert rows[0] == rows[1]
    marks = Mention.objects.filter(message__in=[here.message, there.message])
    assert sorted(marks.values_list("user", "seq")) == [(people[1].pk, 2), (people[1].pk, 3)]
    told = [event.message for _, event in rung]
    assert (told[0].sender, told[0].html, told[0].mentions, told[0].reply_to) == (
        told[1].sender,
        told[1].html,
        told[1].mentions,
        told[1].reply_to,
    )
    for one, shown in zip((here, there), told, strict=True):
        row = Message.objects.get(pk=one.message.pk)
        assert (row.seq, row.created_at) == (one.message.seq, one.message.created_at)
        assert shown == payloads.message(row)


# --- entries that are not written ----------------------------------------------------------------------
def bad_words():
    """Text that no door lets in and the database cannot store."""
    return said("nul \0") if connection.vendor == "postgresql" else said("half \ud800")


@pytest.mark.parametrize("count", [1, 2, 9])
def test_a_row_that_cannot_be_written_costs_its_batch_nothing(den, hall, people, rung, count):
    rooms = (den, hall)
    entries = [new(rooms[n % 2], people[0], content=str(n)) for n in range(20)]
    for n in range(count):
        entries.insert(2 * n + 1, new(den, people[0], words=bad_words()))
    entries.insert(5, new(hall, people[0], reply_to_id=uuid4()))  # COMMIT refuses it
    outcomes = all_at_once(*entries)
    failed = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Exception)]
    assert len(failed) == count + 1
    for room in rooms:
        kept = Message.objects.filter(room=room).order_by("seq")
        assert [row.seq for row in kept] == list(range(1, 11))
        assert [row.content for row in kept] == [str(n) for n in range(20) if rooms[n % 2] == room]
        assert head_of(room).last_seq == 10
    assert len(rung) == 20


def test_an_entry_of_an_old_access_version_is_refused_and_its_batch_is_written(den, hall, people):
    raise_version(den)
    outcomes = all_at_once(
        new(den, people[0], access_version=2),
        new(den, people[0]),
        new(hall, people[0]),
        new(den, people[1], access_version=2),
    )
    assert isinstance(outcomes[1], AccessChanged)
    assert [outcomes[n].message.seq for n in (0, 2, 3)] == [1, 1, 2]
    assert head_of(den).last_seq == 2


def test_a_room_or_a_person_that_is_not_there_is_not_found(den, people):
    outcomes = all_at_once(
        new(den, people[0], room_id=uuid4()),
        new(den, people[0], sender_id=uuid4()),
        new(den, people[0]),
    )
    assert [type(outcome) for outcome in outcomes[:2]] == [NotFound, NotFound]
    assert outcomes[2].message.seq == 1


def test_a_nonce_twice_in_one_batch_is_one_message(den, people, rung):
    outcomes = all_at_once(
        new(den, people[0], "same"),
        new(den, people[0], "same"),
        new(den, people[0], "same", content="other words"),
        new(den, people[1], "same"),
        new(den, people[0], "same"),
    )
    assert isinstance(outcomes[2], Conflict)
    assert [outcomes[n].message.seq for n in (0, 1, 3, 4)] == [1, 1, 2, 1]
    assert [outcomes[n].is_change for n in (0, 1, 3, 4)] == [True, False, True, False]
    assert len(rung) == head_of(den).last_seq == 2


def test_one_nonce_by_eight_loops_is_one_message(den, people, rung):
    """As of eight processes: none knows what another is about to commit."""
    batcher = sqlite.SqliteBatcher if connection.vendor == "sqlite" else postgres.PostgresBatcher

    def work(index):
        async def run():
            mine = batcher(asyncio.get_running_loop())
            turns = [new(den, people[0], f"n{turn}") for turn in range(10)]
            return await asyncio.gather(*map(mine.append, turns))

        return [one.message.pk for one in asyncio.run(run())]

    found = in_threads(work)
    assert all(ids == found[0] for ids in found)
    assert head_of(den).last_seq == Message.objects.filter(room=den).count() == 10
    assert {number for number, _ in rung} == set(range(1, 11))


def test_a_reaction_and_a_deletion_wait_for_what_was_sent_before_them(den, people):
    message = append_now(new(den, people[0])).message
    react = ReactionChange(
        room_id=den.pk,
        message_id=message.pk,
        user_id=people[1].pk,
        emoji="👍",
        is_added=True,
        access_version=1,
    )
    outcomes = all_at_once(
        new(den, people[0]), react, new(den, people[0]), deletion(message), new(den, people[0])
    )
    assert [one.message.change_seq for one in outcomes] == [2, 3, 4, 5, 6]


# --- rooms that are locked elsewhere -------------------------------------------------------------------
@pytest.mark.services
def test_a_room_locked_elsewhere_holds_up_no_other(den, hall, people, admin, rung):
    async def run():
        with admin.transaction():
            admin.execute("SELECT 1 FROM rooms_roomhead WHERE room_id = %s FOR UPDATE", [den.pk])
            stuck = [append(new(den, people[0], content=str(n))) for n in range(3)]
            for _ in range(3):  # also when they come later
                await asyncio.wait_for(append(new(hall, people[0])), 20)
            later = append(new(den, people[0], content="3"))
            await asyncio.wait_for(append(new(hall, people[0])), 20)
            assert not any(one.done() for one in (*stuck, later))
        return [(await one).message for one in (*stuck, later)]

    found = asyncio.run(run())
    rows = Message.objects.in_bulk([one.pk for one in found])
    contents = [(one.seq, rows[one.pk].content) for one in found]
    assert contents == [(n + 1, str(n)) for n in range(4)]
    assert head_of(hall).last_seq == 4
    assert len(rung) == 8


@pytest.mark.services
def test_who_waits_too_long_for_a_locked_room_is_refused_and_nothing_is_written(
    den, people, admin, monkeypatch
):
    monkeypatch.setattr(transaction, "GIVE_UP_AFTER_S", 0.5)
    with admin.transaction():
        admin.execute("SELECT 1 FROM rooms_roomhead WHERE room_id = %s FOR UPDATE", [den.pk])
        outcomes = all_at_once(new(den, people[0]), new(den, people[0]))
    assert [type(outcome) for outcome in outcomes] == [Unavailable, Unavailable]
    assert head_of(den).last_seq == 0
    assert all_at_once(new(den, people[0]))[0].message.seq == 1


# --- connections that break ----------------------------------------------------------------------------
@pytest.mark.services
@pytest.mark.parametrize("is_committed", [False, True], ids=["not committed", "committed"])
def test_a_backend_killed_around_commit_leaves_one_row_one_ack_and_one_event(
    den, hall, people, admin, monkeypatch, rung, is_committed
):
    """The sender never learns of it: the nonce settles what happened."""
    ask, kills = Line.ask, []

    async def killed(line, query, values):
        if kills:
            return await ask(line, query, values)
        kills.append((await ask(line, b"SELECT pg_backend_pid()", ())).get_value(0, 0))
        if is_committed:
            await ask(line, query, values)
        admin.execute("SELECT pg_terminate_backend(%s)", [int(kills[0])])
        return await ask(line, b"SELECT 1", ())  # the answer never comes

    monkeypatch.setattr(Line, "ask", killed)
    entries = [new((den, hall)[n % 2], people[0]) for n in range(6)]
    outcomes = all_at_once(*entries)
    assert kills
    assert [one.message.seq for one in outcomes] == [1, 1, 2, 2, 3, 3]
    assert all(one.is_change for one in outcomes)
    assert Message.objects.count() == 6
    assert (head_of(den).last_seq, head_of(hall).last_seq) == (3, 3)
    assert sorted(number for number, _ in rung) == [1, 1, 2, 2, 3, 3]


@pytest.mark.services
def test_backends_killed_at_any_moment_leave_one_row_per_ack_in_batches(den, people, admin):
    done = threading.Event()
    strikes = []

    def strike():
        while not done.wait(0.05):
            killed = admin.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND query LIKE '%FOR UPDATE%'"
            ).fetchone()
            strikes.append(killed[0])

    async def write():
        async def one_after_the_other(index):
            for turn in range(25):
                entry = new(den, people[index % 2], f"{index}-{turn}")
                try:
                    outcomes.append((entry.nonce, (await append(entry)).message.seq))
                except Unavailable:
                    outcomes.append((entry.nonce, None))

        outcomes = []
        await asyncio.gather(*map(one_after_the_other, range(8)))
        return outcomes

    striker = threading.Thread(target=strike)
    striker.start()
    try:
        outcomes = asyncio.run(write())
    finally:
        done.set()
        striker.join()
    assert sum(strikes) > 0
    rows = dict(Message.objects.filter(room=den).values_list("nonce", "seq"))
    assert all(rows[nonce] == seq for nonce, seq in outcomes if seq is not None)
    assert sum(seq is not None for _, seq in outcomes) > len(outcomes) // 2
    assert sorted(rows.values()) == list(range(1, head_of(den).last_seq + 1))


@pytest.mark.services
def test_a_database_that_stays_away_is_a_clean_refusal_in_batches(den, people, monkeypatch):
    monkeypatch.setattr(transaction, "RETRY_AFTER_S", (0.0, 0.01))
    tries = []

    async def away(**options):
        tries.append(options)
        raise psycopg.OperationalError("no route to host")

    monkeypatch.setattr(statement.psycopg.AsyncConnection, "connect", away)
    outcomes = all_at_once(new(den, people[0]), new(den, people[1]))
    assert [type(outcome) for outcome in outcomes] == [Unavailable, Unavailable]
    assert len(tries) == 3
    monkeypatch.undo()
    assert all_at_once(new(den, people[0]))[0].message.seq == 1
