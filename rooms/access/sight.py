"""Who sees which room: the part of rule.py about VIEW as SQL, said once for every direction.

`visible_rooms` asks it for one person and many rooms, `readers` for one room and many people,
`pairs` for both at once; each is one query, however many rooms or people there are.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import User
from rooms.access.permissions import SEES_PRIVATE, Permission
from rooms.access.rule import OWN_MEMBERS, has_own_members
from rooms.models import (
    Role,
    Room,
    RoomMember,
    RoomOverride,
    Sanction,
    SanctionKind,
    Server,
    ServerMember,
)

OWN = Q(is_private=True) | Q(type__in=OWN_MEMBERS)
NEVER = Q(pk__in=[])
ALWAYS = ~NEVER


class Place(NamedTuple):
    """What decides who may read a room, apart from the people."""

    room_id: UUID
    server_id: UUID | None
    has_own_members: bool


def place_of(room: Room) -> Place:
    """For `readers_called` and `rooms_all_readers_see`."""
    return Place(room.pk, room.server_id, has_own_members(room))


# --- the rule, for any room and person that a query stands at ------------------------------------
def _may_view_in_server(room: Any, server: Any, user: Any, own: Q) -> Q:
    """`room`, `server`, `user` are ids or OuterRefs; `own`: the room has members of its own."""
    member = ServerMember.objects.filter(server=server, user=user)
    overrides = RoomOverride.objects.filter(room=room)
    everybody = overrides.filter(builtin=Role.MEMBER)
    of_roles = overrides.filter(
        Q(role__given__member__user=user)
        | Q(
            builtin=Role.MODERATOR,
            room__server__memberships__user=user,
            room__server__memberships__role=Role.MODERATOR,
        )
    )
    personal = overrides.filter(user=user)
    by_default = _allows(everybody) | (~_denies(everybody) & ~own)
    by_role = _allows(of_roles) | (~_denies(of_roles) & by_default)
    by_belonging = (own & _belongs(room, user)) | by_role
    by_person = _allows(personal) | (~_denies(personal) & by_belonging)
    sees_all = Q(Exists(member.filter(role__in=SEES_PRIVATE)))
    return Q(Exists(member)) & (sees_all | by_person) & ~_banned(room, server, user)


def _may_view_alone(room: Any, user: Any, own: Q) -> Q:
    return (~own | _belongs(room, user)) & ~_banned(room, None, user)


def _allows(overrides: QuerySet[RoomOverride]) -> Q:
    return Q(Exists(overrides.alias(bit=F("allow").bitand(Permission.VIEW)).filter(bit__gt=0)))


def _denies(overrides: QuerySet[RoomOverride]) -> Q:
    return Q(Exists(overrides.alias(bit=F("deny").bitand(Permission.VIEW)).filter(bit__gt=0)))


def _belongs(room: Any, user: Any) -> Q:
    return Q(Exists(RoomMember.objects.filter(room=room, user=user)))


def _banned(room: Any, server: Any, user: Any) -> Q:
    place = Q(room=room) if server is None else Q(room=room) | Q(server=server)
    return Q(Exists(in_force(SanctionKind.BAN).filter(place, user=user)))


def in_force(*kinds: str) -> QuerySet[Sanction]:
    """Bans or timeouts that have not ended by now."""
    return Sanction.objects.filter(
        Q(until=None) | Q(until__gt=timezone.now()), kind__in=kinds or SanctionKind.values
    )


# --- the directions ------------------------------------------------------------------------------
def visible_servers(actor: User) -> QuerySet[Server]:
    """Servers the actor may see."""
    return Server.objects.filter(
        Q(is_public=True) | Q(pk__in=actor.memberships.values("server_id")), deleted_at=None
    )


def visible_rooms(actor: User) -> QuerySet[Room]:
    """Rooms the actor may view."""
    room, server = OuterRef("pk"), OuterRef("server_id")
    mine = actor.memberships.values("server_id")
    in_server = Q(server__in=mine) & _may_view_in_server(room, server, actor.pk, OWN)
    alone = Q(server=None) & _may_view_alone(room, actor.pk, OWN)
    return Room.objects.filter(in_server | alone, deleted_at=None)


def readers(place: Place) -> QuerySet[User]:
    """People who may view the room. Of one that stands alone and is open that is everybody."""
    own, user = ALWAYS if place.has_own_members else NEVER, OuterRef("pk")
    if place.server_id is None:
        return User.objects.filter(_may_view_alone(place.room_id, user, own))
    return User.objects.filter(_may_view_in_server(place.room_id, place.server_id, user, own))


def readers_of(asked: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """Of these people, those who may view each room (for the watch): two queries for all rooms of
    servers, and one for each that stands alone.
    """
    found: dict[str, set[str]] = {room_id: set() for room_id in asked}
    people = {UUID(user_id) for user_ids in asked.values() for user_id in user_ids}
    rooms = list(Room.objects.filter(pk__in=list(asked), deleted_at=None))
    in_servers = [room.pk for room in rooms if room.server_id is not None]
    if in_servers:
        for room_id, user_id in pairs(Room.objects.filter(pk__in=in_servers), people):
            found[str(room_id)].add(str(user_id))
    for room in rooms:
        if room.server_id is None:
            seen = readers(place_of(room)).filter(pk__in=people).values_list("pk", flat=True)
            found[str(room.pk)] = {str(user_id) for user_id in seen}
    return {room_id: found[room_id] & set(user_ids) for room_id, user_ids in asked.items()}


def readers_called(usernames: Collection[str], place: Place) -> QuerySet[User]:
    """Of the people called so (in lower case), those who may view the room."""
    called = readers(place).annotate(username_ci=Lower("username"))
    return called.filter(username_ci__in=usernames, is_active=True)


def pairs(
    rooms: QuerySet[Room], user_ids: Collection[UUID] | None = None
) -> set[tuple[UUID, UUID]]:
    """(room, person) for each of these rooms of servers and its server's members (or these of
    them) who may view it; one query.
    """
    found = rooms.filter(deleted_at=None).annotate(person=F("server__memberships__user_id"))
    if user_ids is not None:
        found = found.filter(person__in=user_ids)
    seen = found.filter(
        _may_view_in_server(OuterRef("pk"), OuterRef("server_id"), OuterRef("person"), OWN)
    )
    return set(seen.order_by().values_list("pk", "person"))


def is_open(place: Place) -> bool:
    """Whether everybody in the room's server sees it (one query)."""
    return bool(open_rooms(place.server_id).filter(pk=place.room_id).exists())


def rooms_all_readers_see(place: Place) -> QuerySet[Room]:
    """Rooms that everybody who may read this one may see, too."""
    return open_rooms(place.server_id)


def open_rooms(server_id: UUID | None) -> QuerySet[Room]:
    """Rooms that nobody in the server (or, without one, nobody at all) is kept from seeing."""
    hiding = RoomOverride.objects.filter(room=OuterRef("pk"))
    banning = in_force(SanctionKind.BAN).filter(room=OuterRef("pk"))
    return Room.objects.filter(
        ~OWN, ~_denies(hiding), ~Q(Exists(banning)), server=server_id, deleted_at=None
    )


def members_of(server_id: str, user_ids: Iterable[str]) -> set[str]:
    """Of these people, those who belong to the server (for the watch)."""
    members = ServerMember.objects.filter(
        server_id=server_id, server__deleted_at=None, user__in=list(user_ids)
    )
    return {str(user_id) for user_id in members.values_list("user_id", flat=True)}
