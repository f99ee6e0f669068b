"""UDP in batches (Linux): recvmmsg and sendmmsg through ctypes, many datagrams per system call.

Half the price of a call each, and at low rates one wake-up costs one call. The headers that the
kernel reads are written once; per datagram only lengths and names change.
"""

import ctypes
import errno
import socket

from voice.sfu.dtls_private import Memory
from voice.sfu.udp import (
    NAME_LENGTH,
    RECEIVE_SLOTS,
    SEND_SLOTS,
    SLOT_LENGTH,
    Destination,
    PlainSocket,
    UdpSocket,
)


class _Iovec(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Msghdr(ctypes.Structure):
    """recvmsg(2)."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("iov", ctypes.c_void_p),
        ("iov_length", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Mmsghdr(ctypes.Structure):
    """recvmmsg(2)."""

    _fields_ = (("message", _Msghdr), ("length", ctypes.c_uint32))


class _Messages:
    """An array of mmsghdr over the slots of a Memory, with a view to read and write its numbers."""

    def __init__(self, memory: Memory, count: int) -> None:
        self._base = (ctypes.c_char * len(memory.view)).from_buffer(memory.view)
        self.iovecs = (_Iovec * count)()
        self.headers = (_Mmsghdr * count)()
        for place in range(count):
            self.iovecs[place].base = ctypes.addressof(self._base) + place * SLOT_LENGTH
            self.iovecs[place].length = SLOT_LENGTH
            message = self.headers[place].message
            message.iov = ctypes.addressof(self.iovecs[place])
            message.iov_length = 1
        self.numbers = memoryview(self.headers).cast("B").cast("I")
        # Pointers and sizes by their place: an item set costs a third of a struct's pack_into.
        self.pointers = memoryview(self.headers).cast("B").cast("P")
        self.sizes = memoryview(self.iovecs).cast("B").cast("L")  # Linux: size_t


_HEADER_LENGTH = ctypes.sizeof(_Mmsghdr)
_HEADER_NUMBERS = _HEADER_LENGTH // 4
_HEADER_POINTERS = _HEADER_LENGTH // ctypes.sizeof(ctypes.c_void_p)  # the name is the first
_LENGTH_AT = _Mmsghdr.length.offset // 4
_NAME_LENGTH_AT = _Msghdr.name_length.offset // 4


class BatchSocket(UdpSocket):
    """See the module."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port)
        libc = ctypes.CDLL(None, use_errno=True)
        self._recvmmsg, self._sendmmsg = libc.recvmmsg, libc.sendmmsg
        self._fd = self.socket.fileno()
        self._key_length = 28 if self.socket.family == socket.AF_INET6 else 16
        self._received = _Messages(self._in, RECEIVE_SLOTS)
        self._numbers = self._received.numbers
        self._names = ctypes.create_string_buffer(RECEIVE_SLOTS * NAME_LENGTH)
        self._names_view = memoryview(self._names).cast("B")
        for place, header in enumerate(self._received.headers):
            header.message.name = ctypes.addressof(self._names) + place * NAME_LENGTH
            header.message.name_length = NAME_LENGTH
        self._outgoing = _Messages(self._out, SEND_SLOTS)
        self._out_pointers, self._out_sizes = self._outgoing.pointers, self._outgoing.sizes
        for header in self._outgoing.headers:
            header.message.name_length = self._key_length

    def receive(self) -> int:
        """See UdpSocket."""
        count: int = self._recvmmsg(self._fd, self._received.headers, RECEIVE_SLOTS, 0, None)
        for place in range(count):
            self._numbers[place * _HEADER_NUMBERS + _NAME_LENGTH_AT] = NAME_LENGTH
        return max(count, 0)

    def size_of(self, slot: int) -> int:
        """See UdpSocket."""
        return self._numbers[slot * _HEADER_NUMBERS + _LENGTH_AT]

    def key_of(self, slot: int) -> bytes:
        """See UdpSocket."""
        start = slot * NAME_LENGTH
        return bytes(self._names_view[start : start + self._key_length])

    def push(self, size: int, destination: Destination) -> None:
        """See UdpSocket."""
        slot = self._filled
        self._out_sizes[2 * slot + 1] = size
        self._out_pointers[_HEADER_POINTERS * slot] = destination.pointer
        self._destinations[slot] = destination  # its name must live until the kernel has read it
        self._filled = slot = slot + 1
        if slot == SEND_SLOTS:
            self.flush()
        else:
            self.out_view = self._out_views[slot]
            self.out_data = self._out_data[slot]

    def _send(self, count: int) -> None:
        sent = 0
        while sent < count:
            first = ctypes.byref(self._outgoing.headers, sent * _HEADER_LENGTH)
            taken = self._sendmmsg(self._fd, first, count - sent, 0)
            if taken > 0:
                sent += taken
                continue
            if ctypes.get_errno() in (errno.EAGAIN, errno.ENOBUFS):
                self.unsent += count - sent
                return
            self.unsent += 1  # this one cannot go (no route, …); the others may
            sent += 1


def open_socket(host: str, port: int) -> UdpSocket:
    """The best kind that this system has, bound."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "recvmmsg") and hasattr(libc, "sendmmsg"):
        return BatchSocket(host, port)
    return PlainSocket(host, port)
