"""Who is here and how they look to others: own entries of the roster, room presence, updates ≤1/s.

Ephemeral (sequence rule 9): nothing here waits for a database. What a person chose and when they
were last seen is handed to `keep` and stored in the background.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from api.payloads import Person, timestamp
from realtime import wire
from realtime.events import PresenceChange, PresenceUpdate, RoomUserJoined, RoomUserLeft
from realtime.hub import Hub, now_s
from realtime.protocol import encode
from realtime.roster import LINGER_S, OFFLINE, Ask, Entry, Presence, Roster, Told
from realtime.socket import Socket

STATUSES = ("online", "idle", "dnd", "offline")
NAMED_UP_TO = 100  # people in a room; beyond, only counts are told


class PresenceKeeper:
    """Keeps the roster true to the hub's sockets, and viewers true to the roster."""

    def __init__(self, hub: Hub, roster: Roster) -> None:
        self.hub, self.roster = hub, roster
        self.keep: dict[str, tuple[str, str | None, float]] = {}
        self._shown: dict[str, tuple[Presence, frozenset[str]]] = {}
        self._lingering: dict[str, dict[str, float]] = defaultdict(dict)  # user → room → until
        self._over_limit: set[str] = set()  # people who had too many sockets a second ago
        self._leaving: set[str] = set()  # people whose last socket here is gone
        self._crowds: dict[str, bool] = {}  # crowded room → whether the last change was a coming
        hub.on_people = self.refresh
        hub.extra |= {
            Told: self._hear,
            Ask: self._tell_whole,
            wire.Bye: self._hear_bye,
            wire.Chosen: self._take_chosen,
            wire.Renamed: self._take_renamed,
        }

    # --- own sockets -----------------------------------------------------------------------------
    def arrive(self, socket: Socket, status: str, custom_status: str | None) -> None:
        """A socket was identified; the stored choice counts unless a newer one is known."""
        if socket.user_id in self.roster.own:
            return
        entries = self.roster.entries_of(socket.user_id)
        newest = max(entries, key=lambda entry: entry.chosen_at, default=None)
        assert socket.person is not None
        self.roster.put(
            Entry(
                user_id=socket.user_id,
                person=socket.person,
                status=newest.status if newest else status,
                custom_status=newest.custom_status if newest else custom_status,
                chosen_at=newest.chosen_at if newest else 0.0,
            )
        )

    def linger(self, socket: Socket) -> None:
        """The socket dropped: its rooms stay for a reload's time."""
        until_s = now_s() + LINGER_S
        self._lingering[socket.user_id] |= dict.fromkeys(socket.joined, until_s)

    def refresh(self, user_id: str) -> None:
        """Bring a person's own entry in line with their sockets here."""
        entry = self.roster.own.get(user_id)
        if entry is None:
            return
        sockets = self.hub.people.get(user_id, ())
        before = entry.rooms
        rooms = self._own_rooms(user_id)
        renewed = Entry(
            user_id=user_id,
            person=next((s.person for s in sockets if s.person), entry.person),
            status=entry.status,
            custom_status=entry.custom_status,
            chosen_at=entry.chosen_at,
            servers=sorted({server for s in sockets for server in s.servers})
            if sockets
            else entry.servers,
            rooms=rooms,
            sockets=sorted(s.opened_at for s in sockets),
            gone_at=0.0 if sockets else entry.gone_at or now_s(),
        )
        came = [room for room in rooms if user_id not in self.roster.people_in_room(room)]
        if renewed != entry:
            self.roster.put(renewed)
        if not sockets:
            self._leaving.add(user_id)
        for room_id in came:
            self._tell_room(room_id, renewed.person, is_here=True)
        for room_id in before.keys() - rooms.keys():
            if user_id not in self.roster.people_in_room(room_id):
                self._tell_room(room_id, renewed.person, is_here=False)

    def _own_rooms(self, user_id: str) -> dict[str, float]:
        own = self.roster.own.get(user_id)
        since = own.rooms if own else {}
        lingering = self._lingering.get(user_id, {})
        joined = {room for s in self.hub.people.get(user_id, ()) for room in s.joined}
        joined |= {room for room, until_s in lingering.items() if until_s > now_s()}
        return {room: since.get(room) or now_s() for room in joined}

    def _tell_room(self, room_id: str, person: Person, *, is_here: bool) -> None:
        self.tell_others()  # the roster first: who joins now must find this person in it
        count = len(self.roster.people_in_room(room_id))
        if count > NAMED_UP_TO:
            self._crowds[room_id] = is_here  # told once a second, whoever comes and goes
            return
        kind = RoomUserJoined if is_here else RoomUserLeft
        frame = encode(kind(room_id=room_id, user=person, count=count))
        self.hub.publish(wire.Cast(f"room:{room_id}", frame, person.id, False))

    def people_here(self, room_id: str) -> list[tuple[Person, float]]:
        """Who hears the room, with since when (Unix s); at most as many as are named."""
        found = []
        for user_id in list(self.roster.people_in_room(room_id))[:NAMED_UP_TO]:
            entries = [e for e in self.roster.entries_of(user_id) if room_id in e.rooms]
            if entries:
                found.append((entries[0].person, min(e.rooms[room_id] for e in entries)))
        return found

    def choose(self, user_id: str, status: str, custom_status: str | None) -> None:
        """A person chose a status, here or through REST."""
        entry = wire.Chosen(user_id, status, custom_status, now_s())
        self.keep[user_id] = (status, custom_status, entry.at_s)
        self.hub.publish(entry)

    # --- once a second ---------------------------------------------------------------------------
    def tick(self) -> None:
        """Let go of who is gone, tell the other processes, tell the viewers."""
        now = now_s()
        for user_id, lingering in list(self._lingering.items()):
            if all(until_s <= now for until_s in lingering.values()):
                del self._lingering[user_id]
                self.refresh(user_id)
        for user_id in list(self._leaving):
            entry = self.roster.own.get(user_id)
            if entry is None or not entry.gone_at:
                self._leaving.discard(user_id)
            elif now - entry.gone_at >= LINGER_S:
                self._leaving.discard(user_id)
                self.keep[user_id] = (entry.status, entry.custom_status, entry.gone_at)
                self.roster.forget(user_id)
        silent = {p: list(peer.entries.values()) for p, peer in self.roster.peers.items()}
        self.roster.expire(now)
        for process, entries in silent.items():
            if process not in self.roster.peers:
                self._tell_rooms_of_lost(entries)
        self.tell_others()
        self._keep_to_the_limit()
        self._tell_viewers()
        self._tell_crowds()

    def _keep_to_the_limit(self) -> None:
        """Sockets opened in several processes at once are too many only when all have told. What is
        still too much a second later is: a socket that just closed may not have been told yet.
        """
        over, limit = set(), self.hub.max_sockets_per_person
        for user_id in self._over_limit | self.roster.dirty:
            opened = self.roster.socket_times(user_id)
            if len(opened) > limit and user_id in self._over_limit:
                self.hub.evict(user_id, opened[-limit - 1])
            elif len(opened) > limit:
                over.add(user_id)
        self._over_limit = over

    def _tell_crowds(self) -> None:
        crowds, self._crowds = self._crowds, {}
        for room_id, is_here in crowds.items():
            kind = RoomUserJoined if is_here else RoomUserLeft
            count = len(self.roster.people_in_room(room_id))
            frame = encode(kind(room_id=room_id, user=None, count=count))
            self.hub.publish(wire.Cast(f"room:{room_id}", frame))

    def tell_others(self) -> None:
        """Ring what changed in the own entries."""
        told = self.roster.take_changes()
        if told is not None:
            self.hub.ring(told)

    def _tell_viewers(self) -> None:
        dirty, self.roster.dirty = self.roster.dirty, set()
        by_server: dict[str, list[PresenceChange]] = defaultdict(list)
        of_partners: dict[Socket, list[PresenceChange]] = defaultdict(list)
        for user_id in dirty:
            seen = self.roster.presence_of(user_id)
            servers = frozenset(s for e in self.roster.entries_of(user_id) for s in e.servers)
            before, servers_before = self._shown.get(user_id, (OFFLINE, frozenset()))
            if self.roster.entries_of(user_id):
                self._shown[user_id] = (seen, servers)
            else:
                self._shown.pop(user_id, None)
                seen = seen._replace(last_seen_s=before.last_seen_s)
            if seen[:2] != before[:2] or servers - servers_before:
                change = change_of(user_id, seen)
                for server_id in servers | servers_before:
                    by_server[server_id].append(change)
                for socket in self.hub.topics.get(f"partner:{user_id}", ()):
                    if socket.viewed_server not in servers | servers_before:
                        of_partners[socket].append(change)
        for server_id, changes in by_server.items():
            if f"presence:{server_id}" in self.hub.topics:
                self.hub.cast_here(f"presence:{server_id}", PresenceUpdate(changes=changes))
        for socket, changes in of_partners.items():
            socket.reply(PresenceUpdate(changes=changes))

    def snapshot(self, server_id: str, partners: Iterable[str]) -> PresenceUpdate:
        """Everybody of a server ("": of none), and of these people, who does not look offline."""
        people = {*(self.roster.people_in_server(server_id) if server_id else ()), *partners}
        seen = ((user_id, self.roster.presence_of(user_id)) for user_id in people)
        return PresenceUpdate(changes=[change_of(u, p) for u, p in seen if p.status != "offline"])

    # --- other processes -------------------------------------------------------------------------
    def _hear(self, told: wire.Entry) -> None:
        assert isinstance(told, Told)
        if not self.roster.hear(told):
            self.hub.ring(Ask(told.process))

    def _tell_whole(self, ask: wire.Entry) -> None:
        assert isinstance(ask, Ask)
        if ask.process in ("", self.roster.process):
            self.tell_others()
            self.hub.ring(self.roster.whole())

    def _hear_bye(self, bye: wire.Entry) -> None:
        assert isinstance(bye, wire.Bye)
        peer = self.roster.peers.get(bye.process)
        if peer is not None:  # its people have a reload's time to come back elsewhere
            peer.heard_at = min(peer.heard_at, now_s() - 20.0 + LINGER_S)

    def _tell_rooms_of_lost(self, entries: list[Entry]) -> None:
        for entry in entries:
            for room_id in entry.rooms:
                here = self.roster.people_in_room(room_id)
                if entry.user_id not in here:
                    left = RoomUserLeft(room_id=room_id, user=entry.person, count=len(here))
                    self.hub.cast_here(f"room:{room_id}", left, entry.user_id)

    def _take_chosen(self, chosen: wire.Entry) -> None:
        assert isinstance(chosen, wire.Chosen)
        self.roster.choose(chosen.user_id, chosen.status, chosen.custom_status, chosen.at_s)

    def _take_renamed(self, renamed: wire.Entry) -> None:
        assert isinstance(renamed, wire.Renamed)
        for socket in self.hub.people.get(renamed.person.id, ()):
            socket.person = renamed.person
        self.refresh(renamed.person.id)


def change_of(user_id: str, seen: Presence) -> PresenceChange:
    """A presence as viewers are told it."""
    at = datetime.fromtimestamp(seen.last_seen_s, UTC) if seen.last_seen_s else None
    return PresenceChange(
        user_id=user_id,
        status=seen.status,
        custom_status=seen.custom_status,
        last_seen_at=timestamp(at) if at else None,
    )


def of(user_id: str) -> Presence:
    """A person's presence as this process knows it; offline in a process without sockets."""
    from realtime import runtime

    return runtime.current.roster.presence_of(user_id) if runtime.current else OFFLINE


def choose(user_id: str, status: str, custom_status: str | None) -> None:
    """A person chose a status; callable from any thread."""
    from realtime import publish

    publish.chosen(user_id, status, custom_status)
