"""A body beyond the limit is stopped before Django spools it."""

import asyncio
import json

import pytest
from django.core.asgi import get_asgi_application

from api.asgi import DRAIN_MAX_BYTES, BodyLimit

LIMIT = 1000


class Exchange:
    """One request to an ASGI application, in chunks, and what it answered."""

    def __init__(self, chunks, headers=(), path="/api/echo"):
        self.scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(b"host", b"testserver"), *headers],
            "client": ("1.2.3.4", 5),
            "server": ("testserver", 80),
        }
        self.chunks = list(chunks)
        self.read = 0
        self.sent = []

    async def receive(self):
        if not self.chunks:  # as servers do: nothing comes until the client goes
            await asyncio.Event().wait()
        chunk = self.chunks.pop(0)
        self.read += len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": bool(self.chunks)}

    async def send(self, message):
        self.sent.append(message)

    async def run(self, app):
        await app(self.scope, self.receive, self.send)
        body = b"".join(message.get("body", b"") for message in self.sent[1:])
        return self.sent[0]["status"], dict(self.sent[0]["headers"]), body


async def count_bytes(scope, receive, send):
    """An application that reads all of its body, and says how much that was."""
    total = 0
    while True:
        message = await receive()
        total += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(total).encode()})


limited = BodyLimit(count_bytes, limit_for=lambda path: LIMIT)


async def test_a_body_within_the_limit_passes():
    assert (await Exchange([b"x" * 400, b"x" * 600]).run(limited))[::2] == (200, b"1000")


@pytest.mark.parametrize("headers", [(), ((b"content-length", b"1001"),)])
async def test_a_body_beyond_it_is_413(headers):
    status, answered, body = await Exchange([b"x" * 500, b"x" * 501], headers).run(limited)
    assert status == 413
    envelope = json.loads(body)
    assert envelope["error"]["code"] == "TOO_LARGE"
    assert envelope["meta"]["requestId"].encode() == answered[b"x-request-id"]
    assert answered[b"connection"] == b"close"


async def test_the_rest_is_read_away_so_that_the_client_gets_its_answer():
    exchange = Exchange([b"x" * 1000] * 50, [(b"content-length", b"50000")])
    assert (await exchange.run(limited))[0] == 413
    assert exchange.read == 50_000


async def test_but_not_for_ever():
    chunk = b"x" * (1024 * 1024)
    exchange = Exchange([chunk] * 100)
    assert (await exchange.run(limited))[0] == 413
    assert exchange.read <= DRAIN_MAX_BYTES + 2 * len(chunk)


async def test_who_waits_for_100_continue_is_answered_at_once():
    headers = [(b"content-length", b"9" * 5000), (b"expect", b"100-continue")]
    exchange = Exchange([b"x" * 1001], headers)
    assert (await exchange.run(limited))[0] == 413
    assert exchange.read == 0


async def test_the_clients_request_id_is_kept():
    headers = [(b"content-length", b"5000"), (b"x-request-id", b"my-request-1")]
    assert (await Exchange([b"x"], headers).run(limited))[1][b"x-request-id"] == b"my-request-1"


async def test_sockets_pass():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["type"])

    exchange = Exchange([])
    await BodyLimit(app)({"type": "websocket"}, exchange.receive, exchange.send)
    assert seen == ["websocket"]


async def test_a_chunked_body_reaches_a_rest_view(own_addresses):
    exchange = Exchange([b'{"hel', b'lo": 1}'], [(b"content-type", b"application/json")])
    status, _, body = await exchange.run(BodyLimit(get_asgi_application()))
    assert (status, json.loads(body)["data"]) == (201, {"hello": 1})


async def test_django_never_sees_ten_megabytes(own_addresses):
    exchange = Exchange([b"x" * 1024 * 1024] * 10, [(b"content-type", b"application/json")])
    status, _, body = await exchange.run(BodyLimit(get_asgi_application()))
    assert (status, json.loads(body)["error"]["code"]) == (413, "TOO_LARGE")


async def test_a_page_of_a_home_origin_may_read_that_its_body_was_too_large(settings):
    settings.CORS_ORIGINS = ["https://app.example.org"]
    answers = {}
    for origin in ("https://app.example.org", "https://evil.example.org"):
        sent = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message, sent=sent):
            sent.append(message)

        headers = [(b"content-length", b"99999999"), (b"origin", origin.encode())]
        scope = {"type": "http", "path": "/api/v1/messages", "headers": headers}
        await BodyLimit(None)(scope, receive, send)
        assert sent[0]["status"] == 413
        answers[origin] = dict(sent[0]["headers"]).get(b"access-control-allow-origin")
    assert answers == {
        "https://app.example.org": b"https://app.example.org",
        "https://evil.example.org": None,
    }
