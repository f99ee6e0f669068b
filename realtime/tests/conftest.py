"""Real servers for the gateway's tests: the launcher's uvicorn and runserver's daphne."""

import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from realtime.tests.gateway_kit import ACCESS_SECRET, FRIENDS, Contract, House
from scripts.testing import with_services
from tests.live import Parlor

# Which server it is and which database are two questions: daphne is asked on the embedded default.
KINDS = ["uvicorn"] if with_services() else ["uvicorn", "daphne"]


@pytest.fixture(scope="session", params=KINDS)
def gateway(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """A running server of either kind, with its published contract."""
    yield from serve(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture(scope="session")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server with the default limit of messages (but not of new people)."""
    rates = "register=10000/h,anonymous=100000/min,signed_in=100000/min"
    yield from serve(tmp_path_factory.mktemp("limited"), "uvicorn", RATE_LIMITS=rates)


def serve(directory: Any, kind: str, **settings: Any) -> Iterator[Any]:
    """Start, hand out (Parlor, kind, contract), stop."""
    running = Parlor(
        directory,
        server=kind,
        database_url=os.environ.get("DATABASE_URL", ""),
        redis_url=os.environ.get("REDIS_URL", ""),
        CORS_ORIGINS=FRIENDS,
        JWT_ACCESS_SECRET=ACCESS_SECRET,
        **settings,
    )
    try:
        running.start()
        contract = Contract(httpx.get(running.url + "/docs/ws.json", timeout=20).json())
        yield running, kind, contract
    finally:
        running.stop()


@pytest.fixture
async def house(gateway: Any) -> AsyncIterator[House]:
    """One test at a server of either kind: afterwards every frame was as documented, the process
    lives and its log has no error.
    """
    made = House(*gateway)
    yield made
    await made.leave()


@pytest.fixture
async def limited_house(limited: Any) -> AsyncIterator[House]:
    """As `house`, where messages are limited."""
    made = House(*limited)
    yield made
    await made.leave()


@pytest.fixture(scope="session")
def mallory(gateway: Any) -> Any:
    """Somebody whom bad frames come from; one for all tests, since making people takes time."""
    return gateway[0].person("mallory")
