"""A connection to PostgreSQL that runs one prepared statement after the other, straight from the
event loop: psycopg's own waiting costs more than the statement of a lone sender takes.

psycopg connects (hosts, TLS, passwords); what follows is libpq's asynchronous interface, as psycopg
offers it (`psycopg.pq`, https://www.postgresql.org/docs/current/libpq-async.html). The loop looks
at the socket all the time: nobody else may wait on this connection.
"""

import asyncio
from collections.abc import Callable, Sequence

import psycopg
from psycopg import errors, pq

_WELL = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)


class Line:
    """One connection. Raises psycopg's errors; after OperationalError it `is_broken`."""

    def __init__(self, database: "psycopg.AsyncConnection[object]") -> None:
        self._database = database  # it ends the connection when it is collected
        self._pgconn = database.pgconn
        self._loop = asyncio.get_running_loop()
        self._prepared: dict[bytes, bytes] = {}
        self._answer: asyncio.Future[pq.abc.PGresult] | None = None
        self._results: list[pq.abc.PGresult] = []
        self._is_writing = False
        self._broken: psycopg.OperationalError | None = None
        self._socket = self._pgconn.socket
        self._loop.add_reader(self._socket, self._read)

    @property
    def is_broken(self) -> bool:
        """Whether the connection ended."""
        return self._broken is not None

    async def ask(self, query: bytes, values: Sequence[bytes]) -> "pq.abc.PGresult":
        """Run a query with `$1` … in it, prepared the first time; values are PostgreSQL's texts."""
        name = self._prepared.get(query)
        if name is None:
            name = b"parlor_%d" % len(self._prepared)
            await self._run(lambda: self._pgconn.send_prepare(name, query))
            self._prepared[query] = name
        return await self._run(lambda: self._pgconn.send_query_prepared(name, values))

    async def close(self) -> None:
        """End the connection; who still waits hears of it."""
        self._lose(psycopg.OperationalError("the connection was closed"))
        await self._database.close()

    async def _run(self, send: Callable[[], None]) -> "pq.abc.PGresult":
        if self._broken is not None:
            raise self._broken
        assert self._answer is None, "one statement at a time"
        self._answer = self._loop.create_future()
        try:
            try:
                send()
                self._write()
            except psycopg.OperationalError as error:
                self._lose(error)
            result = await self._answer
        except asyncio.CancelledError:
            self._lose(psycopg.OperationalError("nobody waits for the answer that may still come"))
            raise
        finally:
            self._answer = None
        if result.status not in _WELL:
            raise errors.error_from_result(result)
        return result

    def _write(self) -> None:
        """What the socket does not take at once goes when it can."""
        is_writing = bool(self._pgconn.flush())
        if is_writing and not self._is_writing:
            self._loop.add_writer(self._socket, self._write_on)
        elif self._is_writing and not is_writing:
            self._loop.remove_writer(self._socket)
        self._is_writing = is_writing

    def _write_on(self) -> None:
        try:
            self._write()
        except psycopg.OperationalError as error:
            self._lose(error)

    def _read(self) -> None:
        try:
            self._pgconn.consume_input()
            if self._is_writing:
                self._write()  # the server may wait for us to read before it reads on
            while not self._pgconn.is_busy():
                result = self._pgconn.get_result()
                if result is None:
                    break
                self._results.append(result)
            else:
                return
        except psycopg.OperationalError as error:
            self._lose(error)
            return
        self._settle()

    def _settle(self) -> None:
        """The statement has ended: the last result is its answer, or why the connection ended."""
        results, self._results = self._results, []
        if self._answer is not None and not self._answer.done() and results:
            self._answer.set_result(results[-1])
        if self._pgconn.status == pq.ConnStatus.BAD:
            self._lose(psycopg.OperationalError("the server closed the connection"))

    def _lose(self, error: psycopg.OperationalError) -> None:
        if self._broken is None:
            self._broken = error
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(self._broken)
