"""Usernames: what they look like, which are taken by the house, how one is made from a name.

Whether somebody has it already is the services' question to the database.
"""

import re
import secrets
import unicodedata

from api.errors import ValidationFailed

# Ids and usernames share an address (users/{id or username}), so none may look like the other.
USERNAME = r"^(?![0-9a-fA-F]{32}$)[a-zA-Z0-9_-]{3,32}$"
RESERVED = frozenset(
    {
        "me",
        "search",
        "admin",
        "administrator",
        "root",
        "system",
        "parlor",
        "server",
        "support",
        "staff",
        "mod",
        "moderator",
        "owner",
        "everyone",
        "here",
        "all",
        "channel",
        "room",
        "rooms",
        "users",
        "user",
        "api",
        "null",
        "none",
        "undefined",
        "deleted",
        "anonymous",
        "settings",
        "login",
        "logout",
        "register",
        "signup",
        "auth",
    }
)
_NOT_ALLOWED = re.compile(r"[^a-zA-Z0-9_-]+")
_LOOKS_LIKE_ID = re.compile(r"[0-9a-fA-F]{32}")


def is_free_of_reserved(username: str) -> bool:
    """Whether a person may be called so."""
    return username.lower() not in RESERVED and not _LOOKS_LIKE_ID.fullmatch(username)


def require_allowed(username: str) -> None:
    """Raises `ValidationFailed` for a name the house keeps or that looks like an id."""
    if not is_free_of_reserved(username):
        raise ValidationFailed.of("username", "reserved", "This username cannot be taken.")


def candidates(wish: str) -> list[str]:
    """Usernames near to `wish` (a name, or the local part of an e-mail), the nearest first."""
    plain = unicodedata.normalize("NFKD", wish).encode("ascii", "ignore").decode()
    base = _NOT_ALLOWED.sub("-", plain).strip("-_")[:24] or "user"
    near = [base] if len(base) >= 3 and is_free_of_reserved(base) else []
    return near + [f"{base}-{secrets.token_hex(size)}" for size in (2, 2, 3, 3)]
