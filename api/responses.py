"""Short names for the answers views give: `ok`, `created`, `deleted`.

Lists that come in pages are `pagination.paged`.
"""

from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.response import Response

from api.envelope import Answer, Deleted


def ok(data: Any = None, *, meta: Any = None, message: str | None = None) -> Response:
    """200 with `data`, and what may stand beside it."""
    return Response(Answer(data, meta, message))


def created(data: Any, *, message: str | None = None) -> Response:
    """201: the answer of a POST that made something."""
    return Response(Answer(data, None, message), status=status.HTTP_201_CREATED)


def deleted(thing_id: UUID | str) -> Response:
    """200 with `data: {id}`: the answer of every DELETE of one thing."""
    return ok(Deleted(id=str(thing_id)))
