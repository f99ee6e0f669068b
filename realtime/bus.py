"""The doorbell between processes: one Redis pub/sub channel, through redis-py.

It is allowed to lose, repeat and reorder (sequence rule 5): numbered changes are checked against
the database, the roster repairs itself. So nothing here waits for Redis, and a Redis that is away
costs a bounded queue and a reconnect with a head check after it (docs/decisions/0002-doorbell.md).
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec
import redis
import redis.asyncio
import structlog

from realtime import wire

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
        self._queue: deque[wire.Entry] = deque(maxlen=MAX_QUEUED)
        self._waiting = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._subscribed = asyncio.Event()

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

    def _client(self) -> Any:
        return redis.asyncio.Redis.from_url(
            self._url,
            socket_timeout=REDIS_TIMEOUT_S,
            socket_connect_timeout=REDIS_TIMEOUT_S,
            health_check_interval=0,
        )

    async def _publish(self) -> None:
        client = self._client()
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            while self._queue:
                count = min(len(self._queue), MAX_PARCEL)
                entries = [self._queue.popleft() for _ in range(count)]
                try:
                    parcel = wire.encode(wire.Parcel(self._process, entries))
                except (TypeError, ValueError):
                    log.exception("doorbell_unwritable", entries=count)
                    continue
                try:
                    await client.publish(self._channel, parcel)
                except (redis.RedisError, OSError, TimeoutError) as error:
                    # Lost on purpose: the others read the database when they see the head move.
                    log.info("doorbell_lost", entries=count, error=str(error))
                    await asyncio.sleep(0.2)

    async def _listen(self) -> None:
        retry_s = 0.1
        while True:
            client = self._client()
            try:
                async with client.pubsub() as pubsub:
                    await pubsub.subscribe(self._channel)
                    await self._hear(pubsub)
                    retry_s = 0.1
            except (redis.RedisError, OSError, TimeoutError) as error:
                log.info("doorbell_away", error=str(error))
            finally:
                await client.aclose()
            await asyncio.sleep(retry_s)
            retry_s = min(MAX_RETRY_S, retry_s * 2)

    async def _hear(self, pubsub: Any) -> None:
        """Read until the connection breaks. A silent one is pinged: a paused Redis is silent."""
        is_pinged = False
        while True:
            message = await pubsub.get_message(timeout=REDIS_TIMEOUT_S)
            if message is None:
                if is_pinged:
                    raise TimeoutError("Redis does not answer")
                await pubsub.ping()
                is_pinged = True
                continue
            is_pinged = False
            if message["type"] == "subscribe":
                self._subscribed.set()
                self.on_connected()
            elif message["type"] == "message":
                self._take(message["data"])

    def _take(self, data: bytes) -> None:
        try:
            parcel = wire.decode(data)
        except msgspec.DecodeError:
            log.warning("doorbell_unreadable", size=len(data))  # another version of Parlor
            return
        if parcel.sender != self._process:
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
