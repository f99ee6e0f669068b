"""Who may do what in a room: the only permission rules of servers, rooms and messages.

Everything that touches a room loads it through here: `get_room_for` returns the row or raises.
The socket's hot path asks `grant_for`, which answers from memory; a grant carries the room's
`access_version`, and the room log refuses a write whose version is no longer the room's (sequence
rule 8), so a remembered grant may be old but never harmful.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable
from enum import IntFlag
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from api.errors import Forbidden, NotAuthenticated, NotFound
from realtime.threads import run_db
from rooms.models import Role, Room, RoomMember, RoomType, Server, ServerMember

CODE = re.compile(r"[a-z]{4}-[a-z]{4}-[a-z]{4}")
USUAL_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
MAX_GRANTS = 50_000


class Permission(IntFlag):
    """What a person may do in a room. FIND is knowing that it is there."""

    NONE = 0
    FIND = 1
    VIEW = 2
    POST = 4
    MANAGE_MESSAGES = 8
    MANAGE_ROOM = 16


READ = Permission.FIND | Permission.VIEW
TALK = READ | Permission.POST
STAFF = {
    Role.OWNER: Permission.POST | Permission.MANAGE_MESSAGES | Permission.MANAGE_ROOM,
    Role.ADMIN: Permission.POST | Permission.MANAGE_MESSAGES | Permission.MANAGE_ROOM,
    Role.MODERATOR: Permission.POST | Permission.MANAGE_MESSAGES,
}
SEES_PRIVATE = (Role.OWNER, Role.ADMIN)


class Grant(NamedTuple):
    """What one person may do in one room, as of an access version."""

    room_id: str
    room_type: str
    permissions: Permission
    slow_mode_s: int  # 0 also for those whom it does not bind
    access_version: int


def permissions_in(room: Room, server_role: str | None, room_role: str | None) -> Permission:
    """The rule itself. Roles are None where the person is not a member."""
    if room.deleted_at is not None:
        return Permission.NONE
    if room.server_id is not None:
        if server_role is None:
            return Permission.NONE
        if has_own_members(room) and room_role is None and server_role not in SEES_PRIVATE:
            return Permission.NONE
    elif has_own_members(room) and room_role is None:
        return Permission.NONE
    allowed = READ if room.type == RoomType.ANNOUNCEMENT else TALK
    for role in (server_role, room_role):
        allowed |= STAFF.get(role, Permission.NONE) if role else Permission.NONE  # type: ignore[call-overload]
    return allowed if room.is_active else allowed & ~Permission.POST


def has_own_members(room: Room) -> bool:
    """Whether belonging to its server, or to nothing, is not enough to see the room."""
    return room.is_private or room.type in (RoomType.CALL, RoomType.DIRECT)


def get_room_for(actor: User, ref: UUID | str, permission: Permission) -> Room:
    """The room named by id, slug or code. Raises NotFound where the actor may not know of it,
    Forbidden where they may know but not do this.
    """
    room = _find(ref)
    allowed = permissions_of(actor, room)
    if room.deleted_at is None and room.code is not None and room.code == str(ref).lower():
        allowed |= Permission.FIND  # who has the code of a call may see that it is there
    return require(room, allowed, permission)


def get_room_to_join(actor: User, ref: UUID | str) -> Room:
    """A room the actor may belong to: one they may find; a server's is for its members."""
    room = get_room_for(actor, ref, Permission.FIND)
    in_server = ServerMember.objects.filter(server__rooms=room, user=actor)
    if room.server_id is not None and not in_server.exists():
        raise Forbidden("This room is for members of its server. Join that first.")
    return room


def require(room: Room, allowed: Permission, permission: Permission) -> Room:
    """The room, if `allowed` covers `permission`."""
    if not allowed & Permission.FIND:
        raise NotFound("There is no such room.")
    if allowed & permission != permission:
        raise Forbidden("You may not do this in this room.")
    return room


def permissions_of(actor: User, room: Room) -> Permission:
    """What the actor may do in a loaded room (two small queries)."""
    server_role = (
        ServerMember.objects.filter(server_id=room.server_id, user=actor)
        .values_list("role", flat=True)
        .first()
        if room.server_id
        else None
    )
    room_role = (
        RoomMember.objects.filter(room=room, user=actor).values_list("role", flat=True).first()
    )
    return permissions_in(room, server_role, room_role)


def get_server_for(actor: User, server_id: UUID | str) -> Server:
    """A server the actor may see: public ones and their own."""
    ref, wanted = str(server_id), as_uuid(server_id)
    servers = visible_servers(actor)
    found = servers.filter(pk=wanted) if wanted else servers.filter(slug=ref)
    server = found.first() if "\0" not in ref else None
    if server is None:
        raise NotFound("There is no such server.")
    return server


def get_server_to_manage(actor: User, server_id: UUID | str) -> Server:
    """A server whose channels the actor may make and change."""
    server = get_server_for(actor, server_id)
    role = ServerMember.objects.filter(server=server, user=actor).values_list("role", flat=True)
    if role.first() not in SEES_PRIVATE:
        raise Forbidden("Only owners and admins make channels in this server.")
    return server


