"""Sitting down, getting up, muting: what is written, what is told, what it costs."""

import pytest

from api.errors import Conflict, Forbidden, Gone, NotFound, Unavailable
from realtime import wire
from rooms import services as rooms
from rooms.access import Permission
from voice import placement, queries, services
from voice.models import MediaWorker, VoiceSession
from voice.tests.test_placement import hire, sign_in_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def lounge(alice, server):
    hire()
    return rooms.create_room(alice, kind="voice", name="lounge", server=server)


def sit(person, room, **how):
    """By the gateway, unless told otherwise."""
    how = {"is_of_gateway": True, "sign_in": sign_in_of(person)} | how
    return services.join(person, ref=str(room.pk), **how)


def states(told):
    """(session id, joined) of every state told."""
    return [(it.key, '"joined":true' in it.frame) for it in told.of(wire.Stated)]


def events(told, name):
    """The data of every frame of a type to people."""
    return [frame["data"] for _, frame in told.events if frame["type"] == name]


def test_who_sits_down_is_told_once_and_counted(bob, lounge, told):
    with told:
        session = sit(bob, lounge, muted=True)
    assert states(told) == [(str(session.pk), True)]
    (state,) = queries.states_of_room(str(lounge.pk))
    assert (state.user_id, state.muted, state.server_muted) == (str(bob.pk), True, False)


def test_sitting_elsewhere_ends_where_one_sat(alice, bob, server, lounge, told):
    other = rooms.create_room(alice, kind="voice", name="attic", server=server)
    first = sit(bob, lounge)
    with told:
        second = sit(bob, other)
    assert states(told) == [(str(first.pk), False), (str(second.pk), True)]
    assert events(told, "voice:left") == [
        {"sessionId": str(first.pk), "roomId": str(lounge.pk), "reason": "replaced"}
    ]
    assert VoiceSession.objects.count() == 1


def test_sitting_down_again_in_the_same_room_is_no_leaving(bob, lounge, told):
    sit(bob, lounge)
    with told:
        second = sit(bob, lounge)
    assert states(told) == [(str(second.pk), True)]


def test_rest_finds_the_session_it_has(bob, lounge):
    sign_in = sign_in_of(bob)
    session = sit(bob, lounge, sign_in=sign_in, is_of_gateway=False)
    assert services.find_session(bob, ref=lounge.slug, sign_in=sign_in) == session
    assert services.find_session(bob, ref=lounge.slug, sign_in=sign_in_of(bob)) is None


def test_who_may_not_sit(alice, bob, mallory, room, lounge):
    with pytest.raises(NotFound):
        sit(mallory, lounge)
    with pytest.raises(Conflict):
        sit(bob, room)  # a text channel
    rooms.set_override(
        alice,
        ref=str(lounge.pk),
        target="member",
        allow=Permission.NONE,
        deny=Permission.JOIN_VOICE,
    )
    with pytest.raises(Forbidden):
        sit(bob, lounge)
    call = rooms.create_room(alice, kind="call")
    rooms.end_call(alice, ref=call.code)
    with pytest.raises(Gone):
        sit(alice, call)
    assert not VoiceSession.objects.exists()


def test_without_a_worker_nobody_sits(bob, lounge):
    MediaWorker.objects.all().delete()
    with pytest.raises(Unavailable):
        sit(bob, lounge)
    assert not VoiceSession.objects.exists()


def test_who_may_no_longer_speak_is_silent_and_who_may_no_longer_sit_is_out(
    alice, bob, lounge, told, django_capture_on_commit_callbacks
):
    session = sit(bob, lounge)

    def deny(permission):
        with django_capture_on_commit_callbacks(execute=True):
            rooms.set_override(
                alice, ref=str(lounge.pk), target="member", allow=Permission.NONE, deny=permission
            )

    deny(Permission.SPEAK | Permission.VIDEO)
    session.refresh_from_db()
    assert (session.server_muted, session.may_video) == (True, False)
    deny(Permission.NONE)
    session.refresh_from_db()
    assert (session.server_muted, session.may_video) == (False, True)
    deny(Permission.JOIN_VOICE)
    assert not VoiceSession.objects.exists()


def test_what_changes_nothing_is_told_nobody(bob, lounge, told):
    session = sit(bob, lounge)
    with told:
        services.set_state(bob, session_id=str(session.pk), muted=False)
    assert not told.entries
    with told:
        services.set_state(bob, session_id=str(session.pk), muted=True, deafened=True)
    assert states(told) == [(str(session.pk), True)]


def test_another_persons_session_does_not_exist(alice, bob, lounge):
    session = sit(bob, lounge)
    for act in (
        lambda: services.set_state(alice, session_id=str(session.pk), muted=True),
        lambda: services.leave(alice, session_id=str(session.pk)),
        lambda: services.leave(bob, session_id="nonsense"),
    ):
        with pytest.raises(NotFound):
            act()


def test_nobody_silences_who_stands_above_them(alice, bob, lounge):
    with pytest.raises(Forbidden):
        services.set_server_muted(bob, ref=str(lounge.pk), user_id=str(alice.pk), is_muted=True)


def test_ending_twice_is_once(bob, lounge, told):
    session = sit(bob, lounge)
    with told:
        assert services.end_session(session.pk, "silent")
        assert not services.end_session(session.pk, "silent")
    assert states(told) == [(str(session.pk), False)]


def test_a_lost_worker_lets_its_people_come_again(bob, lounge, told):
    session = sit(bob, lounge)
    placement.give_up(session.worker_id)
    hire()
    with told:
        for room_id, reason in placement.rooms_to_move():
            services.move_room(room_id, reason)
    assert events(told, "voice:moved") == [
        {"roomId": str(lounge.pk), "sessionId": str(session.pk), "reason": "worker_lost"}
    ]
    assert placement.rooms_to_move() == []
    (seated,) = queries.list_seated()
    assert seated.is_moving
    assert not seated.is_over, "they have a few seconds"
    again = sit(bob, lounge)
    assert again.generation > session.generation
    assert again.worker_id != session.worker_id


def test_what_the_upkeep_sees_of_a_session(bob, lounge):
    session = sit(bob, lounge)

    def seen():
        (one,) = queries.list_seated()
        return one.is_over, one.is_signed_out, one.is_due

    assert seen() == (False, False, False)
    VoiceSession.objects.update(ends_at=placement.ago(1))
    assert seen() == (True, False, False)
    services.keep_sockets([str(session.pk)])
    VoiceSession.objects.update(recheck_at=placement.ago(1))
    assert seen() == (False, False, True)
    session.sign_in.revoked_at = session.joined_at
    session.sign_in.save()
    assert seen() == (False, True, True)


def test_what_it_costs(bob, lounge, django_assert_max_num_queries):
    sign_in = sign_in_of(bob)
    with django_assert_max_num_queries(26):
        session = sit(bob, lounge, sign_in=sign_in)
    with django_assert_max_num_queries(5):
        services.set_state(bob, session_id=str(session.pk), muted=True)
    with django_assert_max_num_queries(1):
        queries.list_seated()
    with django_assert_max_num_queries(1):
        queries.list_workers()
    with django_assert_max_num_queries(1):
        queries.states_of_room(str(lounge.pk))
