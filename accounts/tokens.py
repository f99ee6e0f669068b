"""Access and refresh tokens: signing, and reading what strangers send.

Pure: no database. Whether a session still lives is authentication.py's and services.py's part;
rotation is services.refresh's. The two kinds have different keys and say what they are.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.tokens import Token

from accounts.access import site_permissions, site_roles
from accounts.models import User
from api.errors import InvalidToken, ValidationFailed

ACCESS, REFRESH = "access", "refresh"
MAX_LENGTH = 4096  # ours have about 600 characters; a longer one is not even parsed


class AccessClaims(NamedTuple):
    """What we use of an access token; the rest is for clients to display."""

    user_id: UUID
    session_id: UUID


class RefreshClaims(NamedTuple):
    """What a refresh token says."""

    user_id: UUID
    session_id: UUID
    jti: UUID


@lru_cache(maxsize=8)
def _backend(secret: str) -> TokenBackend:
    return TokenBackend("HS256", signing_key=secret)


def access_token(person: User, session_id: UUID) -> str:
    """A token of JWT_ACCESS_LIFETIME_S for this session."""
    now_s = int(timezone.now().timestamp())
    return _backend(settings.JWT_ACCESS_SECRET).encode(
        {
            "token_type": ACCESS,
            "sub": str(person.id),
            "sid": str(session_id),
            "username": person.username,
            "roles": site_roles(person),
            "permissions": site_permissions(person),
            "iat": now_s,
            "exp": now_s + settings.JWT_ACCESS_LIFETIME_S,
            "jti": uuid4().hex,
        }
    )


def refresh_token(user_id: UUID, session_id: UUID, jti: UUID, expires_at: datetime) -> str:
    """The token that a RefreshToken row stands for."""
    return _backend(settings.JWT_REFRESH_SECRET).encode(
        {
            "token_type": REFRESH,
            "sub": str(user_id),
            "sid": str(session_id),
            "jti": str(jti),
            "iat": int(timezone.now().timestamp()),
            "exp": int(expires_at.timestamp()),
        }
    )


def read_access(token: object) -> AccessClaims:
    """The claims of a sound access token. Raises `InvalidToken`, or 400 where it is no string."""
    claims = _read(token, ACCESS, settings.JWT_ACCESS_SECRET)
    return AccessClaims(_uuid(claims, "sub"), _uuid(claims, "sid"))


def read_refresh(token: object) -> RefreshClaims:
    """The claims of a sound refresh token. Raises as `read_access`."""
    claims = _read(token, REFRESH, settings.JWT_REFRESH_SECRET)
    return RefreshClaims(_uuid(claims, "sub"), _uuid(claims, "sid"), _uuid(claims, "jti"))


def _read(token: object, kind: str, secret: str) -> dict[str, Any]:
    if not isinstance(token, str):
        raise ValidationFailed.of("token", "invalid", "The token must be a string.")
    if len(token) > MAX_LENGTH:
        raise InvalidToken
    try:
        claims = dict(_backend(secret).decode(cast(Token, token)))
    except Exception:
        # Hostile bytes make the parsers raise all sorts (RecursionError too): one answer.
        raise InvalidToken from None
    # simplejwt checks a lifetime only where there is one.
    if claims.get("token_type") != kind or not isinstance(claims.get("exp"), int):
        raise InvalidToken
    return claims


def _uuid(claims: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(claims.get(name))
    except (TypeError, ValueError, AttributeError):
        raise InvalidToken from None
