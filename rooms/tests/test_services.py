"""Writes of rooms: they work, outsiders are refused, sockets hear exactly this, after the commit."""

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from api.errors import Conflict, Forbidden, Gone, NotFound
from api.payloads import to_json
from realtime import wire
from rooms import hooks, names, payloads, queries, services
from rooms.models import RoomHead, RoomMember, Server, ServerMember, read_epoch


def plain(payload):
    import json

    return json.loads(to_json(payload))


def room_updated(room):
    version = Server.objects.get(pk=room.server_id).version if room.server_id else None
    data = {"room": plain(payloads.room(room)), "version": version}
    return {"type": "room:updated", "data": data}


@pytest.fixture
def call(alice):
    return services.create_room(alice, kind="call", name="Tea")


# --- making rooms --------------------------------------------------------------------------------
def test_a_new_channel_is_told_to_its_server_and_watched_by_it(alice, server, told):
    with told:
        made = services.create_room(alice, kind="text", name="attic", server=server)
    assert told.events == [(f"server:{server.pk}", room_updated(made))]
    assert [entry.watch for entry in told.of(wire.Cast)] == [str(made.pk)]
    assert made.head.last_seq == 0
    assert not made.memberships.exists()


@pytest.mark.parametrize("fields", [{"kind": "text", "is_private": True}, {"kind": "call"}])
def test_a_closed_room_of_a_server_is_told_to_those_alone_who_see_it(
    alice, bob, mallory, server, told, fields
):
    services.join_server(mallory, server=server)
    mallory.memberships.update(role="admin")
    with told:
        made = services.create_room(alice, name="secret", server=server, **fields)
    seers = {str(alice.pk), str(mallory.pk)}
    assert {topic for topic, _ in told.events} == {f"user:{seer}" for seer in seers}
    assert [frame for _, frame in told.events] == [room_updated(made)] * 2
    (added,) = told.of(wire.Added)
    assert (set(added.user_ids), added.room_ids) == (seers, [str(made.pk)])


def test_a_room_that_stands_alone_is_told_to_its_maker(bob, told):
    with told:
        made = services.create_room(bob, kind="text", name="den")
    assert told.of(wire.Added) == [wire.Added([str(bob.pk)], [str(made.pk)], "")]
    assert told.events == [(f"user:{bob.pk}", room_updated(made))]
    assert list(made.memberships.values_list("user", "role")) == [(bob.pk, "owner")]


def test_guests_make_no_rooms(guest, told):
    with pytest.raises(Forbidden), told:
        services.create_room(guest, kind="text", name="den")
    assert told.entries == []


def test_two_who_want_one_slug_at_once_both_get_a_room(bob, monkeypatch, room):
    monkeypatch.setattr(queries, "is_slug_free", lambda slug: True)
    made = services.create_room(bob, kind="text", name=room.name)
    assert made.slug == f"{room.slug}-2"


def test_two_who_draw_one_code_at_once_both_get_a_call(bob, monkeypatch, call):
    codes = iter([call.code, call.code, "abcd-efgh-ijkl"])
    monkeypatch.setattr(names, "new_code", lambda: next(codes))
    assert services.create_room(bob, kind="call").code == "abcd-efgh-ijkl"


def test_when_no_slug_is_found_it_is_a_conflict(bob, monkeypatch):
    monkeypatch.setattr(queries, "is_slug_free", lambda slug: False)
    with pytest.raises(Conflict):
        services.create_room(bob, kind="text", name="den")


def test_making_a_room_takes_as_many_queries_in_a_full_server(alice, server):
    def count():
        with CaptureQueriesContext(connection) as found:
            services.create_room(
                alice, kind="text", name=f"c{found.initial_queries}", server=server
            )
        return len(found)

    first = count()
    for number in range(20):
        services.create_room(alice, kind="text", name=f"x{number}", server=server)
    assert count() == first <= 15


# --- joining and leaving -------------------------------------------------------------------------
def test_joining_tells_those_who_are_there_and_the_person(bob, call, told):
    with told:
        joined = services.join_room(bob, ref=call.code)
    assert told.of(wire.Added) == [wire.Added([str(bob.pk)], [str(call.pk)], "")]
    assert told.events == [(f"seen:{call.pk}", room_updated(joined))]
    assert isinstance(told.entries[0], wire.Added)  # first: then they are among those there
    assert joined.participant_count == 2


def test_joining_again_tells_nothing(bob, call, told):
    services.join_room(bob, ref=call.code)
    with told:
        services.join_room(bob, ref=call.code)
    assert told.entries == []


def test_mallory_does_not_join_what_she_may_not_find(mallory, room, call):
    for ref in (room.pk, room.slug, call.pk):
        with pytest.raises(NotFound):
            services.join_room(mallory, ref=str(ref))


def test_a_full_room_takes_nobody_more_but_those_who_are_in(alice, bob, mallory):
    small = services.create_room(alice, kind="call", max_participants=2)
    services.join_room(bob, ref=small.code)
    with pytest.raises(Conflict):
        services.join_room(mallory, ref=small.code)
    assert services.join_room(bob, ref=small.code).participant_count == 2


