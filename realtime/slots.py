"""How many frames of one socket may be under way at once: a counter with one that waits for it.

asyncio's semaphore looks at all who wait whenever it is asked.
"""

import asyncio


class Slots:
    """`take` after `wait`, or where it is not full; each is released once."""

    __slots__ = ("_free", "_freed")

    def __init__(self, count: int) -> None:
        self._free = count
        self._freed = asyncio.Event()

    @property
    def is_full(self) -> bool:
        """Whether the next has to wait."""
        return self._free <= 0

    async def wait(self) -> None:
        """Until there is room."""
        while self.is_full:
            self._freed.clear()
            await self._freed.wait()

    def take(self) -> None:
        """One is under way."""
        self._free -= 1

    def release(self) -> None:
        """One has ended."""
        self._free += 1
        self._freed.set()
