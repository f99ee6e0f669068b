"""Outgoing shapes of messages (PROTOCOL.md, "Shapes")."""

from typing import Any, Literal

from accounts.payloads import person
from api.payloads import Payload, Person, Timestamp, timestamp, timestamp_or_none
from messaging.models import Message as MessageRow


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
    reactions: list[Any]
    attachments: list[Any]
    pinned: bool
    edited: bool
    edited_at: Timestamp | None
    deleted_at: Timestamp | None
    created_at: Timestamp
    updated_at: Timestamp


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


def message(row: MessageRow) -> Message:
    """A row with its sender loaded."""
    is_deleted = row.deleted_at is not None
    return Message(
        id=str(row.pk),
        room_id=str(row.room_id),
        seq=row.seq,
        change_seq=row.change_seq,
        type=row.type,  # type: ignore[arg-type]
        sender=person(row.sender),
        content=None if is_deleted else row.content,
        html=None,
        nonce=row.nonce,
        reply_to=str(row.reply_to_id) if row.reply_to_id else None,
        mentions=[],
        reactions=[],
        attachments=[],
        pinned=False,
        edited=row.edited_at is not None,
        edited_at=timestamp_or_none(row.edited_at),
        deleted_at=timestamp_or_none(row.deleted_at),
        created_at=timestamp(row.created_at),
        updated_at=timestamp(row.updated_at),
    )
