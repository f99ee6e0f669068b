"""A server's own roles, and what channels allow or deny beyond them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.queries import get_person
from api.errors import Conflict, Forbidden, NotFound
from api.hooks import after_commit
from realtime import publish
from rooms import access, payloads, queries
from rooms.access import RANKS, Permission, Standing
from rooms.events import ServerRolesUpdated
from rooms.models import Role, Room, RoomOverride, ServerRole
from rooms.services.changes import (
    keeping_sight_true,
    lock_room,
    lock_server,
    next_version,
    raise_access,
    tell_room,
)

MAX_ROLES = 100
MAX_OVERRIDES = 200
FIELDS = frozenset({"name", "colour", "permissions"})


# --- roles ----------------------------------------------------------------------------------------
@transaction.atomic
def create_role(
    actor: User, *, ref: str, name: str, colour: str = "", permissions: Permission
) -> ServerRole:
    """A new role, the lowest. Raises Conflict for a taken name or one too many."""
    standing = access.get_standing_for(actor, ref, Permission.MANAGE_ROLES)
    server = lock_server(standing.server)
    standing.require_has(permissions)
    count = ServerRole.objects.filter(server=server).count()
    if count >= MAX_ROLES:
        raise Conflict(f"A server has at most {MAX_ROLES} roles.")
    role = ServerRole(
        server=server, name=name, colour=colour, position=count, permissions=int(permissions)
    )
    _save(role)
    _tell_roles(server.pk)
    return role


@transaction.atomic
def update_role(actor: User, *, ref: str, role_id: str, changes: dict[str, Any]) -> ServerRole:
    """Only what the actor has can be given or taken, and only to roles below them."""
    standing, role = _role_below(actor, ref, role_id)
    changed = {
        name: value
        for name, value in changes.items()
        if name in FIELDS and getattr(role, name) != value
    }
    if not changed:
        return role
    if "permissions" in changed:
        standing.require_has(Permission(role.permissions ^ int(changed["permissions"])))
        changed["permissions"] = int(changed["permissions"])
        raise_access(standing.server.rooms.filter(deleted_at=None).values_list("pk", flat=True))
    for name, value in changed.items():
        setattr(role, name, value)
    _save(role)
    _tell_roles(standing.server.pk)
    return role


@transaction.atomic
def delete_role(actor: User, *, ref: str, role_id: str) -> UUID:
    """The role goes, with its overrides; who had it loses what it gave."""
    standing, role = _role_below(actor, ref, role_id)
    server, deleted = standing.server, role.pk
    holders = list(role.given.values_list("member__user_id", flat=True))
    overridden = Room.objects.filter(
        pk__in=list(role.overrides.values_list("room_id", flat=True)), deleted_at=None
    )
    rooms = server.rooms.filter(deleted_at=None)
    with keeping_sight_true(overridden, holders):
        role.delete()
    raise_access(rooms.exclude(pk__in=overridden).values_list("pk", flat=True))
    for position, other in enumerate(queries.list_roles(server.pk)):
        ServerRole.objects.filter(pk=other.pk).update(position=position)
    _tell_roles(server.pk)
    return deleted


@transaction.atomic
def order_roles(actor: User, *, ref: str, role_ids: Sequence[UUID]) -> list[ServerRole]:
    """All roles, the highest first. The actor moves only those below them, among each other."""
    standing = access.get_standing_for(actor, ref, Permission.MANAGE_ROLES)
    server = lock_server(standing.server)
    known = list(queries.list_roles(server.pk))
    if sorted(role_ids) != sorted(role.pk for role in known):
        raise Conflict("These are not all roles of the server, each once.")
    by_id = {role.pk: role for role in known}
    for position, role_id in enumerate(role_ids):
        role = by_id[role_id]
        if role.position != position:
            standing.require_above(access.height_of_role(role.position))
            standing.require_above(access.height_of_role(position))
    for position, role_id in enumerate(role_ids):
        ServerRole.objects.filter(pk=role_id).update(position=position)
    _tell_roles(server.pk)
    return list(queries.list_roles(server.pk))


def _role_below(actor: User, ref: str, role_id: str) -> tuple[Standing, ServerRole]:
    standing = access.get_standing_for(actor, ref, Permission.MANAGE_ROLES)
    lock_server(standing.server)
    role = access.get_role(standing.server, role_id)
    standing.require_above(access.height_of_role(role.position))
    return standing, role


def _save(role: ServerRole) -> None:
    try:
        with transaction.atomic():
            role.save()
    except IntegrityError:
        raise Conflict("There is a role of this name already.") from None


def _tell_roles(server_id: UUID) -> None:
    event = ServerRolesUpdated(
        server_id=str(server_id),
        roles=[payloads.role(role) for role in queries.list_roles(server_id)],
        version=next_version(server_id),
    )
    after_commit(publish.to_server, str(server_id), event)


# --- overrides ------------------------------------------------------------------------------------
@transaction.atomic
def set_override(
    actor: User, *, ref: str, target: str, allow: Permission, deny: Permission
) -> RoomOverride:
    """What a channel allows and denies to one target; nothing of either takes it back.

    Raises Conflict, Forbidden, NotFound.
    """
    room, found = _target_of(actor, ref, target)
    if allow & deny:
        raise Conflict("A permission cannot be allowed and denied at once.")
    existing = RoomOverride.objects.filter(room=room, **found).first()
    before = Permission(existing.allow | existing.deny) if existing else Permission.NONE
    _require_may_give(actor, room, allow | deny | before)
    if existing is None and RoomOverride.objects.filter(room=room).count() >= MAX_OVERRIDES:
        raise Conflict(f"A channel has at most {MAX_OVERRIDES} overrides.")
    with keeping_sight_true(Room.objects.filter(pk=room.pk)):
        override, _ = RoomOverride.objects.update_or_create(
            room=room, **found, defaults={"allow": int(allow), "deny": int(deny)}
        )
    tell_room(room.pk)
    return override


@transaction.atomic
def clear_override(actor: User, *, ref: str, target: str) -> Room:
    """Back to what the standing gives. One that is not there changes nothing."""
    room, found = _target_of(actor, ref, target)
    existing = RoomOverride.objects.filter(room=room, **found).first()
    if existing is None:
        return room
    _require_may_give(actor, room, Permission(existing.allow | existing.deny))
    with keeping_sight_true(Room.objects.filter(pk=room.pk)):
        existing.delete()
    return tell_room(room.pk)


def _target_of(actor: User, ref: str, target: str) -> tuple[Room, dict[str, Any]]:
    """The room, and the target as the fields of a row; the actor stands above it."""
    room = access.get_room_to_manage(actor, ref)
    standing = access.standing_for_overrides(actor, room)
    lock_room(room)
    if target == Role.MEMBER:
        return room, {"builtin": target}
    if target == Role.MODERATOR:
        standing.require_above((RANKS[Role.MODERATOR], 0))
        return room, {"builtin": target}
    wanted = access.as_uuid(target)
    role = ServerRole.objects.filter(server=room.server_id, pk=wanted).first() if wanted else None
    if role is not None:
        standing.require_above(access.height_of_role(role.position))
        return room, {"role": role}
    if wanted is None:
        raise NotFound("There is no such role or person.")
    person = get_person(target)
    standing.require_above(access.standing_in(person, standing.server))
    return room, {"user": person}


def _require_may_give(actor: User, room: Room, permissions: Permission) -> None:
    if permissions & ~access.permissions_of(actor, room):
        raise Forbidden("You cannot give or deny a permission that you do not have.")
