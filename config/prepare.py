"""Brings the data up to date before anything serves: migrations, the seed, static files.

Runs in a process of its own (`python -m config.launch prepare`), several at once if need be: on
PostgreSQL one waits for the other. Says in one line what is wrong; the traceback goes to a file.
"""

import fcntl
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import django
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

# Any number will do, as long as every Parlor on this database takes the same.
ADVISORY_LOCK = 7_275_677


def stop(problem: str) -> NoReturn:
    """End with one line; the traceback of what is being handled goes to a file."""
    log = settings.DATA_DIR / "start.log"
    try:
        log.write_text(traceback.format_exc())
        problem = f"{problem} Details: {log}"
    except OSError:
        pass  # the line alone must do
    print(f"Parlor cannot start: {problem}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def first_line(error: BaseException) -> str:
    """What an error says, without its continuation lines."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


@contextmanager
def only_one() -> Iterator[None]:
    """One at a time: in this checkout (files), and on this database from wherever (PostgreSQL)."""
    checkout = os.open(settings.BASE_DIR, os.O_RDONLY)
    try:
        fcntl.flock(checkout, fcntl.LOCK_EX)
        if connection.vendor == "postgresql":
            # The session holds it; closing the connection, however it ends, lets go of it.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        yield
    finally:
        connection.close()
        os.close(checkout)


def migrate() -> None:
    """Apply what is missing; nothing is said where nothing is."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return
    print("Preparing the database…", flush=True)
    call_command("migrate", interactive=False, verbosity=0)


def collect_static_files() -> None:
    """Without DEBUG files are served from one hashed copy; an image brings its own, read-only."""
    root = settings.STATIC_ROOT
    if settings.DEVELOPMENT or not os.access(root if root.exists() else root.parent, os.W_OK):
        return
    print("Collecting static files…", flush=True)
    call_command("collectstatic", interactive=False, verbosity=0)


def prepare() -> int:
    """Migrate, seed and collect; 0 when the web process may start."""
    django.setup()
    # One connection of its own: the pool's would only add its retries' log lines to a failure.
    settings.DATABASES["default"].get("OPTIONS", {}).pop("pool", None)
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        stop(
            f"the database does not answer ({first_line(error)}). "
            "Start it, or correct DATABASE_URL (DATA_DIR for SQLite)."
        )
    try:
        with only_one():
            migrate()
            call_command("seed")
            collect_static_files()
    except DatabaseError as error:
        stop(f"bringing the database up to date failed ({first_line(error)}).")
    except Exception as error:
        stop(f"preparing the data failed ({type(error).__name__}: {first_line(error)}).")
    return 0
