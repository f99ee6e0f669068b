"""UDP sockets with slots of memory that are shared with libsrtp.

A packet is decrypted where it was received, and sent from where it was encrypted. `UdpSocket` is
what there is to a socket, `PlainSocket` the kind for any system; Linux has a faster one in
`udp_batch`. Addresses are opaque keys (`bytes`) until somebody wants to read them. No protocol is
known here.
"""

import ctypes
import socket
import struct
from typing import Any

from voice.sfu.dtls_private import Memory

SLOT_LENGTH = 2048  # a datagram of more than the internet's 1500 bytes, with SRTP's trailer
RECEIVE_SLOTS = 32
SEND_SLOTS = 64
NAME_LENGTH = 28  # sockaddr_in6
BUFFER_LENGTH = 4 * 1024 * 1024  # bytes that the kernel may queue; a key frame to 100 listeners


class Destination:
    """An address that is sent to: its key as read from the wire, ready for the kernel."""

    __slots__ = ("key", "name", "pointer", "socket")

    def __init__(self, owner: "UdpSocket", key: bytes) -> None:
        self.socket = owner
        self.key = key
        self.name = ctypes.create_string_buffer(key, NAME_LENGTH)
        self.pointer = ctypes.addressof(self.name)

    def address(self) -> tuple[str, int]:
        """IP and port."""
        return read_key(self.key)


def read_key(key: bytes) -> tuple[str, int]:
    """IP and port of a sockaddr."""
    port = int.from_bytes(key[2:4], "big")
    if len(key) == 16:
        return socket.inet_ntop(socket.AF_INET, key[4:8]), port
    return socket.inet_ntop(socket.AF_INET6, key[8:24]), port


def make_key(ip: str, port: int) -> bytes:
    """The sockaddr of an address."""
    if ":" in ip:
        packed = socket.inet_pton(socket.AF_INET6, ip)
        return struct.pack("=H", socket.AF_INET6) + struct.pack("!HI16sI", port, 0, packed, 0)
    packed = socket.inet_pton(socket.AF_INET, ip)
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", port, packed)


class UdpSocket:
    """A bound, non-blocking socket with slots. What differs per system is in the classes below."""

    def __init__(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            if family == socket.AF_INET6:
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                self.socket.setsockopt(socket.SOL_SOCKET, option, BUFFER_LENGTH)
            self.socket.setblocking(False)
            self.socket.bind((host, port))
        except OSError:
            self.socket.close()
            raise
        self.port: int = self.socket.getsockname()[1]
        self.unsent = 0  # datagrams that the kernel did not take
        self._in = Memory(RECEIVE_SLOTS * SLOT_LENGTH)
        self._out = Memory(SEND_SLOTS * SLOT_LENGTH)
        self.in_views, self.in_data = _slots(self._in, RECEIVE_SLOTS)
        self._out_views, self._out_data = _slots(self._out, SEND_SLOTS)
        self._destinations: list[Any] = [None] * SEND_SLOTS
        self._filled = 0
        # Where the next datagram to be sent is to be written: Python's and libsrtp's view of it.
        self.out_view = self._out_views[0]
        self.out_data = self._out_data[0]

    def receive(self) -> int:
        """Fills the receiving slots; how many. Fewer than RECEIVE_SLOTS: nothing more waits."""
        raise NotImplementedError

    def size_of(self, slot: int) -> int:
        """Bytes received into this slot."""
        raise NotImplementedError

    def key_of(self, slot: int) -> bytes:
        """Whom they came from."""
        raise NotImplementedError

    def push(self, size: int, destination: Destination) -> None:
        """The datagram in `out_view` is complete; it goes out with the next `flush`."""
        raise NotImplementedError

    def flush(self) -> None:
        """Sends what was pushed. What the kernel does not take is lost, as UDP may."""
        if self._filled:
            self._send(self._filled)
            self._filled = 0
            self.out_view = self._out_views[0]
            self.out_data = self._out_data[0]

    def _send(self, count: int) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Sends what is left and lets the port go."""
        self.flush()
        self.socket.close()


class PlainSocket(UdpSocket):
    """A system call per datagram, for systems without the batched ones."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port)
        self._sizes = [0] * SEND_SLOTS
        self._in_sizes = [0] * RECEIVE_SLOTS
        self._in_keys = [b""] * RECEIVE_SLOTS

    def receive(self) -> int:
        """See UdpSocket."""
        for slot, view in enumerate(self.in_views):
            try:
                size, address = self.socket.recvfrom_into(view)
            except OSError:
                return slot
            self._in_sizes[slot] = size
            self._in_keys[slot] = make_key(address[0], address[1])
        return RECEIVE_SLOTS

    def size_of(self, slot: int) -> int:
        """See UdpSocket."""
        return self._in_sizes[slot]

    def key_of(self, slot: int) -> bytes:
        """See UdpSocket."""
        return self._in_keys[slot]

    def push(self, size: int, destination: Destination) -> None:
        """See UdpSocket."""
        slot = self._filled
        self._sizes[slot] = size
        self._destinations[slot] = destination
        self._filled = slot = slot + 1
        if slot == SEND_SLOTS:
            self.flush()
        else:
            self.out_view = self._out_views[slot]
            self.out_data = self._out_data[slot]

    def _send(self, count: int) -> None:
        for slot in range(count):
            try:
                self.socket.sendto(
                    self._out_views[slot][: self._sizes[slot]],
                    self._destinations[slot].address(),
                )
            except OSError:
                self.unsent += 1


def _slots(memory: Memory, count: int) -> tuple[list[memoryview], list[Any]]:
    starts = range(0, count * SLOT_LENGTH, SLOT_LENGTH)
    views = [memory.view[start : start + SLOT_LENGTH] for start in starts]
    return views, [memory.at(start) for start in starts]
