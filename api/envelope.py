"""The envelope of every REST answer: its shapes, and its bytes.

The one place that knows `{"success": …}`; the renderer, the middleware, the ASGI body limit and
the schema all take it from here. It must not decide what an error means (errors.py does).
"""

from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse

from api import request_ids
from api.errors import ParlorError, headers_of
from api.payloads import Payload, Timestamp, encoder, timestamp

CONTENT_TYPE = "application/json"


class ErrorDetail(Payload):
    """One thing that is wrong; `field` is the camelCase path in the request."""

    field: str | None
    code: str
    message: str
    params: dict[str, Any]


class ErrorBody(Payload):
    """What went wrong: a stable code for programs, a sentence for people."""

    code: str
    message: str
    details: list[ErrorDetail]


class ErrorMeta(Payload):
    """When it happened, and the id under which the server's log has it."""

    timestamp: Timestamp
    request_id: str


class ErrorEnvelope(Payload):
    """The answer to every request that could not be carried out."""

    success: Literal[False]
    error: ErrorBody
    meta: ErrorMeta


class PageMeta(Payload):
    """Where a page stands in its list."""

    page: int
    limit: int
    total: int
    total_pages: int


class Deleted(Payload):
    """The answer to a deletion."""

    id: str


class Answer(msgspec.Struct, frozen=True):
    """What a view hands to the renderer: the data, and what stands beside it."""

    data: Any
    meta: Any = None
    message: str | None = None


def answer_bytes(answer: Answer) -> bytes:
    """`{"success": true, "data", "meta"?, "message"?}`."""
    envelope: dict[str, Any] = {"success": True, "data": answer.data}
    if answer.meta is not None:
        envelope["meta"] = answer.meta
    if answer.message is not None:
        envelope["message"] = answer.message
    return encoder.encode(envelope)


def error_bytes(error: ParlorError, request_id: str) -> bytes:
    """The error envelope."""
    return encoder.encode(
        ErrorEnvelope(
            success=False,
            error=ErrorBody(
                code=error.code,
                message=error.message,
                details=[ErrorDetail(**entry) for entry in error.details],
            ),
            meta=ErrorMeta(timestamp=timestamp(datetime.now(UTC)), request_id=request_id),
        )
    )


def error_response(error: ParlorError, request: HttpRequest) -> HttpResponse:
    """The error envelope as a plain Django response, for what happens outside DRF's views."""
    return HttpResponse(
        error_bytes(error, request_ids.of(request.META)),
        status=error.status,
        content_type=CONTENT_TYPE,
        headers=headers_of(error),
    )
