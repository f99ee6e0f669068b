"""What people do to others in voice: silence them there, move them, take them out."""

from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.queries import get_person
from api.errors import Conflict, Forbidden
from rooms import access as rooms_access
from rooms.access import Permission
from rooms.models import Room
from voice import access
from voice.models import VoiceMute, VoiceSession
from voice.services.changes import finish
from voice.services.sessions import recheck


@transaction.atomic
def set_server_muted(actor: User, *, ref: UUID | str, user_id: str, is_muted: bool) -> None:
    """Nothing that they say in this room is forwarded, until somebody lifts it."""
    room = access.get_room_to_moderate(actor, ref, Permission.MUTE_OTHERS)
    person = _person_below(actor, room, user_id)
    if is_muted:
        VoiceMute.objects.get_or_create(room=room, user=person, defaults={"by": actor})
    else:
        VoiceMute.objects.filter(room=room, user=person).delete()
    for session in VoiceSession.objects.filter(room=room, user=person):
        recheck(session.pk)


@transaction.atomic
def move_person(actor: User, *, ref: UUID | str, user_id: str, to: str | None) -> None:
    """Out of this room's voice, and (where `to` is a room) told to sit down in that one.

    Raises Conflict where they do not sit here, Forbidden where they may not sit there.
    """
    room = access.get_room_to_moderate(actor, ref, Permission.MOVE_OTHERS)
    person = _person_below(actor, room, user_id)
    target = None
    if to is not None:
        target = access.get_room_to_moderate(actor, to, Permission.MOVE_OTHERS)
        if target.type not in access.TYPES:
            raise Conflict("That room has no voice.")
        if not access.may_sit(rooms_access.permissions_of(person, target)):
            raise Forbidden("They may not sit in that room's voice.")
    rows = VoiceSession.objects.select_related("user", "worker")
    session = rows.filter(room=room, user=person).first()
    if session is None:
        raise Conflict("They do not sit in this room's voice.")
    if target is None or target.pk != room.pk:
        finish(session, "moved" if target else "removed", moves_to=str(target.pk) if target else "")


def _person_below(actor: User, room: Room, user_id: str) -> User:
    person = get_person(user_id)
    if person.pk != actor.pk:
        rooms_access.require_above_in(actor, person, room)
    return person
