"""Frames: how they are named, typed, read and written. The registry behind `/docs/ws`.

A client frame is `{"type", "id"?, "data"?}`; a server frame adds `timestamp`. Both sides' data are
msgspec Structs, each defined once in the app it belongs to. No I/O here.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from api.errors import ParlorError, ValidationFailed, detail
from api.payloads import Payload, PayloadType, timestamp, to_json

PROTOCOL_VERSION = 1
MAX_TYPE_LENGTH = 64
MAX_ID_LENGTH = 64

EventType = TypeVar("EventType", bound=type[Payload])
events: dict[str, type[Payload]] = {}
_event_names: dict[type[Payload], str] = {}


class Command(msgspec.Struct, metaclass=PayloadType, rename="camel", frozen=True, kw_only=True):
    """Base of the `data` a client sends. Unknown fields are ignored (PROTOCOL.md)."""


class Frame(msgspec.Struct):
    """What every client frame looks like before its `data` is read."""

    type: str
    id: str | int | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


class NotAFrame(Exception):
    """The text is not a JSON object at all: close 4400."""


def event(type_: str) -> Callable[[EventType], EventType]:
    """Name a Payload as the data of a server frame; each name has one shape."""

    def register(cls: EventType) -> EventType:
        if type_ in events:
            raise ValueError(f"The event {type_} is defined twice.")
        events[type_] = cls
        _event_names[cls] = type_
        return cls

    return register


def name_of(data: Payload) -> str:
    """The frame type of an event's data."""
    return _event_names[type(data)]


def encode(data: Payload, reply_to: str | int | None = None) -> str:
    """A server frame as text; `reply_to` is the `id` of the frame it answers."""
    frame: dict[str, Any] = {"type": name_of(data)}
    if reply_to is not None:
        frame["id"] = reply_to
    frame["timestamp"] = timestamp(datetime.now(UTC))
    frame["data"] = data
    return to_json(frame).decode()


_frame_decoder = msgspec.json.Decoder(Frame)
_object_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


def decode(text: str) -> Frame:
    """The frame in `text`.

    Raises `NotAFrame` where it is not a JSON object, `ValidationFailed` where it is one of the
    wrong shape.
    """
    try:
        frame = _frame_decoder.decode(text)
    except msgspec.ValidationError as wrong:
        _require_object(text)
        raise validation_error(wrong, prefix="") from None
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError, ValueError):
        raise NotAFrame from None
    if len(frame.type) > MAX_TYPE_LENGTH or len(str(frame.id)) > MAX_ID_LENGTH:
        raise ValidationFailed("`type` and `id` are at most 64 characters long.")
    return frame


def _require_object(text: str) -> None:
    try:
        _object_decoder.decode(text)
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise NotAFrame from None


def decode_data(decoder: "msgspec.json.Decoder[Any]", raw: msgspec.Raw) -> Any:
    """A command's data. Raises `ValidationFailed`, naming the field."""
    try:
        data = decoder.decode(b"{}" if bytes(raw) == b"null" else raw)
    except msgspec.ValidationError as wrong:
        raise validation_error(wrong) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, ValueError):
        raise ValidationFailed("`data` is not valid JSON.") from None
    if "\\u0000" in str(raw_text := bytes(raw).decode("utf-8", "replace")) or "\x00" in raw_text:
        raise ValidationFailed("Text must not contain the NUL character.")
    return data


def validation_error(wrong: msgspec.ValidationError, prefix: str = "data") -> ValidationFailed:
    """msgspec's message, with its `$.path` as the field."""
    message, _, path = str(wrong).partition(" - at `")
    field = path.rstrip("`").removeprefix("$").lstrip(".") or None
    if field is None and "field `" in message:  # "Object missing required field `roomId`"
        field = message.split("field `")[1].split("`")[0]
    return ValidationFailed(details=[detail(field or prefix or None, "invalid", message)])


@event("error")
class Error(Payload):
    """What went wrong with the frame whose `id` this carries; the socket stays open."""

    code: str
    message: str
    details: list[dict[str, Any]]


def encode_error(error: ParlorError, reply_to: str | int | None = None) -> str:
    """The `error` frame of any of the family."""
    return encode(
        Error(code=error.code, message=error.message, details=error.details), reply_to=reply_to
    )
