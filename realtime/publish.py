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


def room_change(room_id: str, number: int, event: Payload) -> None:
    """A committed, numbered change of a room."""
    _send(wire.Numbered(room_id, number, encode(event)))


def to_user(user_id: str, event: Payload) -> None:
    """An event for all sockets of one person."""
    _send(wire.Cast(f"user:{user_id}", encode(event)))


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


def added(user_ids: Iterable[str], room_ids: Iterable[str], *, server_id: str = "") -> None:
    """People who gained rooms or a server."""
    _send(wire.Added(list(user_ids), list(room_ids), server_id))


def renamed(person: Person, version: int) -> None:
    """A person looks different to others from now on."""
    _send(wire.Renamed(person, version))


def chosen(user_id: str, status: str, custom_status: str | None) -> None:
    """A person chose a status."""
    _send(wire.Chosen(user_id, status, custom_status, now_s()))


def _send(entry: wire.Entry) -> None:
    running = runtime.current
    if running is None or running.loop.is_closed():
        runtime.ring_without_loop(entry)
        return
    try:
        is_on_loop = asyncio.get_running_loop() is running.loop
    except RuntimeError:
        is_on_loop = False
    if is_on_loop:
        running.hub.publish(entry)
    else:
        running.loop.call_soon_threadsafe(running.hub.publish, entry)
