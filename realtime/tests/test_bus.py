"""The doorbell: what is rung is heard elsewhere, and whatever happens it never falls silent."""

import asyncio

import msgspec
import pytest
import redis.asyncio

from realtime import bus as bus_module
from realtime import wire
from realtime.bus import MAX_PARCEL, MAX_QUEUED, Bus, channel_of, ring_once
from realtime.roster import Ask
from scripts.services import private_redis


def bus_of(process, url="redis://127.0.0.1:1/0"):
    bus = Bus(url, "the-house", process)
    bus.heard = []
    bus.connected = 0
    bus.on_entry = bus.heard.append

    def connected():
        bus.connected += 1

    bus.on_connected = connected
    return bus


def parcel(*entries, sender="there"):
    return wire.encode(wire.Parcel(sender, list(entries)))


async def until(holds, timeout_s=15.0):
    async with asyncio.timeout(timeout_s):
        while not holds():
            await asyncio.sleep(0.01)


# --- without Redis -----------------------------------------------------------------------------
def test_every_kind_of_entry_survives_the_wire():
    entries = [
        wire.Numbered("r", 7, "frame"),
        wire.Cast("room:r", "frame", "u", True, "w"),
        wire.SessionsEnded(["s"]),
        wire.Removed(["u"], ["r"], "s", "kicked"),
        wire.Added(["u"], ["r"], "s"),
        wire.Evict("u", 1.5),
        wire.Chosen("u", "dnd", None, 1.0),
        wire.Bye("p"),
        Ask("p"),
    ]
    assert wire.decode(parcel(*entries)).entries == entries


def test_what_one_said_oneself_is_not_taken_again():
    bus = bus_of("here")
    bus._take(parcel(wire.Bye("here"), sender="here"))
    assert bus.heard == []
    bus._take(parcel(wire.Bye("there")))
    assert bus.heard == [wire.Bye("there")]


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"not a parcel", msgspec.msgpack.encode(["x", [["new kind", 1]]])]
)
def test_a_parcel_of_another_version_is_passed_over(data):
    bus = bus_of("here")
    bus._take(data)
    bus._take(parcel(wire.Bye("there")))
    assert bus.heard == [wire.Bye("there")]


def test_an_entry_that_cannot_be_taken_makes_nobody_deaf():
    bus = bus_of("here")
    taken = []

    def take(entry):
        if entry == wire.Bye("bad"):
            raise KeyError("a bug")
        taken.append(entry)

    bus.on_entry = take
    bus._take(parcel(wire.Bye("one"), wire.Bye("bad"), wire.Bye("two")))
    assert taken == [wire.Bye("one"), wire.Bye("two")]


def test_ringing_without_redis_costs_a_bounded_queue():
    bus = bus_of("here")
    for number in range(MAX_QUEUED + 5):
        bus.ring(wire.Numbered("r", number, "f"))
    assert len(bus._queue) == MAX_QUEUED
    assert bus._queue[0].number == 5  # the oldest fell out


async def test_a_process_starts_and_ends_without_redis():
    bus = bus_of("here")
    async with asyncio.timeout(5):
        await bus.start(timeout_s=0.1)
        bus.ring(wire.Bye("here"))
        await bus.stop()
    assert bus.connected == 0


def test_a_ring_from_a_command_without_redis_is_lost_and_not_an_error():
    ring_once("redis://127.0.0.1:1/0", "the-house", wire.Bye("x"))


# --- with a Redis that is taken away -----------------------------------------------------------
@pytest.fixture(scope="module")
def own_redis():
    with private_redis() as server:
        yield server


@pytest.fixture
async def pair(own_redis):
    """Two processes that hear each other."""
    buses = [bus_of("here", own_redis.url), bus_of("there", own_redis.url)]
    for bus in buses:
        await bus.start()
        await until(lambda bus=bus: bus.connected)
    yield buses
    for bus in buses:
        await bus.stop()


@pytest.mark.services
async def test_what_is_rung_here_is_heard_there_in_order_and_not_here(pair):
    here, there = pair
    sent = [wire.Numbered("r", number, "f") for number in range(3 * MAX_PARCEL)]
    for entry in sent:
        here.ring(entry)
    await until(lambda: len(there.heard) == len(sent))
    assert there.heard == sent
    assert here.heard == []


@pytest.mark.services
async def test_another_installation_on_the_same_redis_is_not_heard(pair, own_redis):
    here, _ = pair
    await asyncio.to_thread(ring_once, own_redis.url, "another-house", wire.Bye("x"))
    await asyncio.to_thread(ring_once, own_redis.url, "the-house", wire.Bye("y"))
    await until(lambda: here.heard)
    assert here.heard == [wire.Bye("y")]


@pytest.mark.services
async def test_nonsense_on_the_channel_makes_nobody_deaf(pair, own_redis):
    here, there = pair
    client = redis.asyncio.Redis.from_url(own_redis.url)
    for data in (b"\xff\xff", b"", b"\x92"):
        await client.publish(channel_of("the-house"), data)
    await client.aclose()
    there.ring(wire.Bye("there"))
    await until(lambda: here.heard)


@pytest.mark.services
async def test_what_cannot_be_written_is_left_out_and_the_rest_goes_on(pair):
    here, there = pair
    here.ring(object())
    await asyncio.sleep(0)
    await until(lambda: not here._queue)
    here.ring(wire.Bye("here"))
    await until(lambda: there.heard == [wire.Bye("here")])


@pytest.mark.services
@pytest.mark.slow
@pytest.mark.parametrize("how", ["killed", "paused"])
async def test_after_redis_was_away_both_hear_again_and_say_so(pair, own_redis, how):
    """Away longer than any timeout of ours, so that connections break or are given up."""
    here, there = pair
    before = [bus.connected for bus in pair]
    if how == "killed":
        await asyncio.to_thread(own_redis.kill)
    else:
        own_redis.pause()
    for number in range(20):
        here.ring(wire.Numbered("r", number, "lost or late"))
        await asyncio.sleep(0.1 if how == "killed" else 2.5 * bus_module.REDIS_TIMEOUT_S / 20)
    if how == "killed":
        await asyncio.to_thread(own_redis.start)
    else:
        own_redis.resume()

    await until(lambda: all(b.connected > n for b, n in zip(pair, before, strict=True)))
    here.ring(wire.Bye("here"))
    there.ring(wire.Bye("there"))
    await until(lambda: wire.Bye("here") in there.heard and wire.Bye("there") in here.heard)
