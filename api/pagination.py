"""Lists by page: `?page=1&limit=20` → `meta {page, limit, total, totalPages}`.

History by cursor is messaging's.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from api import params
from api.envelope import PageMeta
from api.responses import ok

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAX_PAGE = 1_000_000_000  # times MAX_LIMIT it is still an offset both databases take

Row = TypeVar("Row", bound=Model)


def paged(
    request: Request,
    rows: QuerySet[Row],
    shape: Callable[[Row], Any] | None = None,
    *,
    shape_all: Callable[[list[Row]], list[Any]] | None = None,
) -> Response:
    """The asked page of ordered `rows`, each through `shape`, or the page through `shape_all`.

    Two queries: the count and the rows. Beyond the end the list is empty.
    """
    page = params.integer(request, "page", default=1, minimum=1, maximum=MAX_PAGE)
    limit = params.integer(request, "limit", default=DEFAULT_LIMIT, minimum=1, maximum=MAX_LIMIT)
    total = rows.count()
    start = (page - 1) * limit
    found = list(rows[start : start + limit]) if start < total else []
    data: list[Any] = found
    if shape_all is not None:
        data = shape_all(found)
    elif shape is not None:
        data = [shape(row) for row in found]
    return ok(
        data, meta=PageMeta(page=page, limit=limit, total=total, total_pages=-(-total // limit))
    )
