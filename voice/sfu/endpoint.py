"""The process's UDP ports: every packet of every room comes and goes here.

One port for all transports (IPv4, and IPv6 beside it). Whose a packet is says its sender's address,
which a transport has bound by a signed binding request; only such requests are looked at from
anybody else (RFC 7983 tells the protocols apart). One clock for everything periodic.
"""

import asyncio
import logging
import socket as sockets
import time
from collections.abc import Sequence

from voice.sfu.dtls_private import Certificate
from voice.sfu.parts import Part
from voice.sfu.router import MAX_HEARD, REPORT_TICKS, Router
from voice.sfu.speakers import INTERVAL_S as SPEAKERS_INTERVAL_S
from voice.sfu.stream import Stream
from voice.sfu.stun import read_request
from voice.sfu.transport import Transport
from voice.sfu.transport_cc import INTERVAL_S as TICK_S
from voice.sfu.udp import RECEIVE_SLOTS, UdpSocket
from voice.sfu.udp_batch import open_socket

logger = logging.getLogger(__name__)

MAX_ROUNDS = 16  # of reading per wake-up, so that a flood leaves room for everything else
MAX_LOGGED_FAILURES = 20  # whoever finds a bug must not fill the disk too
SPEAKERS_TICKS = round(SPEAKERS_INTERVAL_S / TICK_S)
# The clock ticks as part of the wake-ups that packets cause; this one is for when none come. A
# wake-up of its own for each tick was a sixth of what a small room costs.
SILENT_WAKE_S = 0.5
MAX_LATE_TICKS = REPORT_TICKS  # what a process that stood still makes up for: everybody's report


