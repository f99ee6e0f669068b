"""Real Parlor processes and real clients, for tests that must not mock either.

`Parlor` starts uvicorn (or daphne) on free ports over one database; `Person` speaks REST; `Client`
is a WebSocket. Knows the contract's names, nothing of the code behind them.
"""

import asyncio
import contextlib
import itertools
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests import template
from tests.template import ROOT

START_WITHIN_S = 40
UVICORN = [
    *("uvicorn", "config.asgi:application", "--ws", "realtime.uvicorn_ws:Protocol"),
    *(
        "--ws-max-size",
        "65536",
        "--ws-per-message-deflate",
        "false",
        "--no-proxy-headers",
        "--log-level",
        "warning",
    ),
    *("--timeout-graceful-shutdown", "8", "--no-access-log"),
]
DAPHNE = ["daphne", "config.asgi:application"]


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """One web process."""

    def __init__(self, env: dict[str, str], log: Path, server: str = "uvicorn") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env, self.log, self.server = env, log, server
        self.popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it (again, on the same port) and wait until it answers."""
        words = UVICORN if self.server == "uvicorn" else DAPHNE
        place = ["--host", "127.0.0.1"] if self.server == "uvicorn" else ["-b", "127.0.0.1"]
        port = ["--port" if self.server == "uvicorn" else "-p", str(self.port)]
        with self.log.open("ab") as output:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", *words, *place, *port],
                cwd=ROOT,
                env=self.env,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        give_up = time.monotonic() + START_WITHIN_S
        while time.monotonic() < give_up:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(self.url + "/health/ready", timeout=5).status_code == 200:
                    return
            if self.popen.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"Parlor did not start:\n{self.log.read_text()[-4000:]}")

    def kill(self, how: int = signal.SIGKILL) -> None:
        """End it; SIGKILL is a crash, SIGTERM a deploy."""
        if self.popen is not None and self.popen.poll() is None:
            self.popen.send_signal(how)
            try:
                self.popen.wait(15)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
        self.popen = None


class Parlor:
    """Web processes over one fresh database, migrated and seeded."""

    def __init__(
        self,
        directory: Path,
        *,
        processes: int = 1,
        database_url: str = "",
        redis_url: str = "",
        server: str = "uvicorn",
        **settings: str,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.database_url = template.another(database_url) if database_url else ""
        self.seeded = self._fill()
        self.env = template.process_env(directory, self.database_url) | {
            "LOG_LEVEL": "INFO",
            "RATE_LIMITS": "off",
            **({"REDIS_URL": redis_url} if redis_url else {}),
            **settings,
        }
        log = directory / "web.log"
        self.processes = [Process(self.env, log, server) for _ in range(processes)]
        self.log = log

    def start(self) -> "Parlor":
        """Start every process."""
        for process in self.processes:
            process.start()
        return self

    def stop(self) -> None:
        """End everything; the database goes too."""
        for process in self.processes:
            process.kill(signal.SIGTERM)
        if self.database_url:
            template.drop_database(self.database_url)

    def _fill(self) -> str:
        if self.database_url:
            return template.fill_database(self.database_url)
        return template.fill_directory(self.directory)

    def manage(self, *words: str) -> str:
        """Run a management command; answers what it printed."""
        return template.manage(self.env, *words)

    @property
    def url(self) -> str:
        """The first process."""
        return self.processes[0].url

    def worked_s(self) -> float:
        """How much processor time the web processes used so far; where /proc is not, the clock."""
        stats = [Path(f"/proc/{one.popen.pid}/stat") for one in self.processes if one.popen]
        if not all(stat.exists() for stat in stats):
            return time.monotonic()
        # proc(5): utime and stime are fields 14 and 15; the name before them may hold spaces.
        ticks = [stat.read_text().rpartition(")")[2].split()[11:13] for stat in stats]
        return sum(map(int, itertools.chain(*ticks))) / os.sysconf("SC_CLK_TCK")

    def person(self, name: str = "alice", process: int = 0) -> "Person":
        """A fresh registered person whose name begins so."""
        username = f"{name}-{secrets.token_hex(4)}"
        body = {
            "email": f"{username}@example.com",
            "password": "correct horse",
            "username": username,
        }
        person = Person(self, self.processes[process].url)
        person.sign_in(person.post("/auth/register", body)["data"])
        return person

    def admin(self) -> "Person":
        """The seeded admin, who owns the default server."""
        password = self.seeded.strip().rpartition(" ")[2]
        person = Person(self, self.url)
        body = {"email": "admin@parlor.localhost", "password": password}
        person.sign_in(person.post("/auth/login", body)["data"])
        return person


class Person:
    """Somebody with a token, speaking REST. Methods answer the parsed JSON."""

    def __init__(self, parlor: Parlor, url: str) -> None:
        self.parlor, self.url = parlor, url
        self.http = httpx.Client(base_url=url + "/api/v1", timeout=30)
        self.token = self.id = self.username = self.refresh_token = ""

    def sign_in(self, data: dict[str, Any]) -> None:
        """Take the answer of one of the sign-in doors."""
        self.token, self.refresh_token = data["accessToken"], data["refreshToken"]
        self.id, self.username = data["user"]["id"], data["user"]["username"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def request(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """Any request."""
        return self.http.request(method, path, json=body, **options)

    def get(self, path: str, **query: Any) -> Any:
        """GET."""
        return self.request("GET", path, params=query).json()

    def post(self, path: str, body: Any = None) -> Any:
        """POST."""
        return self.request("POST", path, body if body is not None else {}).json()

    def new_room(self, name: str = "den", **fields: Any) -> dict[str, Any]:
        """A room of one's own."""
        answer = self.post("/rooms", {"name": f"{name} {secrets.token_hex(4)}", **fields})
        return answer["data"]

    def history(self, room_id: str) -> list[dict[str, Any]]:
        """All messages of a room, oldest first."""
        found: list[dict[str, Any]] = []
        after = 0
        while True:
            page = self.get(f"/rooms/{room_id}/messages", limit=100, after=after)
            found += page["data"]
            if not page["meta"]["hasMore"]:
                return found
            after = found[-1]["seq"]

    async def client(self, process: int | None = None, **options: Any) -> "Client":
        """An identified socket (to the person's process, or another one's)."""
        url = self.url if process is None else self.parlor.processes[process].url
        client = await Client.open(url, **options)
        await client.ask("auth:identify", token=self.token, protocol=1)
        return client


