"""Real media workers, and people with real DTLS, SRTP and UDP, for tests of voice.

`Media` is `manage.py mediaworker` as its own process; `Sitter` is a client: the gateway (or REST)
for signalling, voice/sfu/tests/peer.py for media.
"""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from tests.live import ROOT, Client, Parlor, Person
from voice.models import MediaWorker
from voice.sfu.dtls_private import Certificate
from voice.sfu.endpoint import Endpoint
from voice.sfu.ortc import router_capabilities
from voice.sfu.tests.peer import AUDIO_IDS, Peer, audio_parameters, make_rtp
from voice.worker.desk import Desk
from voice.worker.house import House
from voice.worker.server import ControlServer

T = TypeVar("T")
START_WITHIN_S = 120


class Media:
    """One media worker process (or, `is_supervised`, the command that keeps them running).

    As a context it is started and, at the end, asked to go.
    """

    def __init__(self, parlor: Parlor, *, is_supervised: bool = False, **settings: str) -> None:
        self.parlor = parlor
        self.env = parlor.env | {"MEDIA_HOST": "127.0.0.1"} | settings
        self.log: Path = parlor.directory / "media.log"
        self.is_supervised = is_supervised
        self.popen: subprocess.Popen[bytes] | None = None
        self.id = ""

    def __enter__(self) -> "Media":
        return self.start()

    def __exit__(self, *_raised: object) -> None:
        self.kill(signal.SIGTERM)

    def start(self) -> "Media":
        """Returns when it holds a lease."""
        self.id = str(uuid4())
        command = [sys.executable, "manage.py", "mediaworker"]
        if not self.is_supervised:
            command += ["--number", "0", "--id", self.id]
        with self.log.open("ab") as output:
            self.popen = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdin=subprocess.PIPE, stdout=output, stderr=output
            )
        before = self.ready_lines()
        give_up = time.monotonic() + START_WITHIN_S
        while time.monotonic() < give_up:
            if self.ready_lines() > before:
                return self
            assert self.popen.poll() is None, self.log.read_text()[-3000:]
            time.sleep(0.05)
        raise RuntimeError(f"no media worker:\n{self.log.read_text()[-3000:]}")

    def ready_lines(self) -> int:
        """How often any worker of this Parlor has said that it is ready."""
        return self.log.read_text().count("media_worker_ready") if self.log.exists() else 0

    def children(self) -> list[int]:
        """The supervisor's workers."""
        assert self.popen is not None
        tasks = Path(f"/proc/{self.popen.pid}/task/{self.popen.pid}/children")
        return [int(pid) for pid in tasks.read_text().split()]

    def send(self, how: int) -> None:
        """A signal to the process itself."""
        assert self.popen is not None
        self.popen.send_signal(how)

    def kill(self, how: int = signal.SIGKILL) -> int | None:
        """End it; its exit code."""
        if self.popen is None:
            return None
        if self.popen.poll() is None:
            self.popen.send_signal(how)
            with suppress(subprocess.TimeoutExpired):
                self.popen.wait(15)
            if self.popen.poll() is None:
                self.popen.kill()
                self.popen.wait()
        code, self.popen = self.popen.returncode, None
        return code


