"""Leases: who lives, who is given up, and where rooms go. On both databases."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from uuid_utils.compat import uuid7

from api.errors import Unavailable
from rooms import services as rooms
from voice import placement
from voice.models import MediaRoom, MediaWorker, VoiceSession

pytestmark = pytest.mark.django_db


def hire(**fields):
    """A worker that has just beaten."""
    worker_id = uuid7()
    placement.register(worker_id, f"ws://127.0.0.1/{worker_id}")
    MediaWorker.objects.filter(pk=worker_id).update(**fields)
    return MediaWorker.objects.get(pk=worker_id)


def stale():
    """So long ago that a lease has run out."""
    return timezone.now() - timedelta(seconds=placement.LEASE_S + 1)


@pytest.fixture
def lounge(alice, server):
    return rooms.create_room(alice, kind="voice", name="lounge", server=server)


def test_a_worker_that_beats_lives_and_one_that_does_not_is_dead():
    living, dead = hire(), hire(beat_at=stale())
    assert list(placement.living()) == [living]
    assert placement.beat(dead.pk, 0.5), "only whoever gives it up ends it"
    assert set(placement.living()) == {living, dead}


def test_who_was_given_up_beats_in_vain_for_ever():
    worker = hire()
    assert placement.give_up(worker.pk)
    assert not placement.beat(worker.pk, 0.0)
    assert not placement.give_up(worker.pk), "one alone does it"
    assert not placement.living().exists()


def test_nobody_is_given_up_who_has_beaten_since():
    worker, dead = hire(), hire()
    MediaWorker.objects.update(beat_at=placement.ago(placement.LEASE_S + 1))
    placement.beat(worker.pk, 0.0)
    assert not placement.give_up(worker.pk, if_stale=True)
    assert placement.beat(worker.pk, 0.0)
    assert placement.give_up(dead.pk, if_stale=True)
    assert not placement.beat(dead.pk, 0.0)


def test_a_room_stays_where_it_is(lounge):
    first = hire()
    lease, is_new = placement.place(lounge)
    hire()
    again, is_new_again = placement.place(lounge)
    assert (is_new, is_new_again) == (True, False)
    assert lease.worker == again.worker == first
    assert lease.generation == again.generation == 1


@pytest.mark.parametrize(
    "fate", [{"beat_at": stale()}, {"lost_at": timezone.now()}, {"is_draining": True}]
)
def test_a_room_leaves_a_worker_that_does_not_serve_and_its_generation_grows(lounge, fate):
    first = hire()
    placement.place(lounge)
    MediaWorker.objects.filter(pk=first.pk).update(**fate)
    with pytest.raises(Unavailable):
        placement.place(lounge)
    second = hire()
    lease, is_new = placement.place(lounge)
    assert (lease.worker, lease.generation, is_new) == (second, 2, True)


def test_rooms_go_where_the_fewest_people_are_and_nobody_is_busy(alice, bob, server, lounge):
    busy, crowded, free = hire(busy=0.95), hire(), hire()
    other = rooms.create_room(alice, kind="voice", name="other", server=server)
    MediaRoom.objects.create(room=other, worker=crowded, generation=1)
    VoiceSession.objects.create(
        room=other, user=bob, sign_in=sign_in_of(bob), worker=crowded, generation=1,
        is_of_gateway=False,
    )  # fmt: skip
    assert placement.place(lounge)[0].worker == free
    placement.remove(free.pk)
    third = rooms.create_room(alice, kind="voice", name="third", server=server)
    assert placement.place(third)[0].worker == crowded
    placement.remove(crowded.pk)
    fourth = rooms.create_room(alice, kind="voice", name="fourth", server=server)
    assert placement.place(fourth)[0].worker == busy


def test_what_a_lost_or_draining_worker_holds_is_to_be_moved(alice, server, lounge):
    worker = hire()
    placement.place(lounge)
    assert placement.rooms_to_move() == []
    placement.drain(worker.pk)
    assert placement.rooms_to_move() == [(lounge.pk, "draining")]
    placement.give_up(worker.pk)
    assert placement.rooms_to_move() == [(lounge.pk, "worker_lost")]
    placement.release(lounge.pk)
    assert placement.rooms_to_move() == []


def test_times_are_the_databases(lounge):
    """A worker whose machine's clock is an hour off lives and dies like the others."""
    worker = hire()
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM voice_mediaworker")
    off = timezone.now() + timedelta(hours=1)
    placement.beat(worker.pk, 0.0)
    assert MediaWorker.objects.get(pk=worker.pk).beat_at < off - timedelta(minutes=59)


def sign_in_of(person):
    from accounts import sign_in

    return sign_in.open_session(person, caller=sign_in.Caller("127.0.0.1", "tests")).session
