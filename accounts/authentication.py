"""Who asks: from a bearer token to the person and the session, for REST and for the socket.

Django REST framework loads this module early: it must not import views or the schema. One query.
Only the Authorization header counts; a token in the query string is not looked at.
"""

from typing import cast

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import queries, services, tokens
from accounts.models import Session, User
from api.errors import InvalidToken

KEYWORD = "bearer"


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`; sets request.user and request.auth (the session)."""

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        """None without a bearer token. Raises `InvalidToken`."""
        token = bearer_token(request)
        if token is None:
            return None
        session = authenticate_token(token)
        services.touch_session(session)
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        """For 401 answers."""
        return "Bearer"


def bearer_token(request: Request) -> str | None:
    """What stands after `Bearer` in the Authorization header; None without one."""
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == KEYWORD else None


def authenticate_token(token: object) -> Session:
    """The living session of an access token, with its `user` loaded.

    Raises `InvalidToken`, and `ValidationFailed` where the token is no string.
    """
    claims = tokens.read_access(token)
    session = queries.find_live_session(claims.session_id, timezone.now())
    if session is None or session.user_id != claims.user_id:
        raise InvalidToken
    return session


def actor_of(request: Request) -> User:
    """The signed-in person of a view that asks for one."""
    return cast(User, request.user)


def session_of(request: Request) -> Session:
    """The session of a view that asks for a signed-in person."""
    return cast(Session, request.auth)
