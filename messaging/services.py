"""Sending, editing, deleting and reacting: the one way for REST and socket alike.

Both doors go the same way: `check_draft` (shape and access from a grant, no query), limits,
`prepare_send` (Markdown), and `settle` only where a message answers another or names somebody. The
write itself is the room log's; no transaction may be open around it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID, uuid4

from accounts.models import User
from api import limits
from api.errors import Forbidden, Gone, Unavailable, ValidationFailed
from api.limits import Rate
from messaging import access, log, markup, reactions, words
from messaging.entries import (
    AccessChanged,
    Appended,
    AppendedNew,
    Change,
    Deletion,
    Edit,
    Entry,
    NewMessage,
    ReactionChange,
    Words,
)
from messaging.markup import Source
from messaging.models import Message
from realtime.threads import run_db
from rooms import access as rooms_access
from rooms.access import Grant, Permission, Place
from rooms.models import RoomType

TRIES = 3
LONG_TEXT = 500  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody asks to be sent."""

    content: str
    nonce: str | None = None
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message whose shape and access are right. Where it answers another or names somebody, that
    is still to be looked up (`settle`).
    """

    entry: NewMessage
    source: Source
    place: Place

    @property
    def is_settled(self) -> bool:
        """Whether the entry is complete as it is."""
        return self.entry.reply_to_id is None and not words.has_names(self.source)


def check_draft(grant: Grant, draft: Draft) -> Draft:
    """The draft with its text cleaned and a nonce, if it may be sent. Cheap, so that limits are
    counted before anything is parsed. Raises ValidationFailed, Gone, Forbidden.
    """
    content = words.clean_content(draft.content)
    if grant.room_type == RoomType.VOICE:
        raise ValidationFailed.of("roomId", "not_text", "Voice channels take no messages.")
    if grant.has_ended:
        raise Gone("This call has ended.")
    if not grant.permissions & Permission.POST:
        raise Forbidden("You may not write in this room.")
    if draft.reply_to and rooms_access.as_uuid(draft.reply_to) is None:
        raise _no_such_reply()
    return replace(draft, content=content, nonce=draft.nonce or uuid4().hex)


def prepare_send(grant: Grant, sender_id: UUID, draft: Draft) -> Prepared:
    """Of a checked draft. Pure, no query: what REST and socket share."""
    assert draft.nonce is not None
    reply_to = rooms_access.as_uuid(draft.reply_to) if draft.reply_to else None
    request = f"{draft.content}\0{reply_to or ''}"
    source = markup.read(draft.content)
    entry = NewMessage(
        room_id=UUID(grant.room_id),
        sender_id=sender_id,
        # Names are rendered once, when they are looked up (`settle`).
        words=Words(source.content, "") if words.has_names(source) else words.plain(source),
        nonce=draft.nonce,
        request_hash=sha256(request.encode()).hexdigest(),
        reply_to_id=reply_to,
        access_version=grant.access_version,
    )
    return Prepared(entry, source, grant.place)


def settle(prepared: Prepared) -> NewMessage:
    """The entry for the log: the message answered is in the same room, names are looked up (at most
    a query each). Raises ValidationFailed.
    """
    entry = prepared.entry
    if entry.reply_to_id is not None:
        answered = Message.objects.filter(pk=entry.reply_to_id, room_id=entry.room_id)
        if not answered.exists():
            raise _no_such_reply()
    if not words.has_names(prepared.source):
        return entry
    found = words.look_up(prepared.source, prepared.place, entry.sender_id)
    return replace(entry, words=found)


def _no_such_reply() -> ValidationFailed:
    return ValidationFailed.of("replyTo", "not_found", "The message answered is not in this room.")


def send_message(actor: User, *, room_id: UUID, draft: Draft) -> Appended:
    """Send from synchronous code (REST, a job). Raises the error family."""
    user = str(actor.pk)
    limit = _LimitOnce()
    for _ in range(TRIES):
        grant = rooms_access.load_grant(user, str(room_id))
        checked = check_draft(grant, draft)
        limit.hit(grant, actor.pk, checked)
        try:
            return log.append_now(settle(prepare_send(grant, actor.pk, checked)))
        except AccessChanged:
            rooms_access.forget_grant(user, grant.room_id)
    raise Unavailable


async def prepare_from_socket(user_id: str, room_id: str, draft: Draft) -> NewMessage:
    """The socket's half before the commit: in the order frames came in."""
    grant = await rooms_access.grant_for(user_id, room_id, needing=Permission.POST)
    checked = check_draft(grant, draft)
    await limits.ahit("message", user_id, grant.room_id)
    if grant.slow_mode_s and not await run_db(_is_repeat, grant, UUID(user_id), checked):
        await limits.ahit_rate(Rate(1, grant.slow_mode_s), "slow_mode", user_id, grant.room_id)
    return await _prepare(grant, UUID(user_id), checked)


