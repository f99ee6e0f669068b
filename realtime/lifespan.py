"""Starts and stops the socket floor with the server (ASGI lifespan)."""

from collections.abc import Awaitable, Callable
from typing import Any

from realtime import runtime

App = Callable[..., Awaitable[None]]


class Lifespan:
    """Wraps the application. Everything but lifespan passes through."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI's entry."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await runtime.ensure_started()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await runtime.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return
