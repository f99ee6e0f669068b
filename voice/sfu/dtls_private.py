"""Every private name of aiortc, aioice and pylibsrtp that Parlor uses, and nothing else.

DTLS is aiortc's RTCDtlsTransport over an object that looks like its ICE transport; when it is
connected its SRTP sessions are taken over and media goes past it. libsrtp is called through
pylibsrtp's own binding, in place, on buffers that the media core keeps: half the cost of `Session`,
which allocates and copies twice. A pinned version that changes is found by
tests/test_dtls_private.py. No policy here: who may connect, and what a failure means, is
`transport`'s.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters
from aiortc.rtcdtlstransport import SRTP_PROFILES, RTCDtlsTransport, State
from OpenSSL import SSL
from pylibsrtp import Session
from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]

from voice.sfu.ortc_types import DtlsFingerprint, DtlsParameters
from voice.sfu.parts import IsClosed

# In order of preference: what every browser has, and what every client must have (RFC 8827 §6.5).
SRTP_NAMES = (b"SRTP_AEAD_AES_256_GCM", b"SRTP_AES128_CM_SHA1_80")
MAX_WAITING_RECORDS = 64  # a handshake has less than ten
MAX_DATAGRAM = 2048

# Memory that is not cleared costs nothing before it is used.
_new_memory = ffi.new_allocator(should_clear_after_alloc=False)
_length = ffi.new("int *")  # the in-out length of every call; libsrtp is called by one thread


class Memory:
    """Bytes that Python and libsrtp share. `view` reads and writes them, `data` is libsrtp's."""

    __slots__ = ("data", "view")

    def __init__(self, size: int) -> None:
        self.data: Any = _new_memory("unsigned char[]", size)
        self.view = memoryview(ffi.buffer(self.data))

    def at(self, offset: int) -> Any:
        """libsrtp's address of a place in it."""
        return self.data + offset


class Srtp:
    """One direction of one transport (RFC 3711, RFC 7714). Works in place."""

    __slots__ = ("_handle", "_session")

    def __init__(self, session: Session) -> None:
        self._session = session  # owns the memory behind the handle
        self._handle = session._srtp[0]

    def protect(self, data: Any, length: int) -> int:
        """Encrypts an RTP packet in place; its new length in bytes, or 0 if libsrtp refuses."""
        _length[0] = length
        return _length[0] if _protect(self._handle, data, _length) == 0 else 0

    def unprotect(self, data: Any, length: int) -> int:
        """Checks and decrypts an RTP packet in place; its new length in bytes, or 0."""
        _length[0] = length
        return _length[0] if _unprotect(self._handle, data, _length) == 0 else 0

    def protect_rtcp(self, data: Any, length: int) -> int:
        """As `protect`, for RTCP."""
        _length[0] = length
        return _length[0] if lib.srtp_protect_rtcp(self._handle, data, _length) == 0 else 0

    def unprotect_rtcp(self, data: Any, length: int) -> int:
        """As `unprotect`, for RTCP."""
        _length[0] = length
        return _length[0] if lib.srtp_unprotect_rtcp(self._handle, data, _length) == 0 else 0

    def forget(self, ssrc: int) -> None:
        """Frees what libsrtp keeps for a stream that has ended."""
        # The binding wants network order as the machine's integer.
        lib.srtp_remove_stream(self._handle, int.from_bytes(ssrc.to_bytes(4, "big"), "little"))


_protect = lib.srtp_protect
_unprotect = lib.srtp_unprotect


class Certificate:
    """The process's DTLS certificate: one for all its transports."""

    def __init__(self) -> None:
        self.own = RTCCertificate.generateCertificate()

    def parameters(self) -> DtlsParameters:
        """The client opens DTLS ("server" is us). It reads the last fingerprint only: sha-256."""
        fingerprints: list[DtlsFingerprint] = [
            {"algorithm": it.algorithm, "value": it.value}
            for it in self.own.getFingerprints()
            if it.algorithm == "sha-256"
        ]
        return {"role": "server", "fingerprints": fingerprints}


class _Pipe:
    """What RTCDtlsTransport takes for an ICE transport: datagrams in and out."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._out = send
        self._records: deque[bytes] = deque(maxlen=MAX_WAITING_RECORDS)
        self._waiter: asyncio.Future[None] | None = None
        self._is_closed = False

    def feed(self, record: bytes) -> None:
        """A DTLS record from the wire."""
        self._records.append(record)
        self._wake()

    def close(self) -> None:
        """Reading ends."""
        self._is_closed = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _recv(self) -> bytes:
        while not self._records:
            if self._is_closed:
                raise ConnectionError("closed")
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._records.popleft()

    async def _send(self, data: bytes) -> None:
        self._out(data)


class Dtls:
    """DTLS of one transport (RFC 5764); tells `changed` its state, of those named below."""

    def __init__(
        self,
        certificate: Certificate,
        send: Callable[[bytes], None],
        changed: Callable[[str], None],
        role: str = "server",
        srtp_names: Sequence[bytes] = SRTP_NAMES,
    ) -> None:
        self._pipe = _Pipe(send)
        self._dtls = RTCDtlsTransport(self._pipe, [certificate.own])  # type: ignore[arg-type]
        self._dtls._srtp_profiles = [
            it for name in srtp_names for it in SRTP_PROFILES if it.openssl_profile == name
        ]
        self._dtls._set_role(role)  # with "auto" both sides would wait
        self._dtls.on("statechange", lambda: changed(self.state))
        self._handshake: asyncio.Task[None] | None = None

    @property
    def state(self) -> str:
        """new, connecting, connected, closed or failed."""
        return self._dtls.state

    def start(self, remote: DtlsParameters) -> None:
        """Shakes hands with whoever has this certificate."""
        if self._handshake is not None:
            raise IsClosed("DTLS has been started already")
        expected = RTCDtlsParameters(
            fingerprints=[
                RTCDtlsFingerprint(algorithm=it["algorithm"], value=it["value"])
                for it in remote["fingerprints"]
            ]
        )
        self._handshake = asyncio.get_running_loop().create_task(self._run(expected))

    async def _run(self, expected: RTCDtlsParameters) -> None:
        try:
            await self._dtls.start(expected)
        except Exception:
            # Bytes of strangers reach OpenSSL and cryptography here: whatever they break, only
            # this handshake fails.
            self._dtls._set_state(State.FAILED)

    def feed(self, record: bytes) -> None:
        """A DTLS record from the wire (first byte 20–63, RFC 7983)."""
        self._pipe.feed(record)

    def srtp(self) -> tuple[Srtp, Srtp]:
        """Receiving and sending, once connected."""
        return Srtp(self._dtls._rx_srtp), Srtp(self._dtls._tx_srtp)

    def close(self) -> None:
        """Says goodbye (close_notify) and ends every task; at once, so that it works anywhere."""
        self._dtls.remove_all_listeners()
        self._pipe.close()
        for task in (self._handshake, self._dtls._task):
            if task is not None:
                task.cancel()
        connection = self._dtls._ssl
        if connection is None or self._dtls._state not in (State.CONNECTING, State.CONNECTED):
            return
        try:
            connection.shutdown()
            self._pipe._out(connection.bio_read(MAX_DATAGRAM))
        except SSL.Error:
            pass  # nothing to say yet
