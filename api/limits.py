"""How often somebody may do something: exact, atomic limits shared by REST and the socket.

`hit(name, *who)` in synchronous code, `await ahit(name, *who)` in the event loop; both count into
the same numbers, in Redis where there is one and another process to share them with (or a window
that outlives a restart), else in this process's memory. Redis going away neither fails nor stalls a
request: counting goes on in memory until it is back. Where a request comes from is addresses.py's
business; rates of frames on a socket are realtime's.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from limits import RateLimitItem, RateLimitItemPerSecond

from api.addresses import network_of
from api.errors import RateLimited
from api.limits_storage import MustWait, counters

__all__ = [
    "BadRateLimits", "MustWait", "Rate", "ahit", "ahit_rate", "hit", "hit_address", "hit_at_once",
    "hit_rate", "reset_all", "table",
]  # fmt: skip

DEFAULTS = {
    "anonymous": "100/15min",  # per address
    "signed_in": "600/min",  # per person
    "login": "10/min",  # per account
    "login_address": "30/min",  # per address
    "register": "10/h",  # per address
    "guest": "10/h",  # per address
    "reset": "10/h",  # per address
    "message": "10/5s",  # per person and room
    "reaction": "30/10s",  # per person
    "server": "10/h",  # made, per person
    "invite": "20/h",  # made, per person
    "voice_join": "60/min",  # per person
    "voice_negotiation": "100/10s",  # per person: offers and answers, which a worker reads
    "voice_metrics": "30/min",  # per person
}
_RATE = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,3})?(s|min|h|d)", re.ASCII)
_UNIT_S = {"s": 1, "min": 60, "h": 3600, "d": 86400}


class Rate(NamedTuple):
    """`amount` times in any span of `window_s` seconds."""

    amount: int
    window_s: int


class BadRateLimits(ValueError):
    """RATE_LIMITS says something that cannot be read; the text says what."""


def hit(name: str, *who: str) -> None:
    """Count one use. Raises `RateLimited` with the wait when there were too many."""
    if item := _item(name, settings.RATE_LIMITS):
        key = item.key_for(name, *who)
        wait_s = counters().take(key, item.amount, item.get_expiry())
        if wait_s is not None:
            raise RateLimited(wait_s)


def hit_address(name: str, address: str) -> None:
    """As `hit`, for the limits per address (a client has a whole /64 of IPv6 to hop about in)."""
    hit(name, network_of(address))


async def ahit(name: str, *who: str) -> None:
    """As `hit`, without ever blocking the event loop."""
    if item := _item(name, settings.RATE_LIMITS):
        key = item.key_for(name, *who)
        wait_s = await counters().atake(key, item.amount, item.get_expiry())
        if wait_s is not None:
            raise RateLimited(wait_s)


def hit_at_once(name: str, *who: str) -> None:
    """As `ahit`, where no other process has to be asked. Raises `MustWait` otherwise."""
    if item := _item(name, settings.RATE_LIMITS):
        key = item.key_for(name, *who)
        wait_s = counters().take_at_once(key, item.amount, item.get_expiry())
        if wait_s is not None:
            raise RateLimited(wait_s)


def hit_rate(rate: Rate, name: str, *who: str) -> None:
    """Count one use of a limit that is not in the table, such as a room's slow mode.

    RATE_LIMITS does not touch it. Raises `RateLimited`.
    """
    item = RateLimitItemPerSecond(rate.amount, rate.window_s)
    wait_s = counters().take(item.key_for(name, *who), rate.amount, rate.window_s)
    if wait_s is not None:
        raise RateLimited(wait_s)


async def ahit_rate(rate: Rate, name: str, *who: str) -> None:
    """As `hit_rate`, without ever blocking the event loop."""
    item = RateLimitItemPerSecond(rate.amount, rate.window_s)
    wait_s = await counters().atake(item.key_for(name, *who), rate.amount, rate.window_s)
    if wait_s is not None:
        raise RateLimited(wait_s)


def reset_all() -> None:
    """Forget every count (tests)."""
    counters().reset()


def table(overrides: str) -> dict[str, Rate] | None:
    """The limits in force under RATE_LIMITS=`overrides`; None means none at all (`off`).

    Raises `BadRateLimits`.
    """
    if overrides.strip().lower() == "off":
        return None
    rates = {name: _rate(text) for name, text in DEFAULTS.items()}
    for part in filter(None, (part.strip() for part in overrides.split(","))):
        name, equals, text = (piece.strip() for piece in part.partition("="))
        if name not in DEFAULTS or not equals:
            raise BadRateLimits(
                f"RATE_LIMITS: “{part}” is no limit; write name=10/min with a name of "
                + ", ".join(DEFAULTS)
                + ", or just off."
            )
        rates[name] = _rate(text)
    return rates


def _rate(text: str) -> Rate:
    match = _RATE.fullmatch(text)
    if match is None:
        raise BadRateLimits(
            f"RATE_LIMITS: “{text}” is no rate; write 100/h, 50/5s, 10/min or 100/15min."
        )
    amount, multiple, unit = match.groups()
    return Rate(int(amount), int(multiple or 1) * _UNIT_S[unit])


@lru_cache(maxsize=256)
def _item(name: str, overrides: str) -> RateLimitItem | None:
    rates = table(overrides)
    if rates is None:
        return None
    return RateLimitItemPerSecond(rates[name].amount, rates[name].window_s)
