"""Who may open a socket from a browser: our own pages and CORS_ORIGINS.

No Origin at all is no browser: fine, a token is needed anyway. Anything else is refused with 403
before the handshake, so another site cannot use a visitor's network to reach us.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

App = Callable[..., Awaitable[None]]


class KnownOrigins:
    """ASGI middleware around the WebSocket routes; also answers unknown paths with 404."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI's entry."""
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        if scope["path"] not in ("/ws", "/ws/"):
            await _refuse(scope, send, 404)
        elif not is_known_host(host) or (origin and not is_known(origin, host)):
            await _refuse(scope, send, 403)
        else:
            await self.app(scope | {"path": "/ws"}, receive, send)


def is_known_host(host: str) -> bool:
    """Whether the Host header is one of ALLOWED_HOSTS (against DNS rebinding)."""
    name = urlsplit(f"//{host}").hostname if host.isprintable() else None
    allowed = settings.ALLOWED_HOSTS
    return name is not None and validate_host(f"[{name}]" if ":" in name else name, allowed)


def is_known(origin: str, host: str) -> bool:
    """Whether a browser's Origin is this site itself or one of CORS_ORIGINS."""
    if origin in settings.CORS_ORIGINS:
        return True
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


async def _refuse(scope: Any, send: Any, status: int) -> None:
    if "websocket.http.response" in scope.get("extensions", {}):
        await send({"type": "websocket.http.response.start", "status": status, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b""})
    else:
        await send({"type": "websocket.close"})  # a handshake closed before accept is a 403
