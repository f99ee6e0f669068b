"""What every write of servers and rooms shares: locks, versions, and who loses or gains sight.

Locks are taken in one order everywhere: the server's row, then heads by id. Everything here runs
inside the caller's transaction; what sockets are told is told after its commit.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone

from accounts import services as accounts
from accounts.models import User
from api.errors import NotFound
from api.hooks import after_commit
from realtime import publish
from rooms import access, hooks, payloads, queries
from rooms.events import RoomUpdated, ServerMemberUpdated, ServerUpdated
from rooms.models import Room, RoomHead, RoomMember, RoomVisit, Server, ServerMember


# --- locks and versions ---------------------------------------------------------------------------
def lock_server(server: Server) -> Server:
    """The server as it is now, for this transaction alone. Raises NotFound where it is gone."""
    locked = Server.objects.select_for_update().filter(pk=server.pk, deleted_at=None).first()
    if locked is None:
        raise NotFound("There is no such server.")
    return locked


def lock_room(room: Room) -> None:
    """The head's row is the room's lock. With a server in play, its row comes first."""
    if room.server is not None:
        lock_server(room.server)
    RoomHead.objects.select_for_update().get(pk=room.pk)


def next_version(server_id: UUID) -> int:
    """A change that the server's members can see."""
    Server.objects.filter(pk=server_id).update(version=F("version") + 1, updated_at=timezone.now())
    return Server.objects.values_list("version", flat=True).get(pk=server_id)


def next_room_version(room: Room) -> int | None:
    """A change that who sees the room can see: its server's version. None outside servers: there
    grow the versions of those who belong to it (who only may see it sees it with the next list).
    """
    if room.server_id is not None:
        return next_version(room.server_id)
    members = RoomMember.objects.filter(room=room)
    accounts.raise_versions(User.objects.filter(pk__in=members.values("user_id")))
    return None


def raise_access(room_ids: Iterable[Any]) -> None:
    """Somebody may do less in these rooms: grants from before are worth nothing (rule 8)."""
    ids = sorted(room_ids, key=str)
    heads = RoomHead.objects.filter(room_id__in=ids)
    list(heads.select_for_update().order_by("room_id").values_list("room_id"))
    heads.update(access_version=F("access_version") + 1)
    if ids:
        hooks.access_changed.run([str(room_id) for room_id in ids])


# --- belonging to a room --------------------------------------------------------------------------
def let_in(room: Room, user: User, role: str) -> RoomMember:
    """They belong to the room from now on; a visit begins."""
    member = RoomMember.objects.create(room=room, user=user, role=role)
    RoomVisit.objects.get_or_create(room=room, user=user, left_at=None, defaults={"role": role})
    hooks.member_added.run(str(user.pk), [str(room.pk)])
    return member


def let_out(rooms: QuerySet[Room], user: User) -> set[UUID]:
    """They belong to these rooms no longer; their visits end. Answers the rooms they were in."""
    belonged = RoomMember.objects.filter(room__in=rooms, user=user)
    ids = set(belonged.values_list("room_id", flat=True))
    belonged.delete()
    RoomVisit.objects.filter(room__in=ids, user=user, left_at=None).update(left_at=timezone.now())
    return ids


# --- telling --------------------------------------------------------------------------------------
def cut(*, room_ids: Iterable[Any], user: User, reason: str, server_id: str = "") -> None:
    """Raise the rooms' access version, and take them away from a person after commit."""
    ids = sorted(room_ids, key=str)
    raise_access(ids)
    rooms = [str(room_id) for room_id in ids]
    after_commit(publish.removed, [str(user.pk)], rooms, server_id=server_id, reason=reason)
    for room_id in rooms:
        hooks.member_removed.run(room_id, [str(user.pk)])


@contextmanager
def keeping_sight_true(
    rooms: QuerySet[Room], user_ids: Collection[UUID] | None = None
) -> Iterator[None]:
    """Around a change of what a server's members (or these of them) may do in these rooms: who
    loses sight loses the room, who gains it is told of it.
    """
    room_ids = list(rooms.order_by().values_list("pk", flat=True))
    concerned = Room.objects.filter(pk__in=room_ids)
    before = access.pairs(concerned, user_ids)
    yield
    after = access.pairs(concerned, user_ids)
    raise_access(room_ids)
    _tell_lost(before - after)
    _tell_gained(after - before)


def _tell_lost(pairs: set[tuple[UUID, UUID]]) -> None:
    for user_id, room_ids in _by_person(pairs).items():
        after_commit(publish.removed, [user_id], room_ids, reason="access")
    for room_id, user_ids in _by_person({(user, room) for room, user in pairs}).items():
        hooks.member_removed.run(room_id, user_ids)


def _tell_gained(pairs: set[tuple[UUID, UUID]]) -> None:
    if not pairs:
        return
    shown = queries.rooms_with_counts(Room.objects.filter(pk__in={room for room, _ in pairs}))
    events = {str(room.pk): room_event(room) for room in shown.select_related("server")}
    for user_id, room_ids in _by_person(pairs).items():
        hooks.member_added.run(user_id, room_ids)
        tell_added(user_id, [events[room_id] for room_id in room_ids])


def _by_person(pairs: set[tuple[UUID, UUID]]) -> dict[str, list[str]]:
    """(room, person) pairs as the rooms of each person."""
    found: dict[str, list[str]] = defaultdict(list)
    for room_id, user_id in sorted(pairs):
        found[str(user_id)].append(str(room_id))
    return found


def tell_added(user_id: str, events: list[RoomUpdated]) -> None:
    """A person's sockets watch these rooms from now on, and hear how they look."""
    after_commit(publish.added, [user_id], [event.room.id for event in events])
    for event in events:
        after_commit(publish.to_user, user_id, event)
    if any(event.room.server_id is None for event in events):
        accounts.raise_versions(User.objects.filter(pk=user_id))


def room_event(room: Room, version: int | None = None) -> RoomUpdated:
    """How a room looks now. Without a `version`, the server's as it stands."""
    if version is None and room.server_id is not None:
        version = Server.objects.values_list("version", flat=True).get(pk=room.server_id)
    return RoomUpdated(room=payloads.room(room), version=version)


def tell_room(room_id: UUID) -> Room:
    """A room has changed: everybody who has it in sight hears how it looks."""
    shown = queries.get_room(room_id)
    version = next_room_version(shown)
    after_commit(publish.to_room, str(room_id), room_event(shown, version))
    return shown


def tell_rooms(server: Server, rooms: QuerySet[Room]) -> None:
    """Several rooms of a server have changed together: one version for all."""
    version = next_version(server.pk)
    for room in queries.rooms_with_counts(rooms).order_by("position", "pk"):
        after_commit(publish.to_room, str(room.pk), room_event(room, version))


def tell_server(server_id: UUID) -> Server:
    """A server has changed: its members hear how it looks."""
    version = next_version(server_id)
    shown = queries.get_server(server_id)
    event = ServerUpdated(server=payloads.server(shown), version=version)
    after_commit(publish.to_server, str(server_id), event)
    return shown


def tell_member(member: ServerMember) -> ServerMember:
    """A member stands differently: the server hears how."""
    shown = queries.get_member(member.pk)
    event = ServerMemberUpdated(
        server_id=str(shown.server_id),
        member=payloads.member(shown),
        version=next_version(shown.server_id),
    )
    after_commit(publish.to_server, str(shown.server_id), event)
    return shown
