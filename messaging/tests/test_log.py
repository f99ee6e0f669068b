"""The room log on real commits: dense numbers, nonces for ever, access as it is now."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.services import register_person
from api.errors import Conflict, Forbidden, Gone, NotFound, Unavailable
from messaging import changes, log, services
from messaging.entries import AccessChanged, Deletion, Edit, NewMessage, Words
from messaging.log import append, append_now
from messaging.models import Message
from messaging.services import Draft
from realtime import publish
from rooms import access as rooms_access
from rooms import services as rooms_services
from rooms.models import DatabaseEpoch, RoomHead, RoomMember

THREADS = 8


@pytest.fixture
def people(transactional_db, quick_passwords):
    """alice and bob, in a database where commits are real."""
    if not DatabaseEpoch.objects.exists():
        rooms_services.renew_epoch()
    return [
        register_person(email=f"{name}@example.com", password="correct horse", username=name)
        for name in ("alice", "bob")
    ]


@pytest.fixture
def den(people):
    """alice's room, open to all."""
    return rooms_services.create_room(people[0], kind="text", name="den")


@pytest.fixture
def rung(monkeypatch):
    """Every numbered change that was told, as (number, event)."""
    told = []
    monkeypatch.setattr(
        publish,
        "room_changes",
        lambda changes: told.extend((number, event) for _, number, event in changes),
    )
    return told


def said(content):
    return Words(content, f"<p>{content}</p>")


def new(room, sender, nonce=None, content="hello", **fields):
    given = {
        "room_id": room.pk,
        "sender_id": sender.pk,
        "words": said(content),
        "nonce": nonce or uuid4().hex,
        "request_hash": content,
        "reply_to_id": None,
        "access_version": 1,
    }
    return NewMessage(**(given | fields))


def edit(message, content):
    return Edit(
        room_id=message.room_id, message_id=message.pk, words=said(content), access_version=1
    )


def deletion(message):
    return Deletion(room_id=message.room_id, message_id=message.pk, access_version=1)


def head_of(room):
    return RoomHead.objects.get(pk=room.pk)


def in_threads(work, count=THREADS):
    """Run `work(index)` in so many threads that begin together; answers what each returned."""
    together = threading.Barrier(count)

    def run(index):
        try:
            together.wait(10)
            return work(index)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return [task.result(60) for task in [pool.submit(run, index) for index in range(count)]]


# --- rules 1 and 2: dense numbers, in commit order -----------------------------------------------
def test_eight_threads_that_write_and_change_take_dense_numbers(den, people, rung):
    def write(index):
        numbers = []
        for turn in range(6):
            sent = append_now(new(den, people[index % 2])).message
            numbers.append(sent.change_seq)
            if turn % 2:
                numbers.append(append_now(edit(sent, f"again {turn}")).message.change_seq)
            if turn % 3 == 0:
                numbers.append(append_now(deletion(sent)).message.change_seq)
        return numbers

    found = in_threads(write)
    taken = sorted(number for numbers in found for number in numbers)
    assert taken == list(range(1, len(taken) + 1))
    assert all(numbers == sorted(numbers) for numbers in found)
    assert head_of(den).last_seq == len(taken)
    assert sorted(number for number, _ in rung) == taken
    changes = Message.objects.filter(room=den).values_list("change_seq", flat=True)
    assert len(set(changes)) == Message.objects.filter(room=den).count() == THREADS * 6
    assert head_of(den).message_count == Message.objects.filter(room=den, deleted_at=None).count()


def test_who_reads_a_head_finds_every_change_up_to_it(den, people):
    """No number is visible before a lower one: a reader's snapshot never has a gap."""
    done = threading.Event()
    gaps = []

    def read():
        from messaging import recovery

        while not done.is_set():
            with recovery.snapshot():
                changes = recovery.read_changes(str(den.pk), 0)
            numbers = [m.change_seq for messages, _ in changes.pages for m in messages]
            if numbers != list(range(1, changes.head + 1)):
                gaps.append((changes.head, numbers))

    def work(index):
        if index == 0:
            return read()
        for _ in range(10):
            append_now(new(den, people[0]))
        if len(Message.objects.filter(room=den)[:70]) == 70:
            done.set()
        return None

    in_threads(work)
    assert gaps == []


def test_entries_of_one_room_are_written_in_the_order_of_the_calls(den, people):
    async def all_at_once():
        entries = [new(den, people[0], content=str(index)) for index in range(20)]
        return await asyncio.gather(*(append(entry) for entry in entries))

    appended = asyncio.run(all_at_once())
    assert [one.message.seq for one in appended] == list(range(1, 21))
    rows = Message.objects.in_bulk([one.message.pk for one in appended])
    assert [rows[one.message.pk].content for one in appended] == [str(n) for n in range(20)]


