"""The socket floor of one process: hub, roster, typing, watch and bus, started once per event loop.

`current` is None in processes without sockets (jobs, commands, a shell).
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.utils.module_loading import import_string

from realtime import bus as bus_module
from realtime import wire
from realtime.bus import Bus
from realtime.closing import Close
from realtime.hub import Hub
from realtime.presence import PresenceKeeper
from realtime.roster import BEAT_S, Ask, Roster, Told
from realtime.sources import sources
from realtime.threads import run_db
from realtime.typing_state import TypingKeeper
from realtime.watch import Watch

log = structlog.get_logger(__name__)

OF_PROCESSES = (Told, Ask, wire.Bye)

current: "Runtime | None" = None
# What upper floors start with the socket floor, each with its loop running.
on_start: "list[Callable[[Runtime], None]]" = []


class Runtime:
    """Everything a web process keeps in memory for its sockets."""

    def __init__(self) -> None:
        process = uuid4().hex
        self.loop = asyncio.get_running_loop()
        self.hub = Hub(process, settings.GATEWAY["max_sockets_per_person"])
        self.roster = Roster(process)
        self.presence = PresenceKeeper(self.hub, self.roster)
        self.typing = TypingKeeper(self.hub)
        self.watch = Watch(self.hub, settings.GATEWAY["pulse_s"])
        self.bus: Bus | None = None
        self.is_stopping = False
        self._tasks: list[asyncio.Task[None]] = []
        self._keeping: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        # What upper floors still want to write when the process ends.
        self.before_stop: list[Callable[[], Awaitable[None]]] = []

    @property
    def is_alone(self) -> bool:
        """Whether no other process with sockets is known."""
        return not self.roster.peers

    async def start(self) -> None:
        """Subscribe to the other processes first, then begin to check and to tick."""
        if settings.REDIS_URL:
            channel = await run_db(sources.deployment)
            bus_class: type[Bus] = import_string(settings.BUS_CLASS)
            self.bus = bus_class(settings.REDIS_URL, channel, self.hub.process)
            self.bus.on_entry, self.bus.on_connected = self.hub.take, self._greet
            self.hub.ring = self._ring
            await self.bus.start()
        self._tasks = [
            self.loop.create_task(self.watch.run()),
            self.loop.create_task(self._tick_for_ever()),
        ]
        for begin in on_start:
            begin(self)

    async def stop(self, code: int = Close.RESTART) -> None:
        """Close every socket, say goodbye, end."""
        self.is_stopping = True
        self.hub.close_all(code)
        for finish in self.before_stop:
            await finish()
        if self._keeping is not None:
            await self._keeping
        await self._keep_presence()
        tasks = [*self._tasks, *filter(None, [self._telling])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.bus is not None:
            self.bus.ring(wire.Bye(self.hub.process))
            await self.bus.stop()

    def _ring(self, entry: wire.Entry) -> None:
        """To the other processes. Where there are none, only who comes needs to be told of us: what
        happened before, they read.
        """
        if self.bus is not None and (not self.is_alone or isinstance(entry, OF_PROCESSES)):
            self.bus.ring(entry)

    def _greet(self) -> None:
        """The doorbell works (again): tell who is here, ask who is there, compare heads."""
        self.hub.ring(self.roster.whole())
        self.hub.ring(Ask(""))
        self.loop.create_task(self.watch.check_now())

    async def _tick_for_ever(self) -> None:
        ticks = 0
        while True:
            await asyncio.sleep(1.0)
            ticks += 1
            try:
                self.presence.tick()
                self.typing.tick()
                self._tell_activity_soon()
                self.hub.check_progress()
                if ticks % int(BEAT_S) == 0:
                    self.hub.ring(self.roster.beat())
                    self._keep_soon()
            except Exception:
                log.exception("tick_failed")

    def _tell_activity_soon(self) -> None:
        """In a task of its own: a slow database must not hold up the ticks."""
        if self._telling is None or self._telling.done():
            self._telling = self.loop.create_task(self._tell_activity())

    async def _tell_activity(self) -> None:
        try:
            await self.watch.tell_activity()
        except DatabaseError as error:
            log.info("activity_waits_for_database", error=str(error))
        except Exception:
            log.exception("activity_not_told")

    def _keep_soon(self) -> None:
        """Likewise."""
        if self._keeping is None or self._keeping.done():
            self._keeping = self.loop.create_task(self._keep_presence())

    async def _keep_presence(self) -> None:
        kept, self.presence.keep = self.presence.keep, {}
        if kept:
            try:
                await run_db(sources.keep_presence, kept)
            except DatabaseError as error:
                self.presence.keep = kept | self.presence.keep
                log.info("presence_waits_for_database", error=str(error))
            except Exception:
                log.exception("presence_not_kept")


_starting: asyncio.Lock | None = None


async def ensure_started() -> Runtime:
    """The running runtime of this loop, started on first use (daphne has no lifespan)."""
    global current, _starting
    if current is not None and current.loop is asyncio.get_running_loop():
        return current
    if _starting is None:
        _starting = asyncio.Lock()
    async with _starting:
        if current is None or current.loop is not asyncio.get_running_loop():
            runtime = Runtime()
            await runtime.start()
            current = runtime
    return current


async def stop() -> None:
    """End the runtime of this process."""
    global current, _starting
    runtime, current, _starting = current, None, None
    if runtime is not None:
        await runtime.stop()


def ring_without_loop(*entries: wire.Entry) -> None:
    """Ring from a process without sockets; without Redis the others find out by their watch."""
    if settings.REDIS_URL:
        bus_module.ring_once(settings.REDIS_URL, sources.deployment(), *entries)
