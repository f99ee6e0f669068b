"""What the socket floor must ask the domains above it, as typed slots that they fill in `ready()`.

Each is synchronous database work, run in a thread (realtime/threads.py). A slot has one filler.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from api.payloads import Payload


class Head(NamedTuple):
    """Where a room's counter stands."""

    last_seq: int
    access_version: int


class Page(NamedTuple):
    """Part of what a process missed: a `connection:missed` event for every number ≤ up_to."""

    up_to: int
    event: Payload


class Activity(NamedTuple):
    """What is new in a room: its newest message and whose it is, unread mentions by person."""

    newest_seq: int
    newest_by: str | None
    mentions: dict[str, int]


class Sources:
    """The slots."""

    # Names this database, so that two installations on one Redis do not hear each other.
    deployment: Callable[[], str]
    # The heads of these rooms; a room that is gone is missing.
    heads: Callable[[Iterable[str]], dict[str, Head]]
    # Everything after a number, in pages; one with recovered=false where that is not possible.
    changes_after: Callable[[str, int], list[Page]]
    # What is new since these numbers (room id → number), and the unread mentions of those mentioned
    # since and of these people (room id → user ids).
    activity: Callable[[dict[str, int], dict[str, list[str]]], dict[str, Activity]]
    # Of these people, those who may read each room (room id → user ids, in and out).
    readers: Callable[[Mapping[str, Collection[str]]], dict[str, set[str]]]
    # Of these people, those who belong to the server (server id, user ids).
    members: Callable[[str, Iterable[str]], set[str]]
    # Sign-ins that ended within the last so many seconds (session ids).
    sessions_ended_within: Callable[[float], list[str]]
    # Versions of people changed within the last so many seconds; of these servers.
    people_changed_within: Callable[[float], dict[str, int]]
    server_versions: Callable[[Iterable[str]], dict[str, int]]
    # Store what people chose and when they were last seen: {user id: (status, custom, Unix s)}.
    keep_presence: Callable[[dict[str, tuple[str, str | None, float]]], None]
    # One line of text made harmless; pure, called on the loop.
    clean_line: Callable[[str], str]


sources = Sources()
