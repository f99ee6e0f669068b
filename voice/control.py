"""The web side of the control WebSocket: asks media workers, and hears their news.

Connections live on an event loop in a thread of their own, so that REST's threads, the gateway's
loop, jobs and commands use them alike, and a worker that hangs holds up nobody else. A connection
that breaks moves nothing (placement.py decides who lives); it is opened again when needed.
"""

import asyncio
import itertools
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, NamedTuple, TypeVar

import msgspec
import structlog
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from api import errors
from voice import wire
from voice.models import VoiceSession

log = structlog.get_logger(__name__)
T = TypeVar("T")

OPEN_WITHIN_S = 2.0
ANSWER_WITHIN_S = 5.0
MAX_UNANSWERED = 1_000

KINDS: dict[str, type[errors.ParlorError]] = {
    kind.__name__: kind
    for kind in (errors.NotFound, errors.Forbidden, errors.Conflict, errors.ValidationFailed)
}


class Where(NamedTuple):
    """A worker."""

    worker_id: str
    url: str


def where(session: VoiceSession) -> Where:
    """The worker of a session loaded with it. Raises NotFound for one that is moving."""
    if session.worker is None:
        raise errors.NotFound("This session's media is lost. Join again.")
    return Where(str(session.worker.pk), session.worker.url)


class Line:
    """The connection to one worker."""

    def __init__(self, place: Where, on_news: Callable[[str, wire.News], None]) -> None:
        self.place = place
        self._on_news = on_news
        self._socket: ClientConnection | None = None
        self._opening = asyncio.Lock()
        self._reader: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._ids = itertools.count(1)

    async def ask(self, method: str, data: dict[str, Any]) -> Any:
        """The worker's answer. Raises its refusal, or Unavailable."""
        if len(self._waiting) >= MAX_UNANSWERED:
            raise errors.Unavailable
        socket = await self.open()
        number = next(self._ids)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await socket.send(wire.encode(wire.Ask(method, data, number)).decode())
                return await answer
        except (TimeoutError, OSError, WebSocketException) as error:
            log.warning("media_worker_silent", worker=self.place.worker_id, error=str(error))
            raise errors.Unavailable from None
        finally:
            self._waiting.pop(number, None)

    async def tell(self, method: str, data: dict[str, Any]) -> None:
        """As `ask`, where no answer is waited for. What is lost the upkeep says again."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                socket = await self.open()
                await socket.send(wire.encode(wire.Ask(method, data)).decode())
        except (errors.Unavailable, TimeoutError, OSError, WebSocketException) as error:
            log.info("media_worker_not_told", worker=self.place.worker_id, error=str(error))

    async def open(self) -> ClientConnection:
        """The open connection. Raises Unavailable."""
        async with self._opening:
            if self._socket is not None:
                return self._socket
            token = settings.MEDIA_CONTROL_TOKEN
            try:
                self._socket = await connect(
                    self.place.url + wire.PATH,
                    additional_headers={"Authorization": f"Bearer {token}"},
                    open_timeout=OPEN_WITHIN_S,
                    close_timeout=1,
                    max_size=wire.MAX_MESSAGE_BYTES,
                    compression=None,
                    proxy=None,
                )
            except (OSError, TimeoutError, WebSocketException) as error:
                log.info("media_worker_away", url=self.place.url, error=str(error))
                raise errors.Unavailable("The media worker does not answer.") from None
            self._reader = asyncio.get_running_loop().create_task(self._read(self._socket))
            return self._socket

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                self._take(wire.decode_said(text))
        except (WebSocketException, OSError, msgspec.MsgspecError) as error:
            log.info("media_worker_line_broke", url=self.place.url, error=str(error))
        finally:
            self._socket = None
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(errors.Unavailable())
            await socket.close()

    def _take(self, said: wire.Answer | wire.News) -> None:
        if isinstance(said, wire.News):
            try:
                self._on_news(self.place.worker_id, said)
            except Exception:
                log.exception("media_news_failed", name=said.name)
            return
        answer = self._waiting.get(said.id)
        if answer is None or answer.done():
            return
        if said.refusal is None:
            answer.set_result(said.ok)
        else:
            answer.set_exception(_as_error(said.refusal))

    async def close(self) -> None:
        """The worker is no more, or this process ends."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)


def _as_error(refusal: wire.Refusal) -> errors.ParlorError:
    kind = KINDS.get(refusal.kind, errors.InternalError)
    if kind is errors.ValidationFailed:
        return errors.ValidationFailed.of(refusal.field, "invalid", refusal.message)
    return kind(refusal.message)


class Switchboard:
    """All lines of this process, on their own loop and thread, started when first needed."""

    def __init__(self) -> None:
        self.on_news: Callable[[str, wire.News], None] = lambda worker_id, news: None
        self._lines: dict[str, Line] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting = threading.Lock()

    def submit(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Run on the lines' loop, from any thread."""
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                name, target = "parlor-media-control", self._loop.run_forever
                threading.Thread(target=target, name=name, daemon=True).start()
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def line(self, place: Where) -> Line:
        """On the lines' loop only."""
        if place.worker_id not in self._lines:
            self._lines[place.worker_id] = Line(place, self._news)
        return self._lines[place.worker_id]

    def _news(self, worker_id: str, news: wire.News) -> None:
        self.on_news(worker_id, news)

    async def keep(self, places: list[Where]) -> None:
        """Lines to exactly these, opened where they are not."""
        wanted = {place.worker_id: place for place in places}
        for worker_id in self._lines.keys() - wanted.keys():
            await self._lines.pop(worker_id).close()
        opening = [self.line(place).open() for place in wanted.values()]
        await asyncio.gather(*opening, return_exceptions=True)

    async def close(self) -> None:
        """Hang up everywhere."""
        await self.keep([])


switchboard = Switchboard()


async def _ask(place: Where, method: str, data: dict[str, Any]) -> Any:
    return await switchboard.line(place).ask(method, data)


async def _tell(place: Where, method: str, data: dict[str, Any]) -> None:
    await switchboard.line(place).tell(method, data)


def ask(place: Where, method: str, data: dict[str, Any]) -> Any:
    """The worker's answer, for threads. Raises its refusal, or Unavailable."""
    asked = switchboard.submit(_ask(place, method, data))
    try:
        return asked.result(OPEN_WITHIN_S + ANSWER_WITHIN_S + 1)
    except FutureTimeout:
        asked.cancel()
        raise errors.Unavailable from None


async def aask(place: Where, method: str, data: dict[str, Any]) -> Any:
    """The worker's answer, for event loops."""
    return await asyncio.wrap_future(switchboard.submit(_ask(place, method, data)))


def tell(place: Where, method: str, data: dict[str, Any]) -> None:
    """Tell a worker something; never waits."""
    switchboard.submit(_tell(place, method, data))


def keep(places: list[Where]) -> None:
    """Hold lines open to exactly these workers; never waits."""
    switchboard.submit(switchboard.keep(places))


def hang_up() -> None:
    """Close every line; waits for it a moment."""
    try:
        switchboard.submit(switchboard.close()).result(3)
    except FutureTimeout:
        log.warning("media_lines_not_closed")
