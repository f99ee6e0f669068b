"""A room of the media core, and real clients in it. After each test nothing may be left behind."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from voice.sfu.endpoint import Endpoint
from voice.sfu.router import Direction, Router
from voice.sfu.tests.peer import Peer, listen

Join = Callable[[Direction], Awaitable[Peer]]


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    """On the loopback; its tasks end with it."""
    running = listen()
    yield running
    running.close()
    for _ in range(10):
        await asyncio.sleep(0)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [it for it in others if "voice/sfu" in str(it) or "aiortc" in str(it)]


@pytest.fixture
def router(endpoint: Endpoint) -> Router:
    """One room."""
    return endpoint.create_router()


@pytest.fixture
async def join(router: Router) -> AsyncIterator[Join]:
    """Makes connected clients."""
    peers: list[Peer] = []

    async def come(direction: Direction) -> Peer:
        peers.append(Peer(router.create_transport(direction)))
        return await peers[-1].connect()

    yield come
    for peer in peers:
        peer.close()
