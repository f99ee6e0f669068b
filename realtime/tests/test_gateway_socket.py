"""One socket's way out: in order, bounded, and with an end, whatever its server does."""

import asyncio
import functools
import json
import time

import pytest

from realtime import outlets, servers, socket
from realtime.closing import Close
from realtime.consumers import GatewayConsumer
from realtime.events import RoomLeft
from realtime.hub import Hub
from realtime.protocol import Frame
from realtime.runtime import Runtime
from realtime.socket import Socket
from realtime.sources import sources
from realtime.tests.gateway_kit import until


class Server:
    """What stands behind ASGI's `send`: may stop taking, may be gone."""

    def __init__(self):
        self.sent = []
        self.takes = asyncio.Event()
        self.takes.set()
        self.aborted = 0
        self.transport = self

    async def send(self, message):
        await self.takes.wait()
        if self.aborted:
            raise ConnectionResetError
        self.sent.append(message.get("text", message.get("code")))

    def abort(self):
        self.aborted += 1
        self.takes.set()


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def alices(server):
    made = Socket(server.send, max_buffer_bytes=1_000)
    made.user_id = "alice"
    return made


@pytest.fixture
def quickly(monkeypatch):
    monkeypatch.setattr(servers, "CUT_AFTER_S", 0.01)


async def test_frames_leave_in_order_and_the_goodbye_comes_last(alices, server):
    for n in range(5):
        alices.send(str(n))
    alices.close(Close.REPLACED)
    alices.close(Close.FLOODING)  # the first code counts
    alices.send("too late")
    await until(lambda: 4409 in server.sent)
    assert server.sent == ["0", "1", "2", "3", "4", 4409]


async def test_who_takes_nothing_is_given_up_when_the_buffer_is_full(alices, server):
    server.takes.clear()
    given_up = []
    alices.on_overflow = given_up.append
    for _ in range(12):
        alices.send("x" * 100)
        await asyncio.sleep(0)
    assert given_up == [alices]
    assert alices.is_closing
    server.takes.set()
    await until(lambda: server.sent)
    assert server.sent == ["x" * 100, 4408]  # what waited is for recovery


async def test_who_never_takes_the_goodbye_is_cut_off(alices, server, quickly):
    server.takes.clear()
    alices.send("a")
    alices.close(Close.TOO_SLOW)
    await until(lambda: server.aborted)
    assert server.sent == []


async def test_who_reads_is_not_given_up_for_one_large_frame(alices, server):
    alices.send("x" * 5_000)
    await until(lambda: server.sent)
    assert not alices.is_closing
    server.takes.clear()
    alices.send("y" * 5_000)
    await asyncio.sleep(0)  # being written now
    alices.send("z" * 5_000)
    assert not alices.is_closing
    alices.send("z")
    assert alices.is_closing


async def test_one_frame_that_is_never_taken_is_noticed_in_a_quiet_room(
    alices, server, monkeypatch
):
    monkeypatch.setattr(socket, "STALLED_AFTER_S", 0.05)
    alices.check_progress()
    assert not alices.is_closing
    server.takes.clear()
    alices.send("a")
    await asyncio.sleep(0)
    alices.check_progress()
    assert not alices.is_closing
    await asyncio.sleep(0.06)
    alices.check_progress()
    assert alices.is_closing


async def test_progress_counts_by_frame_not_since_the_first(alices, server, monkeypatch):
    now = [1_000.0]
    monkeypatch.setattr(outlets, "monotonic", lambda: now[0])
    monkeypatch.setattr(socket, "monotonic", lambda: now[0])
    for _ in range(5):
        server.takes.clear()
        alices.send("a")
        alices.send("b")
        await asyncio.sleep(0.001)
        now[0] += socket.STALLED_AFTER_S - 1
        alices.check_progress()
        server.takes.set()
        await asyncio.sleep(0.001)
    assert not alices.is_closing


async def test_a_server_that_is_gone_ends_it_quietly_and_for_good(alices, server, quickly):
    server.aborted = 1
    alices.send("a")
    await until(lambda: server.aborted == 2)
    assert server.sent == []


async def test_waiting_for_a_slow_reader_ends_with_it(alices, server, quickly):
    server.takes.clear()
    alices.send("a")
    waiting = asyncio.create_task(alices.drained())
    await asyncio.sleep(0)
    alices.close(Close.TOO_SLOW)
    await asyncio.wait_for(waiting, 5)


