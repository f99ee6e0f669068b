"""Read marks: how far people have read. Every write of them; what is unread is counted (unread.py).

A mark is no entry of the room log: it takes no number and concerns one person. Marks that only move
forward may arrive in any order; the database keeps the highest.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from api.errors import ParlorError, ValidationFailed
from api.hooks import after_commit
from messaging import unread
from messaging.events import ReadUpdated
from realtime import publish
from rooms import access
from rooms.access import Permission
from rooms.models import RoomHead
from rooms.payloads import ReadState

_FORWARD = " WHERE messaging_readmark.seq < EXCLUDED.seq"
_UPSERT = """
INSERT INTO messaging_readmark (user_id, room_id, seq, updated_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (user_id, room_id) DO UPDATE SET seq = EXCLUDED.seq, updated_at = EXCLUDED.updated_at
"""


class Mark(NamedTuple):
    """A person has read a room up to `seq`: at least so far, or exactly (then also backwards)."""

    user_id: UUID
    room_id: UUID
    seq: int
    is_exact: bool
    access_version: int  # of the room, when it was checked that they may read it
    socket_id: str = ""  # is answered directly; the person's other sockets are told


def set_read(actor: User, *, ref: str, seq: int) -> tuple[UUID, ReadState]:
    """Exactly so far. Raises NotFound, Forbidden; ValidationFailed beyond the room's head."""
    room = access.get_room_for(actor, ref, Permission.VIEW)
    version = room.head.access_version
    (written,) = write_marks([Mark(actor.pk, room.pk, seq, True, version)])
    if isinstance(written, ParlorError):
        raise written
    return room.pk, unread.read_states(actor, [room.pk])[str(room.pk)]


@transaction.atomic
def write_marks(marks: Sequence[Mark]) -> list[ReadUpdated | ParlorError]:
    """Many at once (one for a person in a room), each with its own outcome. Who may read the rooms
    was checked before, and is again where a room's access has changed since.

    The people's other sockets hear of it after commit.
    """
    heads = RoomHead.objects.in_bulk({mark.room_id for mark in marks})
    refused = {mark: error for mark in marks if (error := _refusal(mark, heads))}
    good = [mark for mark in marks if mark not in refused]
    # In one order everywhere, so that two processes never wait for each other.
    for mark in sorted(good):
        _upsert(mark.user_id, mark.room_id, mark.seq, is_exact=mark.is_exact)
    told = {}
    for mark, event in _events(good):
        told[mark] = event
        after_commit(
            publish.to_user,
            str(mark.user_id),
            event,
            except_socket=mark.socket_id,
            mentioned_in=event.room_id if event.mentions else "",
        )
    return [told.get(mark) or refused[mark] for mark in marks]


def require_possible(mark: Mark) -> None:
    """Raises what `write_marks` would answer to it, before it is merged with sound ones."""
    error = _refusal(mark, RoomHead.objects.in_bulk([mark.room_id]))
    if error is not None:
        raise error


def _refusal(mark: Mark, heads: dict[UUID, RoomHead]) -> ParlorError | None:
    user_id, room_id, head = str(mark.user_id), str(mark.room_id), heads.get(mark.room_id)
    if head is None or head.access_version != mark.access_version:
        access.forget_grant(user_id, room_id)
        try:
            access.load_grant(user_id, room_id)
        except ParlorError as error:
            return error
    return _beyond(head) if head is not None and mark.seq > head.last_seq else None


def start_reading(user_id: str, room_ids: Iterable[str]) -> None:
    """Whoever comes into rooms has missed nothing that was said before (rooms' hook, inside its
    transaction).
    """
    heads = RoomHead.objects.filter(pk__in=list(room_ids)).values_list("room_id", "last_seq")
    for room_id, last_seq in heads.order_by("room_id"):
        _upsert(UUID(user_id), room_id, last_seq, is_exact=False)


def _upsert(user_id: UUID, room_id: UUID, seq: int, *, is_exact: bool) -> None:
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    values = [unread.key_of(user_id), unread.key_of(room_id), seq, now]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT if is_exact else _UPSERT + _FORWARD, values)


def _events(marks: Sequence[Mark]) -> Iterable[tuple[Mark, ReadUpdated]]:
    """What is unread now, one query per person."""
    people = User.objects.in_bulk({mark.user_id for mark in marks})
    for user_id, person in people.items():
        mine = [mark for mark in marks if mark.user_id == user_id]
        states = unread.read_states(person, [mark.room_id for mark in mine])
        for mark in mine:
            state = states[str(mark.room_id)]
            yield (
                mark,
                ReadUpdated(
                    room_id=str(mark.room_id),
                    seq=state.read_seq,
                    unread=state.unread,
                    mentions=state.mentions,
                ),
            )


def _beyond(head: RoomHead) -> ValidationFailed:
    reached = head.last_seq
    message = f"The room has come to {reached} so far."
    return ValidationFailed.of("seq", "max_value", message, max=reached)
