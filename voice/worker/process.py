"""One media process from start to end: its port, its control WebSocket, its lease.

It beats in the database once a second; who beats in vain was given up, lets go of every room and
begins anew. SIGTERM: it takes no more rooms, its people are told to move, and it ends when they
have, or a few seconds later.
"""

import asyncio
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from uuid_utils.compat import uuid7

from realtime.threads import run_db
from voice import placement
from voice.sfu.endpoint import Endpoint
from voice.sfu.loop import run as run_in_loop
from voice.worker.desk import Desk
from voice.worker.house import House
from voice.worker.server import ControlServer

log = structlog.get_logger(__name__)

CHECK_S = 0.5
SNAPSHOT_CHECKS = 4
FIGURES_CHECKS = 60
DRAIN_WITHIN_S = 5.0
WRONG_SETTINGS = 78  # the exit code that says: starting again will not help
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104


class Worker:
    """See the module. `number` is which of this machine's workers it is, from 0."""

    def __init__(self, number: int, worker_id: UUID) -> None:
        self.id = worker_id
        self.number = number
        self.stopping = asyncio.Event()
        self._is_drained = asyncio.Event()
        self._busy_before = (time.monotonic(), time.process_time())

    async def run(self) -> int:
        """Serves until `stopping`; the exit code."""
        try:
            self.endpoint = _listen(self.number)
            self.server = ControlServer(settings.MEDIA_CONTROL_TOKEN)
            max_video_bps = settings.MEDIA_MAX_VIDEO_KBPS * 1000
            self.house = House(self.endpoint, self.server.tell, max_video_bps=max_video_bps)
            self.server.desk = Desk(self.house)
            port = settings.MEDIA_CONTROL_PORT
            bound = await self.server.open(
                settings.MEDIA_CONTROL_HOST, port + self.number if port else 0
            )
        except OSError as error:
            sys.stderr.write(f"The media worker cannot start: {error}.\n")
            return WRONG_SETTINGS
        self.url = f"ws://{await _own_name()}:{bound}"
        await self._register()
        log.info("media_worker_ready", id=str(self.id), udp_port=self.endpoint.port, url=self.url)
        tasks = [asyncio.create_task(self._beat()), asyncio.create_task(self._check())]
        await self.stopping.wait()
        await self._drain()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.server.close()
        self.endpoint.close()
        with suppress(DatabaseError):
            await run_db(placement.remove, self.id)
        return 0

    async def _register(self) -> None:
        """A database that is not there yet is waited for."""
        while not self.stopping.is_set():
            try:
                await run_db(placement.register, self.id, self.url)
                return
            except DatabaseError as error:
                log.warning("media_worker_waits_for_database", error=str(error))
                await asyncio.sleep(1)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(placement.BEAT_S)
            try:
                if not await run_db(placement.beat, self.id, self._busy()):
                    log.warning("media_worker_was_given_up", id=str(self.id))
                    self.house.empty()
                    self.id = uuid7()
                    await self._register()
            except DatabaseError as error:
                log.warning("media_worker_beats_in_vain", error=str(error))
            except Exception:
                log.exception("media_worker_beat_failed")

    def _busy(self) -> float:
        """The share of a core since the last time."""
        before, now = self._busy_before, (time.monotonic(), time.process_time())
        self._busy_before = now
        return min(1.0, (now[1] - before[1]) / max(0.001, now[0] - before[0]))

    async def _check(self) -> None:
        """Ends who does not come, says who is there, and how well they hear."""
        checks = 0
        while True:
            await asyncio.sleep(CHECK_S)
            checks += 1
            try:
                self.house.check()
                if checks % SNAPSHOT_CHECKS == 0:
                    self.server.tell("sessions", {"versions": self.house.snapshot()})
                if checks % FIGURES_CHECKS == 0 and (figures := self.house.figures()):
                    self.server.tell("figures", {"figures": figures})
                if self.stopping.is_set() and not self.house.seats:
                    self._is_drained.set()
            except Exception:
                log.exception("media_worker_check_failed")

    async def _drain(self) -> None:
        """People move away, while their media still flows here."""
        with suppress(DatabaseError):
            await run_db(placement.drain, self.id)
        if self.house.seats and self.server.has_lines:
            self.server.tell("draining", {})
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_drained.wait(), DRAIN_WITHIN_S)
        self.house.empty()


def _listen(number: int) -> Endpoint:
    host = "127.0.0.1" if settings.MEDIA_HOST == "localhost" else settings.MEDIA_HOST
    port = settings.MEDIA_UDP_PORT
    hosts: Any = EVERYWHERE if host in EVERYWHERE else host
    return Endpoint.listen(
        hosts, port + number if port else 0, announced=settings.MEDIA_ANNOUNCED_IP
    )


async def _own_name() -> str:
    """Under which web processes reach this one."""
    host = settings.MEDIA_CONTROL_HOST
    if host not in EVERYWHERE:
        return f"[{host}]" if ":" in host else str(host)
    import socket

    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(socket.gethostname(), None, family=socket.AF_INET)
    return str(found[0][4][0])


def run(number: int, worker_id: UUID) -> int:
    """The whole process; the exit code. Ends on SIGTERM, SIGINT, or when its parent is gone."""

    async def serve() -> int:
        worker = Worker(number, worker_id)
        loop = asyncio.get_running_loop()
        for kind in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(kind, worker.stopping.set)
        if number >= 0 and not sys.stdin.isatty():
            _end_with_parent(loop, worker.stopping.set)
        return await worker.run()

    return run_in_loop(serve())


def _end_with_parent(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """The supervisor holds the other end of stdin and never writes to it."""
    fd = sys.stdin.fileno()

    def read() -> None:
        loop.remove_reader(fd)
        stop()

    with suppress(OSError, PermissionError):
        loop.add_reader(fd, read)
