"""What every HTTP answer gets: a request id, the headers browsers obey, an envelope under /api.

Sync and async capable, so that no thread hop is added. It decides nothing about who may do what.
"""

from collections.abc import Awaitable, Callable
from typing import cast

import structlog
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from api import errors, request_ids
from api.envelope import CONTENT_TYPE, error_response

Next = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]

PERMISSIONS_POLICY = ", ".join(
    [
        *(f"{name}=(self)" for name in ("camera", "microphone", "display-capture", "fullscreen")),
        *(f"{name}=(self)" for name in ("autoplay", "clipboard-write", "picture-in-picture")),
        *(f"{name}=()" for name in ("geolocation", "payment", "usb", "serial", "midi", "hid")),
    ]
)


class HybridMiddleware:
    """A `before` that may answer at once and an `after`, both quick and free of I/O."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self._in_loop(request)
        response = self.before(request) or cast(HttpResponseBase, self.get_response(request))
        return self.after(request, response)

    async def _in_loop(self, request: HttpRequest) -> HttpResponseBase:
        response = self.before(request) or await cast(
            Awaitable[HttpResponseBase], self.get_response(request)
        )
        return self.after(request, response)

    def before(self, request: HttpRequest) -> HttpResponseBase | None:
        """An answer ends the request here."""
        return None

    def after(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The response, or another in its place."""
        return response


class RequestIdMiddleware(HybridMiddleware):
    """X-Request-ID on every response, and the same id in every log line of the request."""

    def before(self, request: HttpRequest) -> None:
        """Choose the id."""
        request_id = request_ids.choose(request.headers.get(request_ids.HEADER))
        request_ids.remember(request.META, request_id)
        structlog.contextvars.bind_contextvars(request_id=request_id)

    def after(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Tell it."""
        response[request_ids.HEADER] = request_ids.of(request.META)
        return response


class SecurityHeadersMiddleware(HybridMiddleware):
    """Headers that Django's SecurityMiddleware lacks; a foreign Host is refused, in DEBUG too."""

    def before(self, request: HttpRequest) -> HttpResponseBase | None:
        """Refuse a Host that is not ours before anything uses it."""
        try:
            request.get_host()
        except DisallowedHost:
            if is_api(request):
                return error_response(_BAD_HOST, request)
            return HttpResponse(_BAD_HOST.message, status=400, content_type="text/plain")
        return None

    def after(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The headers, and an envelope around errors that arose outside a REST view."""
        if is_api(request):
            response = as_envelope(request, response)
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


def is_api(request: HttpRequest) -> bool:
    """Whether answers to this path are envelopes."""
    return request.path == "/api" or request.path.startswith("/api/")


def as_envelope(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """An error page of Django's (DEBUG's too) under /api as an error envelope."""
    if response.status_code < 400 or response.headers.get("Content-Type", "").startswith(
        (CONTENT_TYPE, "application/problem")
    ):
        return response
    error = _BY_STATUS.get(response.status_code)
    if error is None:
        error = errors.InternalError if response.status_code >= 500 else errors.ValidationFailed
    wrapped = error_response(error(), request)
    if "Allow" in response.headers:
        wrapped["Allow"] = response.headers["Allow"]
    return wrapped


_BAD_HOST = errors.ValidationFailed("This server does not answer to that Host.")
_BY_STATUS: dict[int, type[errors.ParlorError]] = {
    kind.status: kind
    for kind in (
        errors.ValidationFailed,
        errors.NotAuthenticated,
        errors.Forbidden,
        errors.NotFound,
        errors.MethodNotAllowed,
        errors.Conflict,
        errors.Gone,
        errors.TooLarge,
        errors.UnsupportedMediaType,
        errors.Unavailable,
        errors.InternalError,
    )
}
