"""Entries written here and now, on this thread's connection: one transaction for all of them.

What SQLite's writer thread does with a batch, PostgreSQL with changes of messages, and everybody
who has no event loop with one entry. An entry that cannot be written costs the others nothing.
Must not be called inside someone else's transaction.
"""

import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from api.errors import NotFound, Unavailable
from api.hooks import after_commit
from api.payloads import Payload, Person
from messaging import changes
from messaging.entries import Appended, Entry, NewMessage
from realtime import publish
from rooms.models import RoomHead

log = structlog.get_logger(__name__)

RETRY_AFTER_S = (0.05, 0.2, 0.5, 1.0, 2.0)
GIVE_UP_AFTER_S = 8.0
LOST = (OperationalError, InterfaceError)

Outcome = Appended | Exception
Told = tuple[str, int, Payload]  # room, number, event


@dataclass(slots=True)
class Written:
    """One outcome per entry, in their order; and what the rooms are to be told."""

    outcomes: list[Outcome] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)


def append_now(entry: Entry) -> Appended:
    """Write an entry here and now, in a transaction of its own; never inside someone else's.

    Raises AccessChanged, Conflict, Gone, NotFound, Unavailable.
    """
    written = write_patiently([entry])
    after_commit(publish.room_changes, written.told)
    outcome = written.outcomes[0]
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def write_patiently(entries: Sequence[Entry]) -> Written:
    """Write entries and try again while the database is away. To be told by the caller.

    A connection lost in COMMIT leaves the outcome unknown; the same entries are then written again,
    and their nonces (or their having no effect) settle what happened.
    """
    began_s = time.monotonic()
    for wait_s in (*RETRY_AFTER_S, None):
        try:
            return _write_all(entries)
        except LOST as error:
            if wait_s is None or time.monotonic() - began_s > GIVE_UP_AFTER_S:
                log.warning("append_failed", error=str(error), entries=len(entries))
                return Written([unavailable(error) for _ in entries])
            connection.close()
            time.sleep(wait_s)
        except Exception as error:
            if len(entries) == 1:
                return Written([error])
            # What COMMIT finds it does not say of which entry.
            return _joined(write_patiently([entry]) for entry in entries)
    raise AssertionError("unreachable")


def unavailable(cause: BaseException) -> Unavailable:
    """What a sender is told when the database stays away."""
    error = Unavailable("The message could not be saved right now. Try again.")
    error.__cause__ = cause
    return error


def _joined(parts: Iterable[Written]) -> Written:
    whole = Written()
    for part in parts:
        whole.outcomes += part.outcomes
        whole.told += part.told
    return whole


def _write_all(entries: Sequence[Entry]) -> Written:
    written, is_alone = Written(), len(entries) == 1
    with transaction.atomic(durable=True):
        heads = _lock_heads(entries)
        people = changes.people_of(entries)
        for entry in entries:
            try:
                with nullcontext() if is_alone else _apart(entry):
                    outcome, told = _write_one(entry, heads, people)
            except Exception as error:
                if is_alone or isinstance(error, LOST):
                    raise
                written.outcomes.append(error)
            else:
                written.outcomes.append(outcome)
                written.told += told
        changes.keep_numbers(heads[UUID(room_id)] for room_id in {told[0] for told in written.told})
    return written


def _lock_heads(entries: Sequence[Entry]) -> dict[UUID, RoomHead]:
    rooms = {entry.room_id for entry in entries}
    heads = RoomHead.objects.select_for_update().filter(pk__in=rooms).order_by("pk")
    return {head.pk: head for head in heads}


def _apart(entry: Entry) -> AbstractContextManager[object]:
    """A savepoint where a failure would leave something behind, or spoil the transaction."""
    is_one_statement = isinstance(entry, NewMessage) and not entry.words.mentions
    if connection.vendor == "sqlite" and is_one_statement:
        return nullcontext()
    return transaction.atomic()


def _write_one(
    entry: Entry, heads: dict[UUID, RoomHead], people: dict[UUID, Person]
) -> tuple[Appended, list[Told]]:
    head = heads.get(entry.room_id)
    if head is None:
        raise NotFound("There is no such room.")
    if isinstance(entry, NewMessage) and entry.sender_id not in people:
        raise NotFound("There is no such person.")
    appended = changes.write(entry, head)
    if not appended.is_change:
        return appended, []
    event = changes.event_of(entry, appended.message, people)
    return appended, [(str(entry.room_id), appended.message.change_seq, event)]
