"""Socket events of servers and rooms.

`version` is the server's after the change (`pong` carries it, too): who knows an older one than the
one before has missed something and reads the server afresh.
"""

from api.payloads import Payload
from realtime.protocol import event
from rooms.payloads import Category, Member, Role, Room, Server


@event("room:updated")
class RoomUpdated(Payload):
    """A room is new or different, or somebody may do other things in it. `version` is null where it
    stands alone.
    """

    room: Room
    version: int | None


@event("server:updated")
class ServerUpdated(Payload):
    """A server is new to one, or different."""

    server: Server
    version: int


@event("server:roles_updated")
class ServerRolesUpdated(Payload):
    """All custom roles of a server, the highest first."""

    server_id: str
    roles: list[Role]
    version: int


@event("server:categories_updated")
class ServerCategoriesUpdated(Payload):
    """All categories of a server, in their order."""

    server_id: str
    categories: list[Category]
    version: int


@event("server:member_joined")
class ServerMemberJoined(Payload):
    """Somebody became a member."""

    server_id: str
    member: Member
    version: int


@event("server:member_updated")
class ServerMemberUpdated(Payload):
    """A member has another standing, other roles, another nickname, or a timeout began or ended."""

    server_id: str
    member: Member
    version: int


@event("server:member_left")
class ServerMemberLeft(Payload):
    """Somebody is no longer a member."""

    server_id: str
    member: Member
    version: int
