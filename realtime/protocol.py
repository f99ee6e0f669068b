"""Frames: how they are named, typed, read and written. The registry behind `/docs/ws`.

A client frame is `{"type", "id"?, "data"?}`; a server frame adds `timestamp`. Both sides' data are
msgspec Structs, each defined once in the app it belongs to. No I/O here.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

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


FrameId = (
    Annotated[str, msgspec.Meta(max_length=MAX_ID_LENGTH)]
    | Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
    | None
)


class Frame(msgspec.Struct):
    """What every client frame looks like before its `data` is read."""

    type: Annotated[str, msgspec.Meta(max_length=MAX_TYPE_LENGTH)]
    id: FrameId = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


class NotAFrame(Exception):
    """The text is not a JSON object at all: close 4400."""


class Misshapen(Exception):
    """A JSON object that is no frame; `id` is its id, if that at least is one."""

    def __init__(self, error: ValidationFailed, id_: str | int | None) -> None:
        super().__init__(error.message)
        self.error, self.id = error, id_


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
_id_decoder: "msgspec.json.Decoder[str | int | None]" = msgspec.json.Decoder(FrameId)


def decode(text: str) -> Frame:
    """The frame in `text`.

    Raises `NotAFrame` where it is not a JSON object, `Misshapen` where its shape is wrong.
    """
    try:
        return _frame_decoder.decode(text)
    except msgspec.ValidationError as wrong:
        raise Misshapen(validation_error(wrong, prefix=""), _id_in(text)) from None
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise NotAFrame from None


def _id_in(text: str) -> str | int | None:
    """The id of an object that is no frame."""
    try:
        found = _object_decoder.decode(text)
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise NotAFrame from None
    try:
        return _id_decoder.decode(found.get("id", b"null"))
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None


def decode_data(decoder: "msgspec.json.Decoder[Any]", raw: msgspec.Raw) -> Any:
    """A command's data. Raises `ValidationFailed`, naming the field."""
    text = bytes(raw)
    try:
        data = decoder.decode(b"{}" if text == b"null" else text)
    except msgspec.ValidationError as wrong:
        raise validation_error(wrong) from None
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise ValidationFailed("`data` is not valid JSON.") from None
    if b"\\u0000" in text and (field := _field_with_nul(msgspec.to_builtins(data))):
        raise ValidationFailed.of(field, "nul", "Text must not contain the NUL character.")
    return data


def _field_with_nul(value: Any, path: str = "") -> str:
    """Where the NUL is that PostgreSQL could not store; "" where there is none."""
    if isinstance(value, str):
        return path if "\0" in value else ""
    parts: Any = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    below = (_field_with_nul(part, f"{path}.{key}".lstrip(".")) for key, part in parts)
    return next(filter(None, below), "")


_MISSING = re.compile(r"missing required field `([^`]+)`")
_INDEX = re.compile(r"\[(\d+)\]")


def validation_error(wrong: msgspec.ValidationError, prefix: str = "data") -> ValidationFailed:
    """msgspec's message, with its `$.path[0]` as the field `path.0`, as in REST."""
    message, _, path = str(wrong).partition(" - at `")
    parts = [_INDEX.sub(r".\1", path.rstrip("`").removeprefix("$")).lstrip(".")]
    if missing := _MISSING.search(message):
        parts.append(missing[1])
    field = ".".join(filter(None, parts))
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
