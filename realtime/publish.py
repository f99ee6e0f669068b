"""The way of an event from any code to the sockets: callable from every thread and process.

Call these only after commit (`api.hooks.after_commit`). In a web process the entry goes to its hub;
elsewhere the doorbell is rung, and without Redis the web process finds out by its watch.
"""

import asyncio
from collections.abc import Iterable

from api.payloads import Payload, Person
from realtime import runtime, wire
from realtime.hub import now_s
from realtime.protocol import encode


def room_changes(changes: Iterable[tuple[str, int, Payload]]) -> None:
    """Committed, numbered changes of rooms: (room id, number, event)."""
    entries: list[wire.Numbered] = []
    newest: dict[str, wire.Numbered] = {}
    for room_id, number, event in changes:
        before = newest.get(room_id)
        if before is not None and before.number + len(before.more) + 1 == number:
            before.more.append(encode(event))
        else:
            newest[room_id] = wire.Numbered(room_id, number, encode(event))
            entries.append(newest[room_id])
    if entries:
        _send(*entries)


def to_user(
    user_id: str, event: Payload, *, except_socket: str = "", mentioned_in: str = ""
) -> None:
    """An event for all sockets of one person (but one that is answered directly); `mentioned_in` is
    a room where they have unread mentions (again).
    """
    _send(
        wire.Cast(
            f"user:{user_id}",
            encode(event),
            except_socket=except_socket,
            mentioned_in=mentioned_in,
        )
    )


def to_server(
    server_id: str, event: Payload, *, watch_room: str = "", except_user: str = ""
) -> None:
    """An event for everybody in a server; `watch_room` is a room they may see from now on."""
    _send(wire.Cast(f"server:{server_id}", encode(event), except_user, watch=watch_room))


def sessions_ended(session_ids: Iterable[str]) -> None:
    """Sign-ins that are over: `session:revoked`, then close 4401."""
    _send(wire.SessionsEnded(list(session_ids)))


def removed(
    user_ids: Iterable[str], room_ids: Iterable[str], *, server_id: str = "", reason: str
) -> None:
    """People who lost rooms or a server: their sockets stop hearing them now."""
    _send(wire.Removed(list(user_ids), list(room_ids), server_id, reason))


def added(
    user_ids: Iterable[str],
    room_ids: Iterable[str],
    *,
    server_id: str = "",
    are_partners: bool = False,
) -> None:
    """People who gained rooms or a server; `are_partners` where these are their direct rooms."""
    _send(wire.Added(list(user_ids), list(room_ids), server_id, are_partners))


def to_room(room_id: str, event: Payload) -> None:
    """An event for everybody who has the room in sight, joined or only watched."""
    _send(wire.Cast(f"seen:{room_id}", encode(event)))


def stated(room_id: str, key: str, version: int, event: Payload) -> None:
    """How something of a room is now; of one key the newest version counts (`wire.Stated`)."""
    _send(wire.Stated(room_id, key, version, encode(event)))


def closed(room_ids: Iterable[str], *, server_id: str = "", version: int | None = None) -> None:
    """Rooms (or a whole server) that are no more; `version` is the server's then."""
    _send(wire.Closed(list(room_ids), server_id, version))


def renamed(person: Person, version: int) -> None:
    """A person looks different to others from now on."""
    _send(wire.Renamed(person, version))


def chosen(user_id: str, status: str, custom_status: str | None) -> None:
    """A person chose a status."""
    _send(wire.Chosen(user_id, status, custom_status, now_s()))


def _send(*entries: wire.Entry) -> None:
    running = runtime.current
    if running is None or running.loop.is_closed():
        runtime.ring_without_loop(*entries)
        return
    try:
        is_on_loop = asyncio.get_running_loop() is running.loop
    except RuntimeError:
        is_on_loop = False
    if is_on_loop:
        running.hub.publish(*entries)
    else:
        running.loop.call_soon_threadsafe(running.hub.publish, *entries)
