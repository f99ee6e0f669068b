"""JSON from the wire, refused as early and as cheaply as possible when it is not sound.

Turns camelCase keys into snake_case (snake_case is taken as well). Knows no fields: what a value
may be, NUL and the range of numbers included, is the serializers' part, since a field that nobody
declared is ignored whatever it holds.
"""

import re
from collections.abc import Mapping
from typing import IO, Any

import msgspec
from django.conf import settings
from rest_framework.parsers import BaseParser

from api.errors import TooLarge, ValidationFailed

MAX_DEPTH = 32
_CAMEL = re.compile(r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)+")
_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")


class StrictJSONParser(BaseParser):
    """Reads an object. A view may name `raw_fields`: values below those keys keep their keys."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """An object with snake_case keys; `{}` for an empty body. Raises 400 and 413 errors."""
        limit = settings.BODY_MAX_BYTES
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge(f"The body may have {limit} bytes.")
        view = (parser_context or {}).get("view")
        return read_object(body, getattr(view, "raw_fields", frozenset()))


def read_object(body: bytes, raw_fields: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The bytes of a JSON object as a dict; whatever else they are raises `ValidationFailed`."""
    if not body.strip():
        return {}
    try:
        tree = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ValidationFailed(
            "The body is not sound JSON.", [_whole_body("invalid_json", _reason(error))]
        ) from None
    if not isinstance(tree, dict):
        raise ValidationFailed(
            "The body must be a JSON object.", [_whole_body("not_an_object", "Send an object.")]
        )
    return _snake_keys(tree, raw_fields, depth=1)


def snake(name: str) -> str:
    """`displayName` → `display_name`; what is not camelCase (`EMAIL`) is no other name for it."""
    return _HUMP.sub(r"_\1", name).lower() if _CAMEL.fullmatch(name) else name


def _snake_keys(tree: dict[str, Any], raw_fields: frozenset[str], depth: int) -> dict[str, Any]:
    """A copy with snake_case keys. Where both spellings are given, the camelCase one counts."""
    renamed: dict[str, Any] = {}
    for key, value in tree.items():
        name = snake(key)
        if name != key or name not in renamed:
            renamed[name] = _renamed(value, None if key in raw_fields else raw_fields, depth)
    return renamed


def _renamed(value: Any, raw_fields: frozenset[str] | None, depth: int) -> Any:
    """The value, keys renamed below unless `raw_fields` is None; its depth is checked."""
    if depth > MAX_DEPTH:
        raise _refusal("too_deep", f"The body may be nested {MAX_DEPTH} levels deep.")
    if isinstance(value, list):
        return [_renamed(below, raw_fields, depth + 1) for below in value]
    if not isinstance(value, dict):
        return value
    if raw_fields is not None:
        return _snake_keys(value, raw_fields, depth + 1)
    return {key: _renamed(below, None, depth + 1) for key, below in value.items()}


def _refusal(code: str, message: str) -> ValidationFailed:
    return ValidationFailed(message, [_whole_body(code, message)])


def _whole_body(code: str, message: str) -> dict[str, Any]:
    return {"field": None, "code": code, "message": message, "params": {}}


def _reason(error: Exception) -> str:
    """What the decoder says, without Python's words for it."""
    if isinstance(error, RecursionError):
        return "It is nested too deeply."
    if isinstance(error, UnicodeDecodeError):
        return "It is not UTF-8."
    return str(error)
