"""Voice in a web process: tells its sockets who sits where, hears the workers, keeps things true.

Once a second it reads who lives and who sits (two queries): workers that are lost give up their
rooms, sessions that are over end, and what the doorbell lost is told. Several processes may do all
this at once: each step is done by whoever is first, the others find it done.
"""

import asyncio
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from django.db import Error as DatabaseError

from api.payloads import Payload
from realtime import wire as doorbell
from realtime.protocol import encode
from realtime.runtime import Runtime
from realtime.threads import run_db
from voice import control, placement, queries, services, speaking
from voice.calls import negotiation, public_id
from voice.control import Where
from voice.events import VoiceNewProducer, VoiceOffer, VoiceProducerClosed, VoiceSpeaking
from voice.queries import NO_WORKER, Seated, WorkerSeen
from voice.seen import SeenStates
from voice.wire import News

log = structlog.get_logger(__name__)

LOOK_S = 0.5
KEEP_SOCKETS_S = 5.0
SURE_AFTER_S = 0.4  # between two looks that both find a worker's lease run out
MISSING_S = 3.0  # a worker does not have somebody whom it should have, in two of its reports
CALM_S = 8.0  # after the database was away nothing is judged for so long: others may be late, too


class Snapshot(NamedTuple):
    """Which sessions a worker has, and which version of each it obeys; heard when."""

    versions: dict[str, int]
    at_s: float


