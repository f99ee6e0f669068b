"""Socket events of servers and rooms."""

from api.payloads import Payload
from realtime.protocol import event
from rooms.payloads import Member, Room


@event("room:updated")
class RoomUpdated(Payload):
    """A room is new or different."""

    room: Room


@event("server:member_joined")
class ServerMemberJoined(Payload):
    """Somebody became a member."""

    server_id: str
    member: Member
    version: int


@event("server:member_left")
class ServerMemberLeft(Payload):
    """Somebody is no longer a member."""

    server_id: str
    member: Member
    version: int