async def test_discarding_leaves_no_task_behind(alices, server):
    server.takes.clear()
    alices.send("a")
    writer = alices._outlet._writer
    await asyncio.sleep(0)
    alices.discard()
    await asyncio.wait([writer])
    alices.send("b")
    assert alices._outlet._writer is None


# --- answers of several frames ---------------------------------------------------------------------
async def test_an_answer_goes_on_when_it_is_queued_and_waits_between_its_parts(alices, server):
    consumer = GatewayConsumer()
    consumer.socket = alices
    steps = []

    async def answer():
        for n in (1, 2):
            yield RoomLeft(room_id=str(n))
            steps.append(n)  # the room's frames are released here: no gap may be before it

    server.takes.clear()
    running = asyncio.create_task(consumer._stream(Frame(type="x", id="c1"), answer()))
    await asyncio.sleep(0.01)
    assert steps == [1]
    assert server.sent == []  # the second part waits for the first to be read
    server.takes.set()
    await asyncio.wait_for(running, 5)
    assert steps == [1, 2]
    assert [json.loads(text)["data"]["roomId"] for text in server.sent] == ["1", "2"]


async def test_an_answer_ends_where_its_reader_is_gone(alices, server):
    consumer = GatewayConsumer()
    consumer.socket = alices
    ends = []

    async def answer():
        try:
            while True:
                yield RoomLeft(room_id="r")
        finally:
            ends.append("tidy")

    running = asyncio.create_task(consumer._stream(Frame(type="x"), answer()))
    await until(lambda: server.sent)
    alices.close(Close.REPLACED)
    await asyncio.wait_for(running, 5)
    assert ends == ["tidy"]


async def test_a_slow_database_does_not_hold_up_the_ticks(monkeypatch):
    stored = []

    def slowly(kept):
        time.sleep(0.1)
        stored.append(kept)

    monkeypatch.setattr(sources, "keep_presence", slowly)
    runtime = Runtime()
    for n in range(3):
        runtime.presence.keep = {"alice": ("idle", None, float(n))}
        runtime._keep_soon()
        await asyncio.sleep(0)
    assert stored == []
    await runtime._keeping
    assert stored == [{"alice": ("idle", None, 0.0)}]
    assert runtime.presence.keep == {"alice": ("idle", None, 2.0)}  # the next tick's


# --- what several sockets hear ---------------------------------------------------------------------
async def test_one_slow_reader_costs_the_others_no_frame():
    hub = Hub("here", 20)
    slow_server, servers_ = Server(), [Server() for _ in range(20)]
    slow_server.takes.clear()
    everybody = [Socket(s.send, 300) for s in (slow_server, *servers_)]
    for n, one in enumerate(everybody):
        one.user_id = f"person {n}"
        one.on_overflow = hub.remove
        hub.add(one)
        hub.hear(one, "server:s")
        hub.feed("r").start(0)
        hub.hold(one, "r")
        hub.release(one, "r", 0)
    for n in range(1, 11):
        hub.feeds["r"].accept(n, "x" * 50 + str(n))
        for one in list(hub.topics.get("server:s", ())):
            one.send("y")
        await asyncio.sleep(0)
    await until(lambda: all(len(s.sent) == 20 for s in servers_))
    assert everybody[0].is_closing
    assert everybody[0] not in hub.sockets
    assert hub.feeds["r"].delivered == 10


# --- what ASGI cannot say --------------------------------------------------------------------------
class Autobahn:
    """daphne's protocol: refuses most codes by the front door."""

    def __init__(self):
        self.closed = None
        self.transport = self

    def sendCloseFrame(self, code, isReply):
        self.closed = (code, isReply)

    def abortConnection(self):
        self.closed = "cut"


async def daphne(protocol, message):
    assert message["code"] == 1000 or message["code"] >= 3000
    protocol.closed = message["code"]


async def test_daphne_closes_with_any_code_and_can_be_cut():
    protocol = Autobahn()
    send = functools.partial(daphne, protocol)
    await servers.close(send, 1009)
    assert protocol.closed == (1009, False)
    await servers.close(send, 4401)
    assert protocol.closed == 4401
    servers.abort(send)
    assert protocol.closed == "cut"


async def test_behind_an_unknown_server_asgi_has_to_do():
    said = []

    async def send(message):
        said.append(message)

    await servers.close(send, 1009)
    servers.abort(send)
    assert said == [{"type": "websocket.close", "code": 1009}]
