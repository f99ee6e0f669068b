"""Who is connected, in this process and in the others: the ground of presence and of "who is here".

Each process owns the entries of its own sockets and tells the others by small changes, numbered per
process; a beat every few seconds carries the last number, so a process that missed one asks for the
whole. A process that falls silent is forgotten. No database, no Redis keys, nothing to clean up.
No I/O here: `outbox` is what is to be told.
"""

from collections import defaultdict
from collections.abc import Iterable
from time import time
from typing import NamedTuple

import msgspec

from api.payloads import Person

BEAT_S = 5.0
SILENT_S = 20.0
LINGER_S = 5.0  # a page reload is not an absence


class Entry(msgspec.Struct, array_like=True):
    """One person in one process."""

    user_id: str
    person: Person
    status: str = "online"
    custom_status: str | None = None
    chosen_at: float = 0.0
    servers: list[str] = msgspec.field(default_factory=list)
    rooms: dict[str, float] = msgspec.field(default_factory=dict)  # room id → since, Unix s
    sockets: list[float] = msgspec.field(default_factory=list)  # opened at, Unix s
    gone_at: float = 0.0  # when the last socket left, 0 while there is one


class Told(msgspec.Struct, array_like=True, tag="roster"):
    """What a process tells of itself. `entries` are whole; `gone` are user ids."""

    process: str
    number: int
    is_whole: bool
    entries: list[Entry]
    gone: list[str]


class Ask(msgspec.Struct, array_like=True, tag="ask"):
    """Please tell the whole: a change of yours was missed."""

    process: str


class Presence(NamedTuple):
    """What others see of a person."""

    status: str
    custom_status: str | None
    last_seen_s: float


OFFLINE = Presence("offline", None, 0.0)


class Peer:
    """Another process, as far as it has told."""

    __slots__ = ("entries", "heard_at", "number")

    def __init__(self) -> None:
        self.number = -1
        self.entries: dict[str, Entry] = {}
        self.heard_at = time()


class Roster:
    """Everybody connected anywhere."""

    def __init__(self, process: str) -> None:
        self.process = process
        self.own: dict[str, Entry] = {}
        self.peers: dict[str, Peer] = {}
        self.number = 0
        self.changed: set[str] = set()  # own entries to be told
        self.dirty: set[str] = set()  # people whose presence may look different now
        self._by_room: dict[str, dict[str, int]] = defaultdict(dict)  # room → user → processes

    # --- this process --------------------------------------------------------------------------
    def put(self, entry: Entry) -> None:
        """An own entry is new or different."""
        self._index(self.own.get(entry.user_id), entry)
        self.own[entry.user_id] = entry
        self._mark(entry.user_id)

    def choose(self, user_id: str, status: str, custom_status: str | None, at_s: float) -> None:
        """The status a person chose; the newest choice of any process counts."""
        entry = self.own.get(user_id)
        if entry is not None and at_s >= entry.chosen_at:
            self.put(
                msgspec.structs.replace(
                    entry, status=status, custom_status=custom_status, chosen_at=at_s
                )
            )

    def forget(self, user_id: str) -> None:
        """The person left this process for good."""
        entry = self.own.pop(user_id, None)
        if entry is not None:
            self._index(entry, None)
            self._mark(user_id)

    def _mark(self, user_id: str) -> None:
        self.changed.add(user_id)
        self.dirty.add(user_id)

    def take_changes(self) -> Told | None:
        """What the others have not been told yet."""
        if not self.changed:
            return None
        self.number += 1
        changed, self.changed = self.changed, set()
        return Told(
            process=self.process,
            number=self.number,
            is_whole=False,
            entries=[self.own[user] for user in changed if user in self.own],
            gone=[user for user in changed if user not in self.own],
        )

    def beat(self) -> Told:
        """A sign of life that lets others notice a missed change."""
        return Told(self.process, self.number, False, [], [])

    def whole(self) -> Told:
        """Everything this process has."""
        return Told(self.process, self.number, True, list(self.own.values()), [])

    # --- the others ----------------------------------------------------------------------------
    def hear(self, told: Told) -> bool:
        """Take what another process tells. False: something was missed, ask for the whole."""
        peer = self.peers.setdefault(told.process, Peer())
        peer.heard_at = time()
        if told.number < peer.number:
            return True  # overtaken by what is known already
        if told.is_whole:
            new = {entry.user_id: entry for entry in told.entries}
            for user_id in set(peer.entries) - set(new):
                self._set_remote(peer, user_id, None)
            for user_id, entry in new.items():
                self._set_remote(peer, user_id, entry)
            peer.number = told.number
            return True
        if told.number == peer.number:
            return True
        is_beat = not told.entries and not told.gone
        if is_beat or told.number != peer.number + 1:
            return False
        peer.number = told.number
        for entry in told.entries:
            self._set_remote(peer, entry.user_id, entry)
        for user_id in told.gone:
            self._set_remote(peer, user_id, None)
        return True

    def expire(self, now_s: float) -> None:
        """Forget processes that have been silent too long."""
        for process, peer in list(self.peers.items()):
            if now_s - peer.heard_at > SILENT_S:
                self.forget_peer(process)

    def forget_peer(self, process: str) -> None:
        """That process has ended."""
        peer = self.peers.pop(process, None)
        if peer is not None:
            for user_id in list(peer.entries):
                self._set_remote(peer, user_id, None)

    def _set_remote(self, peer: Peer, user_id: str, entry: Entry | None) -> None:
        self._index(peer.entries.get(user_id), entry)
        if entry is None:
            peer.entries.pop(user_id, None)
        else:
            peer.entries[user_id] = entry
        self.dirty.add(user_id)

    def _index(self, old: Entry | None, new: Entry | None) -> None:
        for room_id in old.rooms if old else ():
            users = self._by_room[room_id]
            users[old.user_id] -= 1  # type: ignore[union-attr]
            if not users[old.user_id]:  # type: ignore[union-attr]
                del users[old.user_id]  # type: ignore[union-attr]
            if not users:
                del self._by_room[room_id]
        for room_id in new.rooms if new else ():
            users = self._by_room[room_id]
            users[new.user_id] = users.get(new.user_id, 0) + 1  # type: ignore[union-attr]

    # --- questions -----------------------------------------------------------------------------
    def entries_of(self, user_id: str) -> list[Entry]:
        """A person's entries in all processes."""
        found = [peer.entries[user_id] for peer in self.peers.values() if user_id in peer.entries]
        own = self.own.get(user_id)
        return [own, *found] if own else found

    def presence_of(self, user_id: str) -> Presence:
        """What others see: offline without a socket, or by choice."""
        entries = self.entries_of(user_id)
        if not entries:
            return OFFLINE
        newest = max(entries, key=lambda entry: entry.chosen_at)
        seen_s = max(entry.gone_at or time() for entry in entries)
        if newest.status == "offline":
            return Presence("offline", None, newest.chosen_at)
        return Presence(newest.status, newest.custom_status, seen_s)

    def people_in_server(self, server_id: str) -> Iterable[str]:
        """Connected members of a server."""
        found = {e.user_id for e in self.own.values() if server_id in e.servers}
        for peer in self.peers.values():
            found |= {e.user_id for e in peer.entries.values() if server_id in e.servers}
        return found

    def people_in_room(self, room_id: str) -> dict[str, int]:
        """Who hears a room right now (user id → in how many processes)."""
        return self._by_room.get(room_id, {})

    def socket_times(self, user_id: str) -> list[float]:
        """When each of a person's sockets was opened, oldest first."""
        return sorted(at for entry in self.entries_of(user_id) for at in entry.sockets)
