"""Workers and web processes that end: what goes on, what moves, and what is left behind."""

import asyncio
import os
import signal
import time
from datetime import UTC, datetime
from functools import partial

import pytest

from tests.live import Client
from voice.tests.conftest import serve
from voice.tests.kit import Media, let_in, voice_room
from voice.tests.test_call import gone, states_of

pytestmark = pytest.mark.slow

MOVED_WITHIN_S = 5.0
KILLS = int(os.environ.get("VOICE_KILLS", "16"))
HEADROOM_S = 5.0  # this machine has two cores and others on them


@pytest.fixture
def workers(house):
    """Starts media workers; those left end with the test."""
    running = []

    def start(**options):
        running.append(Media(house, **options).start())
        return running[-1]

    yield start
    for worker in running:
        if worker.popen is not None:
            worker.send(signal.SIGCONT)
        worker.kill(signal.SIGTERM)


@pytest.fixture
def pair(house):
    """alice owns a room, bob is a member."""
    alice, bob = house.person("alice"), house.person("bob")
    room = voice_room(alice)
    let_in(alice, room, bob)
    return alice, bob, room


async def call_of(come, alice, bob, room):
    """alice speaks, bob hears her."""
    a = await (await come(alice)).sit(room)
    b = await (await come(bob)).sit(room)
    await b.listen(await a.speak())
    await b.hears()
    return a, b


async def again(sitter, room):
    """Join again, as a client does, until there is a worker."""
    for _ in range(200):
        answer = await sitter.client.ask("voice:join", roomId=room)
        if answer["type"] != "error":
            break
        assert answer["data"]["code"] == "UNAVAILABLE", answer
        await asyncio.sleep(0.1)
    sitter.transports, sitter.joined = {}, answer["data"]
    sitter.session_id = answer["data"]["sessionId"]


async def test_a_killed_worker_is_started_again_and_its_people_come_back(
    house, workers, pair, come
):
    alice, bob, room = pair
    keeper = workers(is_supervised=True)
    a, b = await call_of(come, alice, bob, room)
    for pid in keeper.children():
        os.kill(pid, signal.SIGKILL)
    for sitter in (a, b):
        moved = await sitter.client.wait("voice:moved", MOVED_WITHIN_S + HEADROOM_S)
        assert moved["data"]["roomId"] == room
        assert moved["data"]["reason"] == "worker_lost"
        sitter.vanish()
    await asyncio.gather(again(a, room), again(b, room))
    await b.listen(await a.speak(ssrc=77))
    await b.hears()
    assert states_of(bob, room).keys() == {alice.id, bob.id}
    assert keeper.kill(signal.SIGTERM) == 0


async def test_who_does_not_come_again_is_no_ghost(workers, pair, come):
    alice, bob, room = pair
    worker = workers()
    a, b = await call_of(come, alice, bob, room)
    killed_at = time.monotonic()
    worker.kill()
    await b.client.wait(gone(a), 10 + HEADROOM_S)
    assert time.monotonic() - killed_at > MOVED_WITHIN_S - 1, "there was time to come again"
    assert states_of(bob, room) == {}


async def test_rooms_are_spread_and_only_the_dead_workers_move(house, workers, come, pair):
    alice, bob, room = pair
    first, second = workers(), workers()
    carol, dave = house.person("carol"), house.person("dave")
    other = voice_room(carol)
    let_in(carol, other, dave)
    a, b = await call_of(come, alice, bob, room)
    c, d = await call_of(come, carol, dave, other)
    ports = {it.peers[0].target[1] for it in (a, c)}
    assert len(ports) == 2, "each room is on a worker of its own"
    # In a thread: nobody's media may pause meanwhile.
    holder = await asyncio.to_thread(house.manage, "shell", "-c", WHERE.format(room=room))
    is_first = first.id in holder
    (first if is_first else second).kill()
    moved = await b.client.wait("voice:moved", MOVED_WITHIN_S + HEADROOM_S)
    assert moved["data"]["roomId"] == room
    await d.hears()
    await again(b, room)
    await again(a, room)
    await b.listen(await a.speak(ssrc=78))
    await b.hears()
    assert not d.client.all("voice:moved")


