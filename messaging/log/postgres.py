"""The log on PostgreSQL: new messages of all rooms go in one statement (statement.py), changes of
messages in a thread, room by room (transaction.py).

A room that somebody else holds locked waits by itself, a row that cannot be written fails by
itself, and a COMMIT that was never answered is settled by writing again: the nonce is known then.
"""

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from uuid import UUID

import psycopg
import structlog
from psycopg import errors

from messaging.entries import NewMessage
from messaging.log import transaction
from messaging.log.batcher import Batcher, Space, Waiting, settle_all, tell
from messaging.log.statement import Answer, Locked, Statement
from messaging.log.transaction import unavailable, write_patiently
from realtime.threads import run_db

log = structlog.get_logger(__name__)

LOOK_AGAIN_AFTER_S = 0.05  # at a room that was found locked
RACES = 3  # a nonce that another process commits at this moment
_STUCK = (errors.LockNotAvailable, errors.DeadlockDetected)
_LOST = (psycopg.OperationalError, psycopg.InterfaceError)


class PostgresBatcher(Batcher):
    """A lane per room, so that a room that stands still holds up no other."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._statement = Statement()
        self._lanes: dict[UUID, deque[Waiting]] = {}
        self._resting: set[UUID] = set()  # rooms whose changes are being written, or found locked
        self._locked: set[UUID] = set()  # rooms that were found locked the last time
        self._tasks: set[asyncio.Task[None]] = set()
        super().__init__(loop)

    def _queue(self, waiting: Waiting) -> None:
        self._lanes.setdefault(waiting.entry.room_id, deque()).append(waiting)

    # --- which ---------------------------------------------------------------------------------
    def _take(self) -> list[Waiting]:
        """New messages that can go together. Those of a room that was locked go by themselves."""
        batch: list[Waiting] = []
        space = Space()
        for room_id in [room_id for room_id in self._lanes if room_id not in self._resting]:
            lane = self._lanes[room_id]
            if not isinstance(lane[0].entry, NewMessage):
                self._start_changes(room_id)
            elif room_id not in self._locked:
                batch += _first_news(lane, space)
            elif not batch:
                batch = list(_first_news(lane, space))
                self._forget_if_empty(room_id)
                return batch
            self._forget_if_empty(room_id)
        return batch

    def _forget_if_empty(self, room_id: UUID) -> None:
        if not self._lanes[room_id]:
            del self._lanes[room_id]

    def _rest(self, room_id: UUID) -> None:
        self._resting.add(room_id)

    def _go_on(self, room_id: UUID) -> None:
        self._resting.discard(room_id)
        self._news.set()

    # --- changes of messages -------------------------------------------------------------------
    def _start_changes(self, room_id: UUID) -> None:
        lane = self._lanes[room_id]
        changes: list[Waiting] = []
        space = Space()
        while lane and not isinstance(lane[0].entry, NewMessage) and space.take(lane[0]):
            changes.append(lane.popleft())
        self._rest(room_id)
        task = self.loop.create_task(self._write_changes(room_id, changes))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write_changes(self, room_id: UUID, changes: list[Waiting]) -> None:
        try:
            written = await run_db(write_patiently, [each.entry for each in changes])
            await tell(written.told)
            for waiting, outcome in zip(changes, written.outcomes, strict=True):
                waiting.settle(outcome)
        except Exception as error:
            log.exception("changes_failed", entries=len(changes))
            settle_all(changes, error)
        finally:
            self._go_on(room_id)

    # --- new messages --------------------------------------------------------------------------
    async def _write(self, batch: list[Waiting], tries: int = 0) -> None:
        is_doubtful = batch[0].entry.room_id in self._locked
        try:
            written = await self._statement.write(_news(batch), skip_locked=is_doubtful)
        except _STUCK:
            await self._write_by_room(batch)
        except _LOST as error:
            await self._write_again(batch, tries, error)
        except Exception as error:
            if isinstance(error, errors.UniqueViolation) and tries < RACES:
                await self._write(batch, tries + 1)
            elif len(batch) == 1:
                settle_all(batch, error)
            else:  # somewhere in it is what cannot be written
                half = len(batch) // 2
                await self._write(batch[:half])
                await self._write(batch[half:])
        else:
            await tell(written.told)
            self._settle(batch, written.outcomes)

    async def _write_by_room(self, batch: list[Waiting]) -> None:
        """One of the rooms is locked by somebody else: it waits, the others do not."""
        rooms: dict[UUID, list[Waiting]] = {}
        for waiting in batch:
            rooms.setdefault(waiting.entry.room_id, []).append(waiting)
        self._locked |= rooms.keys()  # until each was written
        for room_id, there in rooms.items():
            if len(rooms) > 1:
                await self._write(there)
            else:
                self._put_back(room_id, there)

    async def _write_again(self, batch: list[Waiting], tries: int, error: Exception) -> None:
        """The connection is lost, perhaps in COMMIT: what was written is known by its nonce."""
        await self._statement.close()
        oldest_s = time.monotonic() - batch[0].since_s
        if tries >= len(transaction.RETRY_AFTER_S) or oldest_s > transaction.GIVE_UP_AFTER_S:
            log.warning("append_failed", error=str(error), entries=len(batch))
            settle_all(batch, unavailable(error))
            return
        await asyncio.sleep(transaction.RETRY_AFTER_S[tries])
        await self._write(batch, tries + 1)

    def _settle(self, batch: list[Waiting], outcomes: list[Answer]) -> None:
        locked: dict[UUID, list[Waiting]] = {}
        for waiting, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Locked):
                locked.setdefault(waiting.entry.room_id, []).append(waiting)
            else:
                self._locked.discard(waiting.entry.room_id)
                waiting.settle(outcome)
        for room_id, waiting_there in locked.items():
            self._put_back(room_id, waiting_there)

    def _put_back(self, room_id: UUID, batch: list[Waiting]) -> None:
        """Look at a locked room again in a moment, unless its first sender has waited too long."""
        self._locked.add(room_id)
        if time.monotonic() - batch[0].since_s > transaction.GIVE_UP_AFTER_S:
            log.warning("append_failed", error="the room is locked", entries=len(batch))
            settle_all(batch, unavailable(TimeoutError("the room is locked")))
            return
        self._lanes.setdefault(room_id, deque()).extendleft(reversed(batch))
        self._rest(room_id)
        self.loop.call_later(LOOK_AGAIN_AFTER_S, self._go_on, room_id)

    async def _end(self) -> None:
        await self._statement.close()


def _first_news(lane: deque[Waiting], space: Space) -> Iterator[Waiting]:
    """A lane's new messages up to a second try of one of their nonces."""
    nonces: set[tuple[UUID, str]] = set()
    while lane:
        entry = lane[0].entry
        if not isinstance(entry, NewMessage) or (entry.sender_id, entry.nonce) in nonces:
            return
        if not space.take(lane[0]):
            return
        nonces.add((entry.sender_id, entry.nonce))
        yield lane.popleft()


def _news(batch: list[Waiting]) -> list[NewMessage]:
    return [each.entry for each in batch if isinstance(each.entry, NewMessage)]
