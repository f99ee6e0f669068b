"""Outgoing shapes of servers and rooms (PROTOCOL.md, "Shapes")."""

from typing import Literal

from accounts.payloads import person
from api.payloads import Payload, Person, Timestamp, timestamp, timestamp_or_none
from rooms.models import Room as RoomRow
from rooms.models import Server as ServerRow
from rooms.models import ServerMember as MemberRow

RoomKind = Literal["text", "voice", "announcement", "call", "direct"]


class ServerCounts(Payload):
    """How many a server has."""

    members: int
    channels: int


class Server(Payload):
    """A community."""

    id: str
    name: str
    slug: str
    description: str | None
    icon_url: str | None
    banner_url: str | None
    is_public: bool
    owner_id: str
    owner: Person
    counts: ServerCounts
    created_at: Timestamp
    updated_at: Timestamp


class Member(Payload):
    """A person in a server."""

    user: Person
    roles: list[str]
    nickname: str | None
    joined_at: Timestamp


class RoomCounts(Payload):
    """How many a room has: messages ever written and not deleted, members of its own, in voice."""

    messages: int
    participants: int
    voice: int


class Room(Payload):
    """A channel of a server, or a room that stands alone (`server_id` null)."""

    id: str
    server_id: str | None
    type: RoomKind
    name: str | None
    slug: str | None
    code: str | None
    topic: str | None
    description: str | None
    position: int
    is_private: bool
    slow_mode_seconds: int
    max_participants: int | None
    bitrate: int | None
    last_seq: int
    created_by: Person
    is_active: bool
    ended_at: Timestamp | None
    counts: RoomCounts
    created_at: Timestamp
    updated_at: Timestamp


class CallPreview(Payload):
    """What somebody without an account may know of a call whose code they have."""

    code: str
    name: str | None
    host: Person
    is_active: bool
    count: int


class Participant(Payload):
    """A person in a room, for one visit."""

    user: Person
    role: str
    joined_at: Timestamp
    left_at: Timestamp | None


def server(row: ServerRow) -> Server:
    """A row of `queries.servers_with_counts`."""
    return Server(
        id=str(row.pk),
        name=row.name,
        slug=row.slug,
        description=row.description or None,
        icon_url=row.icon_url or None,
        banner_url=row.banner_url or None,
        is_public=row.is_public,
        owner_id=str(row.owner_id),
        owner=person(row.owner),
        counts=ServerCounts(
            members=getattr(row, "member_count", 0), channels=getattr(row, "channel_count", 0)
        ),
        created_at=timestamp(row.created_at),
        updated_at=timestamp(row.updated_at),
    )


def member(row: MemberRow) -> Member:
    """A membership row."""
    return Member(
        user=person(row.user),
        roles=[row.role],
        nickname=row.nickname or None,
        joined_at=timestamp(row.joined_at),
    )


def room(row: RoomRow) -> Room:
    """A row of `queries.rooms_with_counts`."""
    return Room(
        id=str(row.pk),
        server_id=str(row.server_id) if row.server_id else None,
        type=row.type,  # type: ignore[arg-type]
        name=row.name or None,
        slug=row.slug,
        code=row.code,
        topic=row.topic or None,
        description=row.description or None,
        position=row.position,
        is_private=row.is_private,
        slow_mode_seconds=row.slow_mode_seconds,
        max_participants=row.max_participants,
        bitrate=row.bitrate,
        last_seq=row.head.last_seq,
        created_by=person(row.created_by),
        is_active=row.is_active,
        ended_at=timestamp_or_none(row.ended_at),
        counts=RoomCounts(
            messages=row.head.message_count,
            participants=getattr(row, "participant_count", 0),
            voice=0,
        ),
        created_at=timestamp(row.created_at),
        updated_at=timestamp(row.updated_at),
    )


def call_preview(row: RoomRow, count: int) -> CallPreview:
    """A call, for somebody without an account."""
    return CallPreview(
        code=row.code or "",
        name=row.name or None,
        host=person(row.created_by),
        is_active=row.is_active,
        count=count,
    )
