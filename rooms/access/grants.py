"""Grants: what somebody may do in a room, remembered for the socket's hot path.

A grant carries the room's `access_version`, and the room log refuses a write whose version is no
longer the room's (sequence rule 8), so a remembered grant may be old but never harmful. What a
grant refuses is read again (`needing`), so that a new right, or the end of a timeout, is seen at
once: refusals are never remembered, and no grant needs an expiry.
"""

from collections import OrderedDict
from typing import NamedTuple

from accounts.models import User
from realtime.threads import run_db
from rooms.access.facts import permissions_of
from rooms.access.permissions import Permission
from rooms.access.rooms import find_room, require
from rooms.access.sight import Place, place_of

MAX_GRANTS = 50_000


class Grant(NamedTuple):
    """What one person may do in one room, as of an access version."""

    room_id: str
    room_type: str
    place: Place
    permissions: Permission
    slow_mode_s: int  # 0 also for those whom it does not bind
    has_ended: bool
    access_version: int


_grants: OrderedDict[tuple[str, str], Grant] = OrderedDict()


async def grant_for(
    user_id: str, ref: str, needing: Permission = Permission.VIEW, at_least: int = 0
) -> Grant:
    """What a person may do in a room (id, slug or code), from memory where it is known by id and
    covers what is needed. `at_least` is the oldest access version that will do: for what the room
    log does not check.
    """
    known = known_grant(user_id, ref, needing)
    if known is not None and known.access_version >= at_least:
        return known
    return await run_db(load_grant, user_id, ref)


def known_grant(user_id: str, room_id: str, needing: Permission = Permission.VIEW) -> Grant | None:
    """The one remembered, where it covers what is needed."""
    known = _grants.get((user_id, room_id))
    return known if known is not None and known.permissions & needing == needing else None


def load_grant(user_id: str, ref: str) -> Grant:
    """Read, and remember, a grant. Raises NotFound; what is refused is not remembered.

    The version is read with the room, before the memberships: a change in between makes the grant
    look older than it is, never newer.
    """
    actor = User.objects.get(pk=user_id)
    room = find_room(ref)
    allowed = permissions_of(actor, room)
    require(room, allowed, Permission.VIEW)
    is_bound = not allowed & Permission.MANAGE_MESSAGES
    grant = Grant(
        room_id=str(room.pk),
        room_type=room.type,
        place=place_of(room),
        permissions=allowed,
        slow_mode_s=room.slow_mode_seconds if is_bound else 0,
        has_ended=room.ended_at is not None,
        access_version=room.head.access_version,
    )
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
