"""Whether Parlor is well: the parts it stands on, each asked and timed.

Knows the database and Redis; a part of an upper app registers its own check (`register_check`).
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

import redis
import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from api.payloads import Payload, Timestamp, timestamp

log = structlog.get_logger(__name__)

PATIENCE_S = 1.0
Standing = Literal["healthy", "unhealthy"]


class Part(Payload):
    """One part; `latency_ms` is null when it did not answer."""

    status: Standing
    latency_ms: float | None


class Services(Payload):
    """What Parlor stands on; null where it is not configured."""

    database: Part
    redis: Part | None
    media: Part | None


class Health(Payload):
    """The answer of /health."""

    status: Standing
    timestamp: Timestamp
    version: str
    services: Services


class Alive(Payload):
    """The answer of /health/live and /health/ready."""

    status: Standing
    timestamp: Timestamp


MediaCheck = Callable[[], Part | None]
_media_checks: list[MediaCheck] = []


def register_media_check(check: MediaCheck) -> None:
    """Let the media part's owner say how it is; None means that none is configured."""
    _media_checks[:] = [check]


def health() -> Health:
    """Every part, asked now."""
    services = Services(
        database=_database(),
        redis=_redis() if settings.REDIS_URL else None,
        media=_media_checks[0]() if _media_checks else None,
    )
    parts = (services.database, services.redis, services.media)
    return Health(
        status="unhealthy"
        if any(part and part.status == "unhealthy" for part in parts)
        else "healthy",
        timestamp=timestamp(datetime.now(UTC)),
        version=settings.VERSION,
        services=services,
    )


def alive() -> Alive:
    """This process answers."""
    return Alive(status="healthy", timestamp=timestamp(datetime.now(UTC)))


def ready() -> Alive:
    """This process can do its work: the database answers. (Without Redis it still can.)"""
    return Alive(status=_database().status, timestamp=timestamp(datetime.now(UTC)))


def timed(ask: Callable[[], object], *failures: type[BaseException]) -> Part:
    """A part that is well if `ask` returns, and not if it raises one of `failures`."""
    start = time.perf_counter()
    try:
        ask()
    except failures as error:
        log.warning("health_check_failed", error=str(error))
        return Part(status="unhealthy", latency_ms=None)
    return Part(status="healthy", latency_ms=round((time.perf_counter() - start) * 1000, 2))


def _database() -> Part:
    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    return timed(ask, DatabaseError)


def _redis() -> Part:
    return timed(_redis_client(settings.REDIS_URL).ping, redis.RedisError, OSError)


@lru_cache(maxsize=4)
def _redis_client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S, retry=None
    )
