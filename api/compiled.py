"""A query about one person whose text Django builds once per process.

Building and compiling a large one costs ten times what its run does (16 ms of CPU for the rooms
that a person is told about when they come in). From run to run only the person and the time differ.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models import QuerySet
from django.utils import timezone

SOMEBODY = UUID("0190f5a1-dead-7eef-8eef-5a1de5a1de5a")  # stands for the person while it is built
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


class Compiled:
    """`build` gets the id of a person and answers values_list of theirs. Every time that it
    compares with has to be now, and nothing but the id may depend on who it is.
    """

    def __init__(self, build: Callable[[UUID], "QuerySet[Any, tuple[Any, ...]]"]) -> None:
        self._build = build
        self._texts: dict[str, tuple[str, tuple[Any, ...]]] = {}

    def rows(self, person_id: UUID) -> list[tuple[Any, ...]]:
        """As the database answers: an id of SQLite's is text (see `as_id`)."""
        text = self._texts.get(connection.vendor)
        if text is None:
            compiler = self._build(SOMEBODY).query.get_compiler(connection=connection)
            text = self._texts[connection.vendor] = compiler.as_sql()
        sql, parameters = text
        somebody, person = _id(SOMEBODY), _id(person_id)
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        given = [person if it == somebody else now if _is_time(it) else it for it in parameters]
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            return list(cursor.fetchall())


def as_id(value: Any) -> str:
    """An id as it is told, whichever database it came from."""
    return str(value if isinstance(value, UUID) else UUID(value))


def _id(value: UUID) -> Any:
    return models.UUIDField().get_db_prep_value(value, connection)


def _is_time(value: Any) -> bool:
    return isinstance(value, datetime) or (isinstance(value, str) and bool(_TIME.match(value)))
