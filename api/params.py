"""Parameters from the query string, read strictly: a wrong one is a 400, never a guess.

Cursors of the message history are messaging's; this holds what every list needs.
"""

import re

from rest_framework.request import Request

from api.errors import ValidationFailed

_INTEGER = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_INT64_MAX = 2**63 - 1


def integer(
    request: Request,
    name: str,
    *,
    default: int,
    minimum: int = 0,
    maximum: int = _INT64_MAX,
) -> int:
    """A whole number within bounds. Raises `ValidationFailed` for anything else."""
    found = optional_integer(request, name, minimum=minimum, maximum=maximum)
    return default if found is None else found


def optional_integer(
    request: Request, name: str, *, minimum: int = 0, maximum: int = _INT64_MAX
) -> int | None:
    """As `integer`, where the parameter may be missing."""
    raw = request.query_params.get(name)
    if raw is None:
        return None
    if not _INTEGER.fullmatch(raw):
        raise ValidationFailed.of(name, "invalid", f"{name} must be a whole number.")
    number = int(raw)
    if not minimum <= number <= maximum:
        raise ValidationFailed.of(
            name,
            "out_of_range",
            f"{name} must be between {minimum} and {maximum}.",
            minimum=minimum,
            maximum=maximum,
        )
    return number


def text(request: Request, name: str, *, max_length: int = 100) -> str:
    """A text, trimmed; "" where it is missing. Taken literally: it is no pattern."""
    raw = request.query_params.get(name, "")
    if "\0" in raw:
        raise ValidationFailed.of(
            name, "null_characters_not_allowed", "Text may not hold the character NUL."
        )
    if len(raw) > max_length:
        raise ValidationFailed.of(
            name, "max_length", f"{name} may have {max_length} characters.", maximum=max_length
        )
    return raw.strip()


def flag(request: Request, name: str) -> bool:
    """1 or 0; missing or empty is 0. Raises `ValidationFailed` for anything else."""
    raw = request.query_params.get(name, "")
    if raw not in ("", "0", "1"):
        raise ValidationFailed.of(name, "invalid", f"{name} must be 0 or 1.")
    return raw == "1"


def words(request: Request, name: str, *, max_items: int = 20, max_length: int = 50) -> list[str]:
    """A list separated by commas, without empty items."""
    raw = text(request, name, max_length=max_items * (max_length + 1))
    return [word.strip() for word in raw.split(",") if word.strip()][:max_items]
