"""Who may open a socket from a browser: our own pages and CORS_ORIGINS.

No Origin at all is no browser: fine, a token is needed anyway. Anything else is refused with 403
before the handshake, so another site cannot use a visitor's network to reach us. Unknown paths get
the same 403: ASGI's one refusal that every server can say.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

App = Callable[..., Awaitable[None]]


class KnownOrigins:
    """ASGI middleware around the WebSocket routes; also refuses unknown paths."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI's entry."""
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        is_here = scope["path"] in ("/ws", "/ws/") and is_known_host(host)
        if is_here and (not origin or is_known(origin, host)):
            await self.app(scope | {"path": "/ws"}, receive, send)
        else:
            await send({"type": "websocket.close"})  # before the accept that is a 403


def is_known_host(host: str) -> bool:
    """Whether the Host header is one of ALLOWED_HOSTS (against DNS rebinding)."""
    name = _hostname(f"//{host}") if host.isprintable() else None
    allowed = settings.ALLOWED_HOSTS
    return name is not None and validate_host(f"[{name}]" if ":" in name else name, allowed)


def is_known(origin: str, host: str) -> bool:
    """Whether a browser's Origin is this site itself or one of CORS_ORIGINS."""
    if origin in settings.CORS_ORIGINS:
        return True
    scheme, separator, netloc = origin.partition("://")
    is_web = separator != "" and scheme.lower() in ("http", "https")
    return is_web and netloc.lower() == host.lower()


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:  # "[" and the like
        return None