def require_may_create_room(actor: User) -> None:
    """Rooms of one's own are for registered people."""
    if actor.is_guest:
        raise Forbidden("Guests cannot make rooms. Register first.")


def get_call_by_code(code: str) -> Room:
    """A call for somebody without an account; only its code opens this door.

    Raises NotAuthenticated for what is no code, NotFound.
    """
    if not CODE.fullmatch(code.lower()):
        raise NotAuthenticated
    room = Room.objects.filter(code=code.lower(), type=RoomType.CALL, deleted_at=None).first()
    if room is None:
        raise NotFound("There is no such call.")
    return room


def visible_servers(actor: User) -> QuerySet[Server]:
    """Servers the actor may see."""
    return Server.objects.filter(
        Q(is_public=True) | Q(pk__in=actor.memberships.values("server_id")), deleted_at=None
    )


def visible_rooms(actor: User) -> QuerySet[Room]:
    """Rooms the actor may view: the same rule as `permissions_in`, as a filter."""
    mine = Q(pk__in=actor.room_memberships.values("room_id"))
    my_servers = actor.memberships.values("server_id")
    seeing_all = actor.memberships.filter(role__in=SEES_PRIVATE).values("server_id")
    own_members = Q(is_private=True) | Q(type__in=[RoomType.CALL, RoomType.DIRECT])
    in_server = Q(server_id__in=my_servers) & (~own_members | mine | Q(server_id__in=seeing_all))
    alone = Q(server=None) & (~own_members | mine)
    return Room.objects.filter(in_server | alone, deleted_at=None)


def readers_of(room_id: str, user_ids: Iterable[str]) -> set[str]:
    """Of these people, those who may view the room (for the watch; three queries)."""
    wanted = [UUID(user_id) for user_id in user_ids]
    room = Room.objects.filter(pk=room_id).first()
    if room is None:
        return set()
    in_server = dict(
        ServerMember.objects.filter(server__rooms=room, user__in=wanted).values_list(
            "user_id", "role"
        )
    )
    in_room = dict(
        RoomMember.objects.filter(room=room, user__in=wanted).values_list("user_id", "role")
    )
    return {
        str(user_id)
        for user_id in wanted
        if permissions_in(room, in_server.get(user_id), in_room.get(user_id)) & Permission.VIEW
    }


def members_of(server_id: str, user_ids: Iterable[str]) -> set[str]:
    """Of these people, those who belong to the server (for the watch)."""
    members = ServerMember.objects.filter(
        server_id=server_id, server__deleted_at=None, user__in=list(user_ids)
    )
    return {str(user_id) for user_id in members.values_list("user_id", flat=True)}


def _find(ref: UUID | str) -> Room:
    rooms = Room.objects.select_related("head")
    found = rooms.filter(pk=room_id) if (room_id := as_uuid(ref)) else _by_name(rooms, str(ref))
    room = found.first()
    if room is None:
        raise NotFound("There is no such room.")
    return room


def _by_name(rooms: QuerySet[Room], ref: str) -> QuerySet[Room]:
    if CODE.fullmatch(ref.lower()):
        return rooms.filter(code=ref.lower())
    return rooms.filter(slug=ref) if "\0" not in ref else rooms.none()


def as_uuid(ref: UUID | str) -> UUID | None:
    """The reference as an id, None where it is no UUID in its usual form."""
    if isinstance(ref, UUID):
        return ref
    return UUID(ref) if USUAL_UUID.fullmatch(ref) else None


# --- grants in memory ----------------------------------------------------------------------------
_grants: OrderedDict[tuple[str, str], Grant] = OrderedDict()


async def grant_for(user_id: str, ref: str) -> Grant:
    """What a person may do in a room (id, slug or code), from memory where it is known by id."""
    known = _grants.get((user_id, ref))
    if known is not None:
        return known
    return await run_db(load_grant, user_id, ref)


def load_grant(user_id: str, ref: str) -> Grant:
    """Read, and remember, a grant. Raises NotFound; what is refused is not remembered.

    The version is read with the room, before the memberships: a change in between makes the grant
    look older than it is, never newer.
    """
    actor = User.objects.get(pk=user_id)
    room = _find(ref)
    version = room.head.access_version
    allowed = permissions_of(actor, room)
    require(room, allowed, Permission.VIEW)
    is_bound = not allowed & Permission.MANAGE_MESSAGES
    slow_mode_s = room.slow_mode_seconds if is_bound else 0
    grant = Grant(str(room.pk), room.type, allowed, slow_mode_s, version)
    _grants[user_id, str(room.pk)] = grant
    while len(_grants) > MAX_GRANTS:
        _grants.popitem(last=False)
    return grant


def forget_grant(user_id: str, room_id: str) -> None:
    """The room log refused this grant's version: read it again."""
    _grants.pop((user_id, room_id), None)


def forget_all_grants() -> None:
    """For tests, and after a restore."""
    _grants.clear()
