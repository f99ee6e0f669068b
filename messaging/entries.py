"""What can be appended to a room's log, and what comes of it. Values only: log.py writes them.

An entry is complete before its number is taken: rendered, its mentions and reply looked up, and
checked against the access version it carries.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from messaging.models import Message


class AccessChanged(Exception):
    """The room's access version is no longer the entry's: check again, then append again."""


@dataclass(frozen=True, slots=True)
class Words:
    """A message's text as written, as safe HTML, and whom it mentions (ids of people)."""

    content: str
    html: str
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to be. Sent again with the same nonce it is the same message."""

    room_id: UUID
    sender_id: UUID
    words: Words
    nonce: str
    request_hash: str
    reply_to_id: UUID | None
    access_version: int
    message_id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """New words for a message."""

    room_id: UUID
    message_id: UUID
    words: Words
    access_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """The end of a message's content, its reactions and its mentions."""

    room_id: UUID
    message_id: UUID
    access_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionChange:
    """A person's reaction with one emoji, added or taken back."""

    room_id: UUID
    message_id: UUID
    user_id: UUID
    emoji: str
    is_added: bool
    access_version: int


Change = Edit | Deletion | ReactionChange  # of a message that is there
Entry = NewMessage | Change


@dataclass(frozen=True, slots=True)
class Appended:
    """The message after the entry, and whether the entry changed anything (and took a number)."""

    message: Message
    is_change: bool


class NewRow(NamedTuple):
    """Of a new message what its sender is told: on the hot path, where making the model would cost
    more than the rest.
    """

    pk: UUID
    room_id: UUID
    seq: int
    nonce: str
    created_at: datetime

    @property
    def change_seq(self) -> int:
        """Nothing happened to it since."""
        return self.seq


class AppendedNew(NamedTuple):
    """As Appended."""

    message: NewRow
    is_change: bool = True
