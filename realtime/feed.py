"""One room's numbered frames on their way to this process's sockets, in order and without a hole.

Pure bookkeeping (PROTOCOL.md, sequence rules 5 and 6): frames may arrive late, twice or not at all;
what leaves is dense. A feed starts at a head read from the database before its first socket is let
in, so every snapshot a socket is answered with is at or beyond it. No I/O, no clock.
"""

from collections.abc import Iterable
from typing import Protocol

MAX_PENDING = 2_000


class Listener(Protocol):
    """What a feed needs of a socket."""

    user_id: str

    def send(self, frame: str) -> None:
        """Queue a frame; never waits."""

    def send_run(self, frames: tuple[str, ...]) -> None:
        """Queue frames that all who hear the room get together."""


class RoomFeed:
    """Orders numbered frames and hands each to the sockets that may have it.

    A socket is in one of three places: `held` while its join or recovery is being answered,
    `ahead` where that answer already reached beyond the feed, `live` otherwise.
    """

    __slots__ = ("ahead", "delivered", "held", "is_filling", "known_head", "live", "pending")

    def __init__(self) -> None:
        self.delivered: int | None = None
        self.known_head = 0
        self.pending: dict[int, str] = {}
        self.live: set[Listener] = set()
        self.held: dict[Listener, list[tuple[int | None, str]]] = {}
        self.ahead: dict[Listener, int] = {}
        self.is_filling = False

    @property
    def is_empty(self) -> bool:
        """Whether no socket needs this feed."""
        return not (self.live or self.held or self.ahead)

    @property
    def has_hole(self) -> bool:
        """Whether a number beyond what was delivered is known to exist."""
        return self.delivered is not None and self.known_head > self.delivered

    def start(self, head: int) -> None:
        """Everything up to `head` is in the database for the snapshots that follow."""
        if self.delivered is None:
            self.delivered = head
            self.known_head = max(self.known_head, head)
            self._drain()

    def accept(self, number: int, *frames: str) -> None:
        """Committed changes, the first with this number and the others with those that follow it;
        from this process or another, in any order, any number of times.
        """
        self.known_head = max(self.known_head, number + len(frames) - 1)
        is_next = self.delivered == number - 1 and not self.pending and not self.is_filling
        if is_next and len(frames) > 1 and not self.ahead:
            self._deliver_run(number, frames)
            return
        for n, frame in enumerate(frames, number):
            self._put_aside(n, frame)
        if not self.is_filling:
            self._drain()

    def _put_aside(self, number: int, frame: str) -> None:
        if self.delivered is not None and number <= self.delivered:
            return
        if len(self.pending) < MAX_PENDING:  # beyond that the database is read anyway
            self.pending[number] = frame

    def fill(self, up_to: int, frame: str) -> None:
        """Deliver what was read from the database: every number up to `up_to` is in `frame`."""
        if self.delivered is None or up_to <= self.delivered:
            return
        self._deliver(up_to, frame)
        self.known_head = max(self.known_head, up_to)
        for number in [n for n in self.pending if n <= up_to]:
            del self.pending[number]

    def end_fill(self) -> None:
        """The database has been read; go on with what arrived meanwhile."""
        self.is_filling = False
        self._drain()

    def hold(self, socket: Listener) -> int | None:
        """Keep this socket's frames back until its answer is known.

        Answers the number up to which the socket had heard the room, None where it had not.
        """
        heard_up_to = self.delivered if socket in self.live else self.ahead.pop(socket, None)
        self.live.discard(socket)
        self.held[socket] = []
        return heard_up_to

    def release(self, socket: Listener, head: int) -> None:
        """The socket was answered with everything up to `head`; it gets what came after."""
        held = self.held.pop(socket, None)
        if held is None or self.delivered is None:
            return
        self.known_head = max(self.known_head, head)
        if head > self.delivered:
            self.ahead[socket] = head
        else:
            self.live.add(socket)
        for number, frame in held:  # last: a socket that is too slow drops itself meanwhile
            if number is None or number > head:
                socket.send(frame)

    def drop(self, socket: Listener) -> None:
        """The socket no longer hears the room."""
        self.live.discard(socket)
        self.held.pop(socket, None)
        self.ahead.pop(socket, None)

    def cast(self, frame: str, except_user: str = "", is_droppable: bool = True) -> None:
        """An event without a number. Sockets still being answered get it after their answer,
        unless it is of the kind that is stale by then (typing, presence).
        """
        for socket in self.listeners():
            if socket.user_id != except_user:
                socket.send(frame)
        if not is_droppable:
            for socket, held in self.held.items():
                if socket.user_id != except_user:
                    held.append((None, frame))

    def listeners(self) -> Iterable[Listener]:
        """The sockets that have been answered (a list: one too slow drops itself meanwhile)."""
        return [*self.live, *self.ahead]

    def _drain(self) -> None:
        if self.delivered is None:
            return
        while (frame := self.pending.pop(self.delivered + 1, None)) is not None:
            self._deliver(self.delivered + 1, frame)
        if self.pending and min(self.pending) <= self.delivered:
            self.pending = {n: f for n, f in self.pending.items() if n > self.delivered}

    def _deliver(self, number: int, frame: str) -> None:
        self.delivered = number
        for socket in list(self.live):
            socket.send(frame)
        for held in self.held.values():
            held.append((number, frame))
        if self.ahead:
            self._catch_up(number, frame)

    def _deliver_run(self, number: int, frames: tuple[str, ...]) -> None:
        """As `_deliver` for each, the first with this number; nobody is ahead."""
        self.delivered = number + len(frames) - 1
        for socket in list(self.live):
            socket.send_run(frames)
        for held in self.held.values():
            held.extend(enumerate(frames, number))

    def _catch_up(self, number: int, frame: str) -> None:
        for socket, head in list(self.ahead.items()):
            if number >= head and self.ahead.pop(socket, None) is not None:
                self.live.add(socket)
            if number > head:
                socket.send(frame)
