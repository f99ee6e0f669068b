"""REST of messages: parse → service or query → response. No rule and no write of its own."""

from typing import cast
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import actor_of
from accounts.models import User
from accounts.payloads import person
from api import params
from api.base import ApiViewSet
from api.envelope import Deleted
from api.errors import ValidationFailed
from api.pagination import paged
from api.payloads import Person
from api.responses import created, deleted, ok
from api.schema import describe, integer_parameter
from messaging import access, payloads, queries, reactions, reading, recovery, services, unread
from messaging.models import Message
from messaging.serializers import Change, NewMessage, NewMessageSomewhere, ReadUpTo
from messaging.services import Draft
from rooms import access as rooms_access
from rooms import queries as rooms_queries
from rooms.access import Permission
from rooms.models import Room

LIMIT = integer_parameter("limit", "How many, 50 unless told.", 1, 100)
PLACE = {"type": "string", "pattern": f"^({queries.PLACE})?$"}
HISTORY = (
    LIMIT,
    OpenApiParameter("before", PLACE, description="Only messages before this one (id or seq)."),
    OpenApiParameter("after", PLACE, description="Only messages after this one (id or seq)."),
    integer_parameter("offset", "Skip so many, counted from the newest."),
)
CHANNEL = OpenApiParameter(
    "channelId",
    {"type": "string", "maxLength": 128, "pattern": r"^[^\u0000]*[^\s\u0000][^\u0000]*$"},
    required=True,
    description="The room (id, slug or code).",
)
AFTER = integer_parameter("after", "The number up to which everything is known.")


class HistoryViewSet(ApiViewSet):
    """The messages of a room."""

    @describe(
        "A room's messages, oldest first",
        answer=payloads.Message,
        many=True,
        meta=payloads.HistoryMeta | payloads.OffsetMeta,
        query=HISTORY,
        errors=(403,),
    )
    def list(self, request: Request, ref: str) -> Response:
        """The newest part, or the part before or after a place."""
        return self._history(request, ref)

    @describe(
        "A channel's messages, oldest first",
        answer=payloads.Message,
        many=True,
        meta=payloads.HistoryMeta | payloads.OffsetMeta,
        query=(CHANNEL, *HISTORY),
        errors=(403, 404),
    )
    def list_of_channel(self, request: Request) -> Response:
        """The same by `?channelId=`."""
        ref = params.text(request, "channelId", max_length=128)
        if not ref:
            raise ValidationFailed.of("channelId", "required", "Name the channel.")
        return self._history(request, ref)

    def _history(self, request: Request, ref: str) -> Response:
        room = rooms_access.get_room_for(actor_of(request), ref, Permission.VIEW)
        limit = params.integer(request, "limit", default=50, minimum=1, maximum=100)
        offset = params.optional_integer(request, "offset")
        if offset is not None:
            part = queries.list_history_by_offset(room, limit=limit, offset=offset)
        else:
            part = queries.list_history(
                room,
                limit=limit,
                before=_place(request, room, "before"),
                after=_place(request, room, "after"),
            )
        shown = queries.show(part.messages, actor_of(request).pk)
        if part.total is None:
            return ok(
                shown,
                meta=payloads.HistoryMeta(
                    limit=limit, has_more=part.has_more, last_seq=part.last_seq
                ),
            )
        return ok(
            shown,
            meta=payloads.OffsetMeta(
                limit=limit,
                has_more=part.has_more,
                last_seq=part.last_seq,
                total=part.total,
                offset=offset or 0,
            ),
        )

    @describe(
        "What changed in a room after a number",
        answer=payloads.Message,
        many=True,
        meta=payloads.ChangesMeta,
        query=(AFTER,),
        errors=(403,),
    )
    def changes(self, request: Request, ref: str) -> Response:
        """Messages by their last change, in their state now; ask again while `more`."""
        after = params.integer(request, "after", default=0)
        with recovery.snapshot():
            actor = actor_of(request)
            room = rooms_access.get_room_for(actor, ref, Permission.VIEW)
            changes = recovery.read_changes(str(room.pk), after, viewer_id=actor.pk)
        messages, up_to = changes.pages[0]
        return ok(
            messages,
            meta=payloads.ChangesMeta(
                up_to=up_to,
                last_seq=changes.head,
                epoch=changes.epoch,
                recovered=changes.is_recovered,
                more=len(changes.pages) > 1,
            ),
        )

    @describe(
        "Send a message to a room",
        answer=payloads.Message,
        status=201,
        also=200,
        body=NewMessage,
        errors=(403, 409, 410),
    )
    def create(self, request: Request, ref: str) -> Response:
        """201; with a nonce that was already sent, 200 and the first message."""
        room = rooms_access.get_room_for(actor_of(request), ref, Permission.VIEW)
        return self._send(actor_of(request), room.pk, NewMessage.read(request))

    @describe(
        "Send a message to a channel",
        answer=payloads.Message,
        status=201,
        also=200,
        body=NewMessageSomewhere,
        errors=(403, 404, 409, 410),
    )
    def create_in_channel(self, request: Request) -> Response:
        """The same with `channelId` in the body."""
        wanted = NewMessageSomewhere.read(request)
        return self._send(actor_of(request), wanted["channel_id"], wanted)

    def _send(self, actor: User, room_id: UUID, wanted: dict[str, object]) -> Response:
        reply_to = wanted.get("reply_to")
        draft = Draft(
            content=cast(str, wanted["content"]),
            nonce=cast("str | None", wanted.get("nonce")),
            reply_to=str(reply_to) if reply_to else None,
        )
        appended = services.send_message(actor, room_id=room_id, draft=draft)
        shown = _shown(appended.message, actor)
        return created(shown) if appended.is_change else ok(shown)