def test_rooms_have_counters_of_their_own(den, people):
    other = rooms_services.create_room(people[1], kind="text", name="hall")
    numbers = in_threads(
        lambda index: [
            append_now(new((den, other)[index % 2], people[index % 2])).message.seq
            for _ in range(4)
        ]
    )
    for which in (0, 1):
        taken = sorted(number for found in numbers[which::2] for number in found)
        assert taken == list(range(1, 4 * THREADS // 2 + 1))


def test_a_change_is_told_only_after_its_commit(den, people, monkeypatch):
    seen = []

    def told(changes):
        assert not connection.in_atomic_block
        seen.extend((number, head_of(den).last_seq) for _, number, _ in changes)

    monkeypatch.setattr(publish, "room_changes", told)
    message = append_now(new(den, people[0])).message
    append_now(edit(message, "other words"))
    assert seen == [(1, 1), (2, 2)]


def test_what_changes_nothing_takes_no_number_and_is_not_told(den, people, rung):
    message = append_now(new(den, people[0], "n", content="words")).message
    append_now(edit(message, "other words"))
    append_now(deletion(message))
    rung.clear()
    before = head_of(den).last_seq
    for entry in (new(den, people[0], "n", content="words"), deletion(message)):
        assert not append_now(entry).is_change
    with pytest.raises(Gone):  # also where the deletion came between the check and the write
        append_now(edit(message, "words for the dead"))
    assert head_of(den).last_seq == before == 3
    assert rung == []


def test_the_same_words_again_are_no_change(den, people):
    message = append_now(new(den, people[0], content="words")).message
    again = append_now(edit(message, "words"))
    assert not again.is_change
    assert again.message.edited_at is None
    assert head_of(den).last_seq == 1


def test_a_message_or_room_that_is_not_there_is_not_found(den, people):
    message = append_now(new(den, people[0])).message
    with pytest.raises(NotFound):
        append_now(Edit(room_id=uuid4(), message_id=message.pk, words=said("x"), access_version=1))
    with pytest.raises(NotFound):
        append_now(Edit(room_id=den.pk, message_id=uuid4(), words=said("x"), access_version=1))
    assert head_of(den).last_seq == 1


# --- rule 3: nonces ------------------------------------------------------------------------------
def test_one_nonce_sent_by_eight_threads_is_one_message(den, people, rung):
    entry = new(den, people[0], "same")
    found = in_threads(lambda index: append_now(new(den, people[0], "same")))
    assert entry.nonce == "same"
    assert len({appended.message.pk for appended in found}) == 1
    assert sum(appended.is_change for appended in found) == 1
    assert head_of(den).last_seq == Message.objects.filter(room=den).count() == 1
    assert len(rung) == 1


def test_one_nonce_for_another_message_is_a_conflict_and_takes_no_number(den, people):
    append_now(new(den, people[0], "same", content="one"))
    with pytest.raises(Conflict):
        append_now(new(den, people[0], "same", content="two"))
    assert head_of(den).last_seq == 1


def test_a_nonce_belongs_to_its_sender_and_room(den, people):
    hall = rooms_services.create_room(people[1], kind="text", name="hall")
    for room, sender in ((den, people[0]), (den, people[1]), (hall, people[0])):
        assert append_now(new(room, sender, "same")).is_change


def test_a_nonce_holds_after_its_message_was_changed_and_deleted(den, people):
    first = append_now(new(den, people[0], "same", content="words")).message
    append_now(edit(first, "other words"))
    append_now(deletion(first))
    again = append_now(new(den, people[0], "same", content="words"))
    assert (again.message.pk, again.message.seq, again.is_change) == (first.pk, 1, False)


# --- rule 8: access ------------------------------------------------------------------------------
def raise_version(room):
    RoomHead.objects.filter(pk=room.pk).update(access_version=2)


def test_an_entry_checked_against_another_access_version_is_refused(den, people):
    message = append_now(new(den, people[0])).message
    raise_version(den)
    for entry in (new(den, people[0]), edit(message, "x"), deletion(message)):
        with pytest.raises(AccessChanged):
            append_now(entry)
    assert head_of(den).last_seq == 1


def test_a_retry_of_what_was_sent_before_access_changed_gets_its_ack(den, people):
    """Its sender may be gone since; the message is there all the same."""
    first = append_now(new(den, people[0], "n")).message
    raise_version(den)
    assert append_now(new(den, people[0], "n")).message.pk == first.pk


def test_a_send_is_checked_again_when_access_has_changed_and_goes_through_if_it_may(den, people):
    rooms_access.load_grant(str(people[0].pk), str(den.pk))
    raise_version(den)
    appended = services.send_message(people[0], room_id=den.pk, draft=Draft(content="still here"))
    assert appended.message.seq == 1


def test_a_socket_send_is_checked_again_and_refused_after_a_kick(den, people):
    """The grant in memory still says yes; the log does not believe it."""
    private = rooms_services.create_room(people[0], kind="text", name="nook", is_private=True)
    RoomMember.objects.create(room=private, user=people[1])
    draft = Draft(content="let me in")

    async def prepare():
        return await services.prepare_from_socket(str(people[1].pk), str(private.pk), draft)

    async def commit(entry):
        return await services.commit(entry, lambda: services.prepare_again(entry, draft))

    entry = asyncio.run(prepare())
    rooms_services.leave_room(people[1], ref=str(private.pk))
    with pytest.raises((Forbidden, NotFound)):
        asyncio.run(commit(entry))
    assert not Message.objects.filter(room=private).exists()
    assert head_of(private).last_seq == 0


def test_nothing_is_written_after_a_kick_that_eight_threads_race_with(den, people, settings):
    """Whatever was not refused lies before the kick in the room's order."""
    settings.RATE_LIMITS = "off"
    private = rooms_services.create_room(people[0], kind="text", name="nook", is_private=True)
    RoomMember.objects.create(room=private, user=people[1])
    kicked_at = []

    def work(index):
        if index == 0:
            time.sleep(0.05)
            rooms_services.leave_room(people[1], ref=str(private.pk))
            kicked_at.append(head_of(private).last_seq)
            return 0
        written = 0
        while True:
            try:
                services.send_message(people[1], room_id=private.pk, draft=Draft(content="hi"))
            except (Forbidden, NotFound, Unavailable):
                return written
            written += 1

    written = sum(in_threads(work))
    assert head_of(private).last_seq == written == kicked_at[0]


# --- transactions --------------------------------------------------------------------------------
def test_nobody_writes_inside_another_transaction(den, people):
    with transaction.atomic(), pytest.raises(RuntimeError):
        append_now(new(den, people[0]))
    assert not Message.objects.exists()


def test_a_writer_that_fails_leaves_no_number_behind(den, people, monkeypatch):
    monkeypatch.setattr(changes, "_take_number", lambda *args, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        append_now(new(den, people[0]))
    monkeypatch.undo()
    assert not Message.objects.exists()
    assert append_now(new(den, people[0])).message.seq == 1


@pytest.fixture
def quick_retries(monkeypatch):
    monkeypatch.setattr(log.transaction, "RETRY_AFTER_S", (0.0, 0.0, 0.01))


@pytest.mark.parametrize("is_committed", [False, True], ids=["not committed", "committed"])
@pytest.mark.parametrize("kind", ["new", "edit", "deletion"])
def test_an_unknown_outcome_of_commit_is_settled_by_writing_again(
    den, people, monkeypatch, quick_retries, kind, is_committed
):
    """The connection is lost in COMMIT, before or after it took effect."""
    message = append_now(new(den, people[0])).message
    entry = {
        "new": new(den, people[0], "n"),
        "edit": edit(message, "other words"),
        "deletion": deletion(message),
    }[kind]
    commit, losses = BaseDatabaseWrapper._commit, []

    def lose(wrapper):
        if losses:
            return commit(wrapper)
        losses.append(True)
        if is_committed:
            commit(wrapper)
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", lose)
    appended = append_now(entry)
    assert losses
    assert appended.message.change_seq == head_of(den).last_seq == 2
    assert Message.objects.filter(room=den).count() == (2 if kind == "new" else 1)
    found = Message.objects.get(pk=appended.message.pk)
    assert (found.content, found.change_seq) == (appended.message.content, 2)


def test_a_database_that_stays_away_is_a_clean_refusal(den, people, monkeypatch, quick_retries):
    def lose(wrapper):
        raise OperationalError("no route to host")

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", lose)
    with pytest.raises(Unavailable):
        append_now(new(den, people[0]))
    monkeypatch.undo()
    connection.close()
    assert not Message.objects.exists()


@pytest.mark.services
def test_backends_killed_at_any_moment_leave_one_row_per_ack(den, people):
    """pg_terminate_backend strikes at random while eight threads write."""
    database = django_settings.DATABASES["default"]
    place = {key: str(database[key.upper()]) for key in ("host", "port", "user", "password")}
    admin = psycopg.connect(
        **{key: value for key, value in place.items() if value}, dbname="postgres", autocommit=True
    )
    done = threading.Event()
    strikes = []

    def strike():
        while not done.wait(0.07):
            killed = admin.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = %s AND state <> 'idle' AND random() < 0.5",
                [connection.settings_dict["NAME"]],
            ).fetchone()
            strikes.append(killed[0] if killed else 0)

    def write(index):
        outcomes = []
        for turn in range(15):
            entry = new(den, people[index % 2], f"{index}-{turn}")
            try:
                outcomes.append((entry.nonce, append_now(entry).message.seq))
            except Unavailable:
                outcomes.append((entry.nonce, None))
        return outcomes

    striker = threading.Thread(target=strike)
    striker.start()
    try:
        outcomes = [outcome for found in in_threads(write) for outcome in found]
    finally:
        done.set()
        striker.join()
        admin.close()
    connection.close()

    assert sum(strikes) > 5
    rows = dict(Message.objects.filter(room=den).values_list("nonce", "seq"))
    assert all(rows[nonce] == seq for nonce, seq in outcomes if seq is not None)
    assert sum(seq is not None for _, seq in outcomes) > len(outcomes) // 2
    assert sorted(rows.values()) == list(range(1, head_of(den).last_seq + 1))
    assert Message.objects.filter(room=den).count() == len(rows)


def test_ids_are_made_before_the_write_so_that_a_retry_keeps_them(den, people):
    entry = new(den, people[0])
    assert isinstance(entry.message_id, UUID)
    assert append_now(entry).message.pk == entry.message_id