class Client:
    """A WebSocket that keeps what it hears. `ask` waits for the reply, `wait` for an event."""

    def __init__(self, ws: ClientConnection) -> None:
        self.ws = ws
        self.heard: list[dict[str, Any]] = []
        self.closed: int | None = None
        self._news = asyncio.Condition()
        self._ids = itertools.count(1)
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, url: str, **options: Any) -> "Client":
        """Connect to /ws of a process."""
        ws_url = urlsplit(url)._replace(scheme="ws", path="/ws").geturl()
        return cls(await connect(ws_url, max_size=None, compression=None, **options))

    async def _read(self) -> None:
        try:
            async for text in self.ws:
                async with self._news:
                    self.heard.append(json.loads(text))
                    self._news.notify_all()
        except ConnectionClosed:
            pass
        async with self._news:
            self.closed = self.ws.close_code
            self._news.notify_all()

    async def send(self, type_: str, /, id_: str | None = None, **data: Any) -> None:
        """One frame."""
        frame: dict[str, Any] = {"type": type_, "data": data}
        await self.ws.send(json.dumps(frame | ({"id": id_} if id_ else {})))

    async def send_raw(self, text: str | bytes) -> None:
        """Anything at all."""
        await self.ws.send(text)

    async def ask(self, type_: str, /, **data: Any) -> dict[str, Any]:
        """Send a frame and wait for the frame that answers it."""
        id_ = f"c{next(self._ids)}"
        await self.send(type_, id_, **data)
        return await self.wait(lambda frame: frame.get("id") == id_)

    async def wait(self, wanted: Any, timeout_s: float = 10.0) -> dict[str, Any]:
        """The first frame, heard or to come, of a type or for which a function holds."""
        matches = wanted if callable(wanted) else (lambda frame: frame["type"] == wanted)
        async with asyncio.timeout(timeout_s), self._news:
            while True:
                for frame in self.heard:
                    if matches(frame):
                        return frame
                if self.closed is not None:
                    raise AssertionError(f"closed {self.closed} while waiting; heard {self.heard}")
                await self._news.wait()

    async def wait_closed(self, timeout_s: float = 15.0) -> int:
        """The code the server closed with."""
        async with asyncio.timeout(timeout_s), self._news:
            while self.closed is None:
                await self._news.wait()
        return self.closed

    def all(self, type_: str) -> list[dict[str, Any]]:
        """The data of every frame of a type heard so far."""
        return [frame["data"] for frame in self.heard if frame["type"] == type_]

    async def settle(self) -> None:
        """Wait until everything sent before now has been handled (frames run in order)."""
        await self.ask("ping")

    async def close(self) -> None:
        """Say goodbye."""
        await self.ws.close()
        await self._reader
