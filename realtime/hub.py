"""The hub: every socket of this process, what each hears, and the way of an event to them.

One per process, on one event loop; every method here runs on that loop. Other threads come through
realtime/publish.py. An event is encoded once; per recipient there is only a queue append. Nothing
here queries: what must be read is the watch's to read (realtime/watch.py).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from time import time

from api.payloads import Payload
from realtime import wire
from realtime.closing import Close
from realtime.events import RoomDeleted, RoomRemoved, ServerRemoved, SessionRevoked
from realtime.feed import RoomFeed
from realtime.protocol import encode
from realtime.socket import Socket


class Hub:
    """Registries and delivery. `ring` tells the other processes: the bus, where there is one."""

    def __init__(self, process: str, max_sockets_per_person: int) -> None:
        self.process = process
        self.max_sockets_per_person = max_sockets_per_person
        self.sockets: set[Socket] = set()
        self.people: dict[str, set[Socket]] = defaultdict(set)
        self.topics: dict[str, set[Socket]] = defaultdict(set)
        self.feeds: dict[str, RoomFeed] = {}
        self.heads: dict[str, int] = {}
        # Rooms whose watchers are to be told, and the number they were told up to.
        self.active: dict[str, int] = {}
        # Who may have unread mentions where, by person: their count is looked at again when told.
        self.mentioned: dict[str, set[str]] = defaultdict(set)
        self.ring: Callable[[wire.Entry], None] = lambda entry: None
        self.on_hole: Callable[[str], None] = lambda room_id: None
        self.on_people: Callable[[str], None] = lambda user_id: None
        self.extra: dict[type, Callable[[wire.Entry], None]] = {}

    # --- sockets -------------------------------------------------------------------------------
    def add(self, socket: Socket) -> None:
        """An identified socket: it hears its own user topic and its servers'."""
        self.sockets.add(socket)
        self.people[socket.user_id].add(socket)
        self.hear(socket, f"user:{socket.user_id}")
        for server_id in socket.servers:
            self.hear(socket, f"server:{server_id}")
        for room_id in socket.watched:
            self.hear(socket, f"watch:{room_id}")
        for user_id in socket.partners:
            self.hear(socket, f"partner:{user_id}")
        self.on_people(socket.user_id)

    def remove(self, socket: Socket) -> None:
        """The socket is gone. Cheap and synchronous: no database work at a disconnect."""
        for room_id in list(socket.joined):  # also those a dying socket was still let into
            self.leave(socket, room_id)
        if socket not in self.sockets:
            return
        self.sockets.discard(socket)
        self._unhear(socket, f"user:{socket.user_id}")
        for server_id in socket.servers:
            self._unhear(socket, f"server:{server_id}")
        for room_id in socket.watched:
            self._unhear(socket, f"watch:{room_id}")
        for user_id in socket.partners:
            self._unhear(socket, f"partner:{user_id}")
        if socket.viewed_server:
            self._unhear(socket, f"presence:{socket.viewed_server}")
        mine = self.people[socket.user_id]
        mine.discard(socket)
        if not mine:
            del self.people[socket.user_id]
            self.mentioned.pop(socket.user_id, None)
        self.on_people(socket.user_id)

    def hear(self, socket: Socket, topic: str) -> None:
        """Subscribe a socket to events without numbers."""
        self.topics[topic].add(socket)

    def _unhear(self, socket: Socket, topic: str) -> None:
        hearing = self.topics.get(topic)
        if hearing is not None:
            hearing.discard(socket)
            if not hearing:
                del self.topics[topic]

    def view(self, socket: Socket, server_id: str) -> None:
        """The socket looks at this server's people (and no longer at another's); "" at nobody's."""
        if socket.viewed_server:
            self._unhear(socket, f"presence:{socket.viewed_server}")
        socket.viewed_server = server_id
        if server_id:
            self.hear(socket, f"presence:{server_id}")

    def evict(self, user_id: str, opened_at: float) -> None:
        """Close a person's oldest sockets in favour of newer ones."""
        for socket in list(self.people.get(user_id, ())):
            if socket.opened_at <= opened_at:
                socket.close(Close.REPLACED)

    def check_progress(self) -> None:
        """Give up clients that have stopped reading."""
        for socket in list(self.sockets):
            socket.check_progress()

    # --- rooms ---------------------------------------------------------------------------------
    def feed(self, room_id: str) -> RoomFeed:
        """The room's feed, made when its first socket comes."""
        return self.feeds.setdefault(room_id, RoomFeed())

    def hold(self, socket: Socket, room_id: str) -> int | None:
        """Subscribe a socket, keeping its frames back until `release`.

        Answers the number up to which it had heard the room, None where it had not.
        """
        socket.joined.add(room_id)
        return self.feed(room_id).hold(socket)

    def release(self, socket: Socket, room_id: str, head: int) -> None:
        """The socket was answered up to `head`."""
        feed = self.feeds.get(room_id)
        if feed is None or socket.is_closing:
            return
        feed.release(socket, head)
        self.note_head(room_id, head)
        if feed.has_hole:
            self.on_hole(room_id)

    def leave(self, socket: Socket, room_id: str) -> None:
        """The socket no longer hears the room."""
        if room_id in socket.joined and room_id in socket.watched:
            self._note_mentioned(socket.user_id, room_id)  # nobody counted while it was in
        socket.joined.discard(room_id)
        feed = self.feeds.get(room_id)
        if feed is not None:
            feed.drop(socket)
            self.forget_feed_if_empty(room_id)

    def forget_feed_if_empty(self, room_id: str) -> None:
        """A feed nobody hears is let go."""
        feed = self.feeds.get(room_id)
        if feed is not None and feed.is_empty:
            del self.feeds[room_id]

    def note_head(self, room_id: str, head: int) -> None:
        """Remember the newest number known of a room."""
        if head > self.heads.get(room_id, 0):
            self.heads[room_id] = head

    def advance(self, room_id: str, head: int) -> None:
        """The room moved on: those who only watch it are told within a second."""
        before = self.heads.get(room_id, 0)
        if head > before:
            self.heads[room_id] = head
            self.active.setdefault(room_id, before)

    # --- events --------------------------------------------------------------------------------
    def publish(self, *entries: wire.Entry) -> None:
        """Deliver here and ring for the other processes."""
        for entry in entries:
            self.take(entry)
            self.ring(entry)

    def take(self, entry: wire.Entry) -> None:
        """An entry from this process or another."""
        match entry:
            case wire.Numbered():
                self._take_numbered(entry)
            case wire.Cast():
                self._take_cast(entry)
            case wire.SessionsEnded():
                self.end_sessions(entry.session_ids)
            case wire.Removed():
                self._take_removed(entry)
            case wire.Added():
                self._take_added(entry)
            case wire.Closed():
                self._take_closed(entry)
            case wire.Evict():
                self.evict(entry.user_id, entry.opened_at)
            case _:
                self.extra[type(entry)](entry)

    def _take_numbered(self, entry: wire.Numbered) -> None:
        feed = self.feeds.get(entry.room_id)
        if feed is not None:
            feed.accept(entry.number, entry.frame, *entry.more)
            if feed.has_hole:
                self.on_hole(entry.room_id)
        self.advance(entry.room_id, entry.number + len(entry.more))

    def _take_cast(self, entry: wire.Cast) -> None:
        if entry.topic.startswith("room:"):
            feed = self.feeds.get(entry.topic.removeprefix("room:"))
            if feed is not None:
                feed.cast(entry.frame, entry.except_user, entry.is_droppable)
            return
        if entry.mentioned_in:
            self._note_mentioned(entry.topic.removeprefix("user:"), entry.mentioned_in)
        if entry.topic.startswith("seen:"):
            self._show(entry.topic.removeprefix("seen:"), entry)
            return
        for socket in list(self.topics.get(entry.topic, ())):  # one too slow leaves meanwhile
            if socket.user_id != entry.except_user and socket.id != entry.except_socket:
                if entry.watch and entry.watch not in socket.watched:
                    socket.watched.add(entry.watch)
                    self.hear(socket, f"watch:{entry.watch}")
                socket.send(entry.frame)

    def _note_mentioned(self, user_id: str, room_id: str) -> None:
        if user_id in self.people:
            self.mentioned[user_id].add(room_id)

    def _show(self, room_id: str, entry: wire.Cast) -> None:
        feed = self.feeds.get(room_id)
        if feed is not None:
            feed.cast(entry.frame, entry.except_user, is_droppable=False)
        for socket in list(self.topics.get(f"watch:{room_id}", ())):
            if room_id not in socket.joined and socket.user_id != entry.except_user:
                socket.send(entry.frame)

    def _take_closed(self, entry: wire.Closed) -> None:
        for socket in list(self.sockets):
            if entry.server_id:
                self.cut(socket, entry.room_ids, entry.server_id, "deleted")
            else:
                self.close_rooms(socket, entry.room_ids, entry.version)
            self.on_people(socket.user_id)

    def close_rooms(self, socket: Socket, room_ids: Iterable[str], version: int | None) -> None:
        """Take rooms that are no more from a socket."""
        for room_id in room_ids:
            if self._lose(socket, room_id):
                socket.reply(RoomDeleted(room_id=room_id, version=version))

    def _lose(self, socket: Socket, room_id: str) -> bool:
        """Whether the socket had the room, which it hears and watches no longer."""
        had = room_id in socket.joined or room_id in socket.watched
        self.leave(socket, room_id)
        if room_id in socket.watched:
            socket.watched.discard(room_id)
            self._unhear(socket, f"watch:{room_id}")
        return had

    def _take_removed(self, entry: wire.Removed) -> None:
        for user_id in entry.user_ids:
            for socket in list(self.people.get(user_id, ())):
                self.cut(socket, entry.room_ids, entry.server_id, entry.reason)
            self.on_people(user_id)

    def cut(self, socket: Socket, room_ids: Iterable[str], server_id: str, reason: str) -> None:
        """Take rooms (and a server) away from a socket; nothing of them reaches it after."""
        for room_id in room_ids:
            if self._lose(socket, room_id):
                socket.reply(RoomRemoved(room_id=room_id, reason=reason))
        if server_id and server_id in socket.servers:
            socket.servers.discard(server_id)
            self._unhear(socket, f"server:{server_id}")
            if socket.viewed_server == server_id:
                self._unhear(socket, f"presence:{server_id}")
                socket.viewed_server = ""
            socket.reply(ServerRemoved(server_id=server_id, reason=reason))

    def _take_added(self, entry: wire.Added) -> None:
        for user_id in entry.user_ids:
            for socket in self.people.get(user_id, ()):
                if entry.server_id:
                    socket.servers.add(entry.server_id)
                    self.hear(socket, f"server:{entry.server_id}")
                for room_id in entry.room_ids:
                    socket.watched.add(room_id)
                    self.hear(socket, f"watch:{room_id}")
                for other in entry.user_ids if entry.are_partners else ():
                    if other != user_id:
                        socket.partners.add(other)
                        self.hear(socket, f"partner:{other}")
            self.on_people(user_id)

    def end_sessions(self, session_ids: Iterable[str]) -> None:
        """Close the sockets of ended sign-ins, telling them why."""
        ended = set(session_ids)
        if not ended:
            return
        for socket in [s for s in self.sockets if s.session_id in ended]:
            socket.reply(SessionRevoked())
            socket.close(Close.NOT_AUTHENTICATED)
            for room_id in list(socket.joined):
                self.leave(socket, room_id)

    def cast_here(self, topic: str, event: Payload, except_user: str = "") -> None:
        """An event every process makes by itself: delivered in this one only."""
        self._take_cast(wire.Cast(topic, encode(event), except_user, True))

    def close_all(self, code: int) -> None:
        """Close every socket (the process is ending)."""
        for socket in list(self.sockets):
            socket.close(code)

    def rooms_of_interest(self) -> set[str]:
        """Rooms somebody here hears or watches."""
        watched = {t.removeprefix("watch:") for t in self.topics if t.startswith("watch:")}
        return watched | set(self.feeds)


def now_s() -> float:
    """Unix seconds; one name so that tests can move it."""
    return time()
