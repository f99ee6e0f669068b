"""Entries of one event loop on their way into the log: what queued while the last batch was
committed is the next batch. No timer, no task or thread per entry.

How a batch is chosen and written is the two databases' (sqlite.py, postgres.py).
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable

import structlog

from messaging.entries import Appended, AppendedNew, Edit, Entry, NewMessage
from messaging.log.transaction import Outcome, Told
from realtime import publish, runtime
from realtime.threads import run_db

log = structlog.get_logger(__name__)

MAX_BATCH = 500  # entries
MAX_BATCH_CHARS = 256 * 1024  # of text and HTML: readers get time to read between batches


class Waiting:
    """An entry whose outcome somebody awaits."""

    __slots__ = ("chars", "entry", "outcome", "since_s")

    def __init__(self, entry: Entry, outcome: "asyncio.Future[Appended | AppendedNew]") -> None:
        self.entry, self.outcome = entry, outcome
        words = entry.words if isinstance(entry, (NewMessage, Edit)) else None
        self.chars = len(words.content) + len(words.html) if words else 0
        self.since_s = time.monotonic()

    def settle(self, outcome: Outcome | AppendedNew) -> None:
        """Answer whoever waits, if anybody still does."""
        if self.outcome.done():
            return
        if isinstance(outcome, Exception):
            self.outcome.set_exception(outcome)
        else:
            self.outcome.set_result(outcome)


class Space:
    """What still fits into a batch."""

    def __init__(self) -> None:
        self._entries, self._chars = MAX_BATCH, MAX_BATCH_CHARS

    def take(self, waiting: Waiting) -> bool:
        """Whether it fits. One alone always does."""
        fits = self._entries == MAX_BATCH or (self._entries > 0 and waiting.chars <= self._chars)
        if fits:
            self._entries -= 1
            self._chars -= waiting.chars
        return fits


class Batcher(ABC):
    """One worker, which lives as long as its loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._news = asyncio.Event()
        self._worker = loop.create_task(self._work())

    def append(self, entry: Entry) -> "asyncio.Future[Appended | AppendedNew]":
        """Queue an entry."""
        waiting = Waiting(entry, self.loop.create_future())
        self._queue(waiting)
        self._news.set()
        if self._worker.done():  # by a fault of ours; it is in the log
            self._worker = self.loop.create_task(self._work())
        return waiting.outcome

    async def _work(self) -> None:
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                while batch := self._take():
                    await self._write_and_settle(batch)
        finally:  # the loop ends
            await self._end()

    async def _write_and_settle(self, batch: list[Waiting]) -> None:
        try:
            await self._write(batch)
        except Exception as error:
            log.exception("batch_failed", entries=len(batch))
            settle_all(batch, error)

    @abstractmethod
    def _queue(self, waiting: Waiting) -> None: ...

    @abstractmethod
    def _take(self) -> list[Waiting]:
        """What can be written now; empty where nothing can."""

    @abstractmethod
    async def _write(self, batch: list[Waiting]) -> None:
        """Write, tell the rooms, settle."""

    async def _end(self) -> None:  # noqa: B027  most hold nothing
        """Let go of what is held."""


async def tell(told: list[Told]) -> None:
    """What was committed, to the rooms; in a loop without sockets Redis is rung from a thread.

    The writes stand whatever happens here: a room that was not told finds out by its head.
    """
    try:
        if runtime.current is not None:
            publish.room_changes(told)
        else:
            await run_db(publish.room_changes, told)
    except Exception:
        log.exception("batch_not_told", changes=len(told))


def settle_all(batch: Iterable[Waiting], outcome: Outcome) -> None:
    """The same for all."""
    for waiting in batch:
        waiting.settle(outcome)
