"""Many at once: seats, invites, addresses, direct rooms and ownership come out exact."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.models import User
from api.errors import ParlorError
from rooms import access, services
from rooms.models import Invite, InviteUse, Room, RoomMember, RoomVisit, Server, ServerMember

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def at_once(act, *each):
    """`act` for everybody at the same moment; answers how often it ended how."""
    together = threading.Barrier(len(each))

    def run(one):
        try:
            together.wait()
            act(one)
        except ParlorError as error:
            return error.code
        finally:
            connections.close_all()
        return "ok"

    with ThreadPoolExecutor(len(each)) as pool:
        return Counter(pool.map(run, each))


@pytest.fixture
def crowd(db):
    def make(count):
        return [User.objects.create(username=f"person-{number}") for number in range(count)]

    return make


def test_fifty_who_want_ten_seats_get_ten(alice, crowd):
    call = services.create_room(alice, kind="call", max_participants=11)
    found = at_once(lambda who: services.join_room(who, ref=call.code), *crowd(50))
    assert found == {"ok": 10, "CONFLICT": 40}
    assert RoomMember.objects.filter(room=call).count() == 11
    assert RoomVisit.objects.filter(room=call, left_at=None).count() == 11


def test_nobody_gets_in_while_a_call_ends(alice, crowd):
    call = services.create_room(alice, kind="call")
    people = crowd(10)
    acts = [lambda who=who: services.join_room(who, ref=call.code) for who in people]
    acts.insert(5, lambda: services.end_call(alice, ref=call.code))
    found = at_once(lambda act: act(), *acts)
    assert found.keys() <= {"ok", "GONE"}
    assert not RoomVisit.objects.filter(room=call, left_at=None).exists()


def test_an_invite_lets_in_as_many_as_it_says(alice, server, crowd):
    invite = services.create_invite(alice, ref=str(server.pk), max_uses=5)
    found = at_once(lambda who: services.accept_invite(who, code=invite.code), *crowd(20))
    assert found == {"ok": 5, "GONE": 15}
    assert Invite.objects.get().uses == InviteUse.objects.count() == 5
    assert ServerMember.objects.filter(server=server).count() == 2 + 5


def test_one_person_who_accepts_ten_times_at_once_uses_one(alice, server, mallory):
    invite = services.create_invite(alice, ref=str(server.pk), max_uses=5)
    found = at_once(lambda _: services.accept_invite(mallory, code=invite.code), *range(10))
    assert found == {"ok": 10}
    assert Invite.objects.get().uses == 1


def test_ten_servers_and_rooms_of_one_name_have_ten_addresses(crowd):
    def make(who):
        services.create_server(who, name="Home")
        services.create_room(who, kind="text", name="den")

    assert at_once(make, *crowd(10)) == {"ok": 10}
    for rows in (Server.objects.all(), Room.objects.all()):
        assert len(set(rows.values_list("slug", flat=True))) == 10


def test_ten_who_open_one_direct_room_open_one(alice, bob):
    people = [alice, bob] * 5
    others = {alice.pk: bob.pk, bob.pk: alice.pk}
    found = at_once(lambda who: services.open_direct(who, user_ids=[others[who.pk]]), *people)
    assert found == {"ok": 10}
    assert Room.objects.count() == 1
    assert RoomMember.objects.count() == 2


def test_a_server_handed_over_twice_at_once_has_one_owner(alice, bob, mallory, server):
    services.join_server(mallory, server=server)
    found = at_once(
        lambda who: services.transfer_server(alice, ref=str(server.pk), user_id=who.pk),
        bob,
        mallory,
    )
    assert found == {"ok": 1, "FORBIDDEN": 1}
    owners = ServerMember.objects.filter(server=server, role="owner")
    assert [owners.get().user_id] == [Server.objects.get(pk=server.pk).owner_id]


def test_who_is_banned_while_they_come_in_is_not_inside(alice, mallory, server):
    invite = services.create_invite(alice, ref=str(server.pk))
    for _ in range(3):
        acts = [
            lambda: services.accept_invite(mallory, code=invite.code),
            lambda: services.ban_from_server(alice, ref=str(server.pk), user_id=str(mallory.pk)),
        ]
        assert at_once(lambda act: act(), *acts).keys() <= {"ok", "FORBIDDEN"}
        assert not ServerMember.objects.filter(server=server, user=mallory).exists()
        assert not access.visible_rooms(mallory).filter(server=server).exists()
        services.unban_from_server(alice, ref=str(server.pk), user_id=str(mallory.pk))


def test_removals_and_changes_of_one_server_do_not_wait_for_each_other_for_ever(
    alice, bob, server, room, crowd
):
    """Deadlocks would end in UNAVAILABLE."""
    people = crowd(12)
    for person in people:
        services.join_server(person, server=server)
    ref = str(server.pk)
    acts = [lambda p=p: services.kick_member(alice, ref=ref, user_id=str(p.pk)) for p in people[:6]]
    acts += [lambda p=p: services.leave_server(p, ref=ref) for p in people[6:]]
    acts += [lambda: services.update_room(alice, ref=str(room.pk), changes={"is_private": True})]
    acts += [lambda: services.create_room(alice, kind="text", name="x", server=server)] * 3
    assert at_once(lambda act: act(), *acts) == {"ok": 16}
