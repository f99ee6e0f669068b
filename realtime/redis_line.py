"""A connection to Redis for the paths on which every message goes: many questions may be on their
way, each costs a write and its answer a callback. No pool, no task and no timer per question.

redis-py connects (TLS, passwords, database) and hiredis reads and writes the protocol; from then on
the connection's transport is ours. What is asked while Redis restarts fails, the next question
connects anew. A Line belongs to the event loop it was first used in.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import hiredis
import redis
import redis.asyncio

Word = str | bytes | int | float
_pack: Callable[[tuple[Word, ...]], bytes] = hiredis.pack_command  # type: ignore[assignment]


class Line(asyncio.Protocol):
    """Raises `redis.RedisError`, OSError or TimeoutError wherever Redis does not answer.

    With `on_push` whatever Redis says goes there: the line of a subscriber, which only `tell`s.
    """

    def __init__(
        self,
        url: str,
        *,
        connect_timeout_s: float,
        answer_timeout_s: float,
        on_push: Callable[[Any], None] | None = None,
    ) -> None:
        self._pool: Any = redis.asyncio.ConnectionPool.from_url(
            url, protocol=2, socket_connect_timeout=connect_timeout_s, socket_timeout=None
        )
        self._connect_timeout_s = connect_timeout_s
        self._answer_timeout_s = answer_timeout_s
        self._on_push = on_push
        self._connecting = asyncio.Lock()
        self._connection: Any = None
        self._transport: asyncio.WriteTransport | None = None
        self._reader = hiredis.Reader()
        self._asked: deque[asyncio.Future[Any]] = deque()
        self._patience: asyncio.TimerHandle | None = None
        self._answered = 0
        self.lost = asyncio.Event()  # since the last `connect`

    async def connect(self) -> None:
        """Connect, where that is not so already."""
        async with self._connecting:
            if self._transport is not None:
                return
            self.lost.clear()
            connection = self._pool.make_connection()
            async with asyncio.timeout(self._connect_timeout_s):
                await connection.connect()
            self._reader = hiredis.Reader()
            self._connection = connection
            self._transport = connection._writer.transport  # redis-py has no public name for it
            self._transport.set_protocol(self)

    async def ask(self, *words: Word) -> Any:
        """Ask and wait for the answer (bytes, int, None, or a list of them)."""
        if self._transport is None:
            await self.connect()
        return await self._send(words)

    def tell(self, *words: Word) -> None:
        """Say something whose answer goes to `on_push`. Raises ConnectionError where it is lost."""
        if self._transport is None:
            raise redis.ConnectionError("Redis is away")
        self._transport.write(_pack(words))

    def close(self) -> None:
        """End the connection; who still waits hears of it."""
        if self._transport is not None:
            self._transport.abort()
            self._lose(redis.ConnectionError("the line was closed"))

    def _send(self, words: tuple[Word, ...]) -> "asyncio.Future[Any]":
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self._asked.append(answer)
        self._transport.write(_pack(words))
        if self._patience is None:
            self._be_patient(silent_for=0)
        return answer

    def _be_patient(self, silent_for: int) -> None:
        loop = asyncio.get_running_loop()
        half_s = self._answer_timeout_s / 2
        self._patience = loop.call_later(half_s, self._check, self._answered, silent_for)

    def _check(self, answered: int, silent_for: int) -> None:
        """One timer for all questions. Silence counts when it is found twice: where this process
        itself stood still, the answers are read between the two.
        """
        self._patience = None
        if not self._asked:
            return
        if self._answered != answered:
            self._be_patient(silent_for=0)
        elif silent_for == 0:
            self._be_patient(silent_for=1)
        else:
            self._lose(TimeoutError("Redis does not answer"))

    # --- asyncio.Protocol ------------------------------------------------------------------------
    def data_received(self, data: bytes) -> None:
        """Answers, in the order of the questions."""
        try:
            self._reader.feed(data)
            while (reply := self._reader.gets()) is not False:
                if self._on_push is not None:
                    self._on_push(reply)
                else:
                    self._answer(reply)
        except hiredis.ProtocolError as error:
            self._lose(redis.ConnectionError(str(error)))

    def _answer(self, reply: Any) -> None:
        self._answered += 1
        answer = self._asked.popleft()
        if answer.done():
            return  # nobody waits any more
        if isinstance(reply, hiredis.ReplyError):
            answer.set_exception(redis.ResponseError(str(reply)))
        else:
            answer.set_result(reply)

    def connection_lost(self, error: Exception | None) -> None:
        """Redis closed the connection."""
        self._lose(redis.ConnectionError(str(error) if error else "Redis closed the connection"))

    def _lose(self, error: Exception) -> None:
        transport, self._transport = self._transport, None
        if transport is None:
            return
        transport.abort()
        self._connection = None
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        asked, self._asked = self._asked, deque()
        for answer in asked:
            if not answer.done():
                answer.set_exception(error)
        self.lost.set()
