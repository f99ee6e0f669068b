"""Keeps this machine's media processes running: one that ended by itself is started again.

What it has seen end needs no lease to run out: it says so in the database, and its rooms move.
"""

import signal
import subprocess
import sys
import time
from types import FrameType
from uuid import UUID

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from uuid_utils.compat import uuid7

from voice import placement
from voice.worker.process import WRONG_SETTINGS

log = structlog.get_logger(__name__)

LOOK_S = 0.1
MAX_PAUSE_S = 5.0
STEADY_AFTER_S = 10.0
STOP_WITHIN_S = 8.0


class Child:
    """One worker process, or the next one in its place."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.id: UUID = uuid7()
        self.process: subprocess.Popen[bytes] | None = None
        self.start_at_s = 0.0
        self._pause_s = 0.2

    def start(self) -> None:
        """A new process under a new id."""
        self.id = uuid7()
        self.start_at_s = time.monotonic()
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "mediaworker"]
        command += ["--number", str(self.number), "--id", str(self.id)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=settings.BASE_DIR)

    def note_end(self, code: int) -> None:
        """It ended by itself: its rooms are free, and it starts again, ever later if need be."""
        log.error("media_worker_ended", id=str(self.id), code=code)
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
        self.process = None
        is_steady = time.monotonic() - self.start_at_s > STEADY_AFTER_S
        self._pause_s = 0.2 if is_steady else min(MAX_PAUSE_S, self._pause_s * 2)
        self.start_at_s = time.monotonic() + self._pause_s
        try:
            placement.give_up(self.id)
        except DatabaseError as error:
            log.warning("media_worker_not_given_up", error=str(error))
        finally:
            connection.close()


class Supervisor:
    """See the module."""

    def __init__(self, count: int) -> None:
        self.children = [Child(number) for number in range(count)]
        self.is_stopping = False

    def run(self) -> int:
        """Until a signal; the exit code."""
        for kind in (signal.SIGTERM, signal.SIGINT):
            signal.signal(kind, self._stop)
        while not self.is_stopping:
            for child in self.children:
                if self._look_after(child) == WRONG_SETTINGS:
                    self.is_stopping = True
                    self._end()
                    return 1
            time.sleep(LOOK_S)
        return self._end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True

    def _look_after(self, child: Child) -> int | None:
        """The exit code of one that has just ended."""
        if child.process is None:
            if time.monotonic() >= child.start_at_s:
                child.start()
            return None
        code = child.process.poll()
        if code is not None and not self.is_stopping:
            child.note_end(code)
        return code

    def _end(self) -> int:
        running = [it.process for it in self.children if it.process is not None]
        for process in running:
            process.terminate()
        give_up_at = time.monotonic() + STOP_WITHIN_S
        for process in running:
            try:
                process.wait(max(0.1, give_up_at - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        return 0
