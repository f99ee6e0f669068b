"""Who may do what in voice: rooms.access' permissions, for rooms that have any voice."""

from uuid import UUID

from accounts.models import User
from api.errors import Conflict, Gone, NotFound
from rooms import access
from rooms.access import Permission
from rooms.models import Room, RoomType
from voice.models import VoiceSession

TYPES = (RoomType.VOICE, RoomType.CALL, RoomType.DIRECT)


def get_room_to_join(actor: User, ref: UUID | str) -> tuple[Room, Permission]:
    """A room whose voice the actor may sit in, and what they may do there.

    Raises NotFound, Forbidden, Gone, Conflict (it has no voice).
    """
    room = access.find_room(ref)
    allowed = access.permissions_of(actor, room)
    if not allowed & Permission.FIND:  # who has a call's code may know that it is there
        return access.get_room_for(actor, ref, Permission.JOIN_VOICE), allowed
    if room.ended_at is not None:
        raise Gone("This call has ended.")
    access.require(room, allowed, Permission.JOIN_VOICE)
    if room.type not in TYPES:
        raise Conflict("This room has no voice.")
    return room, allowed


def get_session_of(actor: User, session_id: UUID | str) -> VoiceSession:
    """One's own session, with its worker. Raises NotFound."""
    wanted = access.as_uuid(session_id)
    rows = VoiceSession.objects.select_related("worker")
    found = rows.filter(pk=wanted, user=actor).first() if wanted else None
    if found is None:
        raise NotFound("There is no such voice session.")
    return found


def get_room_to_moderate(actor: User, ref: UUID | str, permission: Permission) -> Room:
    """A room where the actor may do this to others in voice."""
    return access.get_room_for(actor, ref, permission)


def may_speak(allowed: Permission) -> bool:
    """Whether somebody with these permissions is heard."""
    return bool(allowed & Permission.SPEAK)


def may_video(allowed: Permission) -> bool:
    """Whether somebody with these permissions is seen."""
    return bool(allowed & Permission.VIDEO)


def may_sit(allowed: Permission) -> bool:
    """Whether somebody with these permissions may stay."""
    return bool(allowed & Permission.JOIN_VOICE)
