"""One client's WebSocket as the hub sees it: who it is, what it hears, and a bounded way out.

Frames are queued as text and written by one task that exists only while something waits. A socket
whose reader is too slow is closed 4408 and recovers by number; nothing waits for it. Who does not
even read the close frame is cut off a little later, so that no buffer and no ghost stays behind.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic, time
from uuid import uuid4

from api.payloads import Payload, Person
from realtime import servers
from realtime.closing import Close
from realtime.protocol import encode
from realtime.servers import AsgiSend

STALLED_AFTER_S = 10.0  # one frame that takes so long to be written: nobody reads
CUT_AFTER_S = 5.0  # from asking to close to cutting the connection


class Socket:
    """A connected client. `user_id` is empty until it has identified itself."""

    __slots__ = (
        "_asgi_send",
        "_closing",
        "_max_buffer_bytes",
        "_queue",
        "_queued_bytes",
        "_writer",
        "_writing_since_s",
        "id",
        "joined",
        "on_overflow",
        "opened_at",
        "person",
        "servers",
        "session_id",
        "user_id",
        "viewed_server",
        "watched",
    )

    def __init__(self, asgi_send: AsgiSend, max_buffer_bytes: int) -> None:
        self.id = uuid4().hex
        self.opened_at = time()
        self.user_id = ""
        self.session_id = ""
        self.person: Person | None = None
        self.joined: set[str] = set()  # rooms this socket hears
        self.watched: set[str] = set()  # rooms whose activity it is told of
        self.servers: set[str] = set()
        self.viewed_server = ""
        self.on_overflow: Callable[[Socket], None] = lambda socket: None
        self._asgi_send = asgi_send
        self._max_buffer_bytes = max_buffer_bytes
        self._queue: deque[str] = deque()
        self._queued_bytes = 0
        self._closing: int | None = None
        self._writer: asyncio.Task[None] | None = None
        self._writing_since_s = 0.0

    @property
    def is_closing(self) -> bool:
        """Whether nothing more will be sent."""
        return self._closing is not None

    def send(self, frame: str) -> None:
        """Queue a frame. Never waits, never raises."""
        if self._closing is not None:
            return
        self._queue.append(frame)
        self._queued_bytes += len(frame)
        # One frame alone is let through whatever its size; its reader has not had the time to read.
        if self._queued_bytes > self._max_buffer_bytes and len(self._queue) > 1:
            self._give_up()
        else:
            self._wake()

    def check_progress(self) -> None:
        """Give the client up if it has not read for long, however little waits for it."""
        is_stalled = monotonic() - self._writing_since_s > STALLED_AFTER_S
        if self._writer is not None and self._closing is None and is_stalled:
            self._give_up()

    def _give_up(self) -> None:
        self._queue.clear()
        self.close(Close.TOO_SLOW)
        self.on_overflow(self)

    def reply(self, data: Payload, reply_to: str | int | None = None) -> None:
        """Send an event to this socket alone."""
        self.send(encode(data, reply_to))

    def close(self, code: int) -> None:
        """Close after what is queued. The first code given stays."""
        if self._closing is None:
            self._closing = int(code)
            self._wake()
            self._cut_soon()

    def _cut_soon(self) -> None:
        asyncio.get_running_loop().call_later(CUT_AFTER_S, servers.abort, self._asgi_send)

    async def drained(self) -> None:
        """Wait until what is queued has been written (between the pages of a long answer)."""
        while self._writer is not None and self._closing is None:
            await asyncio.wait([self._writer])

    def discard(self) -> None:
        """The client is gone: nothing more can be written."""
        self._closing = self._closing or int(Close.RESTART)
        self._queue.clear()
        if self._writer is not None:
            self._writer.cancel()

    def _wake(self) -> None:
        if self._writer is None:
            self._writing_since_s = monotonic()
            self._writer = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._queue:
                frame = self._queue.popleft()
                self._queued_bytes -= len(frame)
                await self._asgi_send({"type": "websocket.send", "text": frame})
                self._writing_since_s = monotonic()
            if self._closing is not None:
                await servers.close(self._asgi_send, self._closing)
        except (OSError, RuntimeError):
            self._queue.clear()  # the client left while we wrote; the consumer hears of it
            self._cut_soon()  # also where the server waits in vain for a last frame to be read
        finally:
            self._writer = None
            if self._queue:
                self._wake()
