"""What a client missed: the room's head and the changes after a number, in one snapshot.

Sequence rule 6: rows in change order, in their state now, in pages; all of it or an explicit "not
possible", never a part. Reads only; who may ask is rooms/access.py's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from api.payloads import to_json
from messaging import queries
from messaging.events import ConnectionMissed
from messaging.models import Message
from messaging.payloads import Message as MessagePayload
from realtime.sources import Page
from rooms.models import RoomHead, read_epoch

MAX_CHANGES = 1_000
PAGE_MESSAGES = 200
PAGE_BYTES = 256 * 1024
FRAME_BYTES = 1024  # of a page: what stands around its messages
FRESH_MESSAGES = 50


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything after a number up to `head`, in pages of (messages, up_to); at least one page."""

    head: int
    epoch: str
    is_recovered: bool
    pages: list[tuple[list[MessagePayload], int]]


@contextmanager
def snapshot() -> Iterator[None]:
    """Every read inside sees one moment of the database.

    PostgreSQL: REPEATABLE READ. SQLite: a deferred transaction in WAL mode. Inside an outer
    transaction (only tests do that) its own isolation has to do.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def read_changes(
    room_id: str, after: int, epoch: str | None = None, viewer_id: UUID | None = None
) -> Changes:
    """Changes after a number, to be called inside `snapshot()`; for one person, or for many."""
    head = RoomHead.objects.get(room=UUID(room_id))
    current = str(read_epoch())
    is_possible = (
        epoch in (None, current)
        and head.floor_seq <= after <= head.last_seq
        and head.last_seq - after <= MAX_CHANGES
    )
    if not is_possible:
        return Changes(head.last_seq, current, False, [([], head.last_seq)])
    rows = Message.objects.filter(room_id=room_id, change_seq__gt=after)
    changed = queries.show(list(rows.select_related("sender").order_by("change_seq")), viewer_id)
    return Changes(head.last_seq, current, True, _in_pages(changed, head.last_seq))


def _in_pages(changed: list[MessagePayload], head: int) -> list[tuple[list[MessagePayload], int]]:
    """Each page's `up_to` is a safe cursor: the last one's is the head."""
    pages: list[tuple[list[MessagePayload], int]] = []
    page: list[MessagePayload] = []
    size = FRAME_BYTES
    for message in changed:
        bytes_ = len(to_json(message)) + 1  # and a comma
        if page and (len(page) == PAGE_MESSAGES or size + bytes_ > PAGE_BYTES):
            pages.append((page, page[-1].change_seq))
            page, size = [], FRAME_BYTES
        page.append(message)
        size += bytes_
    return [*pages, (page, head)]


def read_newest(room_id: str, viewer_id: UUID) -> list[MessagePayload]:
    """The newest part of the history, oldest first; to be called inside `snapshot()`."""
    rows = Message.objects.filter(room_id=room_id).select_related("sender").order_by("-seq")
    return queries.show(list(rows[:FRESH_MESSAGES])[::-1], viewer_id)


def missed_events(room_id: str, changes: Changes) -> list[tuple[int, ConnectionMissed]]:
    """The `connection:missed` events of some changes, with the number each goes up to."""
    last = len(changes.pages) - 1
    return [
        (
            up_to,
            ConnectionMissed(
                room_id=room_id,
                messages=messages,
                up_to=up_to,
                last_seq=changes.head,
                epoch=changes.epoch,
                recovered=changes.is_recovered,
                more=index < last,
            ),
        )
        for index, (messages, up_to) in enumerate(changes.pages)
    ]


def pages_after(room_id: str, after: int) -> list[Page]:
    """What a process missed, as the events it sends its sockets (realtime's source)."""
    with snapshot():
        changes = read_changes(room_id, after)
    return [Page(up_to, event) for up_to, event in missed_events(room_id, changes)]
