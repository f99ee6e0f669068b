"""Who may read or change a message; what a room allows is rooms/access.py's."""

from uuid import UUID

from accounts.models import User
from api.errors import Forbidden, Gone, NotFound
from messaging.models import Message, MessageType
from rooms import access as rooms_access
from rooms.access import Permission


def get_message_for(actor: User, message_id: UUID | str) -> tuple[Message, Permission]:
    """A message the actor may read, with what they may do in its room. Raises NotFound."""
    wanted = rooms_access.as_uuid(message_id)
    message = (
        Message.objects.select_related("sender", "room__head").filter(pk=wanted).first()
        if wanted
        else None
    )
    if message is None:
        raise NotFound("There is no such message.")
    allowed = rooms_access.permissions_of(actor, message.room)
    if not allowed & Permission.VIEW:
        raise NotFound("There is no such message.")
    return message, allowed


def get_message_to_edit(actor: User, message_id: UUID | str) -> Message:
    """Only its author changes a message's words, while they may still write there."""
    message, allowed = get_message_for(actor, message_id)
    if message.sender_id != actor.pk or message.type == MessageType.SYSTEM:
        raise Forbidden("Only its author can edit a message.")
    if message.room.ended_at is not None:
        raise Gone("This call has ended.")
    if not allowed & Permission.POST:
        raise Forbidden("You can no longer write in this room.")
    if message.deleted_at is not None:
        raise Gone("This message was deleted.")
    return message


def get_message_to_delete(actor: User, message_id: UUID | str) -> Message:
    """Its author, or who looks after the room."""
    message, allowed = get_message_for(actor, message_id)
    if message.sender_id != actor.pk and not allowed & Permission.MANAGE_MESSAGES:
        raise Forbidden("Only its author or a moderator can delete a message.")
    return message


def get_message_to_react(actor: User, message_id: UUID | str) -> Message:
    """Whoever may take part in the room, while the message is there."""
    message, allowed = get_message_for(actor, message_id)
    if not allowed & Permission.REACT:
        raise Forbidden("You cannot react in this room.")
    if message.deleted_at is not None:
        raise Gone("This message was deleted.")
    return message
