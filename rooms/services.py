"""Every write of servers, rooms and memberships. Sync, atomic, actor first, events after commit."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts import payloads as accounts_payloads
from accounts.events import UserUpdated
from accounts.models import User
from api.errors import Conflict, Gone
from api.hooks import after_commit
from realtime import publish
from rooms import access, hooks, names, payloads, queries
from rooms.access import Permission
from rooms.events import RoomUpdated, ServerMemberJoined, ServerMemberLeft
from rooms.models import (
    DatabaseEpoch,
    Role,
    Room,
    RoomHead,
    RoomMember,
    RoomType,
    Server,
    ServerMember,
)

DEFAULT_CALL_SEATS = 50
DEFAULT_BITRATE_KBPS = 64


@transaction.atomic
def create_server(
    actor: User,
    *,
    name: str,
    description: str = "",
    is_default: bool = False,
    is_public: bool = True,
) -> Server:
    """A server that the actor owns."""
    slug = names.slug_of(name, "server")
    number = 1
    while Server.objects.filter(slug=names.numbered(slug, number)).exists():
        number += 1
    server = Server.objects.create(
        name=name,
        slug=names.numbered(slug, number),
        description=description,
        owner=actor,
        is_default=is_default,
        is_public=is_public,
    )
    ServerMember.objects.create(server=server, user=actor, role=Role.OWNER)
    return server


@transaction.atomic
def create_room(
    actor: User,
    *,
    kind: str,
    name: str = "",
    server: Server | None = None,
    is_private: bool = False,
    **fields: Any,
) -> Room:
    """A room. `server` has been let in by access.get_server_to_manage; calls get a code, others a
    slug. Its maker belongs to it where it has members of its own or stands alone.
    """
    if server is None:
        access.require_may_create_room(actor)
    if kind == RoomType.CALL:
        fields.setdefault("max_participants", DEFAULT_CALL_SEATS)
    if kind == RoomType.VOICE:
        fields.setdefault("bitrate", DEFAULT_BITRATE_KBPS)
    room = _insert_named(
        Room(
            server=server,
            type=kind,
            name=name,
            is_private=is_private,
            position=Room.objects.filter(server=server, deleted_at=None).count() if server else 0,
            created_by=actor,
            **fields,
        )
    )
    RoomHead.objects.create(room=room)
    if server is None or is_private:
        RoomMember.objects.create(room=room, user=actor, role=Role.OWNER)
    shown = queries.get_room(room.pk)
    seers = {str(actor.pk), *queries.ids_of_those_who_see_all(shown.server_id)}
    after_commit(_publish_new_room, shown, sorted(seers))
    return shown


def _insert_named(room: Room) -> Room:
    """Insert under the first free slug or code; the database decides races."""
    slug = names.slug_of(room.name)
    for number in range(1, 30):
        if room.type == RoomType.CALL:
            room.code = names.new_code()
        else:
            room.slug = names.numbered(slug, number)
            if not queries.is_slug_free(room.slug):
                continue
        try:
            with transaction.atomic():
                room.save(force_insert=True)
        except IntegrityError:
            room.pk = uuid7()
        else:
            return room
    raise Conflict("No free address was found for this room. Try another name.")


def _publish_new_room(room: Room, seers: list[str]) -> None:
    event = RoomUpdated(room=payloads.room(room))
    if room.server_id is not None and not access.has_own_members(room):
        publish.to_server(str(room.server_id), event, watch_room=str(room.pk))
        return
    publish.added(seers, [str(room.pk)])
    for seer in seers:
        publish.to_user(seer, event)


@transaction.atomic
def join_room(actor: User, *, ref: str) -> Room:
    """Belong to a room: an open one, or a call whose code one has. Twice is once."""
    room = access.get_room_to_join(actor, ref)
    if room.ended_at is not None:
        raise Gone("This call has ended.")
    # The head's row is the room's lock: seats are counted by one at a time.
    RoomHead.objects.select_for_update().get(pk=room.pk)
    is_new = not RoomMember.objects.filter(room=room, user=actor).exists()
    if is_new:
        if room.max_participants and queries.participant_count(room) >= room.max_participants:
            raise Conflict("This room is full.")
        RoomMember.objects.create(room=room, user=actor)
    shown = queries.get_room(room.pk)
    if is_new:
        event = RoomUpdated(room=payloads.room(shown))
        after_commit(publish.added, [str(actor.pk)], [str(room.pk)])
        after_commit(publish.to_user, str(actor.pk), event)
    return shown


@transaction.atomic
def leave_room(actor: User, *, ref: str) -> Room:
    """No longer belong to a room. Who does not belong to it stays as they were."""
    room = access.get_room_for(actor, ref, Permission.FIND)
    gone, _ = RoomMember.objects.filter(room=room, user=actor).delete()
    if gone:
        _cut(room_ids=[room.pk], user=actor, reason="left")
    return queries.get_room(room.pk)


@transaction.atomic
def join_server(actor: User, *, server: Server) -> ServerMember:
    """Become a member. Twice is once."""
    member, is_new = ServerMember.objects.get_or_create(server=server, user=actor)
    if is_new:
        version = _next_version(server)
        rooms = [
            str(pk)
            for pk in access.visible_rooms(actor).filter(server=server).values_list("pk", flat=True)
        ]
        event = ServerMemberJoined(
            server_id=str(server.pk), member=payloads.member(member), version=version
        )
        after_commit(publish.added, [str(actor.pk)], rooms, server_id=str(server.pk))
        after_commit(publish.to_server, str(server.pk), event)
    return member


@transaction.atomic
def remove_from_server(member: ServerMember, *, reason: str) -> None:
    """End a membership: the person loses the server and every room of it, on every process."""
    server, user = member.server, member.user
    if server.owner_id == user.pk:
        raise Conflict("The owner cannot leave. Hand the server over first.")
    room_ids = list(Room.objects.filter(server=server).values_list("pk", flat=True))
    RoomMember.objects.filter(room__server=server, user=user).delete()
    event_member = payloads.member(member)
    member.delete()
    _cut(room_ids=room_ids, user=user, reason=reason, server_id=str(server.pk))
    event = ServerMemberLeft(
        server_id=str(server.pk), member=event_member, version=_next_version(server)
    )
    after_commit(publish.to_server, str(server.pk), event)


def _cut(*, room_ids: Iterable[Any], user: User, reason: str, server_id: str = "") -> None:
    """Inside a transaction: raise the rooms' access version, and take them away after commit."""
    ids = sorted(room_ids, key=str)
    RoomHead.objects.filter(room_id__in=ids).update(access_version=F("access_version") + 1)
    rooms = [str(room_id) for room_id in ids]
    after_commit(publish.removed, [str(user.pk)], rooms, server_id=server_id, reason=reason)
    for room_id in rooms:
        hooks.member_removed.run(room_id, [str(user.pk)])


def _next_version(server: Server) -> int:
    Server.objects.filter(pk=server.pk).update(version=F("version") + 1, updated_at=timezone.now())
    return Server.objects.values_list("version", flat=True).get(pk=server.pk)


def join_default_server(person: User) -> None:
    """At sign-up (accounts' hook, inside its transaction)."""
    server = queries.default_server()
    if server is not None:
        join_server(person, server=server)


def tell_person_changed(person: User) -> None:
    """Who shares a server with somebody hears how they look now (accounts' hook, after commit)."""
    event = UserUpdated(user=accounts_payloads.user(person, None))
    for server_id in queries.list_own_servers(person).values_list("pk", flat=True):
        publish.to_server(str(server_id), event, except_user=str(person.pk))


def renew_epoch() -> str:
    """After a restore: clients must not believe their numbers any more (sequence rule 7)."""
    return str(DatabaseEpoch.objects.create().value)
