"""Read marks of this process's sockets, gathered for a moment and written together.

A person scrolling sends many; the newest counts. Runs on the event loop; the writing is
reading.py's. What waits here when a process is killed is lost, and the client says it again with
its next look.
"""

import asyncio
from uuid import UUID

from api.errors import ParlorError, as_parlor_error
from messaging.events import ReadUpdated
from messaging.reading import Mark, write_marks
from realtime.handlers import running
from realtime.runtime import Runtime
from realtime.threads import run_db

GATHER_S = 0.25


class ReadKeeper:
    """One per runtime."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self._marks: dict[tuple[UUID, UUID], Mark] = {}
        self._waiting: dict[tuple[UUID, UUID], list[asyncio.Future[ReadUpdated]]] = {}
        self._writing: asyncio.Task[None] | None = None
        runtime.before_stop.append(self._finish)

    def take(self, mark: Mark) -> "asyncio.Future[ReadUpdated]":
        """Done when written; fails with the error family."""
        key = mark.user_id, mark.room_id
        self._marks[key] = _merged(self._marks.get(key), mark)
        written: asyncio.Future[ReadUpdated] = self.runtime.loop.create_future()
        self._waiting.setdefault(key, []).append(written)
        if self._writing is None or self._writing.done():
            self._writing = self.runtime.loop.create_task(self._write_soon())
        return written

    async def _write_soon(self) -> None:
        while self._marks:
            await asyncio.sleep(GATHER_S)
            await self._write()

    async def _finish(self) -> None:
        """What waits, and what is just being written."""
        await self._write()
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        marks, self._marks = self._marks, {}
        waiting, self._waiting = self._waiting, {}
        if not marks:
            return
        outcomes: list[ReadUpdated | ParlorError]
        try:
            outcomes = await run_db(write_marks, list(marks.values()))
        except Exception as error:
            outcomes = [as_parlor_error(error)] * len(marks)
        for key, outcome in zip(marks, outcomes, strict=True):
            for written in waiting[key]:
                _resolve(written, outcome)


def keeper() -> ReadKeeper:
    """This runtime's."""
    global _keeper
    if _keeper is None or _keeper.runtime is not running():
        _keeper = ReadKeeper(running())
    return _keeper


_keeper: ReadKeeper | None = None


def _merged(before: Mark | None, mark: Mark) -> Mark:
    if before is None or mark.is_exact:
        return mark
    return before._replace(seq=max(before.seq, mark.seq))


def _resolve(written: "asyncio.Future[ReadUpdated]", outcome: ReadUpdated | ParlorError) -> None:
    if written.done():
        return  # its socket is gone
    if isinstance(outcome, ParlorError):
        written.set_exception(outcome)
    else:
        written.set_result(outcome)
