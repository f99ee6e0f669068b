"""The servers that are measured, behind one face. What a peer does is said in its own module."""

import time
from pathlib import Path
from typing import NamedTuple, Protocol

from benchmarks.voice.leg import Leg
from benchmarks.voice.peers.process import ServerProcess
from benchmarks.voice.scenes import Scene

CONSENT_PAUSE_S = 2.5


class Room(NamedTuple):
    """Connections that stand: in a meeting everybody has one of each."""

    senders: list[Leg]
    listeners: list[Leg]


class Crowd:
    """Who has come so far. Filling a room takes a while, and who is silent is thrown out."""

    def __init__(self) -> None:
        self._legs: list[Leg] = []
        self._said_at_s = time.monotonic()

    def add(self, leg: Leg) -> Leg:
        """One more; all say now and then that they are still there (RFC 7675)."""
        self._legs.append(leg)
        if time.monotonic() - self._said_at_s > CONSENT_PAUSE_S:
            self._said_at_s = time.monotonic()
            for it in self._legs:
                it.socket.send(it.binding)
        return leg


class Peer(Protocol):
    """A server, running."""

    name: str
    is_checked: bool  # its packets' payloads are those of the sender
    process: ServerProcess

    def __init__(self, folder: Path) -> None: ...

    def fill(self, scene: Scene) -> Room:
        """Makes a room and everybody in it."""

    def begin(self) -> None:
        """Everybody is there; media comes next."""

    def stop(self) -> None:
        """Ends the server."""
