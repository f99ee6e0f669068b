"""The worker's control WebSocket: web processes with the token come in, ask, and hear news.

Everybody hears everything; the web process that has been here longest is told that it is to write
things down. News is never waited for: who does not read is dropped by the keepalive.
"""

import hmac
import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from voice import wire
from voice.worker.desk import Desk

logger = logging.getLogger(__name__)


class ControlServer:
    """See the module. `desk` is set before the first connection."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._lines: list[ServerConnection] = []
        self._server: Server | None = None
        self.desk: Desk

    async def open(self, host: str, port: int) -> int:
        """Listens; answers the port."""
        self._server = await serve(
            self._serve,
            host,
            port,
            process_request=self._let_in,
            max_size=wire.MAX_MESSAGE_BYTES,
            compression=None,
            ping_interval=5,
            ping_timeout=5,
        )
        found: int = next(iter(self._server.sockets)).getsockname()[1]
        return found

    def _let_in(self, line: ServerConnection, request: Request) -> Response | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        is_known = hmac.compare_digest(token.encode(), self._token)
        if scheme != "Bearer" or not is_known:
            return line.respond(HTTPStatus.UNAUTHORIZED, "The control token is wrong.\n")
        if urlsplit(request.path).path != wire.PATH:
            return line.respond(HTTPStatus.NOT_FOUND, "There is nothing here.\n")
        return None

    async def _serve(self, line: ServerConnection) -> None:
        self._lines.append(line)
        try:
            async for text in line:
                await self._take(line, text)
        except ConnectionClosed:
            pass
        finally:
            self._lines.remove(line)

    async def _take(self, line: ServerConnection, text: str | bytes) -> None:
        try:
            ask = wire.decode_ask(text)
        except msgspec.MsgspecError as error:
            logger.warning("unreadable on the control line: %s", error)
            return
        answer = self.desk.answer(ask)
        if ask.id:
            await line.send(wire.encode(answer).decode())

    def tell(self, name: str, data: dict[str, Any]) -> None:
        """News to every web process; the first of them writes it down."""
        if not self._lines:
            return
        first, *others = self._lines
        broadcast([first], wire.encode(wire.News(name, data, is_first=True)).decode())
        if others:
            broadcast(others, wire.encode(wire.News(name, data)).decode())

    @property
    def has_lines(self) -> bool:
        """Whether any web process is there."""
        return bool(self._lines)

    async def close(self) -> None:
        """Hangs up."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
