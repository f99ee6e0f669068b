"""The refresh token as a cookie: HttpOnly, SameSite=Strict, for /api/ only.

Scripts cannot read it and other sites cannot send it; where an Origin is named, it must be ours.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from api.errors import Forbidden

NAME = "parlor_refresh"
PATH = "/api/"


def set_refresh(response: HttpResponseBase, token: str) -> None:
    """Give the browser the newest token."""
    response.set_cookie(
        NAME,
        token,
        max_age=settings.JWT_REFRESH_LIFETIME_S,
        path=PATH,
        secure=settings.REFRESH_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def clear_refresh(response: HttpResponseBase) -> None:
    """Take it away."""
    response.delete_cookie(NAME, path=PATH, samesite="Strict")


def read_refresh(request: Request) -> str | None:
    """The token in the cookie. Raises `Forbidden` where a foreign page sent the request."""
    token = request.COOKIES.get(NAME)
    if not token:
        return None
    origin = request.headers.get("Origin")
    if origin is None or origin in settings.CORS_ORIGINS or _host(origin) == request.get_host():
        return token
    raise Forbidden("This page may not use the cookie.")


def _host(origin: str) -> str:
    """The host of an origin; "" for `null` and nonsense."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
