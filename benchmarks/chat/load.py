"""The load client (load/*.c) from Python: compiled when its source changed, run, its result read.

A `Load` is one process of it on the load's core. It opens all sockets once, then waits for a word
before every round: the server can be looked at meanwhile, and rounds of several subjects alternate.
"""

import hashlib
import itertools
import json
import shutil
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from benchmarks.chat.subjects import Subject
from scripts.install import ROOT

SOURCE = ROOT / "benchmarks" / "chat" / "load"
BUILD = ROOT / "benchmarks" / "chat" / "build"
FLAGS = ["-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror"]
GIVE_UP_S = 400.0

Result = dict[str, Any]
_sources = itertools.count(1)


class LoadFailed(RuntimeError):
    """The load client could not do what it was asked to; the text says why."""


def compile_client(build: Path = BUILD) -> Path:
    """The program, compiled anew when its source changed."""
    sources = sorted(SOURCE.glob("*.c"))
    said = b"".join(path.read_bytes() for path in [*sources, SOURCE / "load.h"])
    program = build / f"load-{hashlib.sha256(said).hexdigest()[:16]}"
    if program.exists():
        return program
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise LoadFailed("there is no C compiler (Debian, Ubuntu: sudo apt install gcc libc6-dev)")
    build.mkdir(parents=True, exist_ok=True)
    command = [compiler, *FLAGS, "-o", str(program), *map(str, sources)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LoadFailed(f"the load client does not compile:\n{done.stderr}")
    return program


def words_for(subject: Subject, options: Mapping[str, Any]) -> list[str]:
    """The client's options for one subject. `in`: "rooms", "channels" or how many of the rooms."""
    given = dict(options)
    where = given.pop("in", 1)
    place = subject.at
    rooms = place.channels if where == "channels" else place.rooms[: int(where)]
    if given.pop("views", False) and place.server:
        given["server"] = place.server
    given |= {
        "talk": subject.talk,
        "to": ",".join(f"127.0.0.1:{port}" for port in subject.ports),
        "tokens": place.tokens,
        "rooms": ",".join(rooms),
        "pids": ",".join(map(str, subject.pids)),
        "resumed": int(getattr(subject, "with_recovery", False)),
        "path": subject.rest_path,
        "field": subject.rest_field,
        "source": next(_sources) % 250 + 1,
    }
    return [f"{name}={value}" for name, value in given.items()]


class Load:
    """One process of the load client: its sockets stay open from round to round."""

    def __init__(self, program: Path, subject: Subject, options: Mapping[str, Any]) -> None:
        self._title = subject.title
        self._process = subprocess.Popen(
            [str(program), *words_for(subject, options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._expect("ready")

    @classmethod
    def once(cls, program: Path, subject: Subject, options: Mapping[str, Any]) -> Result:
        """One round on sockets of its own."""
        load = cls(program, subject, options)
        try:
            return load.round()
        finally:
            load.close()

    def round(self) -> Result:
        """Do it once; what came of it. Raises LoadFailed."""
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write("go\n")
            stdin.flush()
        except BrokenPipeError:
            self._fail()
        result = self._expect("done")
        self._expect("ready")
        return result

    def close(self) -> None:
        """End it; its sockets go with it."""
        self._process.kill()
        self._process.communicate()

    def _expect(self, event: str) -> Result:
        stdout = self._process.stdout
        assert stdout is not None
        watchdog = threading.Timer(GIVE_UP_S, self._process.kill)
        watchdog.start()
        try:
            line = stdout.readline()
        finally:
            watchdog.cancel()
        if not line:
            self._fail()
        told: Result = json.loads(line)
        if told["event"] != event:
            raise LoadFailed(f"{self._title}: the load client said {told}")
        return told

    def _fail(self) -> NoReturn:
        self._process.kill()
        _, said = self._process.communicate()
        raise LoadFailed(f"{self._title}: {said.strip() or 'the load client ended'}")