class MessageViewSet(ApiViewSet):
    """One message."""

    @describe("One message", answer=payloads.Message)
    def retrieve(self, request: Request, message_id: str) -> Response:
        """As it is now; a deleted one without its content."""
        actor = actor_of(request)
        message, _ = access.get_message_for(actor, message_id)
        return ok(_shown(message, actor))

    @describe("Edit your message", answer=payloads.Message, body=Change, errors=(403, 410))
    def update(self, request: Request, message_id: str) -> Response:
        """New words; the same words, or none, change nothing."""
        content = Change.read(request).get("content")
        actor = actor_of(request)
        if content is None:
            return ok(_shown(access.get_message_to_edit(actor, message_id), actor))
        appended = services.edit_message(actor, message_id=message_id, content=content)
        return ok(_shown(appended.message, actor))

    @describe("Edit your message", answer=payloads.Message, body=Change, errors=(403, 410))
    def partial_update(self, request: Request, message_id: str) -> Response:
        """PATCH is PUT."""
        return self.update(request, message_id)

    @describe("Delete a message", answer=Deleted, errors=(403,))
    def destroy(self, request: Request, message_id: str) -> Response:
        """Its content goes; deleting it again changes nothing."""
        appended = services.delete_message(actor_of(request), message_id=message_id)
        return deleted(appended.message.pk)


class ReactionViewSet(ApiViewSet):
    """The reactions to a message with one emoji."""

    @describe("Who reacted with an emoji", answer=Person, paged=True, errors=(404,))
    def list(self, request: Request, message_id: str, emoji: str) -> Response:
        """The first one first."""
        message, _ = access.get_message_for(actor_of(request), message_id)
        wanted = reactions.clean_emoji(emoji)
        return paged(request, queries.list_reactors(message, wanted), person)

    @describe("React to a message", answer=payloads.Message, errors=(400, 403, 404, 409, 410))
    def update(self, request: Request, message_id: str, emoji: str) -> Response:
        """One emoji, percent-encoded in the address. Twice is once."""
        return self._react(request, message_id, emoji, is_added=True)

    @describe("Take your reaction back", answer=Deleted, errors=(400, 403, 404, 410))
    def destroy(self, request: Request, message_id: str, emoji: str) -> Response:
        """Answers with the message's id; one that was not there changes nothing."""
        self._react(request, message_id, emoji, is_added=False)
        return deleted(message_id)

    def _react(self, request: Request, message_id: str, emoji: str, *, is_added: bool) -> Response:
        actor = actor_of(request)
        appended = services.react(actor, message_id=message_id, emoji=emoji, is_added=is_added)
        return ok(_shown(appended.message, actor))


class ReadViewSet(ApiViewSet):
    """How far one has read."""

    @describe("What you have not read", answer=payloads.Unread, many=True)
    def list(self, request: Request) -> Response:
        """Every room of one's servers, and those one belongs to; the list comes whole."""
        actor = actor_of(request)
        states = unread.read_states(actor, rooms_queries.heads_of_interest(actor))
        return ok([payloads.unread(room_id, state) for room_id, state in states.items()])

    @describe(
        "Mark a room as read up to a number", answer=payloads.Unread, body=ReadUpTo, errors=(403,)
    )
    def update(self, request: Request, ref: str) -> Response:
        """Exactly so far, backwards too: what comes after it is unread again."""
        seq = ReadUpTo.read(request)["seq"]
        room_id, state = reading.set_read(actor_of(request), ref=ref, seq=seq)
        return ok(payloads.unread(str(room_id), state))


def _shown(message: Message, actor: User) -> payloads.Message:
    return queries.show([message], actor.pk)[0]


def _place(request: Request, room: Room, field: str) -> int | None:
    cursor = params.text(request, field, max_length=64)
    return queries.place_of(room, cursor, field) if cursor else None
