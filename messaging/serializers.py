"""REST input of messages."""

from typing import Any

from rest_framework import serializers

from api.serializers import Id, Input, StrictString


class Body(Input):
    """Words. Their length is the settings' (services.clean_content)."""

    content = StrictString(max_length=100_000)


class NewMessage(Body):
    """A message into the room of the address."""

    nonce = StrictString(min_length=1, max_length=64, required=False, allow_null=True)
    reply_to = Id(required=False, allow_null=True)
    attachment_ids = serializers.ListField(child=Id(), required=False, max_length=0)


class NewMessageSomewhere(NewMessage):
    """A message with its room named in the body, as `channelId` (or `roomId`)."""

    channel_id = Id(required=False)
    room_id = Id(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two names."""
        room_id = attrs.pop("room_id", None)
        attrs["channel_id"] = attrs.get("channel_id") or room_id
        if attrs["channel_id"] is None:
            raise serializers.ValidationError({"channel_id": "Name the channel."}, code="required")
        return attrs
