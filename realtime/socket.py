"""One client's WebSocket as the hub sees it: who it is, what it hears, and a bounded way out.

A socket whose reader is too slow is closed 4408 and recovers by number; nothing waits for it. Who
does not even read the close frame is cut off a little later, so that no buffer and no ghost stays
behind. How frames get to the server is realtime/outlets.py's.
"""

import asyncio
from collections.abc import Callable
from time import monotonic, time
from uuid import uuid4

from api.payloads import Payload, Person
from realtime import servers
from realtime.closing import Close
from realtime.outlets import outlet_for
from realtime.protocol import encode
from realtime.servers import AsgiSend

STALLED_AFTER_S = 10.0  # one frame that takes so long to be written: nobody reads


class Socket:
    """A connected client. `user_id` is empty until it has identified itself."""

    __slots__ = (
        "_asgi_send",
        "_closing",
        "_max_buffer_bytes",
        "_outlet",
        "id",
        "joined",
        "on_overflow",
        "opened_at",
        "partners",
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
        self.partners: set[str] = set()  # people this person has a direct room with
        self.viewed_server = ""
        self.on_overflow: Callable[[Socket], None] = lambda socket: None
        self._asgi_send = asgi_send
        self._max_buffer_bytes = max_buffer_bytes
        self._outlet = outlet_for(asgi_send)
        self._closing: int | None = None

    @property
    def is_closing(self) -> bool:
        """Whether nothing more will be sent."""
        return self._closing is not None

    def send(self, frame: str) -> None:
        """Queue a frame. Never waits, never raises."""
        if self._closing is not None:
            return
        self._outlet.push(frame)
        if self._outlet.waiting_bytes > self._max_buffer_bytes:
            self._relieve()

    def send_run(self, frames: tuple[str, ...]) -> None:
        """Queue frames that go to many, in one piece where the server takes whole frames."""
        if self._closing is not None:
            return
        self._outlet.push_run(frames)
        if self._outlet.waiting_bytes > self._max_buffer_bytes:
            self._relieve()

    def _relieve(self) -> None:
        self._outlet.flush()  # a burst of this turn is no sign of a slow reader
        if self._is_over():
            self._give_up()

    def _is_over(self) -> bool:
        """One frame alone is let through whatever its size; its reader had no time to read."""
        outlet = self._outlet
        return outlet.waiting_bytes > self._max_buffer_bytes and outlet.waiting_frames > 1

    def check_progress(self) -> None:
        """Give the client up if it has not read for long, however little waits for it."""
        since_s = self._outlet.stuck_since_s
        is_stalled = since_s is not None and monotonic() - since_s > STALLED_AFTER_S
        if is_stalled and self._closing is None:
            self._give_up()

    def _give_up(self) -> None:
        self._outlet.clear()
        self.close(Close.TOO_SLOW)
        self.on_overflow(self)

    def reply(self, data: Payload, reply_to: str | int | None = None) -> None:
        """Send an event to this socket alone."""
        self.send(encode(data, reply_to))

    def close(self, code: int) -> None:
        """Close after what is queued. The first code given stays."""
        if self._closing is None:
            self._closing = int(code)
            self._outlet.close(self._closing)
            loop = asyncio.get_running_loop()
            loop.call_later(servers.CUT_AFTER_S, servers.abort, self._asgi_send)

    async def drained(self) -> None:
        """Wait until what is queued has been written (between the pages of a long answer)."""
        if self._closing is None:
            await self._outlet.drained()

    def discard(self) -> None:
        """The client is gone: nothing more can be written."""
        self._closing = self._closing or int(Close.RESTART)
        self._outlet.discard()
