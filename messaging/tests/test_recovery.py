"""Recovery: everything after a number, in pages whose ends are safe, or an explicit no."""

import threading
from datetime import UTC, datetime
from uuid import uuid4

import hypothesis.strategies as st
import pytest
from django.db import connections
from hypothesis import given
from uuid_utils.compat import uuid7

from accounts.services import register_person
from api.payloads import Payload, to_json
from messaging import recovery
from messaging.models import Message
from messaging.recovery import (
    MAX_CHANGES,
    PAGE_BYTES,
    PAGE_MESSAGES,
    missed_events,
    pages_after,
    read_changes,
    read_newest,
    snapshot,
)
from realtime.protocol import encode
from rooms import services as rooms_services
from rooms.models import DatabaseEpoch, RoomHead, read_epoch

NOW = datetime(2026, 11, 20, 20, 36, tzinfo=UTC)


def fill(room, sender, numbers, *, head=None, content="words"):
    """Messages whose last change has these numbers; their places are the numbers, too."""
    Message.objects.bulk_create(
        Message(
            pk=uuid7(),
            room=room,
            seq=number,
            change_seq=number,
            sender=sender,
            content=content,
            nonce=f"n{number}",
            request_hash="",
            created_at=NOW,
            updated_at=NOW,
        )
        for number in numbers
    )
    RoomHead.objects.filter(pk=room.pk).update(last_seq=head or max(numbers))


def numbers_of(messages):
    return [message.change_seq for message in messages]


# --- what comes ----------------------------------------------------------------------------------
def test_everything_after_the_number_comes_in_the_order_of_changes(room, alice):
    fill(room, alice, range(1, 11))
    changes = read_changes(str(room.pk), 7)
    assert changes.is_recovered
    assert [(numbers_of(messages), up_to) for messages, up_to in changes.pages] == [
        ([8, 9, 10], 10)
    ]


def test_who_has_everything_gets_one_empty_page(room, alice):
    fill(room, alice, range(1, 4))
    changes = read_changes(str(room.pk), 3)
    assert (changes.is_recovered, changes.head, changes.pages) == (True, 3, [([], 3)])


def test_a_new_room_is_recovered_from_nothing(room):
    assert read_changes(str(room.pk), 0).pages == [([], 0)]


def test_a_message_changed_twice_comes_once_as_it_is_now(room, alice):
    fill(room, alice, [1, 2])
    Message.objects.filter(room=room, seq=1).update(change_seq=4, content="", deleted_at=NOW)
    RoomHead.objects.filter(pk=room.pk).update(last_seq=4)
    ((messages, up_to),) = read_changes(str(room.pk), 1).pages
    assert (numbers_of(messages), up_to) == ([2, 4], 4)
    assert (messages[1].seq, messages[1].content) == (1, None)


def test_the_newest_part_comes_oldest_first(room, alice):
    fill(room, alice, range(1, 61))
    assert [message.seq for message in read_newest(str(room.pk), room.created_by_id)] == list(
        range(11, 61)
    )


# --- pages ---------------------------------------------------------------------------------------
def test_pages_hold_at_most_two_hundred_messages(room, alice):
    fill(room, alice, range(1, 451), head=460)
    changes = read_changes(str(room.pk), 0)
    assert [(len(messages), up_to) for messages, up_to in changes.pages] == [
        (200, 200),
        (200, 400),
        (50, 460),
    ]


@pytest.mark.parametrize("letter", ["a", "ä", "😀", "\n", '"'])
def test_a_page_of_the_longest_messages_is_a_frame_of_at_most_256_kib(room, alice, letter):
    fill(room, alice, range(1, 121), content=letter * 4000)
    events = [event for _, event in missed_events(str(room.pk), read_changes(str(room.pk), 0))]
    frames = [encode(event, "c" * 64).encode() for event in events]
    assert len(frames) > 1
    assert all(len(frame) <= 256 * 1024 for frame in frames)
    assert [number for event in events for number in numbers_of(event.messages)] == [*range(1, 121)]


def test_many_small_messages_that_just_fill_a_page_fit_its_frame(room, alice):
    """The commas between them and the frame around them count, too."""
    fill(room, alice, range(1, 600), content="x" * 900)
    events = [event for _, event in missed_events(str(room.pk), read_changes(str(room.pk), 0))]
    assert all(len(encode(event).encode()) <= 256 * 1024 for event in events)


class Row(Payload):
    """As much of a message as pages are made by."""

    change_seq: int
    content: str


