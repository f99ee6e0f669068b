"""Coming and going two hundred times leaves nothing: no task, no socket, no timer, no memory."""

import asyncio
import gc
import os
from pathlib import Path

import pytest

from voice.sfu.endpoint import Endpoint
from voice.sfu.router import Router
from voice.sfu.tests.peer import (
    Peer,
    audio_parameters,
    delta_frame,
    key_frame,
    listen,
    make_rtp,
    video_parameters,
)

pytestmark = [pytest.mark.slow, pytest.mark.once]
ROUNDS, WARM_UP = 200, 20


def resident_bytes() -> int:
    """Memory of this process that is in RAM."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def visit(router: Router, number: int) -> None:
    """Two come, speak, see each other and go: some properly, some by closing the laptop."""
    alice, bob = (Peer(router.create_transport(it)) for it in ("send", "recv"))
    await asyncio.gather(alice.connect(), bob.connect())
    sound = alice.transport.produce("audio", audio_parameters())
    picture = alice.transport.produce("video", video_parameters())
    for producer in (sound, picture):
        bob.transport.consume(producer.id, router.rtp_capabilities)
    for sequence in range(5):
        alice.send_rtp(make_rtp(sequence))
        payload = delta_frame() if sequence else key_frame()
        alice.send_rtp(make_rtp(sequence, ssrc=2222, payload_type=120, payload=payload))
    await bob.until(lambda: len(bob.rtp) == 10)
    for peer in (alice, bob):
        if number % 3 == 0:
            peer.close(silently=True)
            for silence_s in (0, 60):
                peer.transport.check_alive(peer.transport.now_s() + silence_s)
        elif number % 3 == 1:
            peer.close()
        else:
            peer.transport.close()
            peer.close()
    await asyncio.sleep(0.01)


async def test_two_hundred_visits_leave_nothing() -> None:
    endpoint: Endpoint = listen()
    router = endpoint.create_router()
    before = 0
    for number in range(WARM_UP + ROUNDS):
        if number == WARM_UP:
            gc.collect()
            before, files = resident_bytes(), open_files()
        await visit(router, number)
    await asyncio.sleep(0.1)
    gc.collect()
    kept = (router.transports, router.producers, router._children)
    assert not any((*kept, endpoint._by_key, endpoint._by_username, endpoint._asking))
    assert open_files() == files
    assert len(asyncio.all_tasks()) == 1
    assert resident_bytes() < before * 1.1, f"{before} → {resident_bytes()} bytes"
    router.close()
    await asyncio.sleep(0.1)
    assert endpoint._timer is None, "an empty endpoint needs no clock"
    endpoint.close()
    # By type: asking a lazy object of some other test's what it is would wake it.
    parts = [it for it in gc.get_objects() if type(it) is Router]
    assert all(it.is_closed for it in parts)
