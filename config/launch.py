"""Starts Parlor: `python -m config.launch`, which `make run` and the container run alike.

Checks what would fail later (port, data directory, several processes without Redis), brings the
database up to date, then keeps the Procfile's processes together: one that ends takes the others
with it, and a signal stops them all within ten seconds. One process type of its own, for a machine
that runs only that: `python -m config.launch web` (or `jobs`, `prepare`, `health`).

Composition only. It must not import settings into the launcher itself, which outlives a start and
should stay small: `prepare` does that in a process of its own.
"""

import errno
import http.client
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import honcho.manager
from dotenv import dotenv_values
from honcho.environ import parse_procfile
from honcho.printer import Printer

BASE_DIR = Path(__file__).resolve().parent.parent
PROCFILE = BASE_DIR / "Procfile"
# uvicorn gives open requests 8 s (Procfile); everything is gone within 10.
STOP_WITHIN_S = 9
ANSWER_WITHIN_S = 60
ASKED_TO_STOP = {128 + number for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)}
LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  compared with, not bound to


def stop(problem: str) -> NoReturn:
    """End with the one line that says what to do."""
    print(f"Parlor cannot start: {problem}", file=sys.stderr, flush=True)
    raise SystemExit(1)


# --- what the environment says -------------------------------------------------------------------
def read_environment() -> dict[str, str]:
    """The children's environment: ours over .env, and what `make run` adds to both."""
    said = {name: value or "" for name, value in dotenv_values(env_file()).items()} | os.environ
    path = f"{Path(sys.executable).parent}{os.pathsep}{said.get('PATH', os.defpath)}"
    added = {
        # Trying Parlor needs no secret of one's own: under DEBUG settings keep one with the data.
        "DEBUG": said.get("DEBUG") or "1",
        "HOST": said.get("HOST") or "127.0.0.1",
        "PORT": said.get("PORT") or "8000",
        "WEB_PROCESSES": said.get("WEB_PROCESSES") or "1",
        "DATA_DIR": said.get("DATA_DIR") or str(BASE_DIR / "data"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PATH": path,
        "PYTHONUNBUFFERED": "1",
    }
    return said | added


def env_file() -> Path:
    """Where settings look, too."""
    return Path(os.environ.get("ENV_FILE") or BASE_DIR / ".env")


def whole_number(env: Mapping[str, str], name: str, lowest: int, highest: int) -> int:
    """A variable that must be a whole number within bounds."""
    value = env[name]
    if not value.isascii() or not value.isdigit() or not lowest <= int(value) <= highest:
        stop(f"{name} is {value!r}; it must be a whole number from {lowest} to {highest}.")
    return int(value)


def check_environment(env: Mapping[str, str]) -> None:
    """Refuse what would only fail, or go wrong unseen, once the processes run."""
    port = whole_number(env, "PORT", 1, 65535)
    if whole_number(env, "WEB_PROCESSES", 1, 64) > 1 and not env.get("REDIS_URL"):
        stop("WEB_PROCESSES is above 1, and several need Redis to hear each other: set REDIS_URL.")
    check_address(env["HOST"], port)
    data_dir = Path(env["DATA_DIR"])
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        stop(f"DATA_DIR {data_dir} cannot be made: {error.strerror}.")
    if not os.access(data_dir, os.W_OK | os.X_OK):
        stop(f"DATA_DIR {data_dir} is not writable by this user.")


def check_address(host: str, port: int) -> None:
    """Refuse an address that the web process could not take."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        stop(f"HOST {host!r} is no address of this machine.")
    for family, kind, protocol, _, address in found:
        try:
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except OSError as error:
            explain_address(error, host, port)


def explain_address(error: OSError, host: str, port: int) -> NoReturn:
    """Say in one line why the address cannot be taken."""
    if error.errno == errno.EADDRINUSE:
        stop(
            f"port {port} is in use. Is Parlor running already? "
            f"Stop that program, or take another port: `make run PORT={port + 1}`."
        )
    if error.errno == errno.EACCES:
        stop(f"this user may not open port {port}. Take one above 1023: `make run PORT=8000`.")
    stop(f"HOST {host!r} is no address of this machine ({error.strerror}).")


# --- is it up? -----------------------------------------------------------------------------------
def answers(env: Mapping[str, str], path: str, timeout_s: float = 2) -> bool:
    """Whether the web process answers this path with success."""
    host = env["HOST"]
    connection = http.client.HTTPConnection(
        "127.0.0.1" if host in EVERYWHERE else host, int(env["PORT"]), timeout=timeout_s
    )
    # Ask by a name that ALLOWED_HOSTS lets in; a leading dot there stands for every subdomain.
    allowed = env.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    try:
        connection.request("GET", path, headers={"Host": allowed.replace("*", "") or "localhost"})
        return connection.getresponse().status < http.HTTPStatus.BAD_REQUEST
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def shown_address(env: Mapping[str, str]) -> str:
    """The address that one can open on this machine."""
    host = env["HOST"]
    if host in LOOPBACK + EVERYWHERE:
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{env['PORT']}"


# --- the launcher --------------------------------------------------------------------------------
class TolerantPrinter(Printer):
    """honcho's printer, for which a closed terminal is no reason to fail."""

    def write(self, message: honcho.manager.Message) -> None:
        """Print one line, if anyone is there to see it."""
        with suppress(OSError):
            super().write(message)


class Launcher(honcho.manager.Manager):
    """honcho's manager: quiet, with a bound on the stop and a word when Parlor answers."""

    def __init__(self, env: Mapping[str, str]) -> None:
        super().__init__(TolerantPrinter(sys.stdout))
        self._env = env
        self._pid = os.getpid()

    def loop(self) -> None:
        """Run until a process ends or a signal asks to stop."""
        # A closed terminal must not leave the processes behind: honcho minds only INT and TERM.
        signal.signal(signal.SIGHUP, self._hang_up)
        honcho.manager.KILL_WAIT = STOP_WITHIN_S
        super().loop()

    def terminate(self) -> None:
        """Ask every process to end; what has not by then is killed."""
        if self._terminating:
            return
        if not self._all_started():
            # Their numbers are not known yet; honcho's own terminate() would raise here.
            self._later(0.05, self.terminate)
            return
        self._later(STOP_WITHIN_S, self.kill)
        super().terminate()

    def _hang_up(self, number: int, _frame: object) -> None:
        if os.getpid() != self._pid:
            return  # honcho's forks inherit this handler; they end with their process
        self.returncode = 128 + number
        self.terminate()

    def _later(self, delay_s: float, action: Any) -> None:
        timer = threading.Timer(delay_s, action)
        timer.daemon = True
        timer.start()

    def _start(self) -> None:
        super()._start()
        # Only now: a thread started before the forks could leave a lock held in the children.
        threading.Thread(target=self._announce, daemon=True).start()

    def _announce(self) -> None:
        give_up = time.monotonic() + ANSWER_WITHIN_S
        while time.monotonic() < give_up:
            if self._terminating:
                return
            if answers(self._env, "/health/live"):
                print(f"Parlor is running at {shown_address(self._env)}", flush=True)
                return
            time.sleep(0.1)
        print(f"Parlor has not answered for {ANSWER_WITHIN_S} s; see the lines above.", flush=True)

    def _system_print(self, data: str) -> None:
        """Of honcho's own lines only the one that tells of a process that ended by itself."""
        if " stopped (rc=" in data and not self._terminating:
            super()._system_print(data)


def commands() -> dict[str, str]:
    """The Procfile's lines, in its order."""
    processes: dict[str, str] = parse_procfile(PROCFILE.read_text()).processes
    return processes


def run_everything(env: dict[str, str]) -> int:
    """Prepare, then keep all processes together until one ends or a signal comes."""
    check_environment(env)
    if env["HOST"] not in LOOPBACK and env["DEBUG"].lower() in {"1", "true", "yes", "on"}:
        print(
            "Warning: DEBUG is on and HOST is open to the network. Fine for a try at home; "
            "for the internet set DEBUG=0 and SECRET_KEY.",
            flush=True,
        )
    prepared = subprocess.run(
        [sys.executable, "-m", "config.launch", "prepare"], cwd=BASE_DIR, env=env, check=False
    )
    if prepared.returncode:
        return prepared.returncode
    launcher = Launcher(env)
    for name, command in commands().items():
        launcher.add_process(name, command, env=env, cwd=str(BASE_DIR))
    launcher.loop()
    # A stop that was asked for is a success, also for `make` and for a container's supervisor.
    return 0 if launcher.returncode in ASKED_TO_STOP else launcher.returncode or 1


def run_one(name: str, env: dict[str, str]) -> NoReturn:
    """Become one of the Procfile's processes."""
    if name == "web":
        check_environment(env)
    os.chdir(BASE_DIR)
    os.execvpe("sh", ["sh", "-c", commands()[name]], env)  # noqa: S606, S607


def main(arguments: Sequence[str]) -> int:
    """`python -m config.launch [web|jobs|prepare|health]`; without a word: everything."""
    env = read_environment()
    match list(arguments):
        case []:
            return run_everything(env)
        case ["prepare"]:
            os.environ.update(env)
            from config.prepare import prepare

            return prepare()
        case ["health"]:
            return 0 if answers(env, "/health/ready", timeout_s=5) else 1
        case [name] if name in commands():
            run_one(name, env)
        case _:
            stop(f"unknown command {shlex.join(arguments)!r}; see the head of config/launch.py.")


if __name__ == "__main__":
    # A stop that comes before the processes run ends the launcher, and with it `prepare`.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
