"""The base of every outgoing wire shape: msgspec Structs, camelCase on the wire.

Each app defines its shapes once, in its own payloads.py, and uses them in REST answers, socket
frames and both schemas. Every field is always there; what is empty is null.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, dataclass_transform

import msgspec


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class PayloadType(msgspec.StructMeta):
    """Tells type checkers what msgspec does at run time: what inherits a payload is frozen, too."""


class Payload(msgspec.Struct, metaclass=PayloadType, rename="camel", frozen=True, kw_only=True):
    """A wire shape. Times are `Timestamp` strings, made by `timestamp()`."""


class Person(Payload):
    """Who somebody is, in the fewest words. It stands here because both doors show people."""

    id: str
    username: str
    display_name: str
    avatar_url: str | None


# "2026-11-20T20:36:02.123Z"
Timestamp = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]


def timestamp(moment: datetime) -> Timestamp:
    """UTC with milliseconds: `2026-11-20T20:36:02.123Z`."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds")[:23] + "Z"


def timestamp_or_none(moment: datetime | None) -> Timestamp | None:
    """`timestamp()`, where the moment may be missing."""
    return None if moment is None else timestamp(moment)


encoder = msgspec.json.Encoder()


def to_json(payload: Any) -> bytes:
    """The wire bytes of a payload (or of plain containers that hold payloads)."""
    return encoder.encode(payload)