class Endpoint(Part):
    """See the module. Made by `Endpoint.listen`, inside a running event loop."""

    def __init__(self, sockets: list[UdpSocket], announced: list[tuple[str, int]]) -> None:
        super().__init__()
        self.announced = announced  # what candidates say, in order of preference
        self.certificate = Certificate()
        self.routers: dict[str, Router] = {}
        self.dropped = 0  # datagrams of nobody, or of no protocol
        self.refused = 0  # binding requests unknown or unsigned
        self.failed = 0  # packets that broke our own code: 0, or there is a bug
        self._sockets = sockets
        self._by_key: dict[bytes, Transport] = {}
        self._by_username: dict[str, Transport] = {}
        self._asking: dict[Stream, Transport] = {}
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._ticks = 0
        self._tick_at_s = self.now_s()  # when the next is due
        self._is_flushing = False
        for socket in sockets:
            self._loop.add_reader(socket.socket.fileno(), self._read, socket)

    @classmethod
    def listen(
        cls,
        host: str | Sequence[str] = ("0.0.0.0", "::"),  # noqa: S104  # media comes from anywhere
        port: int = 0,
        announced: Sequence[str] = (),
        announced_port: int | None = None,
    ) -> "Endpoint":
        """Opens the port on each host. `announced` is what clients are told to send to: the public
        addresses where there is NAT; without them, the hosts, or this machine's own address.
        """
        opened: list[UdpSocket] = []
        hosts = [host] if isinstance(host, str) else list(host)
        try:
            for it in hosts:
                if opened and ":" in it and not _has_ipv6():
                    continue
                opened.append(open_socket(it, opened[0].port if opened else port))
        except OSError:
            for socket in opened:
                socket.close()
            raise
        addresses = list(announced) or [it for it in map(_own_address, hosts) if it]
        public_port = announced_port or opened[0].port
        return cls(opened, [(address, public_port) for address in addresses])

    @property
    def port(self) -> int:
        """The UDP port."""
        return self._sockets[0].port

    def create_router(self, max_heard: int = MAX_HEARD) -> Router:
        """A room's. At most `max_heard` microphones are forwarded, the loudest."""
        self.check_open()
        router = Router(self, max_heard)
        self.routers[router.id] = router
        router.closed.add(lambda reason: self._forget_router(router))
        self._keep_time()
        return router

    def _forget_router(self, router: Router) -> None:
        self.routers.pop(router.id, None)
        if not self.routers:
            self._stop_clock()

    @staticmethod
    def now_s() -> float:
        """The clock of everything here."""
        return time.monotonic()

    # --- reading -------------------------------------------------------------------------------
    def _read(self, socket: UdpSocket) -> None:
        """Reads until nothing waits, then sends what that led to."""
        for _ in range(MAX_ROUNDS):
            count = socket.receive()
            for slot in range(count):
                try:
                    self._receive(socket, slot)
                except Exception as error:
                    self._note_failure(error)
            if count < RECEIVE_SLOTS:
                break
        if self._asking:
            self._ask_again()
        self._tick_when_due()
        self.flush()

    def _receive(self, socket: UdpSocket, slot: int) -> None:
        buffer, length = socket.in_views[slot], socket.size_of(slot)
        if length < 12:
            self.dropped += 1
            return
        first, key = buffer[0], socket.key_of(slot)
        transport = self._by_key.get(key)
        if transport is not None and 127 < first < 192:
            now_s = time.monotonic()
            if 191 < buffer[1] < 224:  # RFC 5761 §4
                transport.receive_rtcp(buffer, socket.in_data[slot], length, now_s)
            else:
                transport.receive_rtp(buffer, socket.in_data[slot], length, now_s)
        elif first < 4:
            self._on_stun(socket, key, bytes(buffer[:length]))
        elif transport is not None and 19 < first < 64:
            transport.receive_dtls(bytes(buffer[:length]))
        else:
            self.dropped += 1

    def _on_stun(self, socket: UdpSocket, key: bytes, data: bytes) -> None:
        request = read_request(data)
        transport = self._by_username.get(request.username) if request is not None else None
        if (
            request is None
            or transport is None
            or not transport.ice.on_binding(socket, key, request)
        ):
            self.refused += 1

    def _note_failure(self, error: Exception) -> None:
        """A packet that broke us is our mistake, and no reason to lose the others."""
        self.failed += 1
        if self.failed <= MAX_LOGGED_FAILURES:
            logger.error("a packet could not be handled", exc_info=error)

    def flush_soon(self) -> None:
        """For what is pushed outside of reading and of the clock."""
        if not self._is_flushing:
            self._is_flushing = True
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Sends everything that was pushed."""
        self._is_flushing = False
        for socket in self._sockets:
            socket.flush()

    # --- who is where --------------------------------------------------------------------------
    def know(self, username: str, transport: Transport) -> None:
        """Binding requests to this name are for this transport."""
        self._by_username[username] = transport

    def unknow(self, username: str) -> None:
        """This name is good no longer."""
        self._by_username.pop(username, None)

    def bind(self, key: bytes, transport: Transport) -> None:
        """Packets from this address are this transport's: it has proved so."""
        before = self._by_key.get(key)
        if before is not None and before is not transport:
            before.ice.forget_address(key)
        self._by_key[key] = transport

    def unbind(self, key: bytes, transport: Transport) -> None:
        """No longer."""
        if self._by_key.get(key) is transport:
            del self._by_key[key]

    # --- time ----------------------------------------------------------------------------------
    def ask_soon(self, transport: Transport, stream: Stream) -> None:
        """What this stream misses is asked for after this wake-up, when all that came is read."""
        self._asking[stream] = transport

    def _ask_again(self) -> None:
        asking, self._asking = self._asking, {}
        for stream, transport in asking.items():
            transport.control.ask_again(stream, self.now_s())

    def _keep_time(self) -> None:
        """One timer while there are rooms, none without."""
        if self._timer is None and self.routers and not self.is_closed:
            self._timer = self._loop.call_later(SILENT_WAKE_S, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._keep_time()
        self._tick_when_due()
        self.flush()

    def _tick_when_due(self) -> None:
        """The ticks since the last look, each in its turn; what is pushed is flushed by callers."""
        now_s = self.now_s()
        late = int((now_s - self._tick_at_s) / TICK_S) + 1 if now_s >= self._tick_at_s else 0
        self._tick_at_s += late * TICK_S
        for _ in range(min(late, MAX_LATE_TICKS)):
            self._tick(now_s)

    def _tick(self, now_s: float) -> None:
        self._ticks += 1
        for router in list(self.routers.values()):
            if self._ticks % SPEAKERS_TICKS == 0:
                router.speakers.tick()
            for transport in router.due(self._ticks):
                try:
                    self._tick_transport(transport, now_s)
                except Exception:
                    # One that is broken must not stop the clock of the others.
                    logger.exception("a transport failed and is closed")
                    transport.close("failed")

    def _tick_transport(self, transport: Transport, now_s: float) -> None:
        transport.control.tick(now_s)
        if self._ticks % REPORT_TICKS == transport.phase:
            transport.report(now_s)

    def _stop_clock(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _release(self) -> None:
        self._stop_clock()
        for socket in self._sockets:
            self._loop.remove_reader(socket.socket.fileno())
            socket.close()


def _has_ipv6() -> bool:
    """Containers often have none."""
    try:
        with sockets.socket(sockets.AF_INET6, sockets.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _own_address(host: str) -> str:
    """The host itself, or for "all of them" the one that leads outside; "" when there is none."""
    if host not in ("0.0.0.0", "::"):  # noqa: S104
        return host
    family, outside = (
        (sockets.AF_INET6, "2001:db8::1") if ":" in host else (sockets.AF_INET, "192.0.2.1")
    )
    try:
        with sockets.socket(family, sockets.SOCK_DGRAM) as probe:
            probe.connect((outside, 9))  # sends nothing: asks for the route
            return str(probe.getsockname()[0])
    except OSError:
        return "" if family == sockets.AF_INET6 else "127.0.0.1"
