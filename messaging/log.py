"""The room log: takes a room's next number and writes the change, in one transaction.

The one writer of messages and of `RoomHead.last_seq` (PROTOCOL.md, sequence rules 1–3 and 8). The
room's head row is locked first, so numbers are dense and commit in their order; ack and broadcast
come after COMMIT. Says nothing about who may write: an entry carries the access version it was
checked against, and a different one is refused here.

The inside is one transaction per entry. The batcher that takes its place keeps this interface:
`append` in a process with an event loop, `append_now` anywhere else.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from api.errors import Conflict, Gone, NotFound, Unavailable
from api.hooks import after_commit
from api.payloads import Payload, timestamp
from messaging import payloads
from messaging.events import MessageDeleted, MessageNew, MessageUpdated
from messaging.models import Message
from realtime import publish
from realtime.threads import run_db
from rooms.models import RoomHead

log = structlog.get_logger(__name__)

RETRY_AFTER_S = (0.05, 0.2, 0.5, 1.0, 2.0)
GIVE_UP_AFTER_S = 8.0


class AccessChanged(Exception):
    """The room's access version is no longer the entry's: check again, then append again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to be. Sent again with the same nonce it is the same message."""

    room_id: UUID
    sender_id: UUID
    content: str
    nonce: str
    request_hash: str
    reply_to_id: UUID | None
    access_version: int
    message_id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """New words for a message."""

    room_id: UUID
    message_id: UUID
    content: str
    access_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """The end of a message's content."""

    room_id: UUID
    message_id: UUID
    access_version: int


Entry = NewMessage | Edit | Deletion


@dataclass(frozen=True, slots=True)
class Appended:
    """The message after the entry, and whether the entry changed anything (and took a number)."""

    message: Message
    is_change: bool


class _InOrder:
    """One lock per room (on SQLite, which has one writer, for all): first come, first written."""

    def __init__(self) -> None:
        self._locks: dict[UUID | None, tuple[asyncio.Lock, int]] = {}
        self._waiting: dict[UUID | None, int] = defaultdict(int)

    def lock_for(self, room_id: UUID) -> "_Turn":
        return _Turn(self, None if connection.vendor == "sqlite" else room_id)


class _Turn:
    """A turn in `_InOrder`; a room's lock is forgotten when nobody waits for it."""

    def __init__(self, order: _InOrder, key: UUID | None) -> None:
        self._order, self._key = order, key

    async def __aenter__(self) -> None:
        locks, loop_id = self._order._locks, id(asyncio.get_running_loop())
        lock, of_loop = locks.get(self._key, (None, 0))
        if lock is None or of_loop != loop_id:
            lock = asyncio.Lock()
            locks[self._key] = (lock, loop_id)
        self._lock = lock
        self._order._waiting[self._key] += 1
        await lock.acquire()

    async def __aexit__(self, *exc_info: object) -> None:
        self._lock.release()
        self._order._waiting[self._key] -= 1
        if not self._order._waiting[self._key]:
            del self._order._waiting[self._key]
            self._order._locks.pop(self._key, None)


_in_order = _InOrder()


async def append(entry: Entry) -> Appended:
    """Write an entry from the event loop. Entries of a room are written in the order of the calls.

    Raises AccessChanged, Conflict, Gone, NotFound, Unavailable.
    """
    async with _in_order.lock_for(entry.room_id):
        return await run_db(append_now, entry)


def append_now(entry: Entry) -> Appended:
    """Write an entry here and now, in a transaction of its own; never inside someone else's.

    A connection lost in COMMIT leaves the outcome unknown; the same entry is then written again,
    and its nonce (or its having no effect) settles what happened. Raises as `append`.
    """
    began_s = time.monotonic()
    for wait_s in (*RETRY_AFTER_S, None):
        try:
            return _append_once(entry)
        except (OperationalError, InterfaceError) as error:
            if wait_s is None or time.monotonic() - began_s > GIVE_UP_AFTER_S:
                log.warning("append_failed", error=str(error), room=str(entry.room_id))
                raise Unavailable("The message could not be saved right now. Try again.") from error
            connection.close()
            time.sleep(wait_s)
    raise AssertionError("unreachable")


