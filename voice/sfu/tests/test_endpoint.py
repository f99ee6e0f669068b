"""The ports themselves."""

import asyncio
import subprocess
import sys
from collections import Counter

import pytest
import uvloop

from voice.sfu.endpoint import Endpoint
from voice.sfu.parts import IsClosed, Observers
from voice.sfu.router import REPORT_TICKS
from voice.sfu.tests.peer import Peer, audio_parameters, listen, make_rtp


def test_the_media_core_needs_no_django() -> None:
    script = "import sys, voice.sfu.endpoint; print([it for it in sys.modules if 'django' in it])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


async def test_by_default_it_listens_everywhere_and_announces_an_address() -> None:
    endpoint = Endpoint.listen()
    assert endpoint.port
    assert endpoint.announced
    assert not {ip for ip, _ in endpoint.announced} & {"0.0.0.0", "::"}
    endpoint.close()


async def test_closing_gives_the_port_back_and_ends_everything() -> None:
    endpoint = listen()
    router = endpoint.create_router()
    transport = router.create_transport("send")
    port = endpoint.port
    endpoint.close()
    endpoint.close()
    assert transport.is_closed
    with pytest.raises(IsClosed):
        endpoint.create_router()
    Endpoint.listen("127.0.0.1", port).close()


async def test_a_port_in_use_leaves_no_socket_behind() -> None:
    endpoint = listen()
    with pytest.raises(OSError, match="in use"):
        Endpoint.listen("127.0.0.1", endpoint.port)
    endpoint.close()


async def test_strangers_bytes_are_counted() -> None:
    endpoint = listen()
    stranger = Peer(endpoint.create_router().create_transport("send"))
    for data in (b"", b"\x80", b"\x16" + bytes(40), b"\x80" + bytes(40), bytes(40)):
        stranger._send(data)
    async with asyncio.timeout(5):
        while endpoint.dropped + endpoint.refused < 5:
            await asyncio.sleep(0.01)
    stranger.close()
    endpoint.close()


async def test_a_bug_in_one_transport_stops_neither_reading_nor_the_clock(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint = listen()
    router = endpoint.create_router()
    alice, bob = (Peer(router.create_transport(it)) for it in ("send", "recv"))
    await asyncio.gather(alice.connect(), bob.connect())
    producer = alice.transport.produce("audio", audio_parameters())
    bob.transport.consume(producer.id, router.rtp_capabilities)
    broken = router.create_transport("send")
    monkeypatch.setattr(broken.control, "tick", lambda now_s: 1 / 0)
    monkeypatch.setattr(producer.streams[0], "_listen", lambda packet, buffer: 1 / 0)
    alice.send_rtp(make_rtp(1))
    await alice.until(lambda: broken.is_closed and endpoint.failed == 1)
    monkeypatch.undo()
    alice.send_rtp(make_rtp(2))
    await bob.until(lambda: bool(bob.rtp))
    assert caplog.text.count("ZeroDivisionError") == 2
    for peer in (alice, bob):
        peer.close()
    endpoint.close()


async def test_the_clock_looks_at_senders_always_and_at_each_listener_once_a_second(
    endpoint: Endpoint,
) -> None:
    router = endpoint.create_router()
    sender, *listeners = [
        router.create_transport(it) for it in ("send", *["recv"] * (2 * REPORT_TICKS))
    ]
    rounds = [router.due(tick) for tick in range(REPORT_TICKS)]
    looked_at = Counter(it for due in rounds for it in due)
    assert looked_at[sender] == REPORT_TICKS
    assert {looked_at[it] for it in listeners} == {1}
    assert max(len(due) for due in rounds) <= 4, "all at once"
    for it in (sender, *listeners):
        it.close()
    assert not any(router.due(tick) for tick in range(REPORT_TICKS))


def test_media_flows_on_uvloop() -> None:
    async def talk() -> None:
        endpoint = listen()
        router = endpoint.create_router()
        alice, bob = (Peer(router.create_transport(it)) for it in ("send", "recv"))
        await asyncio.gather(alice.connect(), bob.connect())
        producer = alice.transport.produce("audio", audio_parameters())
        bob.transport.consume(producer.id, router.rtp_capabilities)
        alice.send_rtp(make_rtp(1))
        await bob.until(lambda: bool(bob.rtp))
        for peer in (alice, bob):
            peer.close()
        endpoint.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(talk())


def test_an_observer_that_fails_hurts_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    told: list[int] = []
    news: Observers[int] = Observers()
    news.add(lambda it: 1 // it)  # type: ignore[arg-type, return-value]
    news.add(told.append)
    news.tell(0)
    assert told == [0]
    assert "observer" in caplog.text
