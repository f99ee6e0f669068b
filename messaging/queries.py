"""Reads of messages in a room the actor has been let into."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from accounts.models import User
from api.errors import NotFound, ValidationFailed
from messaging import payloads
from messaging.models import Message, Reaction
from rooms.access import USUAL_UUID, as_uuid
from rooms.models import Room, RoomHead

MAX_SEQ = 2**63 - 1
NAMED_REACTORS = 50
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


# --- as they are shown ---------------------------------------------------------------------------
def show(rows: Sequence[Message], viewer_id: UUID | None = None) -> list[payloads.Message]:
    """Messages with their reactions (one query for all); without a viewer `me` is null."""
    reactions = _reactions_of(rows, viewer_id)
    return [payloads.message(row, reactions[row.pk]) for row in rows]


def list_reactors(message: Message, emoji: str) -> QuerySet[User]:
    """Who reacted with this emoji, the first one first."""
    found = User.objects.filter(reactions__message=message, reactions__emoji=emoji)
    return found.order_by("reactions__pk")


def _reactions_of(
    rows: Sequence[Message], viewer_id: UUID | None
) -> dict[UUID, list[payloads.Reaction]]:
    """In the order each emoji was first used."""
    by_emoji: dict[tuple[UUID, str], list[Any]] = defaultdict(list)
    for reaction in _first_reactions(rows, viewer_id):
        by_emoji[reaction.message_id, reaction.emoji].append(reaction)
    shown: dict[UUID, list[payloads.Reaction]] = defaultdict(list)
    for (message_id, emoji), first in by_emoji.items():
        is_mine = any(reaction.user_id == viewer_id for reaction in first)
        named = [str(each.user_id) for each in first if each.place <= NAMED_REACTORS]
        shown[message_id].append(
            payloads.Reaction(
                emoji=emoji,
                count=first[0].total,
                user_ids=named,
                me=None if viewer_id is None else is_mine,
            )
        )
    return shown


def _first_reactions(rows: Sequence[Message], viewer_id: UUID | None) -> QuerySet[Reaction, Any]:
    """The first ones of each emoji, and the viewer's own."""
    ids = [row.pk for row in rows if row.deleted_at is None]
    if not ids:
        return Reaction.objects.none()
    same = [F("message"), F("emoji")]
    numbered = Reaction.objects.filter(message__in=ids).annotate(
        place=Window(RowNumber(), partition_by=same, order_by="pk"),
        total=Window(Count("pk"), partition_by=same),
    )
    wanted = numbered.filter(Q(place__lte=NAMED_REACTORS) | Q(user_id=viewer_id))
    return wanted.order_by("emoji_seq", "pk")
