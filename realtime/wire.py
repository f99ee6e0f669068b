"""What processes tell each other over the doorbell. Every entry may be lost, doubled or late."""

import msgspec

from api.payloads import Person
from realtime.roster import Ask, Told


class Numbered(msgspec.Struct, array_like=True, tag="n"):
    """A committed change of a room, as the frame to deliver; `more` are those of the numbers that
    follow, where one transaction wrote several.
    """

    room_id: str
    number: int
    frame: str
    more: list[str] = msgspec.field(default_factory=list)


class Cast(msgspec.Struct, array_like=True, tag="c"):
    """An event without a number, for everybody who hears a topic (`room:…`, `user:…`, `server:…`,
    `seen:…` for those who have a room in sight: they joined it or watch it).

    `watch` names a room whose activity those sockets should be told of from now on, `mentioned_in`
    one where this person has unread mentions (again).
    """

    topic: str
    frame: str
    except_user: str = ""
    is_droppable: bool = False
    watch: str = ""
    except_socket: str = ""
    mentioned_in: str = ""


class Stated(msgspec.Struct, array_like=True, tag="v"):
    """How something of a room is now, for those who have it in sight; of one key the newest version
    counts. Its owner delivers it (`hub.extra`) and finds what was lost.
    """

    room_id: str
    key: str
    version: int
    frame: str


class SessionsEnded(msgspec.Struct, array_like=True, tag="s"):
    """Sign-ins that are over: their sockets close 4401."""

    session_ids: list[str]


class Removed(msgspec.Struct, array_like=True, tag="r"):
    """People who may no longer read some rooms (or a server): their sockets lose them now."""

    user_ids: list[str]
    room_ids: list[str]
    server_id: str
    reason: str


class Added(msgspec.Struct, array_like=True, tag="a"):
    """People who gained a server or rooms: their sockets hear its topic and watch the rooms.
    `are_partners`: the rooms are direct ones of these people, who see each other's presence.
    """

    user_ids: list[str]
    room_ids: list[str]
    server_id: str
    are_partners: bool = False


class Closed(msgspec.Struct, array_like=True, tag="x"):
    """Rooms that are no more (with `server_id`, their server neither): every socket loses them."""

    room_ids: list[str]
    server_id: str
    version: int | None


class Evict(msgspec.Struct, array_like=True, tag="e"):
    """A person's sockets opened at or before a moment give way to newer ones (4409)."""

    user_id: str
    opened_at: float


class Chosen(msgspec.Struct, array_like=True, tag="p"):
    """A person chose a status."""

    user_id: str
    status: str
    custom_status: str | None
    at_s: float


class Typing(msgspec.Struct, array_like=True, tag="t"):
    """Somebody started or stopped writing in a room."""

    room_id: str
    person: Person
    is_typing: bool


class Renamed(msgspec.Struct, array_like=True, tag="m"):
    """A person looks different: their sockets say so from now on."""

    person: Person
    version: int


class Bye(msgspec.Struct, array_like=True, tag="b"):
    """This process is ending."""

    process: str


Entry = (
    Numbered
    | Cast
    | Stated
    | SessionsEnded
    | Removed
    | Added
    | Closed
    | Evict
    | Chosen
    | Typing
    | Renamed
    | Bye
    | Told
    | Ask
)


class Parcel(msgspec.Struct, array_like=True):
    """What is published at once."""

    sender: str
    entries: list[Entry]


encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Parcel).decode