class Sitter:
    """Somebody in voice, over one socket. Call `close` at the end."""

    def __init__(self, person: Person, client: Client) -> None:
        self.person, self.client = person, client
        self.session_id = ""
        self.joined: dict[str, Any] = {}
        self.peers: list[Peer] = []
        self.transports: dict[str, str] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def of(cls, person: Person, process: int | None = None) -> "Sitter":
        """With a socket of their own."""
        return cls(person, await person.client(process))

    async def ask(self, type_: str, /, **data: Any) -> dict[str, Any]:
        """A frame that must succeed; answers its data."""
        answer = await self.client.ask(type_, **data)
        assert answer["type"] != "error", answer
        return answer["data"]

    async def refused(self, type_: str, /, **data: Any) -> str:
        """A frame that must fail; answers the code."""
        answer = await self.client.ask(type_, **data)
        assert answer["type"] == "error", answer
        return answer["data"]["code"]

    async def sit(self, room_id: str, **how: Any) -> "Sitter":
        """voice:join."""
        self.joined = await self.ask("voice:join", roomId=room_id, **how)
        self.session_id = self.joined["sessionId"]
        return self

    async def transport(self, direction: str) -> Peer:
        """A connected transport."""
        made = await self.ask("voice:transport", sessionId=self.session_id, direction=direction)
        self.transports[direction] = made["id"]
        loop = asyncio.get_running_loop()
        connecting: list[asyncio.Task[Any]] = []

        def connect(parameters: Any) -> None:
            work = self.ask("voice:connect", transportId=made["id"], dtlsParameters=parameters)
            connecting.append(loop.create_task(work))

        stub: Any = types.SimpleNamespace(
            ice_parameters=made["iceParameters"],
            dtls_parameters=made["dtlsParameters"],
            endpoint=types.SimpleNamespace(port=made["iceCandidates"][0]["port"]),
            connect=connect,
        )
        peer = Peer(stub)
        self.peers.append(peer)
        # As a browser does, before and while DTLS goes on: checks that prove where it is.
        self._tasks.append(loop.create_task(_keep_binding(peer)))
        await peer.connect()
        await asyncio.gather(*connecting)
        assert peer.state == "connected", peer.state
        return peer

    async def speak(self, ssrc: int = 1111, **how: Any) -> str:
        """A microphone that is on: the producer's id."""
        peer = await self.transport("send")
        made = await self.ask(
            "voice:produce",
            transportId=self.transports["send"],
            kind="audio",
            rtpParameters=audio_parameters(ssrc),
            **how,
        )
        self._tasks.append(asyncio.create_task(_talk(peer, ssrc)))
        return made["id"]

    async def listen(self, producer_id: str) -> Peer:
        """Hears somebody; the peer's `rtp` grows."""
        if "recv" not in self.transports:
            self.ear = await self.transport("recv")
        self.consumer = await self.ask(
            "voice:consume",
            transportId=self.transports["recv"],
            producerId=producer_id,
            rtpCapabilities=router_capabilities(),
        )
        return self.ear

    async def hears(self, count: int = 10, timeout_s: float = 15) -> None:
        """Waits until so many more packets have come."""
        goal = len(self.ear.rtp) + count
        await self.ear.until(lambda: len(self.ear.rtp) >= goal, timeout_s)

    async def hears_nothing(self, for_s: float = 1.0) -> None:
        """Nothing comes for a while, once what was on its way has come."""
        await asyncio.sleep(0.3)
        before = len(self.ear.rtp)
        await asyncio.sleep(for_s)
        assert len(self.ear.rtp) == before

    def vanish(self) -> None:
        """As when a laptop is shut: no media, no goodbye."""
        for task in self._tasks:
            task.cancel()
        for peer in self.peers:
            peer.close(silently=True)
        self.peers = []

    async def drop_socket(self) -> None:
        """The socket goes without a word; media stays."""
        self.client.ws.transport.abort()
        await self.client._reader

    async def close(self) -> None:
        """Everything ends."""
        for task in self._tasks:
            task.cancel()
        for peer in self.peers:
            peer.close()
        await self.client.close()


async def _keep_binding(peer: Peer) -> None:
    while peer.socket.fileno() >= 0:
        peer.bind()
        await asyncio.sleep(2.0)


async def _talk(peer: Peer, ssrc: int) -> None:
    """Fifty packets a second, loud enough to be speech."""
    for sequence in range(1, 1_000_000):
        extensions = {AUDIO_IDS["level"]: bytes([10]), AUDIO_IDS["mid"]: b"0"}
        peer.send_rtp(make_rtp(sequence, ssrc=ssrc, extensions=extensions))
        await asyncio.sleep(0.02)


def voice_room(owner: Person, **fields: Any) -> str:
    """A voice channel in a server of one's own: its id."""
    server = owner.post("/servers", {"name": f"House {uuid4().hex[:6]}"})["data"]["id"]
    room = owner.post(f"/servers/{server}/channels", {"name": "lounge", "type": "voice", **fields})
    return room["data"]["id"]


def let_in(owner: Person, room_id: str, *people: Person) -> str:
    """People become members of the room's (public) server: the server's id."""
    server = owner.get(f"/rooms/{room_id}")["data"]["serverId"]
    for person in people:
        answer = person.request("PUT", f"/servers/{server}/members/me", {})
        assert answer.status_code == 200, answer.text
    return server


def is_alive(pid: int) -> bool:
    """Whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Studio:
    """A media worker's rooms and control WebSocket in a thread, without a lease: for tests inside a
    transaction that no other process could see.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    async def _open(self) -> int:
        self.endpoint = Endpoint.listen("127.0.0.1")
        self.server = ControlServer(settings.MEDIA_CONTROL_TOKEN)
        self.house = House(self.endpoint, self.server.tell)
        self.server.desk = Desk(self.house)
        return await self.server.open("127.0.0.1", 0)

    def start(self) -> "Studio":
        """Returns when it listens."""
        self._thread.start()
        port = asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)
        self.url = f"ws://127.0.0.1:{port}"
        return self

    def hire(self) -> MediaWorker:
        """A row that says that it is there, for longer than a slow machine needs."""
        ends = timezone.now() + timedelta(days=1)
        return MediaWorker.objects.create(url=self.url, beat_at=ends)

    def look(self, function: Callable[[], T]) -> T:
        """Runs a function inside its loop."""

        async def call() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(5)

    def stop(self) -> None:
        """Everything ends."""

        async def close() -> None:
            self.house.empty()
            await self.server.close()
            self.endpoint.close()
            for _ in range(5):
                await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


def a_certificate() -> dict[str, Any]:
    """A client's dtlsParameters."""
    return dict(Certificate().parameters()) | {"role": "client"}