class VoiceLive:
    """See the module. One per web process, on the socket floor's loop."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._loop = asyncio.get_running_loop()
        self._stale: dict[str, float] = {}  # workers whose lease has run out, since when
        self._snapshots: dict[str, Snapshot] = {}
        self._missing: dict[str, float] = {}  # sessions that their worker does not have, since when
        self._keep_at_s = 0.0
        self._judge_from_s = monotonic()
        self._writes: set[asyncio.Task[None]] = set()
        self.seen = SeenStates(runtime.hub)
        runtime.hub.extra[doorbell.Stated] = self.seen.take
        control.switchboard.on_news = self._hear_from_its_thread
        self._task = self._loop.create_task(self._run())
        runtime.before_stop.append(self.stop)

    async def stop(self) -> None:
        """The process ends; media goes on without it."""
        self._task.cancel()
        await asyncio.gather(self._task, *self._writes, return_exceptions=True)
        await self._loop.run_in_executor(None, control.hang_up)

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except DatabaseError as error:
                self._judge_from_s = monotonic() + CALM_S
                log.info("voice_waits_for_database", error=str(error))
            except Exception:
                log.exception("voice_look_failed")
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Once round."""
        began_s = monotonic()
        workers = await run_db(queries.list_workers)
        seated = await run_db(queries.list_seated)
        speaking.keep_only({one.id for one in seated})
        await self._tell_what_was_lost(seated)
        await self._look_at_workers(workers)
        await self._keep_sockets(seated)
        if monotonic() > self._judge_from_s:
            await self._end_what_is_over(seated)
            await self._compare_with_workers(seated, began_s)

    async def _tell_what_was_lost(self, seated: list[Seated]) -> None:
        """What this process' sockets should have heard of and did not."""
        newer = self.seen.compare(seated)
        if newer:
            rows = await run_db(queries.get_states, newer)
            self.seen.tell(rows)

    # --- workers ---------------------------------------------------------------------------------
    async def _look_at_workers(self, workers: list[WorkerSeen]) -> None:
        living = {it.id: it for it in workers if it.is_living}
        control.keep([Where(it.id, it.url) for it in living.values()])
        self._snapshots = {it: snap for it, snap in self._snapshots.items() if it in living}
        for worker in workers:
            is_stale = not worker.is_lost and self._is_surely_stale(worker)
            if is_stale and await run_db(placement.give_up, UUID(worker.id), if_stale=True):
                log.warning("media_worker_lost", id=worker.id)
        if any(it.has_rooms and (it.is_draining or not it.is_living) for it in workers):
            await self._move_rooms()

    def _is_surely_stale(self, worker: WorkerSeen) -> bool:
        """Its lease has run out in two looks at it: after a database that did not answer for a
        while every lease has run out, though everybody lives.
        """
        if worker.is_living:
            self._stale.pop(worker.id, None)
            return False
        since_s = self._stale.setdefault(worker.id, monotonic())
        return monotonic() - since_s > SURE_AFTER_S and monotonic() > self._judge_from_s

    async def _move_rooms(self) -> None:
        for room_id, reason in await run_db(placement.rooms_to_move):
            await run_db(services.move_room, room_id, reason)

    # --- sessions --------------------------------------------------------------------------------
    async def _keep_sockets(self, seated: list[Seated]) -> None:
        """Sessions of the gateway go on while their sign-in has a socket here."""
        if monotonic() < self._keep_at_s:
            return
        self._keep_at_s = monotonic() + KEEP_SOCKETS_S
        here = {socket.session_id for socket in self._runtime.hub.sockets}
        mine = [it.id for it in seated if it.is_of_gateway and it.sign_in_id in here]
        if mine:
            await run_db(services.keep_sockets, mine)

    async def _end_what_is_over(self, seated: list[Seated]) -> None:
        for one in seated:
            if one.is_signed_out:
                await run_db(services.end_session, one.id, "signed_out")
            elif one.is_over:
                reason = "worker_lost" if one.is_moving else "socket_lost"
                await run_db(services.end_session, one.id, reason)
            elif one.worker_id == NO_WORKER and not one.is_moving:
                await run_db(services.end_session, one.id, "worker_lost")
            elif one.is_due:
                await run_db(services.recheck, one.id)

    async def _compare_with_workers(self, seated: list[Seated], read_at_s: float) -> None:
        """A worker and the database agree on who sits there, and how; else the database rules."""
        known = {one.id: one for one in seated}
        for worker_id, snapshot in self._snapshots.items():
            if snapshot.at_s > read_at_s:
                continue  # it may know somebody who came after we read
            for session_id, version in snapshot.versions.items():
                one = known.get(session_id)
                if one is None:
                    await self._tell(worker_id, "leave", {"sessionId": session_id})
                elif one.worker_id == worker_id and one.version > version:
                    await run_db(services.remind_worker, session_id)
        self._note_missing(seated)
        for session_id, since_s in list(self._missing.items()):
            if monotonic() - since_s > MISSING_S:
                del self._missing[session_id]
                await run_db(services.end_session, session_id, "silent")

    def _note_missing(self, seated: list[Seated]) -> None:
        """Sessions that their worker should have and has not."""
        missing = {
            one.id
            for one in seated
            if not (one.is_new or one.is_moving)
            and one.worker_id in self._snapshots
            and one.id not in self._snapshots[one.worker_id].versions
        }
        self._missing = {it: self._missing.get(it, monotonic()) for it in missing}

    async def _tell(self, worker_id: str, method: str, data: dict[str, str]) -> None:
        workers = {it.id: it for it in await run_db(queries.list_workers)}
        if worker_id in workers:
            control.tell(Where(worker_id, workers[worker_id].url), method, data)

    # --- news of the workers ---------------------------------------------------------------------
    def _hear_from_its_thread(self, worker_id: str, news: News) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._hear, worker_id, news)

    def _hear(self, worker_id: str, news: News) -> None:
        data = news.data
        match news.name:
            case "speaking":
                speaking.note(data["sessionId"], data["speaking"])
                self._tell_people(data["to"], _about_speaking(data))
            case "new_producer" | "producer_closed":
                made = news.name == "new_producer"
                kind = VoiceNewProducer if made else VoiceProducerClosed
                self._tell_people(data["to"], _about_producer(kind, data))
            case "offer":
                self._tell_person(data["to"], VoiceOffer(**negotiation(data)))
            case "sessions":
                self._snapshots[worker_id] = Snapshot(data["versions"], monotonic())
            case _ if news.is_first:
                task = self._loop.create_task(self._write(news))
                self._writes.add(task)
                task.add_done_callback(self._writes.discard)

    def _tell_people(self, user_ids: list[str], event: Payload) -> None:
        """Every process hears the workers itself, so that no doorbell is rung for these."""
        frame = encode(event)
        for user_id in user_ids:
            self._runtime.hub.take(doorbell.Cast(f"user:{user_id}", frame, is_droppable=True))

    def _tell_person(self, user_ids: list[str], event: Payload) -> None:
        """As `_tell_people`, for what must not be left out when a socket reads slowly."""
        for user_id in user_ids:
            self._runtime.hub.take(doorbell.Cast(f"user:{user_id}", encode(event)))

    async def _write(self, news: News) -> None:
        """What this process is to write down. What fails is found by `look`."""
        data = news.data
        try:
            if news.name == "ended":
                await run_db(services.end_session, data["sessionId"], data["reason"])
            elif news.name == "media":
                await run_db(
                    services.note_media,
                    data["sessionId"],
                    video=data["video"],
                    screen_sharing=data["screenSharing"],
                )
            elif news.name == "figures":
                await run_db(services.record, data["figures"])
            elif news.name == "draining":
                await self._move_rooms()
        except DatabaseError as error:
            log.warning("media_news_not_written", name=news.name, error=str(error))
        except Exception:
            log.exception("media_news_not_written", name=news.name)


def _about_speaking(data: dict[str, Any]) -> VoiceSpeaking:
    return VoiceSpeaking(
        room_id=data["roomId"],
        user_id=data["userId"],
        speaking=data["speaking"],
        level=data["level"],
    )


def _about_producer(
    kind: type[VoiceNewProducer] | type[VoiceProducerClosed], data: dict[str, str]
) -> VoiceNewProducer | VoiceProducerClosed:
    return kind(
        room_id=data["roomId"],
        user_id=data["userId"],
        producer_id=public_id(data["sessionId"], data["producerId"]),
        kind=data["kind"],
        source=data["source"],
    )


def start(runtime: Runtime) -> None:
    """With the socket floor (`realtime.runtime.on_start`)."""
    VoiceLive(runtime)
