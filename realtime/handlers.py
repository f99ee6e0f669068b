"""Frames of the socket floor itself: leaving, no longer typing, presence, ping.

No domain, no database.
"""

from typing import Annotated, Literal

from msgspec import Meta

from api.errors import Forbidden
from api.payloads import Person
from realtime import runtime
from realtime.events import Pong, PresenceUpdate, RoomLeft
from realtime.presence import change_of
from realtime.protocol import Command
from realtime.registry import on
from realtime.socket import Socket
from realtime.sources import sources

Id = Annotated[str, Meta(min_length=1, max_length=64)]


class RoomRef(Command):
    """A room this socket has joined."""

    room_id: Id


class SetPresence(Command):
    """A chosen status; `offline` means invisible."""

    status: Literal["online", "idle", "dnd", "offline"]
    custom_status: Annotated[str, Meta(max_length=128)] | None = None


class ViewServer(Command):
    """The server whose people this socket looks at; without one, only at direct partners."""

    server_id: Id | None = None


class Nothing(Command):
    """No data."""


def running() -> runtime.Runtime:
    """The runtime of this process; sockets exist only where there is one."""
    assert runtime.current is not None
    return runtime.current


def require_joined(socket: Socket, room_id: str) -> None:
    """Raises Forbidden where this socket has not joined the room."""
    if room_id not in socket.joined:
        raise Forbidden("Join the room on this socket first.")


@on("room:leave", RoomRef, answers=(RoomLeft,))
async def leave_room(socket: Socket, data: RoomRef) -> RoomLeft:
    """Stop hearing a room. Leaving one that was not joined changes nothing."""
    running().typing.stop(data.room_id, person_of(socket))
    running().hub.leave(socket, data.room_id)
    running().presence.refresh(socket.user_id)
    return RoomLeft(room_id=data.room_id)


@on("typing:stop", RoomRef)
async def stop_typing(socket: Socket, data: RoomRef) -> None:
    """This person no longer writes."""
    require_joined(socket, data.room_id)
    running().typing.stop(data.room_id, person_of(socket))


@on("presence:set", SetPresence, answers=(PresenceUpdate,))
async def set_presence(socket: Socket, data: SetPresence) -> PresenceUpdate:
    """Choose a status; viewers hear of it within a second."""
    custom_status = sources.clean_line(data.custom_status or "") or None
    running().presence.choose(socket.user_id, data.status, custom_status)
    seen = running().roster.presence_of(socket.user_id)
    return PresenceUpdate(changes=[change_of(socket.user_id, seen)])


@on("server:view", ViewServer, answers=(PresenceUpdate,))
async def view_server(socket: Socket, data: ViewServer) -> PresenceUpdate:
    """Hear the presence of one server's people and of direct partners; answers how it is now."""
    if data.server_id is not None and data.server_id not in socket.servers:
        raise Forbidden("You are not a member of this server.")
    running().hub.view(socket, data.server_id or "")
    return running().presence.snapshot(data.server_id or "", socket.partners)


@on("ping", Nothing, answers=(Pong,))
async def ping(socket: Socket, data: Nothing) -> Pong:
    """A sign of life, answered from memory that the watch keeps true."""
    hub, watch = running().hub, running().watch
    rooms = socket.joined | socket.watched
    return Pong(
        heads={room_id: hub.heads.get(room_id, 0) for room_id in rooms},
        servers={s: watch.server_versions.get(s, 0) for s in socket.servers},
        me=watch.people_versions.get(socket.user_id, 0),
    )


def person_of(socket: Socket) -> Person:
    """Who an identified socket belongs to."""
    assert socket.person is not None
    return socket.person
