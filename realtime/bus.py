"""The doorbell between processes: one Redis pub/sub channel (realtime/redis_line.py).

It is allowed to lose, repeat and reorder (sequence rule 5): numbered changes are checked against
the database, the roster repairs itself. So nothing here waits for Redis, and a Redis that is away
costs a bounded queue and a reconnect with a head check after it (docs/decisions/0002-doorbell.md).
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
import redis
import structlog

from realtime import wire
from realtime.redis_line import Line

log = structlog.get_logger(__name__)

MAX_QUEUED = 10_000
MAX_PARCEL = 500
REDIS_TIMEOUT_S = 3.0
MAX_RETRY_S = 2.0


class Bus:
    """Publishes parcels and hears those of other processes, reconnecting for ever."""

    def __init__(self, url: str, deployment: str, process: str) -> None:
        self._url, self._channel, self._process = url, channel_of(deployment), process
        self.on_entry: Callable[[wire.Entry], None] = lambda entry: None
        self.on_connected: Callable[[], None] = lambda: None
        self._own = wire.encode(wire.Parcel(process, []))[:-1]  # what our parcels begin with
        self._queue: deque[wire.Entry] = deque(maxlen=MAX_QUEUED)
        self._waiting = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._subscribed = asyncio.Event()
        self._heard_at_s = 0.0  # when Redis last said anything, on the loop's clock

    async def start(self, timeout_s: float = 2.0) -> None:
        """Start; wait a moment for the subscription, but start without Redis too."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._listen()), loop.create_task(self._publish())]
        try:
            await asyncio.wait_for(self._subscribed.wait(), timeout_s)
        except TimeoutError:
            log.warning("redis_away_at_start", url=self._url)

    async def stop(self) -> None:
        """Say what is still queued, then end."""
        for _ in range(20):
            if not self._queue:
                break
            await asyncio.sleep(0.01)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def ring(self, entry: wire.Entry) -> None:
        """Tell the other processes. Never waits; the oldest falls out of a full queue."""
        self._queue.append(entry)
        self._waiting.set()

    def _line(self, on_push: Callable[[Any], None] | None = None) -> Line:
        return Line(
            self._url,
            connect_timeout_s=REDIS_TIMEOUT_S,
            answer_timeout_s=REDIS_TIMEOUT_S,
            on_push=on_push,
        )

    async def _publish(self) -> None:
        line = self._line()
        try:
            while True:
                await self._waiting.wait()
                self._waiting.clear()
                while self._queue:
                    await self._publish_parcel(line)
        finally:
            line.close()

    async def _publish_parcel(self, line: Line) -> None:
        count = min(len(self._queue), MAX_PARCEL)
        entries = [self._queue.popleft() for _ in range(count)]
        try:
            parcel = wire.encode(wire.Parcel(self._process, entries))
        except (TypeError, ValueError):
            log.exception("doorbell_unwritable", entries=count)
            return
        try:
            await line.ask("PUBLISH", self._channel, parcel)
        except (redis.RedisError, OSError, TimeoutError) as error:
            # Lost on purpose: the others read the database when they see the head move.
            log.info("doorbell_lost", entries=count, error=str(error))
            await asyncio.sleep(0.2)

    async def _listen(self) -> None:
        loop, retry_s = asyncio.get_running_loop(), 0.1
        while True:
            line, began_s = self._line(self._hear), loop.time()
            try:
                await line.connect()
                line.tell("SUBSCRIBE", self._channel)
                await self._watch(line)
            except (redis.RedisError, OSError, TimeoutError) as error:
                log.info("doorbell_away", error=str(error))
            finally:
                line.close()
            retry_s = 0.1 if loop.time() - began_s > MAX_RETRY_S else min(MAX_RETRY_S, retry_s * 2)
            await asyncio.sleep(retry_s)

    async def _watch(self, line: Line) -> None:
        """Until the connection breaks. A silent one is pinged: a paused Redis is silent."""
        loop, is_pinged = asyncio.get_running_loop(), False
        self._heard_at_s = loop.time()
        while not line.lost.is_set():
            silent_s = loop.time() - self._heard_at_s
            if silent_s >= 2 * REDIS_TIMEOUT_S:
                raise TimeoutError("Redis does not answer")
            if silent_s < REDIS_TIMEOUT_S:
                is_pinged = False
            elif not is_pinged:
                line.tell("PING")
                is_pinged = True
            with suppress(TimeoutError):
                await asyncio.wait_for(
                    line.lost.wait(), REDIS_TIMEOUT_S - silent_s % REDIS_TIMEOUT_S
                )
        raise redis.ConnectionError("Redis closed the connection")

    def _hear(self, reply: Any) -> None:
        """What a subscriber is told: a kind, and what belongs to it."""
        self._heard_at_s = asyncio.get_running_loop().time()
        if isinstance(reply, list) and reply[0] == b"subscribe":
            self._subscribed.set()
            self.on_connected()
        elif isinstance(reply, list) and reply[0] == b"message":
            self._take(reply[2])

    def _take(self, data: bytes) -> None:
        if data.startswith(self._own):
            return
        try:
            parcel = wire.decode(data)
        except msgspec.DecodeError:
            log.warning("doorbell_unreadable", size=len(data))  # another version of Parlor
            return
        for entry in parcel.entries:
            self._take_entry(entry)

    def _take_entry(self, entry: wire.Entry) -> None:
        """One entry that cannot be taken must not make this process deaf to the others."""
        try:
            self.on_entry(entry)
        except Exception:
            log.exception("doorbell_entry_failed", entry=type(entry).__name__)


def channel_of(deployment: str) -> str:
    """Redis channels are global to a Redis, so the database's own name is part of ours."""
    return f"parlor:{deployment}:doorbell"


def ring_once(url: str, deployment: str, *entries: wire.Entry) -> None:
    """Ring from a process without an event loop (a job, a command). May be lost, like any ring."""
    try:
        client = redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
        try:
            client.publish(channel_of(deployment), wire.encode(wire.Parcel("", list(entries))))
        finally:
            client.close()
    except (redis.RedisError, OSError) as error:
        log.info("doorbell_lost", entries=len(entries), error=str(error))
