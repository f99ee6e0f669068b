"""Outgoing shapes of rooms and of what is allowed there (PROTOCOL.md, "Shapes")."""

from typing import Literal

from accounts.payloads import person
from api.payloads import Payload, Person, Timestamp, timestamp, timestamp_or_none
from rooms import access
from rooms.access import Decider, Decision, Permission
from rooms.models import Room as RoomRow
from rooms.models import RoomMember, RoomOverride, RoomVisit

RoomKind = Literal["text", "voice", "announcement", "call", "direct"]


class RoomCounts(Payload):
    """How many a room has: messages ever written and not deleted, members of its own, in voice."""

    messages: int
    participants: int
    voice: int


class Room(Payload):
    """A channel of a server, or a room that stands alone (`server_id` null). `recipients` are the
    people of a direct room; other rooms name nobody there.
    """

    id: str
    server_id: str | None
    type: RoomKind
    name: str | None
    slug: str | None
    code: str | None
    topic: str | None
    description: str | None
    category_id: str | None
    position: int
    is_private: bool
    is_archived: bool
    guests_allowed: bool
    slow_mode_seconds: int
    max_participants: int | None
    bitrate: int | None
    last_seq: int
    created_by: Person
    is_active: bool
    ended_at: Timestamp | None
    counts: RoomCounts
    recipients: list[Person]
    created_at: Timestamp
    updated_at: Timestamp


class ReadState(Payload):
    """How far a person has read a room, and what is beyond. `newest_seq` and `newest_by` are the
    newest message that is not deleted and its sender (0 and null: none); `unread` and `mentions`
    count up to 100, without one's own messages.
    """

    last_seq: int
    read_seq: int
    newest_seq: int
    newest_by: str | None
    unread: int
    mentions: int


class RoomState(ReadState):
    """Where one of the person's rooms stands."""

    id: str


class CallPreview(Payload):
    """What somebody without an account may know of a call whose code they have."""

    code: str
    name: str | None
    host: Person
    is_active: bool
    guests_allowed: bool
    count: int


class Participant(Payload):
    """A person in a room, for one visit."""

    user: Person
    role: str
    joined_at: Timestamp
    left_at: Timestamp | None


class Override(Payload):
    """What a channel allows and denies to a role or a person. `target` is `member` (everybody),
    `moderator`, or the id of a custom role or a person.
    """

    target: str
    kind: Literal["builtin", "role", "user"]
    name: str
    allow: list[str]
    deny: list[str]


class DecidedBy(Payload):
    """What decided: owner, builtin, role, override, belonging, private, timeout, ban, ended,
    archived, deleted or outsider; with the role's or the override's id and name, and the end of a
    timeout or a ban (null: for good).
    """

    kind: str
    id: str | None
    name: str | None
    until: Timestamp | None


class Rule(Payload):
    """One permission, and what decided about it."""

    permission: str
    allowed: bool
    decided_by: DecidedBy


class Permissions(Payload):
    """What somebody may do in a place, and why."""

    permissions: list[str]
    rules: list[Rule]


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
        category_id=str(row.category_id) if row.category_id else None,
        position=row.position,
        is_private=row.is_private,
        is_archived=row.is_archived,
        guests_allowed=row.guests_allowed,
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
            voice=getattr(row, "voice_count", 0),
        ),
        recipients=[person(member.user) for member in getattr(row, "people", [])],
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
        guests_allowed=row.guests_allowed,
        count=count,
    )


def participant(row: RoomVisit) -> Participant:
    """A visit, with its user."""
    return Participant(
        user=person(row.user),
        role=row.role,
        joined_at=timestamp(row.joined_at),
        left_at=timestamp_or_none(row.left_at),
    )


def room_member(row: RoomMember) -> Participant:
    """Somebody who belongs to a room, with their user."""
    return Participant(
        user=person(row.user), role=row.role, joined_at=timestamp(row.joined_at), left_at=None
    )


def override(row: RoomOverride) -> Override:
    """A row, with its role and user."""
    known = access.as_override(row)
    return Override(
        target=known.target,
        kind=known.kind,  # type: ignore[arg-type]
        name=known.name,
        allow=access.names_of(known.allow),
        deny=access.names_of(known.deny),
    )


def _decided_by(decider: Decider) -> DecidedBy:
    kind, id_, name, until = decider
    return DecidedBy(kind=kind, id=id_, name=name, until=timestamp_or_none(until))


def permissions(decision: Decision, concerning: Permission) -> Permissions:
    """A decision about these permissions."""
    return Permissions(
        permissions=access.names_of(decision.allowed & concerning),
        rules=[
            Rule(
                permission=access.names_of(one)[0],
                allowed=bool(decision.allowed & one),
                decided_by=_decided_by(decision.by[one]),
            )
            for one in concerning
        ],
    )
