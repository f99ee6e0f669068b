"""A socket's way out to its server, in two kinds: frames as bytes straight to the connection, where
the server lends it (realtime/uvicorn_ws.py), and ASGI's `send`, one frame after the other.

The first builds a frame's bytes once for everybody who hears it and writes once per turn of the
loop, however many frames there are: writing is nearly all a delivery costs. Both keep the order,
say how much waits and since when nothing moved. What follows from that is realtime/socket.py's.
"""

import asyncio
import struct
from collections import deque
from time import monotonic
from typing import Protocol

from realtime import servers
from realtime.servers import AsgiSend, Lent

CHUNK_BYTES = 64 * 1024  # to a connection at once; it then says whether its peer keeps up


def text_frame(text: str) -> bytes:
    """A whole, unmasked text frame (RFC 6455 §5.2)."""
    data = text.encode()
    size = len(data)
    if size < 126:
        return bytes((0x81, size)) + data
    if size < 65536:
        return struct.pack("!BBH", 0x81, 126, size) + data
    return struct.pack("!BBQ", 0x81, 127, size) + data


class Outlet(Protocol):
    """What a socket needs of either kind."""

    waiting_bytes: int  # of frames that the server has not taken yet
    stuck_since_s: float | None  # on the monotonic clock; None while nothing waits for the peer

    @property
    def waiting_frames(self) -> int:
        """How many of them."""

    def push(self, frame: str) -> None:
        """Queue a frame. Never waits, never raises."""

    def push_run(self, frames: tuple[str, ...]) -> None:
        """Queue frames that other sockets get in the same turn."""

    def flush(self) -> None:
        """Hand over at once what the server takes at once."""

    def close(self, code: int) -> None:
        """Close after what is queued."""

    def clear(self) -> None:
        """Forget what is queued."""

    def discard(self) -> None:
        """The connection is gone."""

    async def drained(self) -> None:
        """Wait until the server has taken what is queued."""


def outlet_for(send: AsgiSend) -> Outlet:
    """The quickest way behind an ASGI `send`."""
    lent = servers.lent_by(send)
    return AsgiOutlet(send) if lent is None else LentOutlet(send, lent, _turn_of_loop())


# --- straight to the connection ------------------------------------------------------------------
class Turn:
    """One turn of the event loop: who has frames to write at its end, and the frames as bytes."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._due: list[LentOutlet] = []
        self._framed: dict[str, bytes] = {}
        self._run: tuple[tuple[str, ...], bytes] = ((), b"")
        self._last: tuple[list[bytes], bytes] = ([], b"")

    def framed(self, frame: str) -> bytes:
        """A frame's bytes, built for the first who hears it."""
        data = self._framed.get(frame)
        if data is None:
            data = self._framed[frame] = text_frame(frame)
        return data

    def framed_run(self, frames: tuple[str, ...]) -> bytes:
        """Likewise of several; those who hear them are asked for one after the other."""
        if self._run[0] is not frames:
            self._run = (frames, b"".join(map(text_frame, frames)))
        return self._run[1]

    def add(self, outlet: "LentOutlet") -> None:
        """Write its frames when everything that is due in this turn has run."""
        if not self._due:
            self.loop.call_soon(self._end)
        self._due.append(outlet)

    def joined(self, frames: list[bytes]) -> bytes:
        """In one piece; mostly the neighbour has the same ones."""
        if len(frames) == 1:
            return frames[0]
        if self._last[0] != frames:
            self._last = (frames, b"".join(frames))
        return self._last[1]

    def _end(self) -> None:
        due, self._due = self._due, []
        self._framed.clear()
        self._run = ((), b"")
        for outlet in due:
            outlet.flush()
        self._last = ([], b"")


_turn: Turn | None = None


def _turn_of_loop() -> Turn:
    global _turn
    loop = asyncio.get_running_loop()
    if _turn is None or _turn.loop is not loop:
        _turn = Turn(loop)
    return _turn


