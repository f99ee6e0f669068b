"""REST input of messages."""

from typing import Any, NoReturn

from django.conf import settings
from rest_framework import serializers

from api.serializers import VISIBLE_TEXT, Id, Input, StrictInteger, StrictString
from messaging.queries import MAX_SEQ


class Words(StrictString):
    """The text of a message, as it came; services.clean_content makes it harmless."""

    default_error_messages = {"blank": "A message needs some text."}

    def __init__(self, **options: Any) -> None:
        length = settings.MESSAGE_MAX_LENGTH
        super().__init__(pattern=VISIBLE_TEXT, max_length=length, **options)

    def fail(self, key: str, **params: Any) -> NoReturn:
        """With the codes that the socket's door uses."""
        super().fail("blank" if key in ("invalid_pattern", "min_length") else key, **params)


class Body(Input):
    """Words."""

    content = Words()


class Change(Input):
    """New words; without any nothing changes."""

    content = Words(required=False)


class NewMessage(Body):
    """A message into the room of the address."""

    nonce = StrictString(min_length=1, max_length=64, required=False, allow_null=True)
    reply_to = Id(required=False, allow_null=True)
    attachment_ids = serializers.ListField(child=Id(), required=False, max_length=0)


class ReadUpTo(Input):
    """A number of the room."""

    seq = StrictInteger(min_value=0, max_value=MAX_SEQ)


class NewMessageSomewhere(NewMessage):
    """A message with its room named in the body, as `channelId` (or `roomId`)."""

    schema_rules = {"anyOf": [{"required": ["channelId"]}, {"required": ["roomId"]}]}

    channel_id = Id(required=False)
    room_id = Id(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two names."""
        room_id = attrs.pop("room_id", None)
        attrs["channel_id"] = attrs.get("channel_id") or room_id
        if attrs["channel_id"] is None:
            raise serializers.ValidationError({"channel_id": "Name the channel."}, code="required")
        return attrs
