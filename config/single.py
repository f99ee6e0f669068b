"""Several web processes need Redis to hear each other: without it a second one refuses to start."""

import fcntl
import os
import sys
from typing import IO

from django.conf import settings

_held: list[IO[str]] = []  # the lock lives as long as the process


def refuse_second_process() -> None:
    """Hold the data directory's lock, or end with one clear line."""
    if settings.REDIS_URL or _held:
        return
    path = settings.DATA_DIR / "web.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        print(
            "Parlor cannot start: another web process already uses "
            f"{settings.DATA_DIR}. Set REDIS_URL to run several, or stop the other one.",
            file=sys.stderr,
        )
        sys.stderr.flush()
        os._exit(3)  # a traceback from inside a server's import would bury the line
    _held.append(lock)
