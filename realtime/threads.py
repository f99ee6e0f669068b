"""Database work from the event loop: one small pool of threads, never asgiref's single one.

asgiref's thread-sensitive executor is one thread per process: a slow query there would stall every
socket (docs/decisions/0003-threads.md).
"""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connection

P = ParamSpec("P")
R = TypeVar("R")

_pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="parlor-db")


async def run_db(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run synchronous database work in a thread and wait for it."""
    return await run_db_in(_pool, work, *args, **kwargs)


async def run_db_in(
    pool: ThreadPoolExecutor, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R:
    """As `run_db`, in threads of one's own."""
    context = contextvars.copy_context()
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(pool, context.run, _tidy, partial(work, *args, **kwargs))


def _tidy(work: Callable[[], R]) -> R:
    try:
        return work()
    finally:
        # A pooled connection goes back to the pool; SQLite's file handle is kept by its thread.
        if connection.vendor == "sqlite":
            connection.close_if_unusable_or_obsolete() if connection.errors_occurred else None
        else:
            close_old_connections()
