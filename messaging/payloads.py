"""Outgoing shapes of messages (PROTOCOL.md, "Shapes")."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec.structs import asdict

from accounts.payloads import person
from api.payloads import Payload, Person, Timestamp, timestamp, timestamp_or_none
from messaging.entries import NewMessage
from messaging.models import Message as MessageRow
from rooms.payloads import ReadState


class Reaction(Payload):
    """One emoji under a message. `user_ids` are the first 50; `me` is null in what goes to many."""

    emoji: str
    count: int
    user_ids: list[str]
    me: bool | None


class Message(Payload):
    """A message as it is now. A deleted one keeps ids, numbers and times; its content is null."""

    id: str
    room_id: str
    seq: int
    change_seq: int
    type: Literal["user", "system"]
    sender: Person
    content: str | None
    html: str | None
    nonce: str
    reply_to: str | None
    mentions: list[str]
    reactions: list[Reaction]
    attachments: list[Any]
    pinned: bool
    edited: bool
    edited_at: Timestamp | None
    deleted_at: Timestamp | None
    created_at: Timestamp
    updated_at: Timestamp


class Unread(ReadState):
    """What a person has not read of a room."""

    room_id: str


class HistoryMeta(Payload):
    """Where a part of the history stands."""

    limit: int
    has_more: bool
    last_seq: int


class OffsetMeta(HistoryMeta):
    """As HistoryMeta, for `?offset=`."""

    total: int
    offset: int


class ChangesMeta(Payload):
    """How far a page of changes goes (PROTOCOL.md, sequence rule 6)."""

    up_to: int
    last_seq: int
    epoch: str
    recovered: bool
    more: bool


def message(row: MessageRow, reactions: Sequence[Reaction] = ()) -> Message:
    """A row with its sender, and its reactions (queries.show reads them)."""
    is_deleted = row.deleted_at is not None
    return Message(
        id=str(row.pk),
        room_id=str(row.room_id),
        seq=row.seq,
        change_seq=row.change_seq,
        type=row.type,  # type: ignore[arg-type]
        sender=person(row.sender),
        content=None if is_deleted else row.content,
        html=None if is_deleted else row.html or None,
        nonce=row.nonce,
        reply_to=str(row.reply_to_id) if row.reply_to_id else None,
        mentions=row.mentions,
        reactions=list(reactions),
        attachments=[],
        pinned=False,
        edited=row.edited_at is not None,
        edited_at=timestamp_or_none(row.edited_at),
        deleted_at=timestamp_or_none(row.deleted_at),
        created_at=timestamp(row.created_at),
        updated_at=timestamp(row.updated_at),
    )


def new_message(entry: NewMessage, number: int, sender: Person, now: datetime) -> Message:
    """What `message` makes of the row of a new message, without the row."""
    at = timestamp(now)
    return Message(
        id=str(entry.message_id),
        room_id=str(entry.room_id),
        seq=number,
        change_seq=number,
        type="user",
        sender=sender,
        content=entry.words.content,
        html=entry.words.html or None,
        nonce=entry.nonce,
        reply_to=str(entry.reply_to_id) if entry.reply_to_id else None,
        mentions=list(entry.words.mentions),
        reactions=[],
        attachments=[],
        pinned=False,
        edited=False,
        edited_at=None,
        deleted_at=None,
        created_at=at,
        updated_at=at,
    )


def unread(room_id: str, state: ReadState) -> Unread:
    """A room's read state under its id."""
    return Unread(room_id=room_id, **asdict(state))
