"""Where a bench runs: which core has what, a database and Redis of its own, what to say of it.

PostgreSQL keeps `fsync` on here, unlike in tests: a commit costs what it costs in earnest.
"""

import os
import platform
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.services import (
    PrivatePostgres,
    PrivateRedis,
    find_postgres_binaries,
    find_redis_binary,
    reachable,
    scratch_directory,
    unprivileged_user,
)

SERVER_CORE, LOAD_CORE = 0, 1


class DurablePostgres(PrivatePostgres):
    """A cluster of one's own whose commits reach the disk."""

    def _command(self) -> list[str]:
        return [*super()._command(), "-c", "fsync=on", "-c", "max_connections=300"]


@contextmanager
def durable_postgres() -> Iterator[DurablePostgres]:
    """PostgreSQL for one bench."""
    binaries, user = find_postgres_binaries(), unprivileged_user()
    with scratch_directory("bench-postgres", user) as directory:
        server = DurablePostgres(reachable(binaries, directory, user), directory, user)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def redis_server() -> Iterator[PrivateRedis]:
    """A Redis for one subject: pub/sub does not keep databases apart."""
    with scratch_directory("bench-redis") as directory:
        server = PrivateRedis(find_redis_binary(), directory)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def take_load_core() -> None:
    """Bind this process, and whatever it starts, to the load's core: client, database, Redis."""
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {LOAD_CORE})


def on_core(core: int, command: Sequence[str]) -> list[str]:
    """A command bound to a core (everything to the only one where there is but one)."""
    if (os.cpu_count() or 1) < 2:
        return list(command)
    return ["taskset", "-c", str(core), *command]


def rss_bytes(pid: int) -> int:
    """The memory of a process that is in use now."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


@dataclass(frozen=True)
class Facts:
    """What a reader must know to judge the figures."""

    lines: tuple[tuple[str, str], ...]


def facts(postgres: DurablePostgres, peers: Path, node: str) -> Facts:
    """Machine, versions, places."""
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    found = [
        ("Machine", f"{os.cpu_count()} cores, {cpu}; Linux {platform.release()}"),
        ("Cores", f"server on {SERVER_CORE}; load client, PostgreSQL and Redis on {LOAD_CORE}"),
        ("Python", platform.python_version()),
        ("Node", _said(node, "--version")),
        ("Peers", ", ".join(peer_versions(peers))),
        ("PostgreSQL", _postgres_line(postgres)),
        ("Redis", _said(find_redis_binary(), "--version").split(" sha")[0]),
    ]
    return Facts(tuple(found))


def peer_versions(peers: Path) -> list[str]:
    """As the lock file has them."""
    import json

    wanted: dict[str, str] = json.loads((peers / "package.json").read_text())["dependencies"]
    return [f"{name} {version}" for name, version in wanted.items()]


def _postgres_line(postgres: DurablePostgres) -> str:
    import psycopg

    with psycopg.connect(postgres.url) as connection:
        shown = {
            name: (connection.execute(f"SHOW {name}").fetchone() or ("?",))[0]
            for name in ("server_version", "fsync", "synchronous_commit", "shared_buffers")
        }
    disk = _said("df", "--output=fstype", str(postgres.directory)).splitlines()[-1:]
    return (
        f"{shown['server_version']}, fsync {shown['fsync']}, synchronous_commit"
        f" {shown['synchronous_commit']}, shared_buffers {shown['shared_buffers']}, on {disk[0]}"
    )


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "?"
