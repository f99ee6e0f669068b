"""Input of REST: strict fields (no coercion) and the base of every input serializer.

A number is not a string and "yes" is not true: what the schema says is what is taken. The
patterns here check the value and stand in the schema, so that the two cannot differ. Outgoing
shapes are payloads.py's.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, cast
from uuid import UUID

import msgspec
from django.core.validators import EmailValidator, MaxLengthValidator, MinLengthValidator
from rest_framework import serializers
from rest_framework.request import Request

from api.errors import ValidationFailed, camel
from api.text import BLANK, clean_line, clean_text

ANY_TEXT = r"^[^\u0000]*$"  # PostgreSQL keeps no NUL
VISIBLE_TEXT = rf"^[^\u0000]*[^{BLANK}][^\u0000]*$"
_LETTER = r"A-Za-z0-9\u00a1-\u1fff\u2c00-\u2fff\u3001-\ud7ff"  # of a host name
HTTP_URL = (
    rf"^https?://[{_LETTER}]([{_LETTER}.-]*[{_LETTER}])?"
    r'(:[0-9]{1,5})?([/?#][^\u0000-\u0020\u007f-\u00a0\u2000-\u200f\u2028-\u202f"<>\\^`{|}]*)?$'
)
CANONICAL_UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"

_LENGTH_RULES = (MaxLengthValidator, MinLengthValidator)


def has_nul(tree: Any) -> bool:
    """Whether any text in a JSON value holds NUL, which PostgreSQL cannot keep."""
    if isinstance(tree, str):
        return "\0" in tree
    if isinstance(tree, dict):
        return any("\0" in key or has_nul(below) for key, below in tree.items())
    return isinstance(tree, list) and any(has_nul(below) for below in tree)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.removesuffix("$") + r"\Z")


class Input(serializers.Serializer[Any]):
    """A request's body. Fields that are not declared are ignored; NUL is in none of the others.

    `schema_rules` says in the schema what `validate` demands beyond single fields.
    """

    schema_rules: ClassVar[dict[str, Any]] = {}

    @classmethod
    def read(cls, request: Request, *, partial: bool = False) -> dict[str, Any]:
        """The checked values of the body. Raises the 400 of the error family."""
        return cls.check(cast(dict[str, Any], request.data), partial=partial)

    @classmethod
    def check(cls, data: Mapping[str, Any], *, partial: bool = False) -> dict[str, Any]:
        """As `read`, from a mapping with snake_case keys."""
        made = cls(data=data, partial=partial)
        made.is_valid(raise_exception=True)
        for name, value in made.validated_data.items():
            if has_nul(value):  # in fields of free form; a StrictString has said so already
                raise ValidationFailed.of(
                    camel(name),
                    "null_characters_not_allowed",
                    "Text may not hold the NUL character.",
                )
        return dict(made.validated_data)


class StrictString(serializers.CharField):
    """A JSON string and nothing else, kept as it came. Lengths are those of what was sent."""

    default_error_messages = {"invalid_pattern": "This value does not have the right form."}

    def __init__(
        self, *, pattern: str = ANY_TEXT, allow_blank: bool = False, **options: Any
    ) -> None:
        self.pattern = pattern
        if not allow_blank:
            options.setdefault("min_length", 1)
        super().__init__(trim_whitespace=False, **options)
        # Lengths are checked on what was sent, below; cleaning may shorten it afterwards.
        self.validators = [rule for rule in self.validators if not isinstance(rule, _LENGTH_RULES)]

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Without CharField's own idea of blank text: lengths and the pattern say all."""
        return serializers.Field.run_validation(self, data)

    def to_internal_value(self, data: Any) -> Any:
        """The text. Raises for another type, length or form."""
        if not isinstance(data, str):
            self.fail("invalid")
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        if self.min_length is not None and len(data) < self.min_length:
            self.fail("min_length", min_length=self.min_length)
        if not _compiled(self.pattern).match(data):
            self.fail("invalid_pattern")
        return data


class Line(StrictString):
    """A text of one line, made harmless (text.clean_line). VISIBLE_TEXT is a pattern for it."""

    def to_internal_value(self, data: Any) -> Any:
        """The cleaned line."""
        return clean_line(super().to_internal_value(data))


class Text(StrictString):
    """A text of several lines, made harmless (text.clean_text)."""

    def to_internal_value(self, data: Any) -> Any:
        """The cleaned text."""
        return clean_text(super().to_internal_value(data))


class HttpUrl(StrictString):
    """An http or https address, without credentials in it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 500)
        super().__init__(pattern=HTTP_URL, **options)


class Email(StrictString):
    """An e-mail address, in lower case."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 254)
        super().__init__(**options)
        self.validators.append(EmailValidator())

    def to_internal_value(self, data: Any) -> Any:
        """The address in lower case: two people never differ by it."""
        return super().to_internal_value(data).lower()


class Id(StrictString):
    """An id as the API writes them; becomes a UUID."""

    def __init__(self, **options: Any) -> None:
        super().__init__(pattern=CANONICAL_UUID, **options)

    def to_internal_value(self, data: Any) -> Any:
        """The UUID."""
        return UUID(super().to_internal_value(data))


class StrictInteger(serializers.IntegerField):
    """A JSON integer (7.0 is one) and nothing else, of 64 bits where no bounds are given."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": -(2**63), "max_value": 2**63 - 1, **options})

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        if isinstance(data, float) and data.is_integer():
            data = int(data)
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class StrictBoolean(serializers.Field[bool, Any, bool, Any]):
    """true or false."""

    default_error_messages = {"invalid": "Must be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        """The value."""
        if not isinstance(data, bool):
            self.fail("invalid")
        return data

    def to_representation(self, value: bool) -> bool:
        """Itself (the schema's default)."""
        return value


class Moment(serializers.Field[datetime, Any, str, Any]):
    """A moment by RFC 3339, with its offset; becomes a datetime in UTC."""

    default_error_messages = {"invalid": "Write a moment as 2026-11-20T20:36:02Z."}

    def to_internal_value(self, data: Any) -> datetime:
        """The moment."""
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            moment = msgspec.convert(data, datetime)
            if moment.tzinfo is None:
                self.fail("invalid")
            return moment.astimezone(UTC)
        except (msgspec.ValidationError, OverflowError, ValueError):
            self.fail("invalid")

    def to_representation(self, value: datetime) -> str:
        """For the schema only."""
        return value.isoformat()
