"""A database migrated and seeded once per test process, from which every Parlor gets a copy.

Migrating and seeding takes five seconds of processor time and says the same each time. A copy gets
an epoch of its own, for by that deployments tell each other apart in one Redis (rooms/apps.py).
"""

import atexit
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg

ROOT = Path(__file__).resolve().parent.parent
DATABASE, JOBS = "parlor.sqlite3", "jobs.sqlite3"
NEW_EPOCH = "UPDATE rooms_databaseepoch SET value = {}"


def process_env(directory: str | Path, database_url: str = "") -> dict[str, str]:
    """The environment of a process over the database in that directory, or of that URL."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    set_here = {"DEBUG": "1", "ENV_FILE": os.devnull, "DATA_DIR": str(directory)}
    return kept | set_here | ({"DATABASE_URL": database_url} if database_url else {})


def manage(env: dict[str, str], *words: str) -> str:
    """Run a management command; answers what it printed."""
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def fill_directory(directory: Path) -> str:
    """Put a fresh database into a data directory; answers what the seed printed."""
    made, seeded = _directory()
    for name in (DATABASE, JOBS):
        shutil.copyfile(made / name, directory / name)
    with sqlite3.connect(directory / DATABASE) as connection:
        connection.execute(NEW_EPOCH.format("?"), [uuid4().hex])
    connection.close()
    return seeded


def fill_database(url: str) -> str:
    """Make the PostgreSQL database of this URL, filled; answers what the seed printed."""
    template, seeded = _database(maintenance(url))
    make_database(url, template)
    with psycopg.connect(url) as connection:
        connection.execute(NEW_EPOCH.format("%s"), [uuid4()])
    return seeded


@cache
def _directory() -> tuple[Path, str]:
    made = Path(tempfile.mkdtemp(prefix="template-", dir=os.environ["DATA_DIR"]))
    return made, _prepare(process_env(made))


@cache
def _database(beside: str) -> tuple[str, str]:
    url = urlsplit(beside)._replace(path=f"/parlor_template_{os.getpid()}_{secrets.token_hex(4)}")
    make_database(url.geturl())
    atexit.register(drop_database, url.geturl())
    made = tempfile.mkdtemp(prefix="template-", dir=os.environ["DATA_DIR"])
    return url.path.strip("/"), _prepare(process_env(made, url.geturl()))


def _prepare(env: dict[str, str]) -> str:
    return manage(env, "migrate", "-v0") + manage(env, "seed")


def another(url: str) -> str:
    """A database name of its own beside the one named, as a URL; nothing is made."""
    name = f"parlor_live_{os.getpid()}_{secrets.token_hex(4)}"
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def make_database(url: str, template: str = "template1") -> None:
    """Make the database that a URL names."""
    name = urlsplit(url).path.strip("/")
    with psycopg.connect(maintenance(url), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def drop_database(url: str) -> None:
    """Throw it away, whoever still uses it."""
    name = urlsplit(url).path.strip("/")
    with psycopg.connect(maintenance(url), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def maintenance(url: str) -> str:
    """Where databases are made and dropped, on the same server."""
    return urlsplit(url)._replace(path="/postgres").geturl()
