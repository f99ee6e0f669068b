"""Writes of messages: they work, outsiders are refused, sockets hear exactly this, after the commit."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.errors import Conflict, Forbidden, Gone, NotFound, RateLimited, ValidationFailed
from api.payloads import to_json
from messaging import log, payloads, services
from messaging.entries import AccessChanged
from messaging.models import Message
from messaging.services import Draft
from realtime import wire
from rooms import access as rooms_access
from rooms import services as rooms_services
from rooms.access import grants as rooms_grants
from rooms.models import Room, RoomHead


def say(person, room, content="hello", **fields):
    return services.send_message(person, room_id=room.pk, draft=Draft(content=content, **fields))


def shown(appended):
    return json.loads(to_json(payloads.message(appended.message)))


@pytest.fixture
def said(bob, room):
    return say(bob, room).message


# --- what is told ----------------------------------------------------------------------------------
def test_a_new_message_is_told_once_with_its_number(bob, room, told):
    with told:
        sent = say(bob, room)
    assert told.of(wire.Numbered)[0].number == 1
    assert told.events == [
        (str(room.pk), {"type": "message:new", "data": {"message": shown(sent)}})
    ]


def test_an_edit_is_told_once_with_its_number(bob, room, said, told):
    with told:
        edited = services.edit_message(bob, message_id=said.pk, content="hello, house")
    assert [entry.number for entry in told.entries] == [2]
    assert told.events == [
        (str(room.pk), {"type": "message:updated", "data": {"message": shown(edited)}})
    ]


def test_a_deletion_is_told_once_without_the_content(bob, room, said, told):
    with told:
        gone = services.delete_message(bob, message_id=said.pk)
    after = shown(gone)
    data = {name: after[name] for name in ("id", "roomId", "seq", "changeSeq", "deletedAt")}
    assert [entry.number for entry in told.entries] == [2]
    assert told.events == [(str(room.pk), {"type": "message:deleted", "data": data})]


def test_what_changes_nothing_tells_nothing(bob, room, told):
    first = say(bob, room, nonce="n1").message
    services.edit_message(bob, message_id=first.pk, content="x")
    services.delete_message(bob, message_id=first.pk)
    head = RoomHead.objects.get(pk=room.pk).last_seq
    with told:
        assert not say(bob, room, nonce="n1").is_change
        assert not services.delete_message(bob, message_id=first.pk).is_change
    assert told.entries == []
    assert RoomHead.objects.get(pk=room.pk).last_seq == head == 3


# --- who may not -----------------------------------------------------------------------------------
def test_outsiders_are_refused_and_nothing_is_written_or_told(alice, mallory, room, said, told):
    with told:
        with pytest.raises(NotFound):
            say(mallory, room)
        with pytest.raises(NotFound):
            services.edit_message(mallory, message_id=said.pk, content="x")
        with pytest.raises(NotFound):
            services.delete_message(mallory, message_id=said.pk)
        with pytest.raises(Forbidden):
            services.edit_message(alice, message_id=said.pk, content="x")
    assert told.entries == []
    assert RoomHead.objects.get(pk=room.pk).last_seq == 1


def test_a_message_of_the_system_is_edited_by_nobody(bob, said):
    Message.objects.filter(pk=said.pk).update(type="system")
    with pytest.raises(Forbidden):
        services.edit_message(bob, message_id=said.pk, content="x")


def test_a_deleted_message_is_not_edited(bob, said):
    services.delete_message(bob, message_id=said.pk)
    with pytest.raises(Gone):
        services.edit_message(bob, message_id=said.pk, content="x")


def test_who_may_no_longer_write_does_not_edit_but_may_delete(bob, room, said):
    Room.objects.filter(pk=room.pk).update(is_archived=True)
    with pytest.raises(Forbidden):
        services.edit_message(bob, message_id=said.pk, content="x")
    assert services.delete_message(bob, message_id=said.pk).is_change


def test_words_are_checked_before_anything_is_read(bob, room, django_assert_num_queries):
    with django_assert_num_queries(0), pytest.raises(ValidationFailed):
        services.edit_message(bob, message_id=room.pk, content=" ")


def test_a_nonce_is_not_taken_for_another_message(bob, room):
    say(bob, room, nonce="n1")
    with pytest.raises(Conflict):
        say(bob, room, "other", nonce="n1")


# --- sequence rule 8: nothing written after a removal ----------------------------------------------
def remember(person, room):
    return rooms_access.load_grant(str(person.pk), str(room.pk))


def entries_of(bob, room, said):
    """One of each kind, checked while bob was still in."""
    return {
        "a message": services.prepare_send(
            remember(bob, room), bob.pk, Draft(content="late", nonce="l")
        ).entry,
        "an edit": services.edit_entry(bob, said.pk, "late"),
        "a deletion": services.deletion_entry(bob, said.pk),
    }


@pytest.mark.parametrize("kind", ["a message", "an edit", "a deletion"])
def test_what_was_checked_before_a_removal_is_not_written_after_it(
    bob, server, room, said, told, kind
):
    entry = entries_of(bob, room, said)[kind]
    rooms_services.remove_from_server(bob.memberships.get(server=server), reason="kicked")
    with told, pytest.raises(AccessChanged):
        log.append_now(entry)
    assert told.entries == []
    assert RoomHead.objects.get(pk=room.pk).last_seq == 1
    assert Message.objects.get().content == "hello"


def test_a_remembered_grant_does_not_let_a_removed_person_write(bob, server, room):
    old = remember(bob, room)
    rooms_services.remove_from_server(bob.memberships.get(server=server), reason="kicked")
    assert rooms_grants._grants[str(bob.pk), str(room.pk)] == old
    with pytest.raises(NotFound):
        say(bob, room)
    assert not Message.objects.exists()


def test_a_change_of_access_in_between_costs_those_who_stay_nothing(
    alice, bob, mallory, server, room, monkeypatch
):
    rooms_services.join_server(mallory, server=server)
    first_try = []
    really = log.append_now

    def append(entry):
        if not first_try:
            first_try.append(entry)
            member = mallory.memberships.get(server=server)
            rooms_services.remove_from_server(member, reason="kicked")
        return really(entry)

    monkeypatch.setattr(log, "append_now", append)
    assert say(bob, room).message.seq == 1
    assert Message.objects.count() == 1


def test_a_repeated_nonce_is_answered_even_after_access_changed(alice, bob, room, server, mallory):
    rooms_services.join_server(mallory, server=server)
    first = say(bob, room, nonce="n1")
    rooms_services.remove_from_server(mallory.memberships.get(server=server), reason="kicked")
    again = say(bob, room, nonce="n1")
    assert (again.message.pk, again.is_change) == (first.message.pk, False)


# --- limits ----------------------------------------------------------------------------------------
def test_ten_messages_in_five_seconds_and_no_more_in_one_room(bob, alice, room, server):
    for _ in range(10):
        say(bob, room)
    with pytest.raises(RateLimited):
        say(bob, room)
    say(alice, room)
    say(bob, rooms_services.create_room(alice, kind="text", name="other", server=server))


def test_slow_mode_binds_members_and_not_those_who_look_after_the_room(alice, bob, server):
    slow = rooms_services.create_room(
        alice, kind="text", name="slow", server=server, slow_mode_seconds=3600
    )
    say(bob, slow, nonce="n1")
    with pytest.raises(RateLimited):
        say(bob, slow)
    for _ in range(3):
        say(alice, slow)


def test_slow_mode_does_not_hold_up_the_answer_to_a_repeated_nonce(alice, bob, server):
    slow = rooms_services.create_room(
        alice, kind="text", name="slow", server=server, slow_mode_seconds=3600
    )
    first = say(bob, slow, nonce="n1")
    again = say(bob, slow, nonce="n1")
    assert (again.message.pk, again.is_change) == (first.message.pk, False)


def test_refused_messages_do_not_count(bob, room):
    for _ in range(12):
        with pytest.raises(ValidationFailed):
            say(bob, room, " ")
    say(bob, room)


# --- cost ------------------------------------------------------------------------------------------
def test_writing_costs_the_same_in_an_empty_and_in_a_full_room(bob, room, settings):
    settings.RATE_LIMITS = "off"

    def count(act):
        with CaptureQueriesContext(connection) as queries:
            act()
        return len(queries)

    def costs():
        last = say(bob, room).message
        return (
            count(lambda: say(bob, room)),
            count(lambda: say(bob, room, reply_to=str(last.pk))),
            count(lambda: services.edit_message(bob, message_id=last.pk, content="x")),
            count(lambda: services.delete_message(bob, message_id=last.pk)),
        )

    first = costs()
    for number in range(30):
        say(bob, room, str(number))
    assert costs() == first
    assert max(first) <= 14


def test_the_socket_prepares_a_message_without_a_query(bob, room, django_assert_num_queries):
    grant = remember(bob, room)
    with django_assert_num_queries(0):
        entry = services.prepare_send(grant, bob.pk, Draft(content="hello", nonce="n")).entry
    assert (entry.room_id, entry.sender_id, entry.access_version) == (room.pk, bob.pk, 1)
