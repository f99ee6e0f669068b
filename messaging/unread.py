"""How much of each room a person has not read: counted from the rows, never kept or subtracted.

One statement for any number of rooms; every count stops at `COUNT_UP_TO`, so a long absence costs
no more than a short one. SQL by hand: the ORM has no count of a limited subquery.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from messaging.models import Mention, ReadMark
from realtime.sources import Activity
from rooms.payloads import ReadState

COUNT_UP_TO = 100  # shown as 99+
ROOMS_AT_ONCE = 1_000
CONDITIONS_AT_ONCE = 200

_STATES = """
SELECT head.room_id, head.last_seq, COALESCE(mark.seq, 0), newest.seq, newest.sender_id,
  (SELECT COUNT(*) FROM (
    SELECT 1 FROM messaging_message AS m
    WHERE m.room_id = head.room_id AND m.seq > COALESCE(mark.seq, 0)
      AND m.deleted_at IS NULL AND m.sender_id <> %s
    ORDER BY m.seq LIMIT {limit}) AS unread),
  (SELECT COUNT(*) FROM (
    SELECT 1 FROM messaging_mention AS n
    WHERE n.user_id = %s AND n.room_id = head.room_id AND n.seq > COALESCE(mark.seq, 0)
    LIMIT {limit}) AS mentions)
FROM rooms_roomhead AS head
LEFT JOIN messaging_readmark AS mark ON mark.room_id = head.room_id AND mark.user_id = %s
LEFT JOIN messaging_message AS newest ON newest.room_id = head.room_id AND newest.seq = (
  SELECT m.seq FROM messaging_message AS m
  WHERE m.room_id = head.room_id AND m.deleted_at IS NULL ORDER BY m.seq DESC LIMIT 1)
WHERE head.room_id IN ({rooms})
"""
_NEWEST = """
SELECT m.room_id, m.seq, m.sender_id FROM rooms_roomhead AS head
JOIN messaging_message AS m ON m.room_id = head.room_id AND m.seq = (
  SELECT n.seq FROM messaging_message AS n
  WHERE n.room_id = head.room_id AND n.deleted_at IS NULL ORDER BY n.seq DESC LIMIT 1)
WHERE head.room_id IN ({rooms})
"""


def read_states(actor: User, room_ids: Iterable[UUID | str]) -> dict[str, ReadState]:
    """By room id: how far the person has read and what is beyond. Whoever asks has checked that
    they may read the rooms.
    """
    me, wanted = key_of(actor.pk), [key_of(room_id) for room_id in room_ids]
    states: dict[str, ReadState] = {}
    for rows in _in_parts(_STATES, wanted, me, me, me):
        for room_id, last_seq, read_seq, newest_seq, newest_by, unread, mentions in rows:
            states[_id(room_id)] = ReadState(
                last_seq=last_seq,
                read_seq=read_seq,
                newest_seq=newest_seq or 0,
                newest_by=_id(newest_by) if newest_by else None,
                unread=unread,
                mentions=mentions,
            )
    return states


def activity(since: Mapping[str, int], unsure: Mapping[str, Iterable[str]]) -> dict[str, Activity]:
    """What is new in rooms (room id → the number up to which people were told), for the watch.

    Counts the unread mentions of those mentioned since, and of those `unsure` names (per room),
    whose count may have changed by reading.
    """
    people: dict[str, set[str]] = {room_id: set(unsure.get(room_id, ())) for room_id in since}
    for room_id, user_id in _mentioned_since(since):
        people[room_id].add(user_id)
    newest: dict[str, tuple[int, str | None]] = {
        _id(room_id): (seq, _id(sender_id))
        for rows in _in_parts(_NEWEST, [key_of(room_id) for room_id in since])
        for room_id, seq, sender_id in rows
    }
    counts = _mention_counts(people)
    found: dict[str, Activity] = {}
    for room_id in since:
        newest_seq, newest_by = newest.get(room_id, (0, None))
        found[room_id] = Activity(newest_seq, newest_by, counts[room_id])
    return found


def _mentioned_since(since: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """(room id, user id), in parts that both databases take; an edit may mention, too."""
    rooms = list(since)
    for start in range(0, len(rooms), CONDITIONS_AT_ONCE):
        beyond = Q()
        for room_id in rooms[start : start + CONDITIONS_AT_ONCE]:
            beyond |= Q(message__room_id=room_id, message__change_seq__gt=since[room_id])
        found = Mention.objects.filter(beyond).values_list("room_id", "user_id").distinct()
        for room, user in found:
            yield str(room), str(user)


def _mention_counts(people: Mapping[str, set[str]]) -> dict[str, dict[str, int]]:
    found = {room_id: dict.fromkeys(users, 0) for room_id, users in people.items()}
    everybody = {UUID(user) for users in people.values() for user in users}
    if not everybody:
        return found
    marks = ReadMark.objects.filter(user=OuterRef("user"), room=OuterRef("room"))
    rows = (
        Mention.objects.filter(room__in=[r for r, users in people.items() if users])
        .filter(user__in=everybody)
        .annotate(read_seq=Coalesce(Subquery(marks.values("seq")), 0))
        .filter(seq__gt=F("read_seq"))
        .values_list("room_id", "user_id")
        .annotate(n=Count("pk"))
    )
    for room, user, n in rows:
        of_room = found[str(room)]
        if str(user) in of_room:
            of_room[str(user)] = min(n, COUNT_UP_TO)
    return found


def _in_parts(sql: str, room_keys: list[Any], *params: Any) -> Iterable[list[tuple[Any, ...]]]:
    for start in range(0, len(room_keys), ROOMS_AT_ONCE):
        part = room_keys[start : start + ROOMS_AT_ONCE]
        rooms = ", ".join(["%s"] * len(part))
        with connection.cursor() as cursor:
            cursor.execute(sql.format(limit=COUNT_UP_TO, rooms=rooms), [*params, *part])
            yield cursor.fetchall()


def key_of(value: UUID | str) -> Any:
    """An id as this database's driver takes it (SQLite keeps 32 hex digits)."""
    known = value if isinstance(value, UUID) else UUID(value)
    return known.hex if connection.vendor == "sqlite" else known


def _id(value: UUID | str) -> str:
    return str(value if isinstance(value, UUID) else UUID(value))
