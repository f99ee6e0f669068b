"""Reads of messages in a room the actor has been let into."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from api.errors import NotFound, ValidationFailed
from messaging.models import Message
from rooms.access import USUAL_UUID, as_uuid
from rooms.models import Room, RoomHead

MAX_SEQ = 2**63 - 1
PLACE = "[0-9]{1,19}|" + USUAL_UUID.pattern


@dataclass(frozen=True, slots=True)
class History:
    """Part of a room's messages, oldest first."""

    messages: list[Message]
    has_more: bool
    last_seq: int
    total: int | None = None


def list_history(
    room: Room, *, limit: int, before: int | None = None, after: int | None = None
) -> History:
    """Messages after a place (the first ones there), before one, or the newest; or between two."""
    rows = _rows(room)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    if after is not None:
        found = list(rows.filter(seq__gt=after).order_by("seq")[: limit + 1])
        return History(found[:limit], len(found) > limit, _last_seq(room))
    found = list(rows.order_by("-seq")[: limit + 1])
    return History(found[:limit][::-1], len(found) > limit, _last_seq(room))


def list_history_by_offset(room: Room, *, limit: int, offset: int) -> History:
    """For clients that page by offset, counted from the newest message."""
    rows = _rows(room)
    total = rows.count()
    found = list(rows.order_by("-seq")[offset : offset + limit]) if offset < total else []
    return History(found[::-1], offset + limit < total, _last_seq(room), total)


def place_of(room: Room, cursor: str, field: str) -> int:
    """A cursor (message id or seq) as a place in the room.

    Raises ValidationFailed for what is neither, NotFound for a message that is not in this room.
    """
    if not re.fullmatch(PLACE, cursor):
        raise ValidationFailed.of(field, "invalid", "Neither a number nor the id of a message.")
    message_id = as_uuid(cursor)
    if message_id is None:
        return min(int(cursor), MAX_SEQ)
    message = Message.objects.filter(pk=message_id, room=room)
    seq = message.values_list("seq", flat=True).first()
    if seq is None:
        raise NotFound("There is no such message in this room.")
    return seq


def get_message(message_id: UUID) -> Message:
    """One message with its sender."""
    return Message.objects.select_related("sender").get(pk=message_id)


def _rows(room: Room) -> QuerySet[Message]:
    return Message.objects.filter(room=room).select_related("sender")


def _last_seq(room: Room) -> int:
    return RoomHead.objects.values_list("last_seq", flat=True).get(pk=room.pk)
