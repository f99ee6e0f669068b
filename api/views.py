"""Addresses that belong to no domain: what this server is, whether it is well, its documentation.

Also the answers to what has no view at all: unknown paths, and errors outside REST.
"""

from functools import lru_cache
from http import HTTPStatus
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api import errors, health
from api.base import DoorView
from api.envelope import CONTENT_TYPE, error_response
from api.middleware import is_api
from api.payloads import Payload, to_json
from api.responses import ok
from api.schema import describe


class Links(Payload):
    """Where things are."""

    api: str
    docs: str
    schema: str
    socket: str
    socket_docs: str
    health: str


class Root(Payload):
    """The answer of /api."""

    name: str
    version: str
    api_version: str
    links: Links


class RootView(DoorView):
    """/api"""

    @describe("What this server is, and where things are", answer=Root, public=True)
    def get(self, request: Request) -> Response:
        """The version, and links to the API, its documentation and the socket."""
        return ok(
            Root(
                name="Parlor",
                version=settings.VERSION,
                api_version="v1",
                links=Links(
                    api="/api/v1",
                    docs="/docs",
                    schema="/api/schema",
                    socket="/ws",
                    socket_docs="/docs/ws",
                    health="/health",
                ),
            )
        )


class HealthView(DoorView):
    """/health: plain fields, no envelope, for monitors."""

    is_throttled: ClassVar[bool] = False

    @describe(
        "Whether Parlor is well, part by part", answer=health.Health, public=True, enveloped=False
    )
    def get(self, request: Request) -> HttpResponse:
        """503 with the same fields when a part is not well."""
        return _plain(health.health())


class LiveView(DoorView):
    """/health/live"""

    is_throttled: ClassVar[bool] = False

    @describe("Whether this process answers", answer=health.Alive, public=True, enveloped=False)
    def get(self, request: Request) -> HttpResponse:
        """Asks nothing else: a process that fails this should be restarted."""
        return _plain(health.alive())


class ReadyView(DoorView):
    """/health/ready"""

    is_throttled: ClassVar[bool] = False

    @describe(
        "Whether this process can take requests", answer=health.Alive, public=True, enveloped=False
    )
    def get(self, request: Request) -> HttpResponse:
        """503 while the database does not answer: a balancer should ask another process."""
        return _plain(health.ready())


def _plain(found: health.Health | health.Alive) -> HttpResponse:
    status = HTTPStatus.OK if found.status == "healthy" else HTTPStatus.SERVICE_UNAVAILABLE
    return HttpResponse(
        to_json(found),
        status=status,
        content_type=CONTENT_TYPE,
        headers={"Cache-Control": "no-store"},
    )


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """/api/schema: OpenAPI 3.1 as JSON, or as YAML with `?format=yaml`."""
    if request.GET.get("format") == "yaml":
        return HttpResponse(_schema_bytes("yaml"), content_type="application/yaml")
    return HttpResponse(_schema_bytes("json"), content_type=CONTENT_TYPE)


@lru_cache(maxsize=2)
def _schema_bytes(form: str) -> bytes:
    """Made once per process: it depends on the code only."""
    document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    if form == "yaml":
        return bytes(OpenApiYamlRenderer().render(document, renderer_context={}))  # type: ignore[no-untyped-call]
    return to_json(document)


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """/docs: Swagger UI from the package's own files; its page holds no inline script."""
    return render(request, "api/docs.html")


@csrf_exempt
def not_found(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Every path under /api that is nothing else."""
    return error_response(errors.NotFound(), request)


def bad_request(request: HttpRequest, exception: Exception) -> Any:
    """handler400."""
    if is_api(request):
        return error_response(errors.ValidationFailed(), request)
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> Any:
    """handler403."""
    if is_api(request):
        return error_response(errors.Forbidden(), request)
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> Any:
    """handler404."""
    if is_api(request):
        return error_response(errors.NotFound(), request)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> Any:
    """handler500."""
    if is_api(request):
        return error_response(errors.InternalError(), request)
    return defaults.server_error(request)
