"""The id of a request: taken from the client where it is well-formed, else made here.

Knows neither responses nor views; the middleware and the ASGI body limit both use it.
"""

import re
from collections.abc import Mapping
from typing import Any

from uuid_utils.compat import uuid7

HEADER = "X-Request-ID"
_META_KEY = "parlor.request_id"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")


def choose(offered: str | None) -> str:
    """The client's own id if it is 8–64 harmless characters, else a new one."""
    if offered and _WELL_FORMED.fullmatch(offered):
        return offered
    return str(uuid7())


def remember(meta: dict[str, Any], request_id: str) -> None:
    """Keep the id with the request, in its META."""
    meta[_META_KEY] = request_id


def of(meta: Mapping[str, Any]) -> str:
    """The id of the request with this META; made on the spot outside the middleware (tests)."""
    return str(meta.get(_META_KEY) or uuid7())
