"""Where the limits count: in Redis with a short patience, in memory while Redis is away.

Knows keys and numbers only; names and rates are limits.py's.
"""

import asyncio
import hashlib
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import redis
import redis.backoff
import redis.retry
import structlog
from django.conf import settings
from limits.storage import RedisStorage

from realtime import runtime
from realtime.redis_line import Line

log = structlog.get_logger(__name__)

CONNECT_TIMEOUT_S = 0.1
ANSWER_TIMEOUT_S = 0.15
RETRY_AFTER_S = 5.0
SHORT_WINDOW_S = 10
_AWAY = (redis.RedisError, OSError, asyncio.TimeoutError)
# The event loop asks what the library's storage asks, without its pool, tasks and timers.
_TAKE, _LOOK = RedisStorage.SCRIPT_ACQUIRE_MOVING_WINDOW, RedisStorage.SCRIPT_MOVING_WINDOW
_TAKE_NAME = hashlib.sha1(_TAKE, usedforsecurity=False).hexdigest()


class MustWait(Exception):
    """Redis counts this one."""


class MemoryWindows:
    """Moving windows in this process: exact, thread-safe, quick enough for the event loop.

    Instead of `limits.storage.MemoryStorage`, which starts a timer thread per hit, walks all keys
    in it, and drops locks that are in use.
    """

    PURGE_EVERY_S = 60.0

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uses: dict[str, tuple[deque[float], int]] = {}
        self._next_purge = 0.0

    def take(self, key: str, amount: int, window_s: int) -> float | None:
        """None if this use is within the limit, else the seconds until one is."""
        now = time.time()
        with self._lock:
            self._purge(now)
            uses, _ = self._uses.setdefault(key, (deque(), window_s))
            while uses and uses[0] <= now - window_s:
                uses.popleft()
            if len(uses) >= amount:
                return uses[0] + window_s - now
            uses.append(now)
            return None

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._uses.clear()

    def _purge(self, now: float) -> None:
        """Drop windows nobody used lately, so that memory follows the present load."""
        if now < self._next_purge:
            return
        self._next_purge = now + self.PURGE_EVERY_S
        idle = [
            key for key, (uses, span) in self._uses.items() if not uses or uses[-1] < now - span
        ]
        for key in idle:
            del self._uses[key]


class Counters:
    """Redis if there is one and it answers, memory otherwise.

    Short windows count in memory too while no other process serves people (`is_alone`): the round
    trip would be paid by every message. Who joins then starts them anew.
    """

    def __init__(self, redis_url: str, prefix: str) -> None:
        self.is_alone: Callable[[], bool] = _serves_alone
        self._memory = MemoryWindows()
        self._redis_url = redis_url
        self._prefix = prefix
        self._redis = _sync_storage(redis_url, prefix) if redis_url else None
        self._per_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Line] = WeakKeyDictionary()
        self._away_until = 0.0  # on the monotonic clock; 0 while Redis is well

    def take(self, key: str, amount: int, window_s: int) -> float | None:
        """None if this use is within the limit, else the seconds until one is."""
        if self._asks_redis(window_s) and self._redis is not None:
            try:
                wait_s: float | None = None
                if not self._redis.acquire_entry(key, amount, window_s):
                    start, _ = self._redis.get_moving_window(key, amount, window_s)
                    wait_s = start + window_s - time.time()
                self._redis_is_well()
                return wait_s
            except _AWAY as error:
                self._redis_is_away(error)
        return self._memory.take(key, amount, window_s)

    async def atake(self, key: str, amount: int, window_s: int) -> float | None:
        """As `take`, in the event loop."""
        if self._asks_redis(window_s):
            try:
                line = self._line_of_loop()
                wait_s = await self._ask(line, f"{self._prefix}:{key}", amount, window_s)
                self._redis_is_well()
                return wait_s
            except _AWAY as error:
                self._redis_is_away(error)
        return self._memory.take(key, amount, window_s)

    def take_at_once(self, key: str, amount: int, window_s: int) -> float | None:
        """As `take`, where nothing has to be waited for. Raises `MustWait` otherwise."""
        if not self._counts_here(window_s):
            raise MustWait
        return self._memory.take(key, amount, window_s)

    def reset(self) -> None:
        """Forget every count under our prefix."""
        self._memory.clear()
        self._away_until = 0.0
        if self._redis is not None:
            try:
                self._redis.reset()
            except _AWAY as error:
                self._redis_is_away(error)

    def _counts_here(self, window_s: int) -> bool:
        if self._redis is None or (window_s <= SHORT_WINDOW_S and self.is_alone()):
            return True
        return bool(self._away_until) and time.monotonic() < self._away_until

    def _asks_redis(self, window_s: int) -> bool:
        """True while Redis is well; while it is away, for one caller every few seconds."""
        if self._counts_here(window_s):
            return False
        if self._away_until:  # this caller tries, the others need not wait
            self._away_until = time.monotonic() + RETRY_AFTER_S
        return True

    def _redis_is_well(self) -> None:
        if self._away_until:
            log.warning("limits_redis_back")
            self._away_until = 0.0

    def _redis_is_away(self, error: BaseException) -> None:
        if not self._away_until:
            log.warning("limits_redis_away", error=str(error) or type(error).__name__)
        self._away_until = time.monotonic() + RETRY_AFTER_S

    async def _ask(self, line: Line, key: str, amount: int, window_s: int) -> float | None:
        now = time.time()
        arguments = (1, key, now, amount, window_s, 1)
        try:
            is_within = await line.ask("EVALSHA", _TAKE_NAME, *arguments)
        except redis.ResponseError:  # a Redis that does not know it yet
            is_within = await line.ask("EVAL", _TAKE, *arguments)
        if is_within:
            return None
        window = await line.ask("EVAL", _LOOK, 1, key, now - window_s, amount)
        return float(window[0]) + window_s - now if window else 0.0

    def _line_of_loop(self) -> Line:
        loop = asyncio.get_running_loop()
        if loop not in self._per_loop:
            self._per_loop[loop] = Line(
                self._redis_url,
                connect_timeout_s=CONNECT_TIMEOUT_S,
                answer_timeout_s=ANSWER_TIMEOUT_S,
            )
        return self._per_loop[loop]


def _serves_alone() -> bool:
    running = runtime.current
    return running is not None and running.is_alone


def _sync_storage(redis_url: str, prefix: str) -> RedisStorage:
    return RedisStorage(redis_url, key_prefix=prefix, **_patience(redis.retry.Retry))


def _patience(retry: Any) -> dict[str, Any]:
    """One retry for a connection that a restart of Redis closed; none for silence."""
    return {
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_timeout": ANSWER_TIMEOUT_S,
        "retry": retry(redis.backoff.NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    }


@lru_cache(maxsize=8)
def _counters(redis_url: str, prefix: str) -> Counters:
    return Counters(redis_url, prefix)


def counters() -> Counters:
    """The counters of this process."""
    return _counters(settings.REDIS_URL, getattr(settings, "RATE_LIMITS_PREFIX", "parlor-limits"))