def test_leaving_cuts_the_persons_sockets_and_media(bob, call, told, monkeypatch):
    services.join_room(bob, ref=call.code)
    cut = []
    monkeypatch.setattr(hooks.member_removed, "_functions", [lambda *who: cut.append(who)])
    before = RoomHead.objects.get(pk=call.pk).access_version
    with told:
        left = services.leave_room(bob, ref=str(call.pk))
        assert cut == []
    assert told.entries[0] == wire.Removed([str(bob.pk)], [str(call.pk)], "", "left")
    assert told.events == [(f"seen:{call.pk}", room_updated(left))]
    assert cut == [(str(call.pk), [str(bob.pk)])]
    assert RoomHead.objects.get(pk=call.pk).access_version == before + 1
    assert left.participant_count == 1


def test_leaving_a_room_one_does_not_belong_to_changes_nothing(bob, room, told):
    before = RoomHead.objects.get(pk=room.pk).access_version
    with told:
        services.leave_room(bob, ref=str(room.pk))
    assert told.entries == []
    assert RoomHead.objects.get(pk=room.pk).access_version == before


def test_nobody_joins_what_has_ended(bob, call):
    type(call).objects.filter(pk=call.pk).update(ended_at=call.created_at)
    with pytest.raises(Gone):
        services.join_room(bob, ref=call.code)


# --- servers -------------------------------------------------------------------------------------
def test_joining_a_server_tells_the_person_their_rooms_and_the_server_its_member(
    mallory, alice, server, room, told
):
    services.create_room(alice, kind="text", name="secret", server=server, is_private=True)
    with told:
        member = services.join_server(mallory, server=server)
    version = Server.objects.get(pk=server.pk).version
    assert told.of(wire.Added) == [wire.Added([str(mallory.pk)], [str(room.pk)], str(server.pk))]
    data = {
        "serverId": str(server.pk),
        "member": plain(payloads.member(member)),
        "version": version,
    }
    assert [(topic, frame["type"]) for topic, frame in told.events] == [
        (f"server:{server.pk}", "server:member_joined"),
        (f"user:{mallory.pk}", "server:updated"),
    ]
    assert told.events[0][1]["data"] == data


def test_joining_a_server_again_tells_nothing(bob, server, told):
    with told:
        services.join_server(bob, server=server)
    assert told.entries == []


def test_removing_a_member_takes_every_room_of_the_server_and_nothing_else(
    alice, bob, server, room, call, told
):
    services.join_room(bob, ref=call.code)
    secret = services.create_room(alice, kind="text", name="s", server=server, is_private=True)
    RoomMember.objects.create(room=secret, user=bob)
    versions = dict(RoomHead.objects.values_list("room_id", "access_version"))
    server_version = Server.objects.get(pk=server.pk).version
    with told:
        services.remove_from_server(bob.memberships.get(server=server), reason="kicked")
    ids = sorted([str(room.pk), str(secret.pk)])
    assert told.of(wire.Removed) == [wire.Removed([str(bob.pk)], ids, str(server.pk), "kicked")]
    (topic, frame), (seen, changed) = told.events
    assert (topic, frame["type"]) == (f"server:{server.pk}", "server:member_left")
    assert (seen, changed["type"]) == (f"seen:{secret.pk}", "room:updated")  # one fewer in it
    assert frame["data"]["member"]["user"]["id"] == str(bob.pk)
    assert frame["data"]["version"] == server_version + 1
    assert dict(RoomHead.objects.values_list("room_id", "access_version")) == {
        room.pk: versions[room.pk] + 1,
        secret.pk: versions[secret.pk] + 1,
        call.pk: versions[call.pk],
    }
    assert list(bob.room_memberships.values_list("room", flat=True)) == [call.pk]


def test_the_owner_cannot_leave(alice, server):
    with pytest.raises(Conflict):
        services.remove_from_server(alice.memberships.get(server=server), reason="left")


def test_everybody_who_signs_up_is_in_the_default_server(alice, quick_passwords):
    from accounts.services import register_guest, register_person

    home = services.create_server(alice, name="Home", is_default=True)
    new = [
        register_person(email="eve@example.com", password="correct horse", username="eve"),
        register_guest(username="passer-by"),
    ]
    assert all(ServerMember.objects.filter(server=home, user=person).exists() for person in new)


def test_there_is_one_default_server(alice):
    services.create_server(alice, name="Home", is_default=True)
    with pytest.raises(IntegrityError):
        services.create_server(alice, name="Other home", is_default=True)


def test_servers_of_one_name_differ_in_their_slugs(alice):
    slugs = {services.create_server(alice, name="Home").slug for _ in range(12)}
    assert {"home", "home-2", "home-9"} < slugs
    assert len(slugs) == 12


def test_a_restored_database_gets_another_epoch(db):
    before = read_epoch()
    assert services.renew_epoch() == str(read_epoch()) != str(before)
