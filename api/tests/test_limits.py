"""Limits are exact, atomic, shared by both doors, and survive Redis going away."""

import asyncio
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine

from api import limits
from api.errors import RateLimited
from api.limits_storage import Counters, MemoryWindows, MustWait
from scripts.testing import with_services


def spend(name, *who, times):
    """How many of so many uses are within the limit."""
    within = 0
    for _ in range(times):
        try:
            limits.hit(name, *who)
            within += 1
        except RateLimited:
            pass
    return within


def test_exactly_so_many_then_429_with_the_wait():
    assert spend("login", "alice", times=10) == 10
    with pytest.raises(RateLimited) as refused:
        limits.hit("login", "alice")
    assert 55 <= refused.value.retry_after_s <= 60
    assert spend("login", "bob", times=1) == 1


def test_parallel_uses_are_counted_exactly():
    barrier = threading.Barrier(16)

    def use(_):
        barrier.wait()
        return spend("login", "alice", times=5)

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(use, range(16))) == 10


def test_the_window_moves():
    with time_machine.travel(1_900_000_000, tick=False) as clock:
        assert spend("message", "alice", "room", times=6) == 6
        clock.shift(3)
        assert spend("message", "alice", "room", times=6) == 4
        clock.shift(2.5)  # the first six are older than 5 s now
        assert spend("message", "alice", "room", times=10) == 6


async def test_both_doors_count_into_one_number():
    await asyncio.to_thread(spend, "message", "alice", "room", times=6)
    for _ in range(4):
        await limits.ahit("message", "alice", "room")
    with pytest.raises(RateLimited) as refused:
        await limits.ahit("message", "alice", "room")
    assert 1 <= refused.value.retry_after_s <= 5
    with pytest.raises(RateLimited):
        await asyncio.to_thread(limits.hit, "message", "alice", "room")


async def test_a_limit_outside_the_table_is_counted_by_both_doors():
    rate = limits.Rate(2, 60)
    limits.hit_rate(rate, "slow_mode", "alice", "room")
    await limits.ahit_rate(rate, "slow_mode", "alice", "room")
    with pytest.raises(RateLimited):
        limits.hit_rate(rate, "slow_mode", "alice", "room")
    with pytest.raises(RateLimited):
        await limits.ahit_rate(rate, "slow_mode", "alice", "room")


def test_rate_limits_can_be_overridden_and_turned_off(settings):
    settings.RATE_LIMITS = "login=2/10s, message = 50/5s"
    assert spend("login", "alice", times=5) == 2
    assert spend("message", "alice", "room", times=60) == 50
    settings.RATE_LIMITS = "off"
    assert spend("login", "alice", times=50) == 50


def test_the_default_table_is_the_protocols():
    rates = limits.table("")
    assert rates is not None
    assert rates["anonymous"] == (100, 15 * 60)
    assert rates["signed_in"] == (600, 60)
    assert rates["login"] == (10, 60)
    assert rates["login_address"] == (30, 60)
    assert rates["register"] == rates["guest"] == rates["reset"] == (10, 3600)
    assert rates["message"] == (10, 5)


@pytest.mark.parametrize(
    "text",
    ["100/h", "login", "login=", "login=10", "login=0/h", "login=1/x", "x=1/h", "login=-1/h"],
)
def test_a_malformed_value_is_refused(text):
    with pytest.raises(limits.BadRateLimits):
        limits.table(text)


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        ("login=ten", 1, "Parlor cannot start: RATE_LIMITS: “ten” is no rate"),
        ("off", 0, "Warning: RATE_LIMITS=off"),
        ("register=100/h", 0, ""),
    ],
)
def test_the_start_checks_it(value, code, said):
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        env={
            **__import__("os").environ,
            "RATE_LIMITS": value,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == (1 if said else 0)


def test_memory_forgets_windows_nobody_uses():
    with time_machine.travel(1_900_000_000, tick=False) as clock:
        windows = MemoryWindows()
        for number in range(1000):
            windows.take(f"key-{number}", 1, 5)
        clock.shift(120)
        windows.take("another", 1, 5)
        assert len(windows._uses) == 1


class TestWithoutRedis:
    """REDIS_URL names a place where nobody answers."""

    def counters(self, unused_tcp_port=9):
        return Counters(f"redis://127.0.0.1:{unused_tcp_port}/0", "away")

    def test_counting_goes_on_in_memory(self):
        counters = self.counters()
        assert [counters.take("k", 2, 60) is None for _ in range(3)] == [True, True, False]

    async def test_in_the_event_loop_too(self):
        counters = self.counters()
        taken = [await counters.atake("k", 2, 60) is None for _ in range(3)]
        assert taken == [True, True, False]

    def test_silence_costs_less_than_300_ms_once(self, silent_port):
        counters = self.counters(silent_port)
        start = time.perf_counter()
        assert counters.take("k", 2, 60) is None
        first = time.perf_counter() - start
        for _ in range(100):
            counters.take("k", 2, 60)
        assert first < 0.3
        assert time.perf_counter() - start < 0.35

    async def test_silence_does_not_stall_the_event_loop(self, silent_port):
        counters = self.counters(silent_port)
        start = time.perf_counter()
        assert await counters.atake("k", 2, 60) is None
        assert time.perf_counter() - start < 0.3


@pytest.fixture
def silent_port():
    """A port that takes connections and never says anything."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.services
class TestWithRedis:
    """The same numbers for every process."""

    def test_two_processes_share_a_count(self, settings):
        assert with_services()
        one, two = (Counters(settings.REDIS_URL, "shared") for _ in range(2))
        one.reset()
        assert [one.take("k", 3, 60), two.take("k", 3, 60), one.take("k", 3, 60)] == [None] * 3
        wait_s = two.take("k", 3, 60)
        assert wait_s is not None
        assert 58 < wait_s <= 60

    def test_redis_is_tried_again_after_a_while(self, settings):
        counters = Counters(settings.REDIS_URL, "back")
        counters.reset()
        counters._redis_is_away(OSError("away"))
        assert counters.take("k", 1, 60) is None  # in memory
        assert counters.take("k", 1, 60) is not None
        counters._away_until = time.monotonic() - 1
        assert counters.take("k", 1, 60) is None  # Redis knows nothing of it
        assert counters._away_until == 0.0

    async def test_who_is_alone_counts_short_windows_without_asking(self, settings):
        counters = Counters(settings.REDIS_URL, "alone")
        counters.reset()
        with pytest.raises(MustWait):
            counters.take_at_once("k", 1, 5)
        counters.is_alone = lambda: True
        assert counters.take_at_once("k", 1, 5) is None
        assert counters.take("k", 1, 5) is not None  # both doors count here
        assert await counters.atake("k", 1, 5) is not None
        assert await counters.atake("k", 1, 3600) is None
        with pytest.raises(MustWait):  # a long window outlives this process
            counters.take_at_once("k", 1, 3600)

    async def test_both_doors_share_a_count(self, settings):
        counters = Counters(settings.REDIS_URL, "doors")
        counters.reset()
        taken = [await counters.atake("k", 2, 60), counters.take("k", 2, 60)]
        assert taken == [None, None]
        wait_s = await counters.atake("k", 2, 60)
        assert wait_s is not None
        assert 58 < wait_s <= 60
