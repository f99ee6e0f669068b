"""Sending, editing and deleting messages: the one way for REST and socket alike.

`prepare_send` is shared by both doors: shape and access from a grant, no query unless the message
answers another. The write itself is the room log's; no transaction may be open around it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID, uuid4

from django.conf import settings

from accounts.models import User
from api import limits
from api.errors import Forbidden, Unavailable, ValidationFailed
from api.limits import Rate
from api.text import clean_text, is_blank
from messaging import access, log
from messaging.log import AccessChanged, Appended, Deletion, Edit, Entry, NewMessage
from messaging.models import Message
from realtime.threads import run_db
from rooms import access as rooms_access
from rooms.access import Grant, Permission
from rooms.models import RoomType

TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody asks to be sent."""

    content: str
    nonce: str | None = None
    reply_to: str | None = None


def clean_content(content: str) -> str:
    """The words as they are kept. Raises ValidationFailed."""
    if len(content) > settings.MESSAGE_MAX_LENGTH:
        raise ValidationFailed.of(
            "content",
            "max_length",
            f"A message has at most {settings.MESSAGE_MAX_LENGTH} characters.",
            max=settings.MESSAGE_MAX_LENGTH,
        )
    cleaned = clean_text(content)
    if is_blank(cleaned):
        raise ValidationFailed.of("content", "blank", "A message needs some text.")
    return cleaned


def prepare_send(grant: Grant, sender_id: UUID, draft: Draft) -> NewMessage:
    """The entry for the log. Raises ValidationFailed, Forbidden. No query."""
    content = clean_content(draft.content)
    if grant.room_type == RoomType.VOICE:
        raise ValidationFailed.of("roomId", "not_text", "Voice channels take no messages.")
    if not grant.permissions & Permission.POST:
        raise Forbidden("You may not write in this room.")
    reply_to = rooms_access.as_uuid(draft.reply_to) if draft.reply_to else None
    if draft.reply_to and reply_to is None:
        raise _no_such_reply()
    request = f"{content}\0{reply_to or ''}"
    return NewMessage(
        room_id=UUID(grant.room_id),
        sender_id=sender_id,
        content=content,
        nonce=draft.nonce or uuid4().hex,
        request_hash=sha256(request.encode()).hexdigest(),
        reply_to_id=reply_to,
        access_version=grant.access_version,
    )


def check_reply(entry: NewMessage) -> None:
    """The message answered is in the same room (one query, only for replies)."""
    if entry.reply_to_id is not None:
        answered = Message.objects.filter(pk=entry.reply_to_id, room_id=entry.room_id)
        if not answered.exists():
            raise _no_such_reply()


def _no_such_reply() -> ValidationFailed:
    return ValidationFailed.of("replyTo", "not_found", "The message answered is not in this room.")


def send_message(actor: User, *, room_id: UUID, draft: Draft) -> Appended:
    """Send from synchronous code (REST, a job). Raises the error family."""
    user = str(actor.pk)
    limit = _LimitOnce()
    for _ in range(TRIES):
        grant = rooms_access.load_grant(user, str(room_id))
        entry = prepare_send(grant, actor.pk, draft)
        limit.hit(grant, entry)
        check_reply(entry)
        try:
            return log.append_now(entry)
        except AccessChanged:
            rooms_access.forget_grant(user, grant.room_id)
    raise Unavailable


async def prepare_from_socket(user_id: str, room_id: str, draft: Draft) -> NewMessage:
    """The socket's half before the commit: in the order frames came in."""
    grant = await rooms_access.grant_for(user_id, room_id)
    entry = prepare_send(grant, UUID(user_id), draft)
    await limits.ahit("message", user_id, grant.room_id)
    if grant.slow_mode_s and not await run_db(_is_repeat, entry):
        await limits.ahit_rate(Rate(1, grant.slow_mode_s), "slow_mode", user_id, grant.room_id)
    if entry.reply_to_id is not None:
        await run_db(check_reply, entry)
    return entry


async def prepare_again(entry: NewMessage, draft: Draft) -> NewMessage:
    """The same message after the room's access changed. Raises Forbidden, NotFound."""
    user_id, room_id = str(entry.sender_id), str(entry.room_id)
    rooms_access.forget_grant(user_id, room_id)
    grant = await rooms_access.grant_for(user_id, room_id)
    return replace(prepare_send(grant, entry.sender_id, draft), nonce=entry.nonce)


async def commit(entry: Entry, check_again: Callable[[], Awaitable[Entry]]) -> Appended:
    """The socket's other half: the log, with access checked again where it changed meanwhile."""
    for _ in range(TRIES):
        try:
            return await log.append(entry)
        except AccessChanged:
            entry = await check_again()
    raise Unavailable


def _is_repeat(entry: NewMessage) -> bool:
    """Whether this nonce is written already: its answer must not wait for slow mode."""
    sent = Message.objects.filter(
        room_id=entry.room_id, sender_id=entry.sender_id, nonce=entry.nonce
    )
    return sent.exists()


class _LimitOnce:
    """Counts a message once, however often its access had to be checked again."""

    def __init__(self) -> None:
        self._is_counted = False

    def hit(self, grant: Grant, entry: NewMessage) -> None:
        if not self._is_counted:
            user_id = str(entry.sender_id)
            limits.hit("message", user_id, grant.room_id)
            if grant.slow_mode_s and not _is_repeat(entry):
                limits.hit_rate(Rate(1, grant.slow_mode_s), "slow_mode", user_id, grant.room_id)
            self._is_counted = True


def edit_message(actor: User, *, message_id: UUID | str, content: str) -> Appended:
    """New words. The same words again change nothing and take no number."""
    cleaned = clean_content(content)
    return _append_checked(lambda: edit_entry(actor, message_id, cleaned))


def delete_message(actor: User, *, message_id: UUID | str) -> Appended:
    """The content goes, the place in the order stays. A second time changes nothing."""
    return _append_checked(lambda: deletion_entry(actor, message_id))


def edit_entry(actor: User, message_id: UUID | str, content: str) -> Edit:
    """The entry for the log, checked. Raises Forbidden, Gone, NotFound."""
    message = access.get_message_to_edit(actor, message_id)
    return Edit(
        room_id=message.room_id,
        message_id=message.pk,
        content=content,
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


def _append_checked(check: Callable[[], Edit | Deletion]) -> Appended:
    for _ in range(TRIES):
        try:
            return log.append_now(check())
        except AccessChanged:
            continue
    raise Unavailable
