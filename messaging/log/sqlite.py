"""The log on SQLite, which has one writer: one thread takes whatever waits, in one transaction."""

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from messaging.log.batcher import Batcher, Space, Waiting, tell
from messaging.log.transaction import write_patiently
from realtime.threads import run_db_in

_writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="parlor-writer")


class SqliteBatcher(Batcher):
    """Entries of all rooms in one queue."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._waiting: deque[Waiting] = deque()
        super().__init__(loop)

    def _queue(self, waiting: Waiting) -> None:
        self._waiting.append(waiting)

    def _take(self) -> list[Waiting]:
        batch: list[Waiting] = []
        space = Space()
        while self._waiting and space.take(self._waiting[0]):
            batch.append(self._waiting.popleft())
        return batch

    async def _write(self, batch: list[Waiting]) -> None:
        written = await run_db_in(_writer, write_patiently, [each.entry for each in batch])
        await tell(written.told)
        for waiting, outcome in zip(batch, written.outcomes, strict=True):
            waiting.settle(outcome)
