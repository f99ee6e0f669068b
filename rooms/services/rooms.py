"""Making, changing and ending rooms, and belonging to them."""

from collections.abc import Collection
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from accounts.queries import get_person
from api.errors import Conflict, NotFound, ValidationFailed
from api.hooks import after_commit
from realtime import publish
from rooms import access, hooks, names, queries
from rooms.access import Permission
from rooms.models import Category, Role, Room, RoomHead, RoomMember, RoomType, RoomVisit, Server
from rooms.services.changes import (
    cut,
    keeping_sight_true,
    let_in,
    let_out,
    lock_room,
    lock_server,
    next_room_version,
    raise_access,
    room_event,
    tell_room,
)

DEFAULT_CALL_SEATS = 50
DEFAULT_BITRATE_KBPS = 64
MAX_DIRECT = 10
FIELDS = frozenset(
    {
        "name",
        "topic",
        "description",
        "slow_mode_seconds",
        "max_participants",
        "bitrate",
        "is_private",
        "is_archived",
        "guests_allowed",
        "position",
        "category_id",
    }
)
# Remembered grants must not outlive these (slow mode is part of a grant).
TAKING_AWAY = frozenset({"is_private", "is_archived", "slow_mode_seconds"})


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
    else:
        lock_server(server)
    _require_category(server, fields.get("category_id"))
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
    if server is None or access.has_own_members(room):
        let_in(room, actor, Role.OWNER)
    return _tell_new(room.pk)


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


def _tell_new(room_id: UUID) -> Room:
    """Whoever may see it hears of it, and watches it from now on."""
    room = queries.get_room(room_id)
    event = room_event(room, next_room_version(room))
    if room.server_id is not None and access.is_open(access.place_of(room)):
        after_commit(publish.to_server, str(room.server_id), event, watch_room=str(room.pk))
        return room
    seers = queries.ids_of_readers(room)
    is_direct = room.type == RoomType.DIRECT
    after_commit(publish.added, seers, [str(room.pk)], are_partners=is_direct)
    for seer in seers:
        after_commit(publish.to_user, seer, event)
    return room


@transaction.atomic
def update_room(actor: User, *, ref: str, changes: dict[str, Any]) -> Room:
    """Change a room. No change, no event; the slug stays: links never lead elsewhere."""
    room = access.get_room_to_manage(actor, ref)
    lock_room(room)
    changed = {
        name: value
        for name, value in changes.items()
        if name in FIELDS and getattr(room, name) != value
    }
    _require_sound(room, changed)
    if not changed:
        return queries.get_room(room.pk)
    for name, value in changed.items():
        setattr(room, name, value)
    rooms = Room.objects.filter(pk=room.pk, server__isnull=False)
    if "is_private" in changed and room.server_id is not None:
        with keeping_sight_true(rooms):
            room.save(update_fields=[*changed, "updated_at"])
            if not access.permissions_of(actor, room) & Permission.VIEW:
                let_in(room, actor, Role.OWNER)  # who closes a door stays inside
    else:
        room.save(update_fields=[*changed, "updated_at"])
        if changed.keys() & TAKING_AWAY:
            raise_access([room.pk])
    if "bitrate" in changed:
        hooks.bitrate_changed.run(str(room.pk))
    return tell_room(room.pk)


def _require_sound(room: Room, changed: dict[str, Any]) -> None:
    if "name" in changed and not changed["name"] and room.type != RoomType.CALL:
        raise ValidationFailed.of("name", "required", "A channel needs a name.")
    _require_category(room.server, changed.get("category_id"))


def _require_category(server: Server | None, category_id: UUID | None) -> None:
    if category_id is not None:
        of_server = Category.objects.filter(pk=category_id, server=server)
        if server is None or not of_server.exists():
            raise NotFound("There is no such category.")


@transaction.atomic
def delete_room(actor: User, *, ref: str) -> Room:
    """The room is gone for everybody; its messages stay unseen in the database."""
    room = access.get_room_to_manage(actor, ref)
    lock_room(room)
    room.deleted_at = timezone.now()
    room.save(update_fields=["deleted_at", "updated_at"])
    RoomVisit.objects.filter(room=room, left_at=None).update(left_at=room.deleted_at)
    raise_access([room.pk])
    version = next_room_version(room)
    after_commit(publish.closed, [str(room.pk)], version=version)
    hooks.rooms_closed.run([str(room.pk)])
    return room


