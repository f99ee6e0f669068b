"""Frames about messages, and joining and recovering rooms (PROTOCOL.md, "The gateway")."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from accounts.models import User
from api import limits
from api.errors import Forbidden, ValidationFailed, as_parlor_error
from api.payloads import Payload, timestamp
from messaging import joining, reactions, reading, services, words
from messaging.entries import AccessChanged, Appended, AppendedNew, Entry, NewMessage
from messaging.events import ConnectionMissed, MessageAck, ReadUpdated, RoomJoined
from messaging.read_keeper import keeper
from messaging.reading import Mark
from messaging.services import Draft
from realtime.handlers import Id, RoomRef, person_of, require_joined, running
from realtime.protocol import Command
from realtime.registry import Later, Soon, on
from realtime.socket import Socket
from realtime.threads import run_db
from rooms import access as rooms_access
from rooms.access import Permission

Seq = Annotated[int, Meta(ge=0, le=2**63 - 1)]
MAX_ROOMS_AT_ONCE = 200


class JoinRoom(Command):
    """A room by id, slug or code, and how far the client has everything of it."""

    room_id: Annotated[str, Meta(min_length=1, max_length=128)]
    last_seen_seq: Seq | None = None
    epoch: str | None = None


class SeenRoom(Command):
    """How far the client has everything of one room."""

    room_id: Id
    last_seen_seq: Seq


class Recover(Command):
    """Several rooms at once, or one."""

    rooms: Annotated[list[SeenRoom], Meta(max_length=MAX_ROOMS_AT_ONCE)] | None = None
    epoch: str | None = None
    room_id: Id | None = None
    last_seen_seq: Seq | None = None


class SendMessage(Command):
    """A message. With a nonce it may be sent again and is still one."""

    room_id: Id
    content: str
    nonce: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    reply_to: str | None = None
    attachment_ids: list[str] = []


class EditMessage(Command):
    """New words for one's own message."""

    message_id: Id
    content: str


class DeleteMessage(Command):
    """A message whose content shall be gone."""

    message_id: Id


class React(Command):
    """One emoji under a message."""

    message_id: Id
    emoji: Annotated[str, Meta(min_length=1, max_length=64)]


class ReadUpTo(Command):
    """How far the person has read a room."""

    room_id: Id
    seq: Seq


@on("room:join", JoinRoom, answers=(RoomJoined, ConnectionMissed))
async def join_room(socket: Socket, data: JoinRoom) -> AsyncGenerator[Payload, None]:
    """Hear a room the person may read; answered with its state, or with what was missed."""
    entered = await joining.enter(socket, data.room_id)
    with joining.as_before_on_failure(socket, entered):
        answer = await joining.answer_join(socket, entered.room_id, data.last_seen_seq, data.epoch)
        for event in answer.events:
            await joining.before_each_page(socket, entered)
            yield event
        running().hub.release(socket, entered.room_id, answer.head)


@on("connection:recover", Recover, answers=(ConnectionMissed,))
async def recover(socket: Socket, data: Recover) -> AsyncGenerator[Payload, None]:
    """What was missed in each room; hears them exactly as joining does."""
    for seen in _rooms_of(data):
        try:
            entered = await joining.enter(socket, seen.room_id)
            with joining.as_before_on_failure(socket, entered):
                answer = await joining.answer_recover(
                    socket, entered.room_id, seen.last_seen_seq, data.epoch
                )
                for event in answer.events:
                    await joining.before_each_page(socket, entered)
                    yield event
                running().hub.release(socket, entered.room_id, answer.head)
        except Exception as error:
            yield joining.refused(seen.room_id, as_parlor_error(error))


def _rooms_of(data: Recover) -> list[SeenRoom]:
    if data.rooms is not None:
        return data.rooms
    if data.room_id is None or data.last_seen_seq is None:
        raise ValidationFailed.of("rooms", "required", "Name rooms, or roomId and lastSeenSeq.")
    return [SeenRoom(room_id=data.room_id, last_seen_seq=data.last_seen_seq)]


def send_at_once(socket: Socket, data: SendMessage) -> Soon | None:
    """Most messages: plain words of somebody whose grant is known."""
    draft = _draft_of(socket, data)
    entry = services.prepare_at_once(socket.user_id, data.room_id, draft)
    return None if entry is None else _sent(socket, entry, draft)


@on("message:send", SendMessage, answers=(MessageAck,), at_once=send_at_once)
async def send_message(socket: Socket, data: SendMessage) -> Soon:
    """Send to a joined room; acknowledged after COMMIT."""
    draft = _draft_of(socket, data)
    entry = await services.prepare_from_socket(socket.user_id, data.room_id, draft)
    return _sent(socket, entry, draft)


def _sent(socket: Socket, entry: NewMessage, draft: Draft) -> Soon:
    running().typing.stop(str(entry.room_id), person_of(socket))
    return _submitted(entry, lambda: services.prepare_again(entry, draft))


