"""The one family of errors: stable codes, mapped once to REST (here) and once to the socket.

Services and access rules raise these; no domain code builds an error response. The socket floor
turns the same objects into `error {code, message, details}` frames (realtime/consumers.py).
"""

import math
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions as drf
from rest_framework.response import Response

log = structlog.get_logger(__name__)

Detail = dict[str, Any]  # {"field": "a.b" or None, "code": str, "message": str, "params": {…}}


def detail(field: str | None, code: str, message: str, **params: Any) -> Detail:
    """One entry of an error's `details`; `field` is the camelCase path in the request."""
    return {"field": field, "code": code, "message": message, "params": params}


class ParlorError(Exception):
    """An answer, not a fault: what is wrong, in a code for programs and a sentence for people."""

    code = "ERROR"
    status = 400
    default_message = "The request could not be carried out."

    def __init__(self, message: str = "", details: list[Detail] | None = None) -> None:
        self.message = message or self.default_message
        self.details = details or []
        super().__init__(self.message)


class ValidationFailed(ParlorError):
    """400: the request's shape or a value in it."""

    code, status = "VALIDATION_ERROR", 400
    default_message = "Some of what was sent is not valid."

    @classmethod
    def of(cls, field: str, code: str, message: str, **params: Any) -> "ValidationFailed":
        """The error of a single field."""
        return cls(message, [detail(field, code, message, **params)])


class NotAuthenticated(ParlorError):
    """401: no credentials."""

    code, status = "NOT_AUTHENTICATED", 401
    default_message = "Sign in first."


class InvalidToken(ParlorError):
    """401: a token that is malformed, expired, revoked or of the wrong kind."""

    code, status = "INVALID_TOKEN", 401
    default_message = "This token is not valid or no longer valid. Sign in again."


class TokenSpent(ParlorError):
    """401: a refresh token that was already used; another tab may hold its successor."""

    code, status = "TOKEN_SPENT", 401
    default_message = "This refresh token was already used. Try once more with the newest one."


class InvalidCredentials(ParlorError):
    """401: the same for a wrong password and an unknown e-mail."""

    code, status = "INVALID_CREDENTIALS", 401
    default_message = "The e-mail or the password is wrong."


class Forbidden(ParlorError):
    """403: the person may know of the thing but not do this to it."""

    code, status = "FORBIDDEN", 403
    default_message = "You may not do this."


class NotFound(ParlorError):
    """404: not there, or not for this person to know of."""

    code, status = "NOT_FOUND", 404
    default_message = "Not found."


class MethodNotAllowed(ParlorError):
    """405."""

    code, status = "METHOD_NOT_ALLOWED", 405
    default_message = "This address does not take that method."


class Conflict(ParlorError):
    """409: taken, or already different."""

    code, status = "CONFLICT", 409
    default_message = "This conflicts with what is there already."


class Gone(ParlorError):
    """410: it was, and has ended."""

    code, status = "GONE", 410
    default_message = "This has ended."


class TooLarge(ParlorError):
    """413."""

    code, status = "TOO_LARGE", 413
    default_message = "This is too large."


class UnsupportedMediaType(ParlorError):
    """415."""

    code, status = "UNSUPPORTED_MEDIA_TYPE", 415
    default_message = "Send application/json."


class RateLimited(ParlorError):
    """429, with the seconds after which one more try is taken."""

    code, status = "RATE_LIMITED", 429
    default_message = "Too many requests. Wait a little."

    def __init__(self, retry_after_s: float, message: str = "") -> None:
        self.retry_after_s = max(1, math.ceil(retry_after_s))
        super().__init__(
            message,
            [
                detail(
                    None,
                    "rate_limited",
                    f"Try again in {self.retry_after_s} s.",
                    retryAfterS=self.retry_after_s,
                )
            ],
        )


class Unavailable(ParlorError):
    """503: a part Parlor needs is away for the moment; the same request may work soon."""

    code, status = "UNAVAILABLE", 503
    default_message = "Parlor is not ready for this right now. Try again in a moment."


class InternalError(ParlorError):
    """500: a bug of ours. Tests fail on every one of these."""

    code, status = "INTERNAL_ERROR", 500
    default_message = "Something went wrong on our side. It was logged."


def as_parlor_error(error: Exception) -> ParlorError:
    """Any exception as one of the family; what nobody foresaw becomes `InternalError`, logged."""
    if isinstance(error, ParlorError):
        return error
    if isinstance(error, drf.ValidationError):
        return ValidationFailed(details=_flatten(error.get_full_details()))
    if isinstance(error, (OperationalError, InterfaceError)):
        log.warning("database_unavailable", error=str(error))
        return Unavailable()
    for kinds, parlor_error in _SIMPLE:
        if isinstance(error, kinds):
            return parlor_error()
    log.error("unexpected_error", exc_info=error)
    return InternalError()


_SIMPLE: list[tuple[tuple[type[Exception], ...], type[ParlorError]]] = [
    ((Http404, drf.NotFound), NotFound),
    ((PermissionDenied, drf.PermissionDenied), Forbidden),
    ((drf.NotAuthenticated,), NotAuthenticated),
    ((drf.AuthenticationFailed,), InvalidToken),
    ((drf.MethodNotAllowed,), MethodNotAllowed),
    ((drf.UnsupportedMediaType, drf.NotAcceptable), UnsupportedMediaType),
    ((RequestDataTooBig,), TooLarge),
    ((drf.ParseError,), ValidationFailed),
]


def _flatten(tree: Any, path: str = "") -> list[Detail]:
    """DRF's nested error details as a flat list with dotted camelCase paths."""
    if isinstance(tree, dict) and set(tree) == {"message", "code"}:
        return [detail(path or None, str(tree["code"]), str(tree["message"]))]
    found: list[Detail] = []
    if isinstance(tree, dict):
        for key, below in tree.items():
            name = "" if key == "non_field_errors" else camel(str(key))
            found += _flatten(below, ".".join(part for part in (path, name) if part))
    elif isinstance(tree, list):
        for index, below in enumerate(tree):
            leaf = isinstance(below, dict) and set(below) == {"message", "code"}
            found += _flatten(below, path if leaf else f"{path}.{index}".lstrip("."))
    return found


def camel(name: str) -> str:
    """`display_name` → `displayName`."""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def headers_of(error: ParlorError) -> dict[str, str]:
    """The headers that go with an error's status."""
    headers: dict[str, str] = {}
    if isinstance(error, RateLimited):
        headers["Retry-After"] = str(error.retry_after_s)
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's hook: every exception of a view becomes an error envelope."""
    parlor_error = as_parlor_error(error)
    headers = headers_of(parlor_error)
    if isinstance(error, drf.MethodNotAllowed):
        headers["Allow"] = ", ".join(context["view"].allowed_methods)
    response = Response(parlor_error, status=parlor_error.status, headers=headers)
    response.exception = True
    return response
