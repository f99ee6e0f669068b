"""What each entry does to the rows, inside the room log's transaction: the head is locked, numbers
are counted on the locked row and kept last (`keep_numbers`). Nothing but this and the statement in
log/postgres.py writes messages, reactions or mentions; nothing here is told to anybody.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils import timezone

from accounts.models import User
from accounts.payloads import person_of
from api.errors import Conflict, Gone, NotFound
from api.payloads import Payload, Person, timestamp
from messaging import payloads, queries
from messaging.entries import (
    AccessChanged,
    Appended,
    Change,
    Deletion,
    Edit,
    Entry,
    NewMessage,
    ReactionChange,
)
from messaging.events import MessageDeleted, MessageNew, MessageUpdated, ReactionChanged
from messaging.models import Mention, Message, MessageType, Reaction
from rooms.models import RoomHead

MAX_EMOJI_PER_MESSAGE = 20
CHANGING = ("content", "html", "mentions", "change_seq", "edited_at", "deleted_at", "updated_at")


def write(entry: Entry, head: RoomHead) -> Appended:
    """Raises AccessChanged, Conflict, Gone, NotFound; then nothing was written."""
    return _WRITERS[type(entry)](entry, head)


def keep_numbers(heads: Iterable[RoomHead]) -> None:
    """Last before COMMIT; the heads are locked since the transaction began."""
    stored = _stored_as()
    rows = [(head.last_seq, head.message_count, stored(head.pk)) for head in heads]
    if rows:
        with connections["default"].cursor() as cursor:
            cursor.executemany(COUNT, rows)


def people_of(entries: Iterable[Entry]) -> dict[UUID, Person]:
    """The senders of new messages, as they are shown (one query for all)."""
    senders = {entry.sender_id for entry in entries if isinstance(entry, NewMessage)}
    if not senders:
        return {}
    known = User.objects.filter(pk__in=senders)
    rows = known.values_list("pk", "username", "display_name", "avatar_url")
    return {row[0]: person_of(str(row[0]), *row[1:]) for row in rows}


def row_of(entry: NewMessage, number: int, now: datetime) -> Message:
    """A new message as its row."""
    values: tuple[Any, ...] = (  # by place, in the order of the fields: names take twice as long
        entry.message_id,
        entry.room_id,
        number,  # seq
        number,  # change_seq
        MessageType.USER.value,
        entry.sender_id,
        entry.words.content,
        entry.words.html,
        list(entry.words.mentions),
        entry.nonce,
        entry.request_hash,
        entry.reply_to_id,
        None,  # edited_at
        None,  # deleted_at
        now,
        now,
    )
    return Message(*values)  # type: ignore[misc]  # mypy counts them otherwise


def repeated(entry: NewMessage, first: Message) -> Appended:
    """The answer to a nonce that is written already. Raises Conflict.

    With the entry's own id it was written by a try whose COMMIT was never answered: it may not have
    been told either.
    """
    if first.request_hash != entry.request_hash:
        raise Conflict("This nonce was used for another message.")
    is_own = first.pk == entry.message_id and first.change_seq == first.seq
    return Appended(first, is_change=is_own)


def event_of(entry: Entry, message: Message, people: Mapping[UUID, Person]) -> Payload:
    """What a room is told of an entry that changed something; same transaction (it may read)."""
    match entry:
        case NewMessage():
            sender, now = people[entry.sender_id], message.created_at
            return MessageNew(message=payloads.new_message(entry, message.seq, sender, now))
        case Edit():
            return MessageUpdated(message=queries.show([message])[0])
        case Deletion():
            assert message.deleted_at is not None
            return MessageDeleted(
                id=str(message.pk),
                room_id=str(message.room_id),
                seq=message.seq,
                change_seq=message.change_seq,
                deleted_at=timestamp(message.deleted_at),
            )
        case ReactionChange():
            return ReactionChanged(
                room_id=str(message.room_id),
                message_id=str(message.pk),
                seq=message.seq,
                change_seq=message.change_seq,
                emoji=entry.emoji,
                user_id=str(entry.user_id),
                added=entry.is_added,
                count=Reaction.objects.filter(message=message, emoji=entry.emoji).count(),
            )


def _write_new(entry: NewMessage, head: RoomHead) -> Appended:
    is_checked = head.access_version == entry.access_version
    message = row_of(entry, head.last_seq + 1, timezone.now())
    if not is_checked or not _insert(message):
        sent = Message.objects.select_related("sender").filter(
            room_id=entry.room_id, sender_id=entry.sender_id, nonce=entry.nonce
        )
        if (first := sent.first()) is not None:
            return repeated(entry, first)
        raise AccessChanged
    _insert_mentions(message, message.mentions)
    _take_number(head, messages=+1)
    return Appended(message, is_change=True)


INSERT = """
INSERT INTO messaging_message (id, room_id, seq, change_seq, type, sender_id, content, html,
    mentions, nonce, request_hash, reply_to_id, created_at, updated_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (room_id, sender_id, nonce) DO NOTHING
"""
INSERT_SQLITE = INSERT.replace("%s", "?")
COUNT = "UPDATE rooms_roomhead SET last_seq = %s, message_count = %s WHERE room_id = %s"


def _insert(message: Message) -> bool:
    """False where its nonce is written already. One statement; the ORM takes several times as long,
    and on SQLite, where it is run for each message of a batch, so do Django's cursors.
    """
    database, stored = connections["default"], _stored_as()
    now = stored(message.created_at)
    row = (
        stored(message.pk),
        stored(message.room_id),
        message.seq,
        message.change_seq,
        message.type,
        stored(message.sender_id),
        message.content,
        message.html,
        json.dumps(message.mentions),
        message.nonce,
        message.request_hash,
        stored(message.reply_to_id),
        now,
        now,
    )
    if stored is _as_on_sqlite:
        with database.wrap_database_errors:
            return bool(database.connection.execute(INSERT_SQLITE, row).rowcount)
    with database.cursor() as cursor:
        cursor.execute(INSERT, row)
        return bool(cursor.rowcount)


def _stored_as() -> Callable[[Any], Any]:
    """How this database stores ids and moments."""
    return _as_on_sqlite if connections["default"].vendor == "sqlite" else _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _as_on_sqlite(value: UUID | datetime | None) -> str | None:
    """An id or a moment as Django stores it there."""
    if isinstance(value, UUID):
        return value.hex
    return None if value is None else str(value.astimezone(UTC).replace(tzinfo=None))


def _write_edit(entry: Edit, head: RoomHead) -> Appended:
    message = _load(entry)
    if message.deleted_at is not None:
        raise Gone("This message was deleted.")
    if message.content == entry.words.content:
        return Appended(message, is_change=False)
    _require_version(entry, head)
    before, now = set(message.mentions), timezone.now()
    message.content, message.html = entry.words.content, entry.words.html
    message.mentions = list(entry.words.mentions)
    message.edited_at = now
    Mention.objects.filter(message=message).exclude(user__in=message.mentions).delete()
    _insert_mentions(message, [user for user in message.mentions if user not in before])
    _save_change(message, head, now, messages=0)
    return Appended(message, is_change=True)


def _write_deletion(entry: Deletion, head: RoomHead) -> Appended:
    message = _load(entry)
    if message.deleted_at is not None:
        return Appended(message, is_change=False)
    _require_version(entry, head)
    now = timezone.now()
    message.content, message.html, message.mentions = "", "", []
    message.deleted_at = now
    Mention.objects.filter(message=message).delete()
    Reaction.objects.filter(message=message).delete()
    _save_change(message, head, now, messages=-1)
    return Appended(message, is_change=True)


def _write_reaction(entry: ReactionChange, head: RoomHead) -> Appended:
    message = _load(entry)
    if message.deleted_at is not None:
        raise Gone("This message was deleted.")
    mine = Reaction.objects.filter(message=message, user_id=entry.user_id, emoji=entry.emoji)
    if mine.exists() == entry.is_added:
        return Appended(message, is_change=False)
    _require_version(entry, head)
    if entry.is_added:
        Reaction.objects.create(
            message=message,
            user_id=entry.user_id,
            emoji=entry.emoji,
            emoji_seq=_place_of(entry.emoji, message, head),
        )
    else:
        mine.delete()
    # `updated_at` stays: it is the words'.
    _save_change(message, head, message.updated_at, messages=0)
    return Appended(message, is_change=True)


def _place_of(emoji: str, message: Message, head: RoomHead) -> int:
    there = Reaction.objects.filter(message=message).values_list("emoji", "emoji_seq").distinct()
    places = dict(there)
    if emoji not in places and len(places) >= MAX_EMOJI_PER_MESSAGE:
        raise Conflict(f"A message takes at most {MAX_EMOJI_PER_MESSAGE} different emoji.")
    return places.get(emoji, head.last_seq + 1)


def _insert_mentions(message: Message, user_ids: Iterable[str]) -> None:
    Mention.objects.bulk_create(
        [
            Mention(message=message, user_id=UUID(user), room_id=message.room_id, seq=message.seq)
            for user in user_ids
        ]
    )


def _load(entry: Change) -> Message:
    found = Message.objects.select_related("sender").filter(pk=entry.message_id).first()
    if found is None:
        raise NotFound("There is no such message.")
    return found


def _save_change(message: Message, head: RoomHead, now: datetime, *, messages: int) -> None:
    message.change_seq = head.last_seq + 1
    message.updated_at = now
    message.save(update_fields=CHANGING)
    _take_number(head, messages=messages)


def _take_number(head: RoomHead, *, messages: int) -> None:
    """On the locked row; `keep_numbers` writes it when all entries have theirs."""
    head.last_seq += 1
    head.message_count += messages


def _require_version(entry: Entry, head: RoomHead) -> None:
    if head.access_version != entry.access_version:
        raise AccessChanged


_WRITERS: dict[type, Callable[..., Appended]] = {
    NewMessage: _write_new,
    Edit: _write_edit,
    Deletion: _write_deletion,
    ReactionChange: _write_reaction,
}
