"""Many at once: seats come out exact, and a person sits once."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from rooms import services as rooms
from rooms.tests.test_races import at_once, crowd  # noqa: F401  (a fixture)
from voice import services
from voice.models import VoiceSession
from voice.tests.test_placement import hire, sign_in_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ALL_DAY = timezone.now() + timedelta(days=1)  # a lease that a slow machine does not let run out


@pytest.fixture
def lounge(alice):
    hire(beat_at=ALL_DAY)
    server = rooms.create_server(alice, name="House")
    room = rooms.create_room(alice, kind="voice", name="l", server=server, max_participants=5)
    room.people = server
    return room


def sit(person, room, sign_in):
    services.join(person, ref=str(room.pk), sign_in=sign_in, is_of_gateway=False)


def test_twenty_who_want_five_seats_get_five(lounge, crowd):  # noqa: F811
    people = crowd(20)
    for person in people:
        rooms.join_server(person, server=lounge.people)
    acts = [partial(sit, person, lounge, sign_in_of(person)) for person in people]
    found = at_once(lambda act: act(), *acts)
    assert found == {"ok": 5, "CONFLICT": 15}
    assert VoiceSession.objects.filter(room=lounge).count() == 5


def test_one_person_on_eight_devices_sits_once(alice, lounge):
    other = rooms.create_room(alice, kind="voice", name="other", server=lounge.people)
    acts = [partial(sit, alice, room, sign_in_of(alice)) for room in (lounge, other) * 4]
    assert at_once(lambda act: act(), *acts) == {"ok": 8}
    assert VoiceSession.objects.count() == 1


def test_nobody_sits_in_a_call_that_ended_meanwhile(alice, crowd):  # noqa: F811
    hire(beat_at=ALL_DAY)
    call = rooms.create_room(alice, kind="call")
    people = crowd(6)
    for person in people:
        rooms.join_room(person, ref=call.code)
    acts = [partial(sit, person, call, sign_in_of(person)) for person in people]
    acts.insert(3, partial(rooms.end_call, alice, ref=call.code))
    found = at_once(lambda act: act(), *acts)
    assert found.keys() <= {"ok", "GONE"}
    assert not VoiceSession.objects.exists()