@given(
    gaps=st.lists(st.integers(1, 3), max_size=700),
    sizes=st.lists(st.integers(0, 60_000), min_size=1, max_size=40),
    beyond=st.integers(0, 3),
)
def test_each_page_ends_at_a_safe_cursor(gaps, sizes, beyond):
    rows, number = [], 0
    for index, gap in enumerate(gaps):
        number += gap
        rows.append(Row(change_seq=number, content="x" * sizes[index % len(sizes)]))
    head = number + beyond
    pages = recovery._in_pages(rows, head)

    assert [row for page, _ in pages for row in page] == rows
    ends = [up_to for _, up_to in pages]
    assert ends[-1] == head
    assert ends == sorted(set(ends))
    cursor = 0
    for page, up_to in pages:
        assert [row for row in rows if cursor < row.change_seq <= up_to] == page
        assert len(page) <= PAGE_MESSAGES
        assert len(page) <= 1 or len(to_json(page)) <= PAGE_BYTES
        cursor = up_to


def test_missed_events_say_how_far_they_go_and_whether_more_follows(room, alice):
    fill(room, alice, range(1, 301))
    events = [event for _, event in missed_events(str(room.pk), read_changes(str(room.pk), 0))]
    assert [(e.up_to, e.last_seq, e.more, e.recovered) for e in events] == [
        (200, 300, True, True),
        (300, 300, False, True),
    ]
    assert {(e.room_id, e.epoch) for e in events} == {(str(room.pk), str(read_epoch()))}


def test_a_process_reads_its_holes_in_the_same_pages(room, alice):
    fill(room, alice, range(1, 301))
    pages = pages_after(str(room.pk), 50)
    assert [(page.up_to, len(page.event.messages)) for page in pages] == [(250, 200), (300, 50)]


# --- not possible --------------------------------------------------------------------------------
def refusal(room, after, epoch=None):
    changes = read_changes(str(room.pk), after, epoch)
    if changes.is_recovered:
        return None
    assert changes.pages == [([], changes.head)], "never a part"
    return changes.head


def test_a_thousand_changes_come_and_one_more_does_not(room, alice):
    fill(room, alice, [5], head=MAX_CHANGES + 1)
    assert refusal(room, 1) is None
    assert refusal(room, 0) == MAX_CHANGES + 1


def test_below_the_floor_nothing_comes(room, alice):
    fill(room, alice, range(6, 11))
    RoomHead.objects.filter(pk=room.pk).update(floor_seq=5)
    assert refusal(room, 5) is None
    assert refusal(room, 4) == 10


def test_beyond_the_head_nothing_comes(room, alice):
    fill(room, alice, range(1, 11))
    assert refusal(room, 10) is None
    assert refusal(room, 11) == 10
    assert refusal(room, 2**63 - 1) == 10


def test_with_another_epoch_nothing_comes(room, alice):
    fill(room, alice, range(1, 11))
    assert refusal(room, 5, str(read_epoch())) is None
    assert refusal(room, 5, str(uuid4())) == 10
    assert refusal(room, 5, "") == 10
    before = str(read_epoch())
    rooms_services.renew_epoch()
    assert refusal(room, 5, before) == 10


# --- one moment ----------------------------------------------------------------------------------
@pytest.fixture
def den(transactional_db, quick_passwords):
    """A room in a database whose commits are real, and its owner."""
    if not DatabaseEpoch.objects.exists():
        rooms_services.renew_epoch()
    alice = register_person(email="a@example.com", password="correct horse", username="alice")
    return rooms_services.create_room(alice, kind="text", name="den"), alice


def elsewhere(work):
    """Do it in another thread, on another connection, now."""
    thread = threading.Thread(target=lambda: (work(), connections.close_all()))
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


def test_all_reads_of_a_snapshot_see_one_moment(den):
    room, alice = den
    fill(room, alice, [1])
    with snapshot():
        assert read_changes(str(room.pk), 0).head == 1
        elsewhere(lambda: fill(room, alice, [2]))
        assert read_changes(str(room.pk), 0).pages == [
            (read_changes(str(room.pk), 0).pages[0][0], 1)
        ]
        assert len(read_newest(str(room.pk), room.created_by_id)) == 1
    assert read_changes(str(room.pk), 0).head == 2


def test_a_snapshot_that_fails_leaves_the_connection_usable(den):
    room, alice = den

    def fail():
        with snapshot():
            assert read_changes(str(room.pk), 0).head / 0

    with pytest.raises(ZeroDivisionError):
        fail()
    fill(room, alice, [1])
    with snapshot():
        assert read_changes(str(room.pk), 0).head == 1