def prepare_at_once(user_id: str, room_id: str, draft: Draft) -> NewMessage | None:
    """As `prepare_from_socket`, where nothing has to be read and nothing takes long; else None, and
    nothing is counted.
    """
    grant = rooms_access.known_grant(user_id, room_id, needing=Permission.POST)
    if grant is None or grant.slow_mode_s or draft.reply_to is not None:
        return None
    if len(draft.content) > LONG_TEXT or words.may_have_names(draft.content):
        return None
    checked = check_draft(grant, draft)
    try:
        limits.hit_at_once("message", user_id, grant.room_id)
    except limits.MustWait:
        return None
    return prepare_send(grant, UUID(user_id), checked).entry


async def prepare_again(entry: NewMessage, draft: Draft) -> NewMessage:
    """The same message after the room's access changed. Raises Forbidden, NotFound."""
    user_id, room_id = str(entry.sender_id), str(entry.room_id)
    rooms_access.forget_grant(user_id, room_id)
    grant = await rooms_access.grant_for(user_id, room_id, needing=Permission.POST)
    checked = check_draft(grant, replace(draft, nonce=entry.nonce))
    return await _prepare(grant, entry.sender_id, checked)


async def _prepare(grant: Grant, sender_id: UUID, draft: Draft) -> NewMessage:
    """Long texts are parsed in a thread: the event loop has others to serve."""
    if len(draft.content) > LONG_TEXT:
        prepared = await run_db(prepare_send, grant, sender_id, draft)
    else:
        prepared = prepare_send(grant, sender_id, draft)
    return prepared.entry if prepared.is_settled else await run_db(settle, prepared)


def submit(entry: Entry) -> "asyncio.Future[Appended | AppendedNew]":
    """The socket's other half: into the log's queue at once. The future raises what the log does,
    AccessChanged among it: then check again, and `commit`.
    """
    return log.append(entry)


async def commit(
    entry: Entry, check_again: Callable[[], Awaitable[Entry]]
) -> Appended | AppendedNew:
    """Submit and wait, with access checked again where it changed meanwhile."""
    for _ in range(TRIES):
        try:
            return await submit(entry)
        except AccessChanged:
            entry = await check_again()
    raise Unavailable


def _is_repeat(grant: Grant, sender_id: UUID, draft: Draft) -> bool:
    """Whether this nonce is written already: its answer must not wait for slow mode."""
    sent = Message.objects.filter(room_id=grant.room_id, sender=sender_id, nonce=draft.nonce)
    return sent.exists()


class _LimitOnce:
    """Counts a message once, however often its access had to be checked again."""

    def __init__(self) -> None:
        self._is_counted = False

    def hit(self, grant: Grant, sender_id: UUID, draft: Draft) -> None:
        if not self._is_counted:
            user_id = str(sender_id)
            limits.hit("message", user_id, grant.room_id)
            if grant.slow_mode_s and not _is_repeat(grant, sender_id, draft):
                limits.hit_rate(Rate(1, grant.slow_mode_s), "slow_mode", user_id, grant.room_id)
            self._is_counted = True


def edit_message(actor: User, *, message_id: UUID | str, content: str) -> Appended:
    """New words. The same words again change nothing and take no number."""
    cleaned = words.clean_content(content)
    return _append_checked(lambda: edit_entry(actor, message_id, cleaned))


def delete_message(actor: User, *, message_id: UUID | str) -> Appended:
    """The content goes, the place in the order stays. A second time changes nothing."""
    return _append_checked(lambda: deletion_entry(actor, message_id))


def edit_entry(actor: User, message_id: UUID | str, content: str) -> Edit:
    """The entry for the log, checked. Raises Forbidden, Gone, NotFound."""
    message = access.get_message_to_edit(actor, message_id)
    place = rooms_access.place_of(message.room)
    return Edit(
        room_id=message.room_id,
        message_id=message.pk,
        words=words.look_up(markup.read(content), place, actor.pk),
        access_version=message.room.head.access_version,
    )


def deletion_entry(actor: User, message_id: UUID | str) -> Deletion:
    """The entry for the log, checked. Raises Forbidden, NotFound."""
    message = access.get_message_to_delete(actor, message_id)
    return Deletion(
        room_id=message.room_id,
        message_id=message.pk,
        access_version=message.room.head.access_version,
    )


def react(actor: User, *, message_id: UUID | str, emoji: str, is_added: bool) -> Appended:
    """Add a reaction, or take one's own back. What is so already changes nothing."""
    wanted = reactions.clean_emoji(emoji)
    limits.hit("reaction", str(actor.pk))
    return _append_checked(lambda: reaction_entry(actor, message_id, wanted, is_added))


def reaction_entry(
    actor: User, message_id: UUID | str, emoji: str, is_added: bool
) -> ReactionChange:
    """The entry for the log, checked. Raises Forbidden, Gone, NotFound."""
    message = access.get_message_to_react(actor, message_id)
    return ReactionChange(
        room_id=message.room_id,
        message_id=message.pk,
        user_id=actor.pk,
        emoji=emoji,
        is_added=is_added,
        access_version=message.room.head.access_version,
    )


def _append_checked(check: Callable[[], Change]) -> Appended:
    for _ in range(TRIES):
        try:
            return log.append_now(check())
        except AccessChanged:
            continue
    raise Unavailable
