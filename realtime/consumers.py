"""The gateway: one WebSocket per client. Size, rate, parse, find the handler, map errors.

Knows no domain: who somebody is and what a frame means is the handlers' (realtime/registry.py).
Channels' consumer base is kept for its place in the routing; its channel layer, and its thread hop
per event, are not used: the hub delivers (ARCHITECTURE.md, "Natural paths").
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

import msgspec
import structlog
from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings

from api.errors import NotAuthenticated, ValidationFailed, as_parlor_error, detail
from api.payloads import Payload
from realtime import runtime, servers
from realtime.closing import Close
from realtime.events import AuthError
from realtime.limits import TokenBucket
from realtime.protocol import (
    Frame,
    Misshapen,
    NotAFrame,
    decode,
    decode_data,
    encode,
    encode_error,
)
from realtime.registry import Answer, Later, Registered, Soon, handlers
from realtime.slots import Slots
from realtime.socket import Socket

log = structlog.get_logger(__name__)

IDENTIFY = "auth:identify"


class GatewayConsumer(AsyncConsumer):
    """One client's connection, from accept to disconnect."""

    socket: Socket

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        """Run the connection: one event after the other, straight from the server."""
        self.scope, self.base_send = scope, send
        self._limits = settings.GATEWAY
        self._slots = Slots(self._limits["max_waiting"])
        self._commits: set[asyncio.Task[None]] = set()
        self._bucket = TokenBucket(self._limits["frames_per_s"], self._limits["frames_burst"])
        self.socket = Socket(send, self._limits["max_buffer_bytes"])
        self._is_idle = False
        try:
            while True:
                self._is_idle = True
                message = await receive()
                self._is_idle = False
                await self.dispatch(message)
        except StopConsumer:
            pass
        finally:
            self._gone()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """ASGI's three WebSocket events."""
        match message["type"]:
            case "websocket.connect":
                await self._connect()
            case "websocket.receive":
                await self._receive(message)
            case "websocket.disconnect":
                raise StopConsumer

    async def _connect(self) -> None:
        self.runtime = await runtime.ensure_started()
        token = self._bearer_token()
        offered: list[str] = self.scope.get("subprotocols", [])
        chosen = "bearer" if "bearer" in offered else None
        await self.base_send({"type": "websocket.accept", "subprotocol": chosen})
        if (lent := servers.lent_by(self.base_send)) is not None:
            lent.on_text = self._take_at_once  # until `socket.discard`
        self._expect_identify()
        if self.runtime.is_stopping:
            self.socket.close(Close.RESTART)
        elif token is not None:
            data = {"token": token, "protocol": 1}
            await self._run(Frame(type=IDENTIFY, data=_raw(data)))

    def _bearer_token(self) -> str | None:
        """The token of `Sec-WebSocket-Protocol: bearer, <token>`; never the query string's."""
        offered: list[str] = self.scope.get("subprotocols", [])
        return offered[1] if len(offered) == 2 and offered[0] == "bearer" else None

    def _expect_identify(self) -> None:
        self._identify_by = asyncio.get_running_loop().call_later(
            self._limits["identify_timeout_s"], self._not_identified
        )

    def _not_identified(self) -> None:
        if not self.socket.user_id:
            self.socket.close(Close.NOT_AUTHENTICATED)

    def _take_at_once(self, text: str) -> dict[str, Any] | None:
        """A message straight from the connection; answers what ASGI still has to bring: nothing,
        where it could be handled without waiting, else the message.
        """
        if not self._is_idle or self._slots.is_full:
            return {"type": "websocket.receive", "text": text}
        frame = self._read(text)
        if frame is None or self._start_at_once(frame):
            return None
        return {"type": "websocket.receive", "frame": frame}

    async def _receive(self, message: dict[str, Any]) -> None:
        frame, text = message.get("frame"), message.get("text")
        if frame is None and text is not None:
            frame = self._read(text)
        elif frame is None:
            self.socket.close(Close.BINARY)
        if frame is not None:
            await self._run(frame)

    def _read(self, text: str) -> Frame | None:
        """The frame, if it is one and the socket may send it; else that is said."""
        if self.socket.is_closing:
            return None
        if _size_over(text, self._limits["max_frame_bytes"]):
            self.socket.close(Close.TOO_BIG)
        elif not self._bucket.take():
            self.socket.close(Close.FLOODING)
        else:
            try:
                return decode(text)
            except NotAFrame:
                self.socket.close(Close.NOT_AN_OBJECT)
            except Misshapen as wrong:
                self.socket.send(encode_error(wrong.error, wrong.id))
        return None

    def _start_at_once(self, frame: Frame) -> bool:
        """Whether nothing had to be waited for before the reply."""
        registered = handlers.get(frame.type)
        if registered is None or registered.at_once is None:
            return False
        try:
            data = self._data_of(frame, registered)
            soon = registered.at_once(self.socket, data)
        except Exception as error:
            self._fail(frame, error)
            return True
        if soon is None:
            return False
        self._slots.take()
        self._reply_soon(frame, soon)
        return True

    def _reply_soon(self, frame: Frame, soon: Soon) -> None:
        soon.outcome.add_done_callback(lambda outcome: self._settle(frame, soon, outcome))

    def _settle(self, frame: Frame, soon: Soon, outcome: "asyncio.Future[Any]") -> None:
        error = asyncio.CancelledError() if outcome.cancelled() else outcome.exception()
        if error is not None and (reply := soon.otherwise(error)) is not None:
            self._finish_later(frame, Later(reply))
            return
        self._slots.release()
        if error is None:
            self.socket.send(encode(soon.reply(outcome.result()), frame.id))
        elif isinstance(error, Exception):
            self._fail(frame, error)

    async def _run(self, frame: Frame) -> None:
        """Run a frame's handler; a commit it waits for does not hold up the next frame."""
        await self._slots.wait()
        self._slots.take()
        try:
            answer = await self._answer(frame)
        except Exception as error:
            self._fail(frame, error)
            answer = None
        if isinstance(answer, Soon):
            self._reply_soon(frame, answer)
            return
        if isinstance(answer, Later):
            self._finish_later(frame, answer)
            return
        self._slots.release()
        if answer is not None:
            self.socket.send(encode(answer, frame.id))

    def _finish_later(self, frame: Frame, later: Later) -> None:
        task = asyncio.get_running_loop().create_task(self._finish(frame, later))
        self._commits.add(task)
        task.add_done_callback(self._commits.discard)

    async def _answer(self, frame: Frame) -> Answer:
        registered = handlers.get(frame.type)
        if registered is None:
            raise ValidationFailed(
                f"There is no frame type {frame.type[:64]!r}. /docs/ws lists them.",
                [detail("type", "unknown_type", "Unknown frame type.")],
            )
        if frame.type == IDENTIFY:
            self._identify_by.cancel()  # it came in time; how long the answer takes is ours
        data = self._data_of(frame, registered)
        result = registered.handler(self.socket, data)
        if isinstance(result, AsyncGenerator):
            await self._stream(frame, result)
            return None
        answer = await result
        if frame.type == IDENTIFY:
            self._identified()
        return answer

    def _data_of(self, frame: Frame, registered: Registered) -> Any:
        if not self.socket.user_id and not registered.before_identify:
            raise NotAuthenticated("Send auth:identify first.")
        return decode_data(registered.decoder, frame.data)

    async def _stream(self, frame: Frame, replies: AsyncGenerator[Payload, None]) -> None:
        """Send a long answer as fast as this client reads it.

        The generator goes on as soon as its reply is queued, so that nothing falls between the last
        reply and what it does then; the next reply waits until this one is written.
        """
        async with aclosing(replies):
            is_first = True
            async for reply in replies:
                if not is_first:
                    await self.socket.drained()
                if self.socket.is_closing:
                    return
                self.socket.send(encode(reply, frame.id))
                is_first = False
        await self.socket.drained()

    async def _finish(self, frame: Frame, later: Later) -> None:
        try:
            reply = await later.reply
            if reply is not None:
                self.socket.send(encode(reply, frame.id))
        except Exception as error:
            self._fail(frame, error)
        finally:
            self._slots.release()

    def _fail(self, frame: Frame, error: Exception) -> None:
        parlor_error = as_parlor_error(error)
        if frame.type == IDENTIFY and not self.socket.user_id and parlor_error.status != 503:
            refused = AuthError(code=parlor_error.code, message=parlor_error.message)
            self.socket.send(encode(refused, frame.id))
            self.socket.close(Close.NOT_AUTHENTICATED)
            return
        if frame.type == IDENTIFY and not self.socket.user_id:
            self._expect_identify()
        self.socket.send(encode_error(parlor_error, frame.id))

    def _identified(self) -> None:
        self.socket.on_overflow = self._forget

    def _gone(self) -> None:
        """The connection is over. No database work here: it would hold up the shutdown."""
        if hasattr(self, "_identify_by"):
            self._identify_by.cancel()
        self._forget(self.socket)
        self.socket.discard()

    def _forget(self, socket: Socket) -> None:
        if not socket.user_id:
            return
        if socket in self.runtime.hub.sockets:
            self.runtime.presence.linger(socket)  # first: it notes the rooms that end now
        self.runtime.hub.remove(socket)


def _size_over(text: str, limit_bytes: int) -> bool:
    return len(text) > limit_bytes or (
        len(text) * 4 > limit_bytes and len(text.encode("utf-8", "surrogatepass")) > limit_bytes
    )


def _raw(data: dict[str, Any]) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(data))
