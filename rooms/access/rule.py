"""The rule itself: from the facts about a person and a room to what they may do there, and why.

Pure: no database, no clock. `sight.py` says the part about VIEW once more, as SQL; a test compares
the two for every combination (docs/decisions/0008-permissions.md).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from rooms.access.permissions import (
    ALL,
    OF_ROOM,
    OF_STANDING,
    READ,
    SEES_PRIVATE,
    SILENCED,
    TAKING_PART,
    Permission,
)
from rooms.models import Role, Room, RoomType


class Decider(NamedTuple):
    """What decided about a permission: owner, builtin, role, override, belonging, private, timeout,
    ban, ended, archived, deleted or outsider; with the role's or target's id and name.
    """

    kind: str
    id: str | None = None
    name: str | None = None
    until: datetime | None = None  # the end of a timeout or a ban


class CustomRole(NamedTuple):
    """A role of a server's own making, as the rule needs it."""

    id: str
    name: str
    permissions: Permission


class Override(NamedTuple):
    """An override that concerns the person. `target` is member, moderator, or an id."""

    kind: str  # builtin, role or user
    target: str
    name: str
    allow: Permission
    deny: Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the rule must know about a person: their standing in the room's server and in the room
    (None: none there), their custom roles, the overrides that concern them, what was taken.
    """

    server_role: str | None = None
    room_role: str | None = None
    roles: tuple[CustomRole, ...] = ()
    overrides: tuple[Override, ...] = ()
    is_banned: bool = False
    is_timed_out: bool = False
    banned_until: datetime | None = None  # for good
    timed_out_until: datetime | None = None


@dataclass(slots=True)
class Decision:
    """What is allowed, and by what each permission was last decided."""

    allowed: Permission = Permission.NONE
    by: dict[Permission, Decider] = field(default_factory=dict)

    def give(self, permissions: Permission, by: Decider) -> None:
        """From here on these are allowed."""
        permissions = _with_find(permissions)
        self.allowed |= permissions
        self.by |= dict.fromkeys(permissions, by)

    def take(self, permissions: Permission, by: Decider) -> None:
        """From here on these are not allowed. What was not is still owed to what came before."""
        taken = _with_find(permissions) & self.allowed
        self.allowed &= ~taken
        self.by |= dict.fromkeys(taken, by)

    def refuse(self, permissions: Permission, by: Decider) -> None:
        """Not allowed, whoever decided so before."""
        self.allowed &= ~_with_find(permissions)
        self.by |= dict.fromkeys(_with_find(permissions), by)


def permissions_in(room: Room, facts: Facts) -> Permission:
    """What somebody may do in a room."""
    return decide(room, facts).allowed


def decide(room: Room, facts: Facts) -> Decision:
    """The same, with what decided each permission."""
    decision = Decision()
    if room.server_id is None:
        _decide_alone(decision, room, facts)
    else:
        _decide_in_server(decision, room, facts)
    if facts.is_timed_out:
        decision.take(SILENCED, Decider("timeout", until=facts.timed_out_until))
    if not room.is_active:
        decision.take(TAKING_PART, Decider("ended"))
    elif room.is_archived:
        decision.take(TAKING_PART, Decider("archived"))
    if facts.is_banned:
        decision.refuse(ALL, Decider("ban", until=facts.banned_until))
    if room.deleted_at is not None:
        decision.refuse(ALL, Decider("deleted"))
    if not decision.allowed & Permission.VIEW:  # who cannot see a room can do nothing there
        decision.take(ALL, decision.by[Permission.VIEW])
    decision.allowed &= OF_ROOM
    return decision


def permissions_in_server(facts: Facts) -> Permission:
    """What somebody may do in a server as a whole."""
    return decide_in_server(facts).allowed


def decide_in_server(facts: Facts) -> Decision:
    """The same, with what decided each permission. Rooms may decide otherwise for themselves."""
    decision = Decision()
    _decide_standing(decision, facts)
    if facts.is_timed_out:
        decision.take(SILENCED, Decider("timeout", until=facts.timed_out_until))
    if facts.is_banned:
        decision.refuse(ALL, Decider("ban", until=facts.banned_until))
    return decision


def has_own_members(room: Room) -> bool:
    """Whether belonging to its server, or to nothing, is not enough to see the room."""
    return room.is_private or room.type in OWN_MEMBERS


OWN_MEMBERS = (RoomType.CALL, RoomType.DIRECT)


def _decide_alone(decision: Decision, room: Room, facts: Facts) -> None:
    role = facts.room_role
    if has_own_members(room) and role is None:
        decision.refuse(ALL, Decider("private"))
        return
    decision.refuse(ALL, _builtin(role or Role.MEMBER))
    decision.give(_usual(room, role or Role.MEMBER) & OF_ROOM, _builtin(role or Role.MEMBER))


def _decide_in_server(decision: Decision, room: Room, facts: Facts) -> None:
    """From the general to the particular; the last one to speak decides."""
    _decide_standing(decision, facts)
    if facts.server_role is None or facts.server_role in SEES_PRIVATE:
        return
    if room.type == RoomType.ANNOUNCEMENT and facts.server_role == Role.MEMBER:
        _only_told(decision, facts)
    if has_own_members(room):
        decision.take(READ, Decider("private"))
    by_kind = {
        kind: [o for o in facts.overrides if o.kind == kind and o.target != Role.MEMBER]
        for kind in ("builtin", "role", "user")
    }
    _override(decision, [o for o in facts.overrides if o.target == Role.MEMBER])
    _override(decision, by_kind["builtin"] + by_kind["role"])
    _decide_belonging(decision, room, facts)
    _override(decision, by_kind["user"])


def _decide_standing(decision: Decision, facts: Facts) -> None:
    role = facts.server_role
    decision.refuse(ALL, _builtin(role) if role else Decider("outsider"))
    if role is None:
        return
    decision.give(OF_STANDING[role], _builtin(role))
    for custom in facts.roles:
        new = custom.permissions & ~decision.allowed
        decision.give(new, Decider("role", custom.id, custom.name))


def _only_told(decision: Decision, facts: Facts) -> None:
    """In an announcement channel plain members do not post, unless one of their roles lets them."""
    by_roles = [role for role in facts.roles if role.permissions & Permission.POST]
    decision.refuse(Permission.POST, _builtin(Role.MEMBER))
    if by_roles:
        decision.give(Permission.POST, Decider("role", by_roles[0].id, by_roles[0].name))


def _decide_belonging(decision: Decision, room: Room, facts: Facts) -> None:
    """Who was let into a room with members of its own sees it, and looks after it by their role."""
    role = facts.room_role
    if role is None:
        return
    by = Decider("belonging", name=role)
    if has_own_members(room):
        decision.give(READ, by)
    if role != Role.MEMBER:
        decision.give(OF_STANDING[role] & OF_ROOM & ~READ & ~decision.allowed, by)


def _override(decision: Decision, overrides: Iterable[Override]) -> None:
    """All denials, then all allowances; never what belongs to the whole server."""
    for one in overrides:
        decision.take(one.deny & OF_ROOM, Decider("override", one.target, one.name))
    for one in overrides:
        new = one.allow & OF_ROOM & ~decision.allowed
        decision.give(new, Decider("override", one.target, one.name))


def _usual(room: Room, role: str) -> Permission:
    is_told = room.type == RoomType.ANNOUNCEMENT and role == Role.MEMBER
    return OF_STANDING[role] & ~Permission.POST if is_told else OF_STANDING[role]


def _builtin(role: str) -> Decider:
    return Decider("owner" if role == Role.OWNER else "builtin", name=role)


def _with_find(permissions: Permission) -> Permission:
    return permissions | Permission.FIND if permissions & Permission.VIEW else permissions
