"""REST input of rooms."""

from typing import Any

from rest_framework import serializers

from api.errors import ValidationFailed
from api.serializers import (
    VISIBLE_TEXT,
    Id,
    Input,
    Line,
    StrictBoolean,
    StrictInteger,
    StrictString,
    Text,
)
from api.text import is_blank
from rooms import access
from rooms.models import RoomType
from rooms.serializers.fields import MAX_BAN_S, PermissionNames

MAX_POSITION = 100_000
CREATABLE = (RoomType.TEXT, RoomType.VOICE, RoomType.ANNOUNCEMENT, RoomType.CALL)


# Any case in, lower out (PROTOCOL.md).
def _any_case(*kinds: str) -> str:
    return "|".join("".join(f"[{c.upper()}{c}]" for c in kind) for kind in kinds)


KIND_PATTERN = f"^(?:{_any_case(*CREATABLE)})$"
FILTER_PATTERN = f"^(?:{_any_case(*RoomType.values)})?$"
CALL_PATTERN = f"^(?:{_any_case(RoomType.CALL)})$"


class Kind(StrictString):
    """A room's type, in any case; becomes lower case."""

    def __init__(self, **options: Any) -> None:
        super().__init__(pattern=KIND_PATTERN, **options)

    def to_internal_value(self, data: Any) -> Any:
        """The type in lower case."""
        return super().to_internal_value(data).lower()


class NewRoom(Input):
    """A room: text when it has a name, else a call."""

    schema_rules = {
        "anyOf": [
            {
                "properties": {"name": {"pattern": VISIBLE_TEXT, "type": "string"}},
                "required": ["name"],
            },
            {"properties": {"type": {"pattern": CALL_PATTERN}}},
        ]
    }

    name = Line(max_length=100, required=False, allow_null=True, allow_blank=True)
    type = Kind(required=False)
    server_id = Id(required=False, allow_null=True)
    topic = Line(max_length=1024, required=False, allow_blank=True)
    description = Text(max_length=1000, required=False, allow_blank=True)
    category_id = Id(required=False, allow_null=True)
    is_private = StrictBoolean(required=False)
    guests_allowed = StrictBoolean(required=False)
    slow_mode_seconds = StrictInteger(min_value=0, max_value=21_600, required=False)
    max_participants = StrictInteger(min_value=2, max_value=10_000, required=False)
    bitrate = StrictInteger(min_value=8, max_value=384, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The type that follows from the name, and the name that a type needs."""
        name = attrs.get("name") or ""
        attrs["name"] = "" if is_blank(name) else name
        attrs.setdefault("type", RoomType.TEXT if attrs["name"] else RoomType.CALL)
        if not attrs["name"] and attrs["type"] != RoomType.CALL:
            raise serializers.ValidationError({"name": "A channel needs a name."}, code="required")
        return attrs


def read_kind(text: str) -> str:
    """`?type=` of a list, in any case. Raises ValidationFailed."""
    kind = text.lower()
    if kind and kind not in RoomType.values:
        raise ValidationFailed.of("type", "invalid_choice", "There is no such type of room.")
    return kind


class RoomChanges(Input):
    """What can be changed about a room; what is left out stays, null empties."""

    name = Line(max_length=100, pattern=VISIBLE_TEXT, required=False)
    topic = Line(max_length=1024, required=False, allow_null=True, allow_blank=True)
    description = Text(max_length=1000, required=False, allow_null=True, allow_blank=True)
    category_id = Id(required=False, allow_null=True)
    position = StrictInteger(min_value=0, max_value=MAX_POSITION, required=False)
    is_private = StrictBoolean(required=False)
    is_archived = StrictBoolean(required=False)
    guests_allowed = StrictBoolean(required=False)
    slow_mode_seconds = StrictInteger(min_value=0, max_value=21_600, required=False)
    max_participants = StrictInteger(min_value=2, max_value=10_000, required=False, allow_null=True)
    bitrate = StrictInteger(min_value=8, max_value=384, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """null as what the columns hold for “empty”."""
        empty = {"topic": "", "description": ""}
        return {name: empty.get(name) if value is None else value for name, value in attrs.items()}


class People(Input):
    """The others of a direct room."""

    user_ids = serializers.ListField(child=Id(), min_length=1, max_length=9)


class RoomSanction(Input):
    """Whom to take out of a room, or to silence there. Without `seconds` a ban is for good, and
    somebody is silenced for an hour.
    """

    user_id = Id()
    reason = Line(max_length=500, required=False, allow_null=True, allow_blank=True)
    seconds = StrictInteger(min_value=1, max_value=MAX_BAN_S, required=False, allow_null=True)


class OverrideOf(Input):
    """What a channel allows and denies; the same name does not stand in both."""

    allow = PermissionNames(access.OF_ROOM, required=False)
    deny = PermissionNames(access.OF_ROOM, required=False)