def _append_once(entry: Entry) -> Appended:
    with transaction.atomic(durable=True):
        head = RoomHead.objects.select_for_update().filter(pk=entry.room_id).first()
        if head is None:
            raise NotFound("There is no such room.")
        appended = _WRITERS[type(entry)](entry, head)
        if appended.is_change:
            event = _event_of(entry, appended.message)
            number = appended.message.change_seq
            room_id = str(entry.room_id)
            after_commit(publish.room_change, room_id, number, event)
    return appended


def _write_new(entry: NewMessage, head: RoomHead) -> Appended:
    sent = Message.objects.select_related("sender").filter(
        room_id=entry.room_id, sender_id=entry.sender_id, nonce=entry.nonce
    )
    if (first := sent.first()) is not None:
        if first.request_hash != entry.request_hash:
            raise Conflict("This nonce was used for another message.")
        return Appended(first, is_change=False)
    _require_version(entry, head)
    now = timezone.now()
    message = Message(
        pk=entry.message_id,
        room_id=entry.room_id,
        seq=head.last_seq + 1,
        change_seq=head.last_seq + 1,
        sender=User.objects.get(pk=entry.sender_id),
        content=entry.content,
        nonce=entry.nonce,
        request_hash=entry.request_hash,
        reply_to_id=entry.reply_to_id,
        created_at=now,
        updated_at=now,
    )
    message.save(force_insert=True)
    _take_number(head, messages=+1)
    return Appended(message, is_change=True)


def _write_edit(entry: Edit, head: RoomHead) -> Appended:
    message = _load(entry)
    if message.deleted_at is not None:
        raise Gone("This message was deleted.")
    if message.content == entry.content:
        return Appended(message, is_change=False)
    _require_version(entry, head)
    now = timezone.now()
    message.content = entry.content
    message.edited_at = now
    _save_change(message, head, now, messages=0)
    return Appended(message, is_change=True)


def _write_deletion(entry: Deletion, head: RoomHead) -> Appended:
    message = _load(entry)
    if message.deleted_at is not None:
        return Appended(message, is_change=False)
    _require_version(entry, head)
    now = timezone.now()
    message.content = ""
    message.deleted_at = now
    _save_change(message, head, now, messages=-1)
    return Appended(message, is_change=True)


def _load(entry: Edit | Deletion) -> Message:
    found = Message.objects.select_related("sender").filter(pk=entry.message_id).first()
    if found is None:
        raise NotFound("There is no such message.")
    return found


def _save_change(message: Message, head: RoomHead, now: datetime, *, messages: int) -> None:
    message.change_seq = head.last_seq + 1
    message.updated_at = now
    message.save(update_fields=["content", "change_seq", "edited_at", "deleted_at", "updated_at"])
    _take_number(head, messages=messages)


def _take_number(head: RoomHead, *, messages: int) -> None:
    """Last before COMMIT; the head is locked since the transaction began."""
    RoomHead.objects.filter(pk=head.pk).update(
        last_seq=head.last_seq + 1, message_count=F("message_count") + messages
    )


def _require_version(entry: Entry, head: RoomHead) -> None:
    if head.access_version != entry.access_version:
        raise AccessChanged


_WRITERS: dict[type, Callable[..., Appended]] = {
    NewMessage: _write_new,
    Edit: _write_edit,
    Deletion: _write_deletion,
}


def _event_of(entry: Entry, message: Message) -> Payload:
    if isinstance(entry, NewMessage):
        return MessageNew(message=payloads.message(message))
    if isinstance(entry, Edit):
        return MessageUpdated(message=payloads.message(message))
    assert message.deleted_at is not None
    return MessageDeleted(
        id=str(message.pk),
        room_id=str(message.room_id),
        seq=message.seq,
        change_seq=message.change_seq,
        deleted_at=timestamp(message.deleted_at),
    )
