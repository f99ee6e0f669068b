"""A client of the media core for tests: ICE (controlling), DTLS and SRTP over a real UDP socket.

What a browser does below JavaScript, in as few lines as possible; it decrypts what it gets and
keeps it.
"""

import asyncio
import secrets
import socket
from collections.abc import Callable, Sequence
from typing import Any

from aioice import stun

from voice.sfu.dtls_private import SRTP_NAMES, Certificate, Dtls, Memory, Srtp
from voice.sfu.endpoint import Endpoint
from voice.sfu.ortc_types import IceParameters
from voice.sfu.transport import Transport

AUDIO_IDS = {"mid": 1, "level": 2, "time": 3, "cc": 4}  # not the router's own
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"


class Peer:
    """One client and its one transport."""

    def __init__(
        self,
        transport: Transport,
        host: str = "127.0.0.1",
        srtp_names: Sequence[bytes] = SRTP_NAMES,
        certificate: Certificate | None = None,
    ) -> None:
        self.transport = transport
        self.ice: IceParameters = transport.ice_parameters
        self.target = (host, transport.endpoint.port)
        self.certificate = certificate or Certificate()
        self.rtp: list[bytes] = []
        self.rtcp: list[bytes] = []
        self.stun: list[stun.Message] = []
        self.state = "new"
        self.filter: Callable[[bytes], bool] = lambda data: True  # of incoming datagrams
        self._changed = asyncio.Event()
        self._dtls = Dtls(self.certificate, self._send, self._on_dtls, "client", srtp_names)
        self._rx: Srtp | None = None
        self._tx: Srtp | None = None
        self._memory = Memory(4096)
        self.socket = self._open(host)

    def _open(self, host: str) -> socket.socket:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        opened = socket.socket(family, socket.SOCK_DGRAM)
        opened.setblocking(False)
        opened.bind((host, 0))
        asyncio.get_running_loop().add_reader(opened.fileno(), self._read, opened)
        return opened

    def move(self) -> None:
        """Another local address, as after a NAT rebinding; says nothing by itself."""
        asyncio.get_running_loop().remove_reader(self.socket.fileno())
        self.socket.close()
        self.socket = self._open(self.target[0])

    # --- connecting ----------------------------------------------------------------------------
    async def connect(self, fingerprint: str = "") -> "Peer":
        """A binding request, then DTLS; waits until media can flow or DTLS has failed."""
        self.bind()
        parameters: Any = self.certificate.parameters() | {"role": "client"}
        if fingerprint:
            parameters["fingerprints"][0]["value"] = fingerprint
        self.transport.connect(parameters)
        await self.until(lambda: bool(self.stun))
        self._dtls.start(self.transport.dtls_parameters)
        await self.until(lambda: self.state in ("connected", "failed", "closed"))
        return self

    def bind(self, *, password: str | None = None, nominate: bool = True, name: str = "") -> None:
        """Sends a binding request."""
        attributes: dict[str, Any] = {
            "USERNAME": f"{name or self.ice['usernameFragment']}:client",
            "PRIORITY": 1,
            "ICE-CONTROLLING": 1,
        }
        if nominate:
            attributes["USE-CANDIDATE"] = None
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes)
        message.add_message_integrity((password or self.ice["password"]).encode())
        self._send(bytes(message))

    async def until(self, is_so: Callable[[], bool], timeout_s: float = 10.0) -> None:
        """Waits for something that comes with a packet."""

        async def wait() -> None:
            while not is_so():
                self._changed.clear()
                await asyncio.wait([asyncio.ensure_future(self._changed.wait())], timeout=0.02)

        await asyncio.wait_for(wait(), timeout_s)

    def _on_dtls(self, state: str) -> None:
        self.state = state
        if state == "connected":
            self._rx, self._tx = self._dtls.srtp()
        self._changed.set()

    def _send(self, data: bytes) -> None:
        if self.socket.fileno() >= 0:
            self.socket.sendto(data, self.target)

    def _read(self, opened: socket.socket) -> None:
        while True:
            try:
                data = opened.recv(4096)
            except OSError:
                return
            if self.filter(data):
                self.take(data)

    def take(self, data: bytes) -> None:
        """A datagram from the server."""
        if data[0] < 4:
            self.stun.append(stun.parse_message(data))
        elif data[0] < 64:
            self._dtls.feed(data)
        elif self._rx is not None:
            self._memory.view[: len(data)] = data
            is_rtcp = 192 <= data[1] < 224
            decrypt = self._rx.unprotect_rtcp if is_rtcp else self._rx.unprotect
            size = decrypt(self._memory.data, len(data))
            if size:
                (self.rtcp if is_rtcp else self.rtp).append(bytes(self._memory.view[:size]))
        self._changed.set()

    # --- media ---------------------------------------------------------------------------------
    def send_rtp(self, packet: bytes) -> bytes:
        """Encrypts and sends; the encrypted bytes."""
        return self._protected(packet, is_rtcp=False)

    def send_rtcp(self, packet: bytes) -> bytes:
        """As `send_rtp`."""
        return self._protected(packet, is_rtcp=True)

    def _protected(self, packet: bytes, *, is_rtcp: bool) -> bytes:
        assert self._tx is not None
        self._memory.view[: len(packet)] = packet
        encrypt = self._tx.protect_rtcp if is_rtcp else self._tx.protect
        size = encrypt(self._memory.data, len(packet))
        assert size
        data = bytes(self._memory.view[:size])
        self._send(data)
        return data

    def close(self, *, silently: bool = False) -> None:
        """Goes; silently, as when a laptop is shut."""
        if silently:
            self._dtls._pipe._out = lambda data: None
        self._dtls.close()
        asyncio.get_running_loop().remove_reader(self.socket.fileno())
        self.socket.close()


