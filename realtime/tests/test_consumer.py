"""A connection's own clock: whoever identifies in time is not closed for our being slow."""

import asyncio
from types import SimpleNamespace

import pytest

from api.errors import Unavailable
from realtime import runtime
from realtime.consumers import GatewayConsumer
from realtime.registry import handlers

IDENTIFY = {
    "type": "websocket.receive",
    "text": '{"type": "auth:identify", "data": {"token": "t"}}',
}


@pytest.fixture
async def arriving(monkeypatch):
    """Connects, identifies, and hands out the consumer while its handler runs."""
    met: asyncio.Future = asyncio.get_running_loop().create_future()
    outcome: asyncio.Future = asyncio.get_running_loop().create_future()
    events: asyncio.Queue = asyncio.Queue()
    consumer = GatewayConsumer()

    async def identify(socket, data):
        met.set_result(None)
        return await outcome

    async def send(message):
        pass

    async def started():
        return SimpleNamespace(is_stopping=False)

    monkeypatch.setattr(runtime, "ensure_started", started)
    slow = handlers["auth:identify"]._replace(handler=identify)
    monkeypatch.setitem(handlers, "auth:identify", slow)
    for event in ({"type": "websocket.connect"}, IDENTIFY):
        events.put_nowait(event)
    life = asyncio.create_task(consumer({"subprotocols": []}, events.get, send))
    await met
    yield consumer, outcome
    events.put_nowait({"type": "websocket.disconnect"})
    await life


async def test_who_identified_in_time_is_waited_for(arriving):
    consumer, outcome = arriving
    assert consumer._identify_by.cancelled()
    outcome.set_result(None)


async def test_who_is_told_to_try_again_has_the_time_for_it(arriving):
    consumer, outcome = arriving
    first = consumer._identify_by
    outcome.set_exception(Unavailable("Not now."))
    while consumer._identify_by is first:
        await asyncio.sleep(0)
    assert not consumer._identify_by.cancelled()
    assert not consumer.socket.is_closing