@transaction.atomic
def join_room(actor: User, *, ref: str) -> Room:
    """Belong to a room: an open one, or a call whose code one has. Twice is once."""
    lock_room(access.get_room_to_join(actor, ref))  # seats are counted by one at a time
    room = access.get_room_to_join(actor, ref)  # and it may have ended while we waited
    if RoomMember.objects.filter(room=room, user=actor).exists():
        return queries.get_room(room.pk)
    if room.max_participants and queries.visitors_now(room) >= room.max_participants:
        raise Conflict("This room is full.")
    let_in(room, actor, Role.OWNER if room.created_by_id == actor.pk else Role.MEMBER)
    return _tell_new_member(room.pk, actor)


def _tell_new_member(room_id: UUID, user: User) -> Room:
    """Everybody there sees how many they are; the newcomer's sockets watch the room."""
    shown = queries.get_room(room_id)
    event = room_event(shown, next_room_version(shown))
    after_commit(publish.added, [str(user.pk)], [str(room_id)])
    after_commit(publish.to_room, str(room_id), event)
    return shown


@transaction.atomic
def leave_room(actor: User, *, ref: str) -> Room:
    """No longer belong to a room. Who does not belong to it stays as they were."""
    room = access.get_room_for(actor, ref, Permission.FIND)
    if room.type == RoomType.DIRECT:
        raise Conflict("A direct room stays its people's.")
    lock_room(room)
    return take_out(room, actor, "left")


def take_out(room: Room, person: User, reason: str) -> Room:
    """They no longer belong to a (locked) room, and lose it where that kept it in their sight."""
    if not let_out(Room.objects.filter(pk=room.pk), person):
        return queries.get_room(room.pk)
    if room.server_id is not None and access.permissions_of(person, room) & Permission.VIEW:
        raise_access([room.pk])
    else:
        cut(room_ids=[room.pk], user=person, reason=reason)
    return tell_room(room.pk)


@transaction.atomic
def add_room_member(actor: User, *, ref: str, user_id: str) -> RoomMember:
    """Let somebody into a private room or a call. Of a server's room its members only."""
    room = access.get_room_with_own_members(actor, ref)
    lock_room(room)
    person = get_person(user_id)
    if room.server is not None:
        access.get_member(room.server, person.pk)
    access.require_not_banned(person, room)
    member = RoomMember.objects.filter(room=room, user=person).first()
    if member is None:
        if room.max_participants and queries.visitors_now(room) >= room.max_participants:
            raise Conflict("This room is full.")
        member = let_in(room, person, Role.MEMBER)
        _tell_new_member(room.pk, person)
    return member


@transaction.atomic
def remove_room_member(actor: User, *, ref: str, user_id: str) -> Room:
    """Take somebody out again. Who does not belong to it stays as they were."""
    room = access.get_room_with_own_members(actor, ref)
    lock_room(room)
    person = get_person(user_id)
    access.require_above_in(actor, person, room)
    return take_out(room, person, "removed")


@transaction.atomic
def end_call(actor: User, *, ref: str) -> Room:
    """Over for everybody: nobody comes in or writes any more. Twice is once."""
    room = access.get_room_to_manage(actor, ref)
    if room.type != RoomType.CALL:
        raise Conflict("Only a call ends.")
    lock_room(room)
    room.refresh_from_db(fields=["ended_at"])
    if room.ended_at is not None:
        return queries.get_room(room.pk)
    room.ended_at = timezone.now()
    room.save(update_fields=["ended_at", "updated_at"])
    RoomVisit.objects.filter(room=room, left_at=None).update(left_at=room.ended_at)
    raise_access([room.pk])
    hooks.rooms_closed.run([str(room.pk)])
    return tell_room(room.pk)


@transaction.atomic
def open_direct(actor: User, *, user_ids: Collection[UUID]) -> tuple[Room, bool]:
    """The room of the actor and these people, and whether it is new: one per set of people."""
    ids = {actor.pk, *user_ids}
    if not 2 <= len(ids) <= MAX_DIRECT:
        raise Conflict("A direct room is for two to ten people.")
    people = User.objects.filter(pk__in=ids, is_active=True).in_bulk()
    if ids - people.keys():
        raise NotFound("One of these people does not exist.")
    key = sha256("\n".join(sorted(map(str, ids))).encode()).hexdigest()
    known = Room.objects.filter(direct_key=key).first()
    if known is not None:
        return queries.get_room(known.pk), False
    access.require_may_create_room(actor)
    try:
        with transaction.atomic():
            room = Room.objects.create(type=RoomType.DIRECT, direct_key=key, created_by=actor)
    except IntegrityError:  # somebody was quicker
        return queries.get_room(Room.objects.get(direct_key=key).pk), False
    RoomHead.objects.create(room=room)
    for person in sorted(people.values(), key=lambda one: one.pk):
        let_in(room, person, Role.MEMBER)
    return _tell_new(room.pk), True