def _draft_of(socket: Socket, data: SendMessage) -> Draft:
    require_joined(socket, data.room_id)
    if data.attachment_ids:
        raise ValidationFailed.of("attachmentIds", "not_found", "There are no such files.")
    return Draft(content=data.content, nonce=data.nonce, reply_to=data.reply_to)


@on("typing:start", RoomRef)
async def start_typing(socket: Socket, data: RoomRef) -> None:
    """Others in the room see that this person writes, for 6 s at most; for those who may write."""
    require_joined(socket, data.room_id)
    keeper, person = running().typing, person_of(socket)
    if not keeper.is_refused(data.room_id, person.id):
        version = running().watch.access_version(data.room_id)
        grant = await rooms_access.grant_for(
            socket.user_id, data.room_id, needing=Permission.POST, at_least=version
        )
        if grant.permissions & Permission.POST:
            keeper.start(data.room_id, person)
            return
        keeper.refuse(data.room_id, person.id)
    raise Forbidden("You may not write in this room.")


@on("message:edit", EditMessage, answers=(MessageAck,))
async def edit_message(socket: Socket, data: EditMessage) -> Soon:
    """Change one's own message."""
    content = words.clean_content(data.content)

    async def check() -> Entry:
        return await run_db(_edit_entry, socket.user_id, data.message_id, content)

    return _submitted(await check(), check)


@on("message:delete", DeleteMessage, answers=(MessageAck,))
async def delete_message(socket: Socket, data: DeleteMessage) -> Soon:
    """Take a message's content away."""

    async def check() -> Entry:
        return await run_db(_deletion_entry, socket.user_id, data.message_id)

    return _submitted(await check(), check)


@on("reaction:add", React, answers=(MessageAck,))
async def add_reaction(socket: Socket, data: React) -> Soon:
    """React to a message. Twice is once."""
    return await _react(socket, data, is_added=True)


@on("reaction:remove", React, answers=(MessageAck,))
async def remove_reaction(socket: Socket, data: React) -> Soon:
    """Take one's own reaction back."""
    return await _react(socket, data, is_added=False)


async def _react(socket: Socket, data: React, *, is_added: bool) -> Soon:
    emoji = reactions.clean_emoji(data.emoji)
    await limits.ahit("reaction", socket.user_id)

    async def check() -> Entry:
        return await run_db(_reaction_entry, socket.user_id, data.message_id, emoji, is_added)

    return _submitted(await check(), check)


@on("read:update", ReadUpTo, answers=(ReadUpdated,))
async def read_further(socket: Socket, data: ReadUpTo) -> Later:
    """Read up to here; never moves back."""
    return await _mark(socket, data, is_exact=False)


@on("read:set", ReadUpTo, answers=(ReadUpdated,))
async def read_exactly(socket: Socket, data: ReadUpTo) -> Later:
    """Read up to here and no further: what comes after is unread again."""
    return await _mark(socket, data, is_exact=True)


async def _mark(socket: Socket, data: ReadUpTo, *, is_exact: bool) -> Later:
    grant = await rooms_access.grant_for(socket.user_id, data.room_id)
    user_id, room_id = UUID(socket.user_id), UUID(grant.room_id)
    mark = Mark(user_id, room_id, data.seq, is_exact, grant.access_version, socket.id)
    if mark.seq > running().hub.heads.get(grant.room_id, 0):
        await run_db(reading.require_possible, mark)
    return Later(keeper().take(mark))


def _reaction_entry(user_id: str, message_id: str, emoji: str, is_added: bool) -> Entry:
    return services.reaction_entry(User.objects.get(pk=user_id), message_id, emoji, is_added)


def _edit_entry(user_id: str, message_id: str, content: str) -> Entry:
    return services.edit_entry(User.objects.get(pk=user_id), message_id, content)


def _deletion_entry(user_id: str, message_id: str) -> Entry:
    return services.deletion_entry(User.objects.get(pk=user_id), message_id)


def _submitted(entry: Entry, check_again: Callable[[], Awaitable[Entry]]) -> Soon:
    """An entry that is in the log's queue, in the order frames came in."""
    # A retried nonce gets the first ack again, whatever happened to the message since.
    ack = _ack_of_new if isinstance(entry, NewMessage) else _ack_of_change

    def otherwise(error: BaseException) -> Awaitable[MessageAck] | None:
        return checked_again() if isinstance(error, AccessChanged) else None

    async def checked_again() -> MessageAck:
        return ack(await services.commit(await check_again(), check_again))

    return Soon(services.submit(entry), ack, otherwise)


def _ack_of_new(appended: Appended | AppendedNew) -> MessageAck:
    return _ack(appended, appended.message.seq)


def _ack_of_change(appended: Appended | AppendedNew) -> MessageAck:
    return _ack(appended, appended.message.change_seq)


def _ack(appended: Appended | AppendedNew, change_seq: int) -> MessageAck:
    message = appended.message
    return MessageAck(
        id=str(message.pk),
        room_id=str(message.room_id),
        seq=message.seq,
        change_seq=change_seq,
        nonce=message.nonce,
        created_at=timestamp(message.created_at),
    )
