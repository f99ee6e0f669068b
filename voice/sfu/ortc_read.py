"""Reads single values out of JSON that strangers wrote: the right type and size, or OrtcError.

Python's own laxness is kept out: a bool is no number, NaN is none either, and texts are ASCII where
they will stand in SDP (so that no line break gets in). Messages never repeat what was sent.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from voice.sfu.ortc_types import OrtcError, Parameters

Choice = TypeVar("Choice", bound=str)

MAX_PARAMETERS = 64
MAX_PARAMETER_NAME = 64
MAX_PARAMETER_VALUE = 2048  # sprop-parameter-sets (RFC 6184 §8.1) is the longest seen
MAX_INTEGER = 2**53 - 1  # what JavaScript can say

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+")  # RFC 4566 §9
_MIME_TYPE = re.compile(r"(audio|video)/[A-Za-z0-9][A-Za-z0-9!#$&^_.+\-]{0,62}", re.IGNORECASE)
_PRINTABLE = re.compile(r"[ -~]+")
_WORD = re.compile(r"[!-~]+")
_PARAMETER_NAME = re.compile(r"[!-:<>-~]+")  # printable, without ";" and "=" (and blanks)
_PARAMETER_VALUE = re.compile(r"[ -:<-~]*")  # printable, without ";"
_MSID = re.compile(f"({_TOKEN.pattern})( {_TOKEN.pattern})?")  # RFC 8830 §2
_ICE_CHARS = re.compile(r"[A-Za-z0-9+/]+")  # RFC 8839 §5.4
_RID = re.compile(r"[A-Za-z0-9_-]{1,16}")  # RFC 8851 §10; 16 bytes fit the one-byte header form
_SCALABILITY_MODE = re.compile(r"[LS][1-9]T[1-9](h|_KEY|_KEY_SHIFT)?")  # W3C webrtc-svc
_HEX_PAIRS = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*")


def mapping(field: str, value: object) -> dict[str, Any]:
    """An object of JSON."""
    if not isinstance(value, dict):
        raise OrtcError(field, "must be an object")
    return value


def items(
    key: str, data: dict[str, Any], limit: int, *, required: bool = False, prefix: str = ""
) -> Iterator[tuple[str, object]]:
    """The elements of a list, each with the name of its place; absent and null are empty."""
    field, value = prefix + key, data.get(key)
    if value is None:
        value = []
    if not isinstance(value, list):
        raise OrtcError(field, "must be a list")
    if len(value) > limit:
        raise OrtcError(field, f"must be at most {limit} long")
    if required and not value:
        raise OrtcError(field, "must not be empty")
    return ((f"{field}[{place}]", item) for place, item in enumerate(value))


def text(field: str, value: object, limit: int, pattern: re.Pattern[str] = _PRINTABLE) -> str:
    """A text that matches as a whole and is neither empty nor longer than `limit`."""
    if not isinstance(value, str):
        raise OrtcError(field, "must be a string")
    if not 0 < len(value) <= limit:
        raise OrtcError(field, f"must be 1 to {limit} characters long")
    if not pattern.fullmatch(value):
        raise OrtcError(field, "has characters that cannot be here")
    return value


def printable(field: str, value: object, limit: int) -> str:
    """ASCII text in one line."""
    return text(field, value, limit)


def word(field: str, value: object, limit: int) -> str:
    """ASCII text without blanks."""
    return text(field, value, limit, _WORD)


def token(field: str, value: object, limit: int) -> str:
    """SDP's token (RFC 8866 §9)."""
    return text(field, value, limit, _TOKEN)


def msid(field: str, value: object) -> str:
    """Names of a stream and, after a blank, of a track."""
    known = text(field, value, 129, _MSID)
    if any(len(it) > 64 for it in known.split()):
        raise OrtcError(field, "must be names of at most 64 characters")
    return known


def mime_type(field: str, value: object) -> str:
    """`audio/…` or `video/…`, the first half in lower case."""
    kind, _, name = text(field, value, 64, _MIME_TYPE).partition("/")
    return f"{kind.lower()}/{name}"


def rid(field: str, value: object) -> str:
    """Name of a simulcast stream."""
    return text(field, value, 16, _RID)


def scalability_mode(field: str, value: object) -> str:
    """`L1T3` and its kind."""
    return text(field, value, 16, _SCALABILITY_MODE)


def ice_chars(field: str, value: object, shortest: int) -> str:
    """A credential of ICE."""
    known = text(field, value, 256, _ICE_CHARS)
    if len(known) < shortest:
        raise OrtcError(field, f"must be at least {shortest} characters long")
    return known


def hex_pairs(field: str, value: object, length: int) -> str:
    """`AB:CD:…` of so many bytes, in upper case."""
    known = text(field, value, 3 * 64, _HEX_PAIRS)
    if len(known) != 3 * length - 1:
        raise OrtcError(field, f"must have {length} bytes")
    return known.upper()


def integer(field: str, value: object, low: int, high: int) -> int:
    """A whole number; 48000.0 is one too, because JSON has only one kind of number."""
    found = number(field, value, low, high)
    if found != int(found):
        raise OrtcError(field, "must be a whole number")
    return int(found)


def number(field: str, value: object, low: float, high: float) -> float:
    """A finite number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OrtcError(field, "must be a number")
    if not low <= value <= high:  # NaN is outside of everything
        raise OrtcError(field, f"must be from {low} to {high}")
    return value


def boolean(field: str, value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise OrtcError(field, "must be true or false")
    return value


def flag(field: str, value: object) -> bool:
    """A boolean that may be missing."""
    return False if value is None else boolean(field, value)


def choice(field: str, value: object, among: tuple[Choice, ...]) -> Choice:
    """One of these words."""
    for it in among:
        if it == value:
            return it
    raise OrtcError(field, f"must be one of {', '.join(among)}")


def payload_type(field: str, value: object) -> int:
    """0 to 127, without what RTCP looks like on a shared port (RFC 5761 §4)."""
    found = integer(field, value, 0, 127)
    if 64 <= found <= 95:
        raise OrtcError(field, "64 to 95 would be mistaken for RTCP")
    return found


def extension_id(field: str, value: object) -> int:
    """1 to 255 without 15, which ends the one-byte form (RFC 8285 §4.2)."""
    found = integer(field, value, 1, 255)
    if found == 15:
        raise OrtcError(field, "15 is reserved")
    return found


def ssrc(field: str, value: object) -> int:
    """Number of a stream; 0 is what software writes that has none."""
    return integer(field, value, 1, 2**32 - 1)


def parameters(field: str, value: object) -> Parameters:
    """`fmtp` as an object: texts and numbers by name."""
    data = {} if value is None else mapping(field, value)
    if len(data) > MAX_PARAMETERS:
        raise OrtcError(field, f"must have at most {MAX_PARAMETERS} entries")
    known: Parameters = {}
    for name, it in data.items():
        text(field, name, MAX_PARAMETER_NAME, _PARAMETER_NAME)
        if it is None or it == "":
            known[name] = ""
        elif isinstance(it, str):
            known[name] = text(field, it, MAX_PARAMETER_VALUE, _PARAMETER_VALUE)
        else:
            found = number(field, it, -MAX_INTEGER, MAX_INTEGER)
            known[name] = int(found) if found == int(found) else found
    return known


def unique(field: str, name: str, values: Iterable[object]) -> None:
    """Nothing twice."""
    found = list(values)
    if len(set(found)) != len(found):
        raise OrtcError(field, f"has the same {name} twice")
