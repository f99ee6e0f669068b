"""Events of the socket floor itself: rooms and servers lost, ended sessions, presence, typing."""

from api.payloads import Payload, Person, Timestamp
from realtime.protocol import event


@event("auth:error")
class AuthError(Payload):
    """The token was refused; the socket closes with 4401."""

    code: str
    message: str


@event("session:revoked")
class SessionRevoked(Payload):
    """This sign-in has ended; the socket closes with 4401."""


@event("room:removed")
class RoomRemoved(Payload):
    """You no longer have this room."""

    room_id: str
    reason: str


@event("room:deleted")
class RoomDeleted(Payload):
    """This room is no more. `version` is its server's from now on, null where it is not known."""

    room_id: str
    version: int | None


@event("server:removed")
class ServerRemoved(Payload):
    """You no longer have this server."""

    server_id: str
    reason: str


@event("room:activity")
class RoomActivity(Payload):
    """Something changed in a room this socket has not joined. `newest_seq` and `newest_by` say
    which message is the newest there (0 and null: none) and whose; `mentions` counts one's unread
    ones.
    """

    room_id: str
    last_seq: int
    newest_seq: int
    newest_by: str | None
    mentions: int


@event("room:left")
class RoomLeft(Payload):
    """The answer to `room:leave`."""

    room_id: str


@event("room:user_joined")
class RoomUserJoined(Payload):
    """Somebody came into the room. Above 100 present `user` is null and only the count is told."""

    room_id: str
    user: Person | None
    count: int


@event("room:user_left")
class RoomUserLeft(Payload):
    """Somebody left the room. Above 100 present `user` is null and only the count is told."""

    room_id: str
    user: Person | None
    count: int


@event("typing:update")
class TypingUpdate(Payload):
    """Somebody started or stopped writing; a start ends by itself after 6 s."""

    room_id: str
    user: Person
    is_typing: bool


class PresenceChange(Payload):
    """How one person looks to others now."""

    user_id: str
    status: str
    custom_status: str | None
    last_seen_at: Timestamp | None


@event("presence:update")
class PresenceUpdate(Payload):
    """Presence of people you can see, at most once a second."""

    changes: list[PresenceChange]


@event("pong")
class Pong(Payload):
    """Heads of your rooms, versions of your servers and of you: fetch again what differs."""

    heads: dict[str, int]
    servers: dict[str, int]
    me: int
