"""What the gateway's tests share: people at a real server, and clients that believe nothing.

Every frame a `CheckedClient` hears is held against the schemas of /docs/ws.json: a type that is not
documented, a field that is missing, extra or of another type is a fault of the server.
"""

import asyncio
import contextlib
import json
import re
import resource
import secrets
import socket
import struct
from collections.abc import Collection
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from websockets.exceptions import ConnectionClosed

from tests.live import Client, Parlor, Person

ACCESS_SECRET = "the-tests-know-this-secret-of-the-access-tokens-and-sign-with-it"
FRIENDS = "https://friends.example"
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
# For what daphne cannot do: it has no back-pressure and drops who breaks the protocol.
only_uvicorn = pytest.mark.parametrize("gateway", ["uvicorn"], indirect=True, scope="session")
PAGE_BYTES = resource.getpagesize()
BAD_NEWS = ("Traceback", "unexpected_error", "ERROR", "[error", "was never retrieved")


class Contract:
    """The published schemas, read strictly: every documented field is there and no other."""

    def __init__(self, published: dict[str, Any]) -> None:
        self.published = published
        shapes = {n: _strict(s) for n, s in published["components"]["schemas"].items()}
        self.validators = {
            frame["type"]: Draft202012Validator(
                frame["data"] | {"components": {"schemas": shapes}},
                format_checker=Draft202012Validator.FORMAT_CHECKER,
            )
            for frame in published["server"]
        }
        self.heard: set[str] = set()

    def faults_of(self, frame: Any) -> list[str]:
        """What is wrong with a frame of the server; usually nothing."""
        if not isinstance(frame, dict) or frame.get("type") not in self.validators:
            return [f"not a documented frame: {frame}"]
        self.heard.add(frame["type"])
        faults = []
        if set(frame) - {"id"} != {"type", "timestamp", "data"}:
            faults.append(f"the envelope has {sorted(frame)}")
        if not TIMESTAMP.fullmatch(str(frame.get("timestamp"))):
            faults.append(f"timestamp {frame.get('timestamp')!r}")
        errors = self.validators[frame["type"]].iter_errors(frame.get("data"))
        faults += [f"{error.json_path}: {error.message}" for error in errors]
        return [f"{frame['type']}: {fault}" for fault in faults]


def _strict(schema: Any) -> Any:
    """Documented objects with all their fields, and nothing else in them."""
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _strict(part) for key, part in schema.items()}
    if isinstance(found.get("properties"), dict):
        found |= {"additionalProperties": False, "required": list(found["properties"])}
    return found


class CheckedClient(Client):
    """A client that notes every frame that is not as documented."""

    contract: Contract
    faults: list[str]

    @classmethod
    async def checked(cls, url: str, contract: Contract, faults: list[str], **options: Any) -> Any:
        """Connect to /ws."""
        client = await cls.open(url, **options)
        client.contract, client.faults = contract, faults
        return client

    async def _read(self) -> None:
        try:
            async for text in self.ws:
                async with self._news:
                    frame = json.loads(text)
                    self.faults += self.contract.faults_of(frame)
                    self.heard.append(frame)
                    self._news.notify_all()
        except ConnectionClosed:
            pass
        async with self._news:
            self.closed = self.ws.close_code
            self._news.notify_all()

    async def error(self, type_: str, /, **data: Any) -> dict[str, Any]:
        """The `error` that answers a frame."""
        reply = await self.ask(type_, **data)
        assert reply["type"] == "error", reply
        return reply["data"]

    async def next(self, wanted: Any, timeout_s: float = 10.0) -> dict[str, Any]:
        """As `wait`, but each frame is found only once."""
        frame = await self.wait(wanted, timeout_s)
        self.heard.remove(frame)
        return frame