def audio_parameters(ssrc: int = 1111, mid: str = "0", *, has_nack: bool = False) -> dict[str, Any]:
    """Opus as mediasoup-client says it, under numbers that are not the router's."""
    feedback = [{"type": "transport-cc", "parameter": ""}]
    if has_nack:
        feedback.append({"type": "nack", "parameter": ""})
    return {
        "mid": mid,
        "codecs": [
            {
                "mimeType": "audio/opus",
                "payloadType": 100,
                "clockRate": 48000,
                "channels": 2,
                "parameters": {"useinbandfec": 1},
                "rtcpFeedback": feedback,
            }
        ],
        "headerExtensions": [
            {"uri": uri, "id": AUDIO_IDS[name], "encrypt": False, "parameters": {}}
            for name, uri in (("mid", MID), ("level", LEVEL), ("time", TIME), ("cc", CC))
        ],
        "encodings": [{"ssrc": ssrc}],
        "rtcp": {"cname": "peer", "reducedSize": True},
    }


def video_parameters(
    ssrc: int = 2222, rtx_ssrc: int = 2223, mid: str = "1", rids: tuple[str, ...] = ()
) -> dict[str, Any]:
    """VP8 with RTX, under numbers that are not the router's."""
    feedback = [("nack", ""), ("nack", "pli"), ("ccm", "fir"), ("transport-cc", "")]
    encodings = [{"rid": rid} for rid in rids] or [{"ssrc": ssrc, "rtx": {"ssrc": rtx_ssrc}}]
    return {
        "mid": mid,
        "codecs": [
            {
                "mimeType": "video/VP8",
                "payloadType": 120,
                "clockRate": 90000,
                "parameters": {},
                "rtcpFeedback": [{"type": a, "parameter": b} for a, b in feedback],
            },
            {
                "mimeType": "video/rtx",
                "payloadType": 121,
                "clockRate": 90000,
                "parameters": {"apt": 120},
                "rtcpFeedback": [],
            },
        ],
        "headerExtensions": [
            {"uri": uri, "id": number, "encrypt": False, "parameters": {}}
            for number, uri in ((1, MID), (3, TIME), (4, CC), (5, RID), (6, REPAIRED_RID))
        ],
        "encodings": encodings,
        "rtcp": {"cname": "peer", "reducedSize": True},
    }


def make_rtp(
    sequence: int,
    *,
    ssrc: int = 1111,
    payload_type: int = 100,
    timestamp: int | None = None,
    payload: bytes = b"opus",
    extensions: dict[int, bytes] | None = None,
    marker: bool = False,
) -> bytes:
    """A packet with one-byte header extensions (RFC 8285 §4.2)."""
    block = b"".join(
        bytes([number << 4 | len(value) - 1]) + value
        for number, value in (extensions or {}).items()
    )
    block += bytes(-len(block) % 4)
    head = bytes([0x90 if block else 0x80, payload_type | (128 if marker else 0)])
    head += (sequence & 0xFFFF).to_bytes(2, "big")
    head += ((sequence * 960 if timestamp is None else timestamp) & 0xFFFFFFFF).to_bytes(4, "big")
    head += ssrc.to_bytes(4, "big")
    if block:
        head += b"\xbe\xde" + (len(block) // 4).to_bytes(2, "big") + block
    return head + payload


def key_frame() -> bytes:
    """The beginning of a VP8 key frame."""
    return bytes([0x10, 0x00, 0x00, 0x00]) + secrets.token_bytes(40)


def delta_frame() -> bytes:
    """The beginning of a VP8 frame that is none."""
    return bytes([0x10, 0x01, 0x00, 0x00]) + secrets.token_bytes(40)


def listen() -> Endpoint:
    """An endpoint on the loopback."""
    return Endpoint.listen("127.0.0.1")
