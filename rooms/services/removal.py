"""Kicks, bans and timeouts, in servers and in rooms that have members of their own.

Bans and timeouts end by themselves: their end is compared with the clock wherever they are checked.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.queries import get_person
from api.hooks import after_commit
from realtime import publish
from rooms import access, hooks, queries
from rooms.access import Permission
from rooms.models import Room, Sanction, SanctionKind, Server, ServerMember
from rooms.services.changes import (
    cut,
    let_out,
    lock_room,
    lock_server,
    raise_access,
    room_event,
    tell_member,
    tell_room,
)
from rooms.services.members import remove_from_server
from rooms.services.rooms import take_out


# --- servers --------------------------------------------------------------------------------------
@transaction.atomic
def kick_member(actor: User, *, ref: str, user_id: str) -> ServerMember:
    """Out, but free to come again."""
    lock_server(access.get_server_of_member(actor, ref))
    member = access.get_member_to_act_on(actor, ref, user_id, Permission.KICK)
    remove_from_server(member, reason="kicked")
    return member


@transaction.atomic
def ban_from_server(
    actor: User, *, ref: str, user_id: str, reason: str = "", until: datetime | None = None
) -> Sanction:
    """Out, and kept out until then (None: for good). Also of people who were never in."""
    server = lock_server(access.get_standing_for(actor, ref, Permission.BAN).server)
    person = get_person(user_id)
    access.standing_in(actor, server).require_above(access.standing_in(person, server))
    ban = _impose(SanctionKind.BAN, person, actor, reason, until, server=server)
    member = ServerMember.objects.filter(server=server, user=person).first()
    if member is not None:
        remove_from_server(member, reason="banned")
    return ban


@transaction.atomic
def unban_from_server(actor: User, *, ref: str, user_id: str) -> UUID:
    """Free to come again. Who is not banned stays so."""
    server = lock_server(access.get_standing_for(actor, ref, Permission.BAN).server)
    person = get_person(user_id)
    Sanction.objects.filter(kind=SanctionKind.BAN, server=server, user=person).delete()
    return person.pk


@transaction.atomic
def time_out(
    actor: User, *, ref: str, user_id: str, until: datetime, reason: str = ""
) -> ServerMember:
    """Until then they read and hear, and say nothing."""
    server = lock_server(access.get_server_of_member(actor, ref))
    member = access.get_member_to_act_on(actor, ref, user_id, Permission.TIMEOUT)
    _impose(SanctionKind.TIMEOUT, member.user, actor, reason, until, server=server)
    room_ids = list(server.rooms.filter(deleted_at=None).values_list("pk", flat=True))
    raise_access(room_ids)
    hooks.member_muted.run([str(pk) for pk in room_ids], str(member.user_id), until)
    return tell_member(member)


@transaction.atomic
def end_timeout(actor: User, *, ref: str, user_id: str) -> ServerMember:
    """They may speak again. Who was not silenced stays so."""
    server = lock_server(access.get_server_of_member(actor, ref))
    member = access.get_member_to_act_on(actor, ref, user_id, Permission.TIMEOUT)
    timeouts = Sanction.objects.filter(
        kind=SanctionKind.TIMEOUT, server=server, user=member.user_id
    )
    if not timeouts.delete()[0]:
        return queries.get_member(member.pk)
    rooms = [str(pk) for pk in server.rooms.values_list("pk", flat=True)]
    hooks.member_muted.run(rooms, str(member.user_id), None)
    return tell_member(member)


# --- rooms ----------------------------------------------------------------------------------------
@transaction.atomic
def kick_from_room(actor: User, *, ref: str, user_id: UUID) -> Room:
    """Out of a room with members of its own, but free to come again."""
    room = access.get_room_with_own_members(actor, ref)
    person = _person_below(actor, room, user_id)
    return take_out(room, person, "kicked")


@transaction.atomic
def ban_from_room(
    actor: User, *, ref: str, user_id: UUID, reason: str = "", until: datetime | None = None
) -> Room:
    """Out, and kept out; also of a room that is open."""
    room = access.get_room_to_manage(actor, ref)
    person = _person_below(actor, room, user_id)
    _impose(SanctionKind.BAN, person, actor, reason, until, room=room)
    let_out(Room.objects.filter(pk=room.pk), person)
    cut(room_ids=[room.pk], user=person, reason="banned")
    return tell_room(room.pk)


@transaction.atomic
def mute_in_room(
    actor: User, *, ref: str, user_id: UUID, until: datetime, reason: str = ""
) -> Room:
    """Until then they read and hear in this room, and say nothing."""
    room = access.get_room_to_manage(actor, ref)
    person = _person_below(actor, room, user_id)
    _impose(SanctionKind.TIMEOUT, person, actor, reason, until, room=room)
    raise_access([room.pk])
    hooks.member_muted.run([str(room.pk)], str(person.pk), until)
    shown = queries.get_room(room.pk)
    after_commit(publish.to_user, str(person.pk), room_event(shown))
    return shown


@transaction.atomic
def pardon_in_room(actor: User, *, ref: str, user_id: str) -> Room:
    """End a person's ban and timeout in a room."""
    room = access.get_room_to_manage(actor, ref)
    person = get_person(user_id)
    Sanction.objects.filter(room=room, user=person).delete()
    hooks.member_muted.run([str(room.pk)], str(person.pk), None)
    shown = queries.get_room(room.pk)
    if access.permissions_of(person, room) & Permission.VIEW:
        after_commit(publish.to_user, str(person.pk), room_event(shown))
    return shown


def _person_below(actor: User, room: Room, user_id: UUID) -> User:
    lock_room(room)
    person = get_person(str(user_id))
    access.require_above_in(actor, person, room)
    return person


def _impose(
    kind: SanctionKind,
    person: User,
    actor: User,
    reason: str,
    until: datetime | None,
    *,
    server: Server | None = None,
    room: Room | None = None,
) -> Sanction:
    """One of a kind per person and place; a new one takes the place of the old."""
    sanction, _ = Sanction.objects.update_or_create(
        kind=kind,
        user=person,
        server=server,
        room=room,
        defaults={"by": actor, "reason": reason, "until": until},
    )
    return sanction
