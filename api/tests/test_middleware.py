"""Every answer has its id and headers; under /api every error is an envelope."""

import asyncio
import json
import re
import threading
from typing import cast

import pytest
from asgiref.sync import iscoroutinefunction
from django.http import HttpResponse
from django.test import AsyncClient

from api.middleware import RequestIdMiddleware, SecurityHeadersMiddleware

UUID = re.compile(r"[0-9a-f-]{36}")


@pytest.mark.parametrize(
    "path", ["/api/echo", "/api/nothing-here", "/api/plain-bug", "/docs", "/x"]
)
@pytest.mark.parametrize("debug", [True, False])
def test_every_response_carries_an_id(client, settings, path, debug):
    settings.DEBUG = debug
    assert UUID.fullmatch(client.get(path)["X-Request-ID"])


@pytest.mark.parametrize("mine", ["abcd1234", "A" * 64, "my.request_id-1"])
def test_a_well_formed_id_is_kept(client, mine):
    answer = client.get("/api/nothing-here", headers={"X-Request-ID": mine})
    assert answer["X-Request-ID"] == answer.json()["meta"]["requestId"] == mine


@pytest.mark.parametrize(
    "theirs", ["short", "A" * 65, "with space", "x\ty", "<script>1", "ümläut12"]
)
def test_another_one_is_replaced(client, theirs):
    answer = client.get("/api/nothing-here", headers={"X-Request-ID": theirs})
    assert UUID.fullmatch(answer["X-Request-ID"])


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/nothing-here", 404, "NOT_FOUND"),
        ("/api/v1/nothing/here/", 404, "NOT_FOUND"),
        ("/api/plain-bug", 500, "INTERNAL_ERROR"),
        ("/api/failing/bug", 500, "INTERNAL_ERROR"),
        ("/api/failing/database", 503, "UNAVAILABLE"),
        ("/api/failing/missing", 404, "NOT_FOUND"),
    ],
)
def test_an_error_under_api_is_an_envelope(client, settings, debug, path, status, code):
    settings.DEBUG = debug
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"
    body = answer.json()
    assert body["success"] is False
    assert body["error"] == {
        "code": code,
        "message": body["error"]["message"],
        "details": [],
    }
    assert body["meta"]["requestId"] == answer["X-Request-ID"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["meta"]["timestamp"])
    assert "a bug" not in answer.content.decode()


def test_an_error_elsewhere_is_a_page(client):
    answer = client.get("/plain-bug")
    assert answer.status_code == 500
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("debug", [True, False])
def test_a_foreign_host_is_400(client, settings, debug):
    settings.DEBUG = debug
    answer = client.get("/api/echo", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"
    page = client.get("/docs", headers={"Host": "evil.example"})
    assert (page.status_code, page["Content-Type"]) == (400, "text/plain")
    assert page["X-Request-ID"]


def test_the_headers_browsers_obey(client):
    answer = client.get("/api/private")
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=(self)" in answer["Permissions-Policy"]
    assert "geolocation=()" in answer["Permissions-Policy"]
    assert "script-src" in answer["Content-Security-Policy"]
    assert "Cache-Control" not in client.get("/docs")


@pytest.mark.parametrize("kind", [RequestIdMiddleware, SecurityHeadersMiddleware])
async def test_it_stays_in_the_event_loop(kind, rf):
    """An async chain is answered without a thread."""
    seen = []

    async def handler(request):
        seen.append((asyncio.get_running_loop(), threading.get_ident()))
        return HttpResponse("fine")

    middleware = kind(handler)
    assert iscoroutinefunction(middleware)
    answer = await middleware(rf.get("/x"))
    assert answer.content == b"fine"
    assert answer.headers.keys() & {"X-Request-ID", "Permissions-Policy"}
    assert seen == [(asyncio.get_running_loop(), threading.get_ident())]
    assert not iscoroutinefunction(kind(lambda request: HttpResponse()))


@pytest.mark.parametrize(
    ("status", "code"), [(403, "FORBIDDEN"), (418, "VALIDATION_ERROR"), (502, "INTERNAL_ERROR")]
)
def test_a_page_of_an_inner_middleware_becomes_an_envelope(rf, status, code):
    def handler(request):
        return HttpResponse("<h1>no</h1>", status=status, headers={"Allow": "GET"})

    def answer_to(path):
        return cast(HttpResponse, SecurityHeadersMiddleware(handler)(rf.get(path)))

    answer = answer_to("/api/x")
    assert json.loads(answer.content)["error"]["code"] == code
    assert answer["Allow"] == "GET"
    assert answer_to("/x").content == b"<h1>no</h1>"


async def test_async_answers_carry_the_same(own_addresses):
    answer = await AsyncClient().get("/api/nothing-here")
    assert answer.status_code == 404
    assert answer.json()["meta"]["requestId"] == answer["X-Request-ID"]