WHERE = "from voice.models import MediaRoom; print(MediaRoom.objects.get(pk='{room}').worker_id)"


async def test_a_worker_that_was_frozen_lets_go_of_what_it_lost(workers, pair, come):
    alice, bob, room = pair
    frozen = workers()
    a, b = await call_of(come, alice, bob, room)
    frozen.send(signal.SIGSTOP)
    await b.client.wait("voice:moved", MOVED_WITHIN_S + HEADROOM_S)
    await asyncio.to_thread(workers)
    await again(b, room)
    heard = len(b.ear.rtp)
    frozen.send(signal.SIGCONT)
    await b.client.wait(gone(a), 12)
    await asyncio.sleep(2)
    await b.hears_nothing()
    assert len(b.ear.rtp) < heard + 500
    assert states_of(bob, room).keys() == {bob.id}


async def test_a_worker_that_is_to_stop_sends_its_people_away_and_ends(workers, pair, come):
    alice, bob, room = pair
    old = workers()
    a, b = await call_of(come, alice, bob, room)
    await asyncio.to_thread(workers)
    old.send(signal.SIGTERM)
    for sitter in (a, b):
        moved = await sitter.client.wait("voice:moved", 5)
        assert moved["data"]["reason"] == "draining"
        await again(sitter, room)
    await b.listen(await a.speak(ssrc=79))
    await b.hears()
    assert await asyncio.to_thread(old.popen.wait, 15) == 0
    assert states_of(bob, room).keys() == {alice.id, bob.id}


async def test_media_goes_on_without_the_web_process(tmp_path, come):
    for house in serve(tmp_path / "web"):
        worker = Media(house).start()
        try:
            alice, bob = house.person("alice"), house.person("bob")
            room = voice_room(alice)
            let_in(alice, room, bob)
            a, b = await call_of(come, alice, bob, room)
            house.processes[0].kill()
            await b.hears(50)
            await asyncio.to_thread(house.processes[0].start)
            await b.hears(50)
            b.client = await bob.client()
            assert states_of(bob, room).keys() == {alice.id, bob.id}
            await b.ask("voice:set_state", sessionId=b.session_id, deafened=True)
            await b.hears_nothing()
            a.vanish()
            await b.client.wait(gone(a), 15)
        finally:
            worker.kill(signal.SIGTERM)


def _is_gone(sitter, frame):
    """Whether a frame says that this very session is over."""
    return gone(sitter)(frame) and frame["data"]["sessionId"] == sitter.session_id


async def test_many_who_vanish_leave_no_ghost(house, workers, come, pair):
    """A short form; by hand with VOICE_KILLS=1000 (some minutes; `-s` shows how long each took)."""
    alice, _, room = pair
    workers()
    people = [house.person(f"p{number}") for number in range(min(KILLS // 2, 50))]
    let_in(alice, room, *people)
    watcher: Client = (await come(alice)).client  # after them: who does not read is cut off
    took_s = []
    for _ in range(KILLS // len(people)):
        sitters = [await (await come(person)).sit(room) for person in people]
        await asyncio.gather(*(sitter.transport("recv") for sitter in sitters))
        assert len(await asyncio.to_thread(states_of, alice, room)) == len(people)
        killed_at = {}
        for sitter in sitters:
            sitter.vanish()
            await sitter.drop_socket()
            killed_at[sitter] = datetime.now(UTC)
        for sitter in sitters:
            told = await watcher.wait(partial(_is_gone, sitter), 20)
            passed = datetime.fromisoformat(told["timestamp"]) - killed_at[sitter]
            took_s.append(passed.total_seconds())
        assert await asyncio.to_thread(states_of, alice, room) == {}
        watcher.heard.clear()
    took_s.sort()
    median_s, longest_s = took_s[len(took_s) // 2], took_s[-1]
    print(f"{len(took_s)} kills, gone after {median_s:.1f} s (median), {longest_s:.1f} s (longest)")
