"""Reads what the rule must know about a person: few queries, the same number in every case."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from rooms.access.permissions import Permission
from rooms.access.rule import CustomRole, Facts, Override, permissions_in
from rooms.access.sight import in_force
from rooms.models import (
    Room,
    RoomMember,
    RoomOverride,
    Sanction,
    SanctionKind,
    Server,
    ServerMember,
)


def permissions_of(actor: User, room: Room) -> Permission:
    """What the actor may do in a loaded room (five small queries, two where it stands alone)."""
    return permissions_in(room, facts_of(actor.pk, room))


def facts_of(user_id: UUID, room: Room) -> Facts:
    """About a person in a room."""
    belonging = RoomMember.objects.filter(room=room, user=user_id).values_list("role", flat=True)
    room_role = belonging.first()
    if room.server_id is None:
        taken = _taken(in_force().filter(room=room, user=user_id))
        return Facts(
            room_role=room_role,
            **taken,
        )
    server_role, roles = _standing(room.server_id, user_id)
    taken = _taken(in_force().filter(Q(room=room) | Q(server=room.server_id), user=user_id))
    return Facts(
        server_role=server_role,
        room_role=room_role,
        roles=roles,
        overrides=_overrides(room, user_id, server_role, roles) if server_role else (),
        **taken,
    )


def facts_in_server(user_id: UUID, server: Server) -> Facts:
    """About a person in a server as a whole (three queries)."""
    server_role, roles = _standing(server.pk, user_id)
    taken = _taken(in_force().filter(server=server, user=user_id))
    return Facts(
        server_role=server_role,
        roles=roles,
        **taken,
    )


def _standing(server_id: UUID, user_id: UUID) -> tuple[str | None, tuple[CustomRole, ...]]:
    """The built-in role and the custom ones, the highest first; one query for both."""
    rows = list(
        ServerMember.objects.filter(server=server_id, user=user_id)
        .order_by("given__role__position", "given__role__pk")
        .values_list("role", "given__role__id", "given__role__name", "given__role__permissions")
    )
    roles = tuple(
        CustomRole(str(role_id), name, Permission(permissions))
        for _, role_id, name, permissions in rows
        if role_id is not None
    )
    return (rows[0][0] if rows else None), roles


def _overrides(
    room: Room, user_id: UUID, server_role: str, roles: Iterable[CustomRole]
) -> tuple[Override, ...]:
    found = RoomOverride.objects.filter(room=room).filter(
        Q(builtin__in=["member", server_role])
        | Q(role__in=[role.id for role in roles])
        | Q(user=user_id)
    )
    return tuple(as_override(row) for row in found.select_related("role", "user").order_by("pk"))


def as_override(row: RoomOverride) -> Override:
    """A row, with its role and user, as the rule takes it."""
    allow, deny = Permission(row.allow), Permission(row.deny)
    if row.role is not None:
        return Override("role", str(row.role_id), row.role.name, allow, deny)
    if row.user is not None:
        return Override("user", str(row.user_id), row.user.shown_name, allow, deny)
    return Override("builtin", row.builtin, row.builtin, allow, deny)


class _Taken(TypedDict):
    is_banned: bool
    banned_until: datetime | None
    is_timed_out: bool
    timed_out_until: datetime | None


def _taken(sanctions: Iterable[Sanction]) -> _Taken:
    """What is in force, and until when: the last of them to end decides."""
    ends: dict[str, list[datetime | None]] = {SanctionKind.BAN: [], SanctionKind.TIMEOUT: []}
    for sanction in sanctions:
        ends[sanction.kind].append(sanction.until)
    bans, timeouts = ends[SanctionKind.BAN], ends[SanctionKind.TIMEOUT]
    return {
        "is_banned": bool(bans),
        "banned_until": _last(bans),
        "is_timed_out": bool(timeouts),
        "timed_out_until": _last(timeouts),
    }


def _last(ends: list[datetime | None]) -> datetime | None:
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None
