"""The limit of a request's body, kept before Django spools it to memory or disk.

Pure ASGI: it stands around Django's application in config/asgi.py and lets sockets pass.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings

from api import request_ids
from api.envelope import CONTENT_TYPE, error_bytes
from api.errors import TooLarge

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
# Django and Channels type their messages each in their own way.
Application = Callable[[Any, Any, Any], Awaitable[None]]

# A client reads its 413 only if it may finish sending; beyond this we hang up on it.
DRAIN_MAX_BYTES = 32 * 1024 * 1024
DRAIN_MAX_S = 10.0


class _BodyTooLarge(Exception):
    """Ends Django's reading of a body; never leaves this module."""


class BodyLimit:
    """413 for a body beyond `limit_for(path)` bytes, declared or chunked."""

    def __init__(self, app: Application, limit_for: Callable[[str], int] | None = None) -> None:
        self.app = app
        self.limit_for = limit_for or (lambda path: int(settings.BODY_MAX_BYTES))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.limit_for(scope["path"])
        if (declared := _content_length(scope)) is not None and declared > limit:
            # Who waits for "100 Continue" has sent nothing yet and need not.
            if (_header(scope, b"expect") or "").lower() != "100-continue":
                await _drain(receive, already_read=0)
            await self._refuse(scope, send, limit)
        else:
            await self._count(scope, receive, send, limit)

    async def _count(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        read = 0
        has_more = True
        has_started = False

        async def counted_receive() -> Message:
            nonlocal read, has_more
            message = await receive()
            has_more = bool(message.get("more_body", False))
            read += len(message.get("body", b""))
            if read > limit:
                raise _BodyTooLarge
            return message

        async def watched_send(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self.app(scope, counted_receive, watched_send)
        except _BodyTooLarge:
            if has_started:
                raise
            if has_more:
                await _drain(receive, read)
            await self._refuse(scope, send, limit)

    async def _refuse(self, scope: Scope, send: Send, limit: int) -> None:
        request_id = request_ids.choose(_header(scope, b"x-request-id"))
        body = error_bytes(TooLarge(f"The body may have {limit} bytes."), request_id)
        headers = {
            "Content-Type": CONTENT_TYPE,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Connection": "close",
            request_ids.HEADER: request_id,
            **_home_headers(_header(scope, b"origin")),
        }
        raw_headers = [(key.lower().encode(), value.encode()) for key, value in headers.items()]
        await send({"type": "http.response.start", "status": 413, "headers": raw_headers})
        await send({"type": "http.response.body", "body": body})


def _home_headers(origin: str | None) -> dict[str, str]:
    """What lets a page of a home origin read the answer: Django's CORS middleware stands inside."""
    if origin is None or origin not in settings.CORS_ORIGINS:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }


async def _drain(receive: Receive, already_read: int) -> None:
    """Throw the rest of the body away, within bounds, so that the client gets to its answer."""
    read = already_read
    try:
        async with asyncio.timeout(DRAIN_MAX_S):
            while read <= DRAIN_MAX_BYTES:
                message = await receive()
                read += len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
    except TimeoutError:
        return


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return None


def _content_length(scope: Scope) -> int | None:
    """What the client declares; None for a chunked body or nonsense (which is then counted)."""
    declared = _header(scope, b"content-length")
    if not declared or not (declared.isascii() and declared.isdigit()):
        return None
    return int(declared[:18])  # as many digits as matter: 18 of them are beyond every limit
