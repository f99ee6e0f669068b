"""Socket events of messages, and the answers to joining and recovering."""

from typing import Any

from api.payloads import Payload, Person, Timestamp
from messaging.payloads import Message
from realtime.protocol import event
from rooms.payloads import Participant, Room


@event("message:new")
class MessageNew(Payload):
    """A message was sent."""

    message: Message


@event("message:updated")
class MessageUpdated(Payload):
    """A message is different now. Of an unknown id it is an upsert."""

    message: Message


@event("message:deleted")
class MessageDeleted(Payload):
    """A message's content is gone."""

    id: str
    room_id: str
    seq: int
    change_seq: int
    deleted_at: Timestamp


@event("reaction:changed")
class ReactionChanged(Payload):
    """Somebody added a reaction or took it back; `count` is how many there are now."""

    room_id: str
    message_id: str
    seq: int
    change_seq: int
    emoji: str
    user_id: str
    added: bool
    count: int


@event("read:updated")
class ReadUpdated(Payload):
    """How far this person has read the room now, here or on another device."""

    room_id: str
    seq: int
    unread: int
    mentions: int


@event("message:ack")
class MessageAck(Payload):
    """Committed. The same nonce gets the same ack, whenever it is sent again."""

    id: str
    room_id: str
    seq: int
    change_seq: int
    nonce: str
    created_at: Timestamp


@event("room:joined")
class RoomJoined(Payload):
    """The room as of `last_seq`. With `recovered`, `messages` is what changed since the number the
    client named, up to `up_to` (with `more`, `connection:missed` frames follow by themselves);
    without, it is the newest part of the history and replaces what the client had. `read_seq` is
    how far the person has read; `unread` and `mentions` count what is beyond, up to 100.
    """

    room: Room
    messages: list[Message]
    last_seq: int
    epoch: str
    recovered: bool
    up_to: int
    more: bool
    read_seq: int
    unread: int
    mentions: int
    participants: list[Participant]
    typing: list[Person]
    voice: list[Any]


@event("connection:missed")
class ConnectionMissed(Payload):
    """What was missed: every number ≤ `up_to` then counts as delivered. `recovered` false: join the
    room afresh. With `error` the room could not be read and the other fields are empty.
    """

    room_id: str
    messages: list[Message]
    up_to: int
    last_seq: int
    epoch: str
    recovered: bool
    more: bool
    error: dict[str, Any] | None = None
