"""A Parlor with a media worker, and people who sit in its rooms."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

from rooms.tests.people import as_alice, as_bob, as_guest, as_mallory, as_nobody, guest, told
from tests.live import Parlor, Person
from voice.tests.kit import Media, Sitter

__all__ = ["as_alice", "as_bob", "as_guest", "as_mallory", "as_nobody", "guest", "told"]

Come = Callable[..., Awaitable[Sitter]]


def serve(directory: Any, **options: Any) -> Iterator[Parlor]:
    """A Parlor on this run's services, looked through for tracebacks at its end."""
    given = {
        "database_url": os.environ.get("DATABASE_URL", ""),
        "redis_url": os.environ.get("REDIS_URL", ""),
    }
    parlor = Parlor(directory, **(given | options))
    try:
        yield parlor.start()
    finally:
        parlor.stop()
    for log in (parlor.log, parlor.directory / "media.log"):
        text = log.read_text(errors="replace") if log.exists() else ""
        assert "Traceback" not in text, text[text.index("Traceback") - 500 :][:6000]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parlor]:
    """One web process."""
    yield from serve(tmp_path_factory.mktemp("voice"))


@pytest.fixture(scope="module")
def media(house: Parlor) -> Iterator[Media]:
    """And one media worker."""
    with Media(house) as running:
        yield running


@pytest.fixture
async def come() -> AsyncIterator[Come]:
    """Makes sitters; they go with the test."""
    sitters: list[Sitter] = []

    async def make(person: Person, process: int | None = None) -> Sitter:
        sitters.append(await Sitter.of(person, process))
        return sitters[-1]

    yield make
    await asyncio.gather(*(sitter.close() for sitter in sitters))
