"""A server under test: a process on a core of its own, and its CPU clock.

The servers in Python are told what to do by lines of JSON on stdin and answer on stdout.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[3]
STOP_TIMEOUT_S = 5.0


class Cores(NamedTuple):
    """The same one where there is only one; the figures are then of no use."""

    server: int
    generator: int

    @classmethod
    def find(cls) -> "Cores":
        """Of those that this process may use."""
        usable = sorted(os.sched_getaffinity(0))
        return cls(usable[0], usable[-1])


class ServerProcess:
    """Pinned to `core`, if there is one; its output goes to a file of `folder`."""

    core: int | None = None  # of all that are started

    def __init__(self, command: Sequence[str], folder: Path, **options: Any) -> None:
        pinned = ["taskset", "-c", str(self.core)] if self.core is not None else []
        self.log = folder / "server.log"
        with self.log.open("wb") as log:
            self.popen = subprocess.Popen(
                [*pinned, *command],
                cwd=ROOT,
                stderr=log,
                **({"stdout": log} | options),
            )

    def cpu_clock_s(self) -> float:
        """User and system time of all its threads, to the nanosecond (clock_getcpuclockid(3))."""
        return time.clock_gettime(~self.popen.pid << 3 | 2)

    def memory_kb(self) -> int:
        """Resident."""
        pages = Path(f"/proc/{self.popen.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") // 1024

    def stop(self) -> None:
        """Ends it; kills it if it does not."""
        self.popen.send_signal(signal.SIGTERM)
        try:
            self.popen.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


class PythonServer:
    """A module of ours as a server, asked by `ask`."""

    def __init__(self, module: str, folder: Path) -> None:
        self.process = ServerProcess(
            [sys.executable, "-m", module],
            folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read("starting")

    def ask(self, method: str, **data: Any) -> Any:
        """Its answer. Raises RuntimeError with its log when it has failed."""
        popen = self.process.popen
        assert popen.stdin is not None
        popen.stdin.write(json.dumps({"method": method, **data}) + "\n")
        popen.stdin.flush()
        return self._read(method)

    def _read(self, what: str) -> Any:
        stdout = self.process.popen.stdout
        line = stdout.readline() if stdout is not None else ""
        if not line:
            raise RuntimeError(f"{what} failed:\n{self.process.log.read_text()[-4000:]}")
        return json.loads(line)

    def stop(self) -> None:
        """Ends it."""
        self.process.stop()
        for pipe in (self.process.popen.stdin, self.process.popen.stdout):
            if pipe is not None:
                pipe.close()