class House:
    """One test's view of a shared server."""

    def __init__(self, parlor: Parlor, kind: str, contract: Contract) -> None:
        self.parlor, self.kind, self.contract = parlor, kind, contract
        self.url, self.pid = parlor.url, parlor.processes[0].popen.pid
        self.clients: list[CheckedClient] = []
        self.faults: list[str] = []
        self._log_from = parlor.log.stat().st_size

    @property
    def admin(self) -> Person:
        """Who owns the default server; signed in once."""
        if not hasattr(self.parlor, "signed_in_admin"):
            self.parlor.signed_in_admin = self.parlor.admin()
        return self.parlor.signed_in_admin

    def new_channel(self, **fields: Any) -> dict[str, Any]:
        """A channel of the default server, where everybody is."""
        body = {"name": f"channel {secrets.token_hex(4)}"} | fields
        return self.admin.post("/channels", body)["data"]

    def person(self, name: str = "alice") -> Person:
        """Somebody new."""
        return self.parlor.person(name)

    async def open(self, **options: Any) -> CheckedClient:
        """A socket that has not said who it is."""
        client = await CheckedClient.checked(self.url, self.contract, self.faults, **options)
        self.clients.append(client)
        return client

    async def enter(self, person: Person, *rooms: dict[str, Any], **options: Any) -> CheckedClient:
        """An identified socket that has joined these rooms."""
        client = await self.open(**options)
        answer = await client.ask("auth:identify", token=person.token, protocol=1)
        assert answer["type"] == "auth:ok", answer
        for room in rooms:
            answer = await client.ask("room:join", roomId=room["id"])
            assert answer["type"] == "room:joined", answer
        return client

    async def leave(self) -> None:
        """Close what the test opened; then nothing may be wrong."""
        await asyncio.gather(*(c.close() for c in self.clients), return_exceptions=True)
        assert not self.faults, "\n".join(self.faults)
        self.assert_well()

    def assert_well(self) -> None:
        """The process lives, answers, and had nothing to complain about since the test began."""
        assert self.parlor.processes[0].popen.poll() is None, "the process died"
        assert httpx.get(self.url + "/health/live", timeout=10).status_code == 200
        news = self.parlor.log.read_bytes()[self._log_from :].decode(errors="replace")
        assert not any(bad in news for bad in BAD_NEWS), news[-6000:]

    def connections(self, peers: Collection[int] = ()) -> int:
        """How many connections to its port the process holds (from these ports of ours)."""
        port = f":{self.parlor.processes[0].port:04X}"
        ours = {f"{peer:04X}" for peer in peers}
        table = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        inodes = {
            f"socket:[{row[9]}]"
            for row in table
            if row[1].endswith(port) and (not ours or row[2].rpartition(":")[2] in ours)
        }
        return sum(self._link(fd) in inodes for fd in Path(f"/proc/{self.pid}/fd").iterdir())

    @staticmethod
    def _link(fd: Path) -> str:
        try:
            return str(fd.readlink())
        except OSError:
            return ""  # closed meanwhile

    def memory_bytes(self) -> int:
        """The process's resident memory."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * PAGE_BYTES


async def until(holds: Any, timeout_s: float = 15.0) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(timeout_s):
        while not holds():
            await asyncio.sleep(0.02)


# --- below the client: bytes ---------------------------------------------------------------------
def upgrade(host: str = "localhost", path: str = "/ws", extra: str = "") -> bytes:
    """A handshake as a browser writes it."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"{extra}\r\n"
    ).encode()


TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame_of(
    opcode: int, payload: bytes = b"", *, fin: bool = True, masked: bool = True, rsv: int = 0
) -> bytes:
    """One frame of RFC 6455, right or wrong."""
    size, mask = len(payload), 0x80 if masked else 0
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if size < 126:
        head += bytes([mask | size])
    elif size < 65536:
        head += bytes([mask | 126]) + struct.pack("!H", size)
    else:
        head += bytes([mask | 127]) + struct.pack("!Q", size)
    return head + (b"\0\0\0\0" if masked else b"") + payload


class Wire:
    """A TCP connection to the server, spoken by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, url: str, receive_buffer: int = 0) -> "Wire":
        """To the server of this address."""
        host, _, port = url.removeprefix("http://").partition(":")
        sock = socket.socket()
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, (host, int(port)))
        return cls(*await asyncio.open_connection(sock=sock))

    @classmethod
    async def upgraded(cls, url: str, extra: str = "", **options: Any) -> "Wire":
        """With the handshake done."""
        wire = await cls.connect(url, **options)
        status = await wire.answer_to(upgrade(extra=extra))
        assert status == 101, status
        return wire

    async def answer_to(self, request: bytes) -> int:
        """The HTTP status that answers; 0 where the connection just ends."""
        self.writer.write(request)
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                head = await self.reader.readuntil(b"\r\n\r\n")
                return int(head.split()[1])
        return 0

    async def frames(self, timeout_s: float = 5.0) -> list[tuple[int, bytes]]:
        """All frames until the connection ends."""
        found = []
        async with asyncio.timeout(timeout_s):
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while True:
                    found.append(await self.frame())
        return found

    async def frame(self) -> tuple[int, bytes]:
        """The next frame: opcode and payload."""
        first, size = await self.reader.readexactly(2)
        if size == 126:
            size = struct.unpack("!H", await self.reader.readexactly(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", await self.reader.readexactly(8))[0]
        return first & 15, await self.reader.readexactly(size)

    def stop_reading(self) -> None:
        """Take nothing any more, as a stalled machine."""
        self.writer.transport.pause_reading()

    def read_on(self) -> None:
        """Take what comes again."""
        self.writer.transport.resume_reading()

    @property
    def port(self) -> int:
        """Our end's."""
        return int(self.writer.get_extra_info("sockname")[1])

    def close(self) -> None:
        """Hang up."""
        self.writer.close()


def close_code(frames: list[tuple[int, bytes]]) -> int | None:
    """The code of the close frame among these; None where the connection was just dropped."""
    payloads = [payload for opcode, payload in frames if opcode == CLOSE]
    return struct.unpack("!H", payloads[0][:2])[0] if payloads and payloads[0] else None
