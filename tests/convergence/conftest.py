"""Parlors of several processes, and of processes whose Redis or doorbell can be taken away."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live import Parlor

# Limits in force (so that their Redis is on the path, too), but none that a test would meet.
NAMES = ["anonymous", "signed_in", "login", "login_address", "register", "guest", "message"]
NAMES += ["reaction", "server", "invite"]
GENEROUS = ",".join(f"{name}=1000000/s" for name in NAMES)


@contextmanager
def running(directory: Path, *, may_say: tuple[str, ...] = (), **options: str) -> Iterator[Parlor]:
    """Two processes on this run's services, looked through for tracebacks at their end."""
    given = {
        "processes": 2,
        "database_url": os.environ.get("DATABASE_URL", ""),
        "redis_url": os.environ.get("REDIS_URL", ""),
        "RATE_LIMITS": GENEROUS,
    }
    parlor = Parlor(directory, **(given | options))
    try:
        yield parlor.start()
    finally:
        parlor.stop()
    text = parlor.log.read_text(errors="replace")
    assert "Traceback" not in text, text[text.index("Traceback") - 500 :][:6000]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parlor]:
    """Two web processes over PostgreSQL and Redis."""
    with running(tmp_path_factory.mktemp("two")) as parlor:
        yield parlor


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]):
    """Print a line of figures, past pytest's capturing."""

    def out(text: str) -> None:
        with capsys.disabled():
            print(f"\n    {text}", flush=True)

    return out
