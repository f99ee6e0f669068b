"""REST input of servers, their people and the ways in."""

from typing import Any

from rest_framework import serializers

from api.serializers import (
    VISIBLE_TEXT,
    HttpUrl,
    Id,
    Input,
    Line,
    Moment,
    StrictBoolean,
    StrictInteger,
    StrictString,
    Text,
)
from rooms.models import Role
from rooms.serializers.fields import DAY_S, MAX_TIMEOUT_S, PermissionNames
from rooms.serializers.rooms import MAX_POSITION

COLOUR = "^#[0-9a-fA-F]{6}$"
STANDINGS = [Role.ADMIN.value, Role.MODERATOR.value, Role.MEMBER.value]


class ServerChanges(Input):
    """How a server looks; what is left out stays, null empties."""

    name = Line(max_length=100, pattern=VISIBLE_TEXT, required=False)
    description = Text(max_length=1000, required=False, allow_null=True, allow_blank=True)
    icon_url = HttpUrl(required=False, allow_null=True)
    banner_url = HttpUrl(required=False, allow_null=True)
    is_public = StrictBoolean(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """null as what the columns hold for “empty”."""
        return {name: "" if value is None else value for name, value in attrs.items()}


class NewServer(ServerChanges):
    """A server."""

    name = Line(max_length=100, pattern=VISIBLE_TEXT)


class TypedName(Input):
    """The server's name, typed exactly, so that nobody deletes one by mistake."""

    name = StrictString(max_length=100)


class Heir(Input):
    """Who owns the server from now on."""

    user_id = Id()


class MemberChanges(Input):
    """How a member stands; what is left out stays."""

    role = serializers.ChoiceField(choices=STANDINGS, required=False)
    nickname = Line(max_length=64, required=False, allow_null=True, allow_blank=True)
    role_ids = serializers.ListField(child=Id(), max_length=100, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """null as what the column holds for “empty”."""
        if attrs.get("nickname", "") is None:
            attrs["nickname"] = ""
        return attrs


class Reason(Input):
    """Why."""

    reason = Line(max_length=500, required=False, allow_null=True, allow_blank=True)


class NewBan(Reason):
    """Without `expiresAt` it is for good."""

    expires_at = Moment(required=False, allow_null=True)


class NewTimeout(Reason):
    """Until a moment, or for so many seconds; never longer than 28 days from now."""

    schema_rules = {"anyOf": [{"required": ["until"]}, {"required": ["seconds"]}]}

    until = Moment(required=False)
    seconds = StrictInteger(min_value=1, max_value=MAX_TIMEOUT_S, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two."""
        if "until" not in attrs and "seconds" not in attrs:
            raise serializers.ValidationError({"until": "Say until when."}, code="required")
        return attrs


class RoleChanges(Input):
    """A role's name, colour and permissions; what is left out stays."""

    name = Line(max_length=32, pattern=VISIBLE_TEXT, required=False)
    colour = StrictString(pattern=COLOUR, required=False, allow_null=True)
    permissions = PermissionNames(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Colours in lower case; null as what the column holds for “none”."""
        if "colour" in attrs:
            attrs["colour"] = (attrs["colour"] or "").lower()
        return attrs


class NewRole(RoleChanges):
    """A role."""

    name = Line(max_length=32, pattern=VISIBLE_TEXT)


class RoleOrder(Input):
    """Every role of the server once, the highest first."""

    role_ids = serializers.ListField(child=Id(), max_length=100)


class NewCategory(Input):
    """A heading for channels."""

    name = Line(max_length=64, pattern=VISIBLE_TEXT)


class CategoryChanges(Input):
    """Another name or place."""

    name = Line(max_length=64, pattern=VISIBLE_TEXT, required=False)
    position = StrictInteger(min_value=0, max_value=MAX_POSITION, required=False)


class ChannelPlace(Input):
    """Where a channel stands. Without `categoryId` it stays under its own; null: under none."""

    id = Id()
    position = StrictInteger(min_value=0, max_value=MAX_POSITION)
    category_id = Id(required=False, allow_null=True)


class ChannelOrder(Input):
    """The places of all channels that move, in one call."""

    channels = serializers.ListField(child=ChannelPlace(), min_length=1, max_length=500)


class NewInvite(Input):
    """How often and how long an invite works. null, or nothing: without a limit."""

    max_uses = StrictInteger(min_value=1, max_value=1000, required=False, allow_null=True)
    expires_in_seconds = StrictInteger(
        min_value=1, max_value=30 * DAY_S, required=False, allow_null=True
    )