class LentOutlet:
    """Frames to a connection that its server lends. Closing is said through ASGI, after them."""

    __slots__ = (
        "_closing",
        "_frames",
        "_is_due",
        "_lent",
        "_moved",
        "_send",
        "_turn",
        "stuck_since_s",
        "waiting_bytes",
    )

    def __init__(self, send: AsgiSend, lent: Lent, turn: Turn) -> None:
        self.waiting_bytes = 0
        self.stuck_since_s: float | None = None
        self._send, self._lent, self._turn = send, lent, turn
        self._frames: list[bytes] = []
        self._is_due = False
        self._closing: asyncio.Task[None] | None = None
        self._moved: asyncio.Event | None = None  # made for who waits until all is taken
        lent.on_writable = self.flush

    @property
    def waiting_frames(self) -> int:
        """How many wait."""
        return len(self._frames)

    def push(self, frame: str) -> None:
        """Queue a frame until the end of this turn, or until the peer has read."""
        self._queue(self._turn.framed(frame))

    def push_run(self, frames: tuple[str, ...]) -> None:
        """Likewise, as one piece."""
        self._queue(self._turn.framed_run(frames))

    def _queue(self, data: bytes) -> None:
        self._frames.append(data)
        self.waiting_bytes += len(data)
        if not self._is_due and self.stuck_since_s is None:
            self._is_due = True
            self._turn.add(self)

    def flush(self) -> None:
        """Write what the connection takes; the rest waits for `on_writable`."""
        self._is_due = False
        before = len(self._frames)
        if before and self._lent.is_open:
            self._write()
        elif before:
            self.clear()  # the client left; the consumer hears of it
        if self._frames:
            if self.stuck_since_s is None or len(self._frames) < before:
                self.stuck_since_s = monotonic()
            return
        self.stuck_since_s = None
        if self._moved is not None:
            self._moved.set()

    def _write(self) -> None:
        if self.waiting_bytes <= CHUNK_BYTES and self._lent.is_writable:
            frames, self._frames = self._frames, []
            self.waiting_bytes = 0
            self._lent.write_frames(self._turn.joined(frames))
            return
        while self._frames and self._lent.is_writable:
            count = size = 0
            for data in self._frames:
                count, size = count + 1, size + len(data)
                if size >= CHUNK_BYTES:
                    break
            self._lent.write_frames(b"".join(self._frames[:count]))
            del self._frames[:count]
            self.waiting_bytes -= size

    def close(self, code: int) -> None:
        """After what is queued: ASGI's `send` waits for the peer as the frames do."""
        if self._closing is None:
            self._closing = self._turn.loop.create_task(self._close(code))

    async def _close(self, code: int) -> None:
        try:
            await self.drained()
            await servers.close(self._send, code)
        except (OSError, RuntimeError):
            servers.abort(self._send)  # the client left meanwhile

    def clear(self) -> None:
        """Forget what is queued."""
        self._frames.clear()
        self.waiting_bytes = 0

    def discard(self) -> None:
        """Nothing can be written any more, and nobody is called back."""
        self.clear()
        self.flush()
        self._lent.on_writable = self._lent.on_text = None
        if self._closing is not None:
            self._closing.cancel()

    async def drained(self) -> None:
        """Wait until the connection has taken everything and asks nobody to wait."""
        self.flush()
        await asyncio.sleep(0)  # some loops write, and find the peer slow, at their turn's end
        while self._frames or (self._lent.is_open and not self._lent.is_writable):
            self._moved = self._moved or asyncio.Event()
            self._moved.clear()
            await self._moved.wait()


# --- through ASGI --------------------------------------------------------------------------------
class AsgiOutlet:
    """Frames through `send`, by a task that exists only while something waits."""

    __slots__ = (
        "_closing",
        "_queue",
        "_send",
        "_writer",
        "stuck_since_s",
        "waiting_bytes",
    )

    def __init__(self, send: AsgiSend) -> None:
        self.waiting_bytes = 0
        self.stuck_since_s: float | None = None
        self._send = send
        self._queue: deque[tuple[str, int]] = deque()
        self._closing: int | None = None
        self._writer: asyncio.Task[None] | None = None

    @property
    def waiting_frames(self) -> int:
        """How many wait; the one being written does not count."""
        return len(self._queue)

    def push(self, frame: str) -> None:
        """Queue a frame."""
        size = len(frame) if frame.isascii() else len(frame.encode())
        self._queue.append((frame, size))
        self.waiting_bytes += size
        self._wake()

    def push_run(self, frames: tuple[str, ...]) -> None:
        """One after the other."""
        for frame in frames:
            self.push(frame)

    def flush(self) -> None:
        """ASGI has no such word."""

    def close(self, code: int) -> None:
        """After what is queued."""
        self._closing = code
        self._wake()

    def clear(self) -> None:
        """Forget what is queued."""
        self._queue.clear()
        self.waiting_bytes = 0

    def discard(self) -> None:
        """Nothing can be written any more."""
        self.clear()
        if self._writer is not None:
            self._writer.cancel()

    async def drained(self) -> None:
        """Wait until the server has taken everything."""
        while self._writer is not None and self._closing is None:
            await asyncio.wait([self._writer])

    def _wake(self) -> None:
        if self._writer is None:
            self.stuck_since_s = monotonic()
            self._writer = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._queue:
                frame, size = self._queue.popleft()
                self.waiting_bytes -= size
                await self._send({"type": "websocket.send", "text": frame})
                self.stuck_since_s = monotonic()
            if self._closing is not None:
                await servers.close(self._send, self._closing)
        except asyncio.CancelledError:
            self.clear()
            raise
        except (OSError, RuntimeError):
            self.clear()  # the client left while we wrote; the consumer hears of it
            # Also where the server waits in vain for a last frame to be read.
            loop = asyncio.get_running_loop()
            loop.call_later(servers.CUT_AFTER_S, servers.abort, self._send)
        finally:
            self._writer = self.stuck_since_s = None
            if self._queue:
                self._wake()
