"""The watch: what this process checks against the database, however many doorbells were lost.

Heads (a room that moved on unheard is filled from the database), access (who may no longer read is
cut), ended sessions, versions for `pong`. A few queries a second for the whole process, none per
socket (sequence rules 5 and 8; promises 5, 6, 12).
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection

import structlog
from django.db import Error as DatabaseError

from realtime.events import RoomActivity
from realtime.hub import Hub
from realtime.protocol import encode
from realtime.sources import Activity, Head, sources
from realtime.threads import run_db

log = structlog.get_logger(__name__)

HOLE_PATIENCE_S = 0.1  # numbers a little out of order come by themselves
LOOK_BACK_S = 15.0


class Watch:
    """Periodic checks and hole filling for one hub."""

    def __init__(self, hub: Hub, pulse_s: float) -> None:
        self.hub, self.pulse_s = hub, pulse_s
        self.people_versions: dict[str, int] = {}
        self.server_versions: dict[str, int] = {}
        self._access_versions: dict[str, int] = {}
        self._filling: dict[str, asyncio.Task[None]] = {}
        self._is_told_down = False
        hub.on_hole = self.expect

    async def run(self) -> None:
        """Check for ever."""
        while True:
            await asyncio.sleep(self.pulse_s)
            await self.check_now()

    async def check_now(self) -> None:
        """One round; a database that is away is waited for, not died of."""
        checks: list[Callable[[], Awaitable[None]]] = [
            self._check_sessions,
            self._check_heads,
            self._check_versions,
        ]
        try:
            for check in checks:
                await check()
            self._is_told_down = False
        except DatabaseError as error:
            if not self._is_told_down:
                log.warning("watch_without_database", error=str(error))
                self._is_told_down = True
        except Exception:
            log.exception("watch_failed")

    def know(self, heads: dict[str, Head], servers: dict[str, int], people: dict[str, int]) -> None:
        """What a socket was just told. Where others know something newer, it will be told that."""
        for room_id, head in heads.items():
            known = self._access_versions.get(room_id, head.access_version)
            self._access_versions[room_id] = min(known, head.access_version)
            if self.hub.heads.get(room_id, 0) > head.last_seq:
                self.hub.active.setdefault(room_id, head.last_seq)
            self.hub.note_head(room_id, head.last_seq)
        for server_id, version in servers.items():
            known_version = self.server_versions.get(server_id, version)
            self.server_versions[server_id] = min(known_version, version)
        self.people_versions |= people

    def access_version(self, room_id: str) -> int:
        """Of a room that is heard here, as of the last round: grants from before it are old."""
        return self._access_versions.get(room_id, 0)

    async def start_feed(self, room_id: str) -> None:
        """Give a new feed its starting head, before any socket's snapshot is read."""
        if self.hub.feed(room_id).delivered is not None:
            return
        try:
            heads = await run_db(sources.heads, [room_id])
        except BaseException:
            self.hub.forget_feed_if_empty(room_id)
            raise
        if room_id in heads:
            self._access_versions.setdefault(room_id, heads[room_id].access_version)
            # Asked for again: whoever left meanwhile may have taken the first one along.
            self.hub.feed(room_id).start(heads[room_id].last_seq)

    async def _check_sessions(self) -> None:
        if self.hub.sockets:
            self.hub.end_sessions(await run_db(sources.sessions_ended_within, LOOK_BACK_S))

    async def _check_heads(self) -> None:
        rooms = self.hub.rooms_of_interest()
        for room_id in self._access_versions.keys() - rooms:
            del self._access_versions[room_id]
        for room_id in self.hub.heads.keys() - rooms:
            del self.hub.heads[room_id]
        if not rooms:
            return
        heads = await run_db(sources.heads, rooms)
        await self._check_access(heads)
        for room_id, head in heads.items():
            self._check_head(room_id, head)
        for room_id in rooms - heads.keys():
            self._cut_all(room_id)

    def _check_head(self, room_id: str, head: Head) -> None:
        self.hub.advance(room_id, head.last_seq)
        feed = self.hub.feeds.get(room_id)
        if feed is not None:
            feed.known_head = max(feed.known_head, head.last_seq)
            if feed.has_hole:
                self.expect(room_id)

    async def _check_access(self, heads: dict[str, Head]) -> None:
        """Who may still read the rooms whose access changed: asked once for all of them."""
        before = self._access_versions
        changed = {
            room_id: before[room_id]
            for room_id, head in heads.items()
            if before.get(room_id, head.access_version) != head.access_version
        }
        before |= {room_id: head.access_version for room_id, head in heads.items()}
        if not changed:
            return
        try:
            await self._cut_who_may_not_read(changed.keys())
        except BaseException:
            before |= changed  # so that the next round tries again
            raise

    async def _cut_who_may_not_read(self, room_ids: Collection[str]) -> None:
        hearing = {
            socket: [r for r in room_ids if r in socket.joined or r in socket.watched]
            for socket in self.hub.sockets
        }
        asked: dict[str, set[str]] = {room_id: set() for room_id in room_ids}
        for socket, rooms in hearing.items():
            for room_id in rooms:
                asked[room_id].add(socket.user_id)
        may = await run_db(sources.readers, asked)
        for socket, rooms in hearing.items():
            lost = [room_id for room_id in rooms if socket.user_id not in may[room_id]]
            if lost:
                self.hub.cut(socket, lost, "", "access")
                self.hub.on_people(socket.user_id)

    def _cut_all(self, room_id: str) -> None:
        for socket in list(self.hub.sockets):
            if room_id in socket.joined or room_id in socket.watched:
                self.hub.close_rooms(socket, [room_id], None)
                self.hub.on_people(socket.user_id)

    async def _check_versions(self) -> None:
        if not self.hub.sockets:
            return
        changed = await run_db(sources.people_changed_within, LOOK_BACK_S)
        self.people_versions |= {u: v for u, v in changed.items() if u in self.hub.people}
        for user_id in self.people_versions.keys() - self.hub.people.keys():
            del self.people_versions[user_id]
        servers = {server_id for s in self.hub.sockets for server_id in s.servers}
        known, found = self.server_versions, await run_db(sources.server_versions, servers)
        # What could not be checked keeps its old version, so that the next round tries again.
        self.server_versions = {s: known.get(s, version) for s, version in found.items()}
        for server_id, version in found.items():
            if self.server_versions[server_id] != version:
                self.server_versions[server_id] = version
                try:
                    await self._check_members(server_id)
                except BaseException:
                    self.server_versions[server_id] = known[server_id]
                    raise

    async def _check_members(self, server_id: str) -> None:
        hearing = [s for s in self.hub.sockets if server_id in s.servers]
        belong = await run_db(sources.members, server_id, {s.user_id for s in hearing})
        for socket in hearing:
            if socket.user_id not in belong:
                self.hub.cut(socket, [], server_id, "access")
                self.hub.on_people(socket.user_id)

    # --- holes -----------------------------------------------------------------------------------
    def expect(self, room_id: str) -> None:
        """A number beyond what was delivered is known; if it does not come soon, read it."""
        if room_id not in self._filling:
            task = asyncio.get_running_loop().create_task(self._fill(room_id))
            self._filling[room_id] = task

    async def _fill(self, room_id: str) -> None:
        try:
            while True:
                feed = self.hub.feeds.get(room_id)
                awaited = feed.delivered if feed else None
                await asyncio.sleep(HOLE_PATIENCE_S)
                feed = self.hub.feeds.get(room_id)
                if feed is None or not feed.has_hole:
                    return
                if feed.delivered is not None and feed.delivered == awaited:
                    await self._read_hole(room_id, feed.delivered)
        except DatabaseError as error:
            log.info("hole_waits_for_database", room=room_id, error=str(error))
        except Exception:
            log.exception("hole_not_filled", room=room_id)
        finally:
            self._filling.pop(room_id, None)

    async def _read_hole(self, room_id: str, delivered: int) -> None:
        feed = self.hub.feeds[room_id]
        feed.is_filling = True
        try:
            for page in await run_db(sources.changes_after, room_id, delivered):
                feed.fill(page.up_to, encode(page.event))
                await asyncio.sleep(0)  # let the writers take it before the next page
        finally:
            feed.end_fill()

    # --- once a second ---------------------------------------------------------------------------
    async def tell_activity(self) -> None:
        """`room:activity` to those who watch a room but have not joined it. Two or three queries
        for all rooms and people together; without a database they are told when it is back.
        """
        active, self.hub.active = self.hub.active, {}
        watchers = {room_id: self._watchers(room_id) for room_id in active}
        since = {room_id: seq for room_id, seq in active.items() if watchers[room_id]}
        if not since:
            return
        unsure = {
            room_id: [u for u in watchers[room_id] if room_id in self.hub.mentioned.get(u, ())]
            for room_id in since
        }
        try:
            found = await run_db(sources.activity, since, unsure)
        except BaseException:
            for room_id, seq in since.items():
                self.hub.active[room_id] = min(seq, self.hub.active.get(room_id, seq))
            raise
        for room_id, activity in found.items():
            self._tell(room_id, activity)

    def _watchers(self, room_id: str) -> set[str]:
        watching = self.hub.topics.get(f"watch:{room_id}", ())
        return {socket.user_id for socket in watching if room_id not in socket.joined}

    def _tell(self, room_id: str, activity: Activity) -> None:
        """One frame for all who have no unread mention there, one each for the others."""
        frames: dict[int, str] = {}
        for user_id, count in activity.mentions.items():
            if user_id in self.hub.people:
                update = set.add if count else set.discard
                update(self.hub.mentioned[user_id], room_id)
        for socket in list(self.hub.topics.get(f"watch:{room_id}", ())):
            if room_id not in socket.joined:
                count = activity.mentions.get(socket.user_id, 0)
                if count not in frames:
                    frames[count] = encode(self._activity_event(room_id, activity, count))
                socket.send(frames[count])

    def _activity_event(self, room_id: str, activity: Activity, mentions: int) -> RoomActivity:
        return RoomActivity(
            room_id=room_id,
            last_seq=self.hub.heads.get(room_id, 0),
            newest_seq=activity.newest_seq,
            newest_by=activity.newest_by,
            mentions=mentions,
        )
