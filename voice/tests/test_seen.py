"""What the doorbell loses, repeats or reorders, sockets hear once and in the end rightly."""

import msgspec
import pytest

from realtime import wire
from realtime.protocol import encode
from rooms import services as rooms
from voice import queries, seen, services
from voice.events import state_changed
from voice.models import VoiceSession
from voice.tests.test_placement import hire, sign_in_of

pytestmark = pytest.mark.django_db


class Ear:
    """A hub that only listens."""

    def __init__(self):
        self.heard = []

    def take(self, entry):
        data = msgspec.json.decode(entry.frame)["data"]
        self.heard.append((data["muted"], data["joined"]))


@pytest.fixture
def session(alice, bob, server):
    hire()
    room = rooms.create_room(alice, kind="voice", name="lounge", server=server)
    return services.join(bob, ref=str(room.pk), sign_in=sign_in_of(bob), is_of_gateway=True)


@pytest.fixture
def ear():
    return Ear()


@pytest.fixture
def states(ear, monkeypatch):
    monkeypatch.setattr(seen, "LATE_S", 0.0)
    return seen.SeenStates(ear)


def told(session, **state):
    """The doorbell's entry of a session as it is (or was)."""
    frame = encode(state_changed(session, **state))
    return wire.Stated(str(session.room_id), str(session.pk), session.version, frame)


def look(states):
    """Once round, as live.py does."""
    states.tell(queries.get_states(states.compare(queries.list_seated())))


def test_what_was_told_is_not_told_again(session, states, ear):
    states.take(told(session))
    states.take(told(session))
    look(states)
    assert ear.heard == [(False, True)]


def test_a_lost_change_is_told_and_a_late_one_is_not(bob, session, states, ear):
    old = told(session)
    states.take(old)
    services.set_state(bob, session_id=str(session.pk), muted=True)
    look(states)
    states.take(old)
    assert ear.heard == [(False, True), (True, True)]


def test_a_lost_goodbye_is_told_and_a_late_frame_brings_nobody_back(bob, session, states, ear):
    old = told(session)
    states.take(old)
    services.leave(bob, session_id=str(session.pk))
    look(states)
    states.take(old)
    look(states)
    assert ear.heard == [(False, True), (False, False)]
    assert not VoiceSession.objects.exists()


def test_the_doorbell_has_a_moment_before_the_database_is_believed(
    session, states, ear, monkeypatch
):
    monkeypatch.setattr(seen, "LATE_S", 1000.0)
    look(states)
    assert ear.heard == []
    monkeypatch.setattr(seen, "LATE_S", 0.0)
    look(states)
    assert ear.heard == [(False, True)]
