"""Fixtures for everybody: alice owns, bob is a member, mallory is outside.

`alice`, `bob`, `mallory`, `room` are rows for tests within one process (in a transaction that is
undone); `parlor` is a real server with real clients (tests/live.py).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from tests.live import Parlor


@pytest.fixture(scope="session", autouse=True)
def kept_epoch() -> None:
    """Tests that commit are followed by a flush, which takes the first migration's epoch along."""
    from django.db.models.signals import post_migrate

    def keep(sender: Any, **kwargs: Any) -> None:
        epochs = sender.get_model("DatabaseEpoch").objects
        if not epochs.exists():
            epochs.create()

    post_migrate.connect(keep, sender=apps.get_app_config("rooms"), weak=False)


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    """What processes remember must not leak from one test into the next."""
    from api import limits
    from rooms import access

    limits.reset_all()
    access.forget_all_grants()
    yield
    access.forget_all_grants()


@pytest.fixture
def quick_passwords(settings: Any) -> None:
    """argon2 takes its time; tests that make many people do not need it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def alice(db: None, quick_passwords: None) -> Any:
    """Owns the room."""
    from accounts.services import register_person

    return register_person(email="alice@example.com", password="correct horse", username="alice")


@pytest.fixture
def bob(db: None, quick_passwords: None) -> Any:
    """A member."""
    from accounts.services import register_person

    return register_person(email="bob@example.com", password="correct horse", username="bob")


@pytest.fixture
def mallory(db: None, quick_passwords: None) -> Any:
    """Outside."""
    from accounts.services import register_person

    return register_person(
        email="mallory@example.com", password="correct horse", username="mallory"
    )


@pytest.fixture
def server(alice: Any, bob: Any) -> Any:
    """alice's server, with bob in it and mallory not."""
    from rooms import services

    made = services.create_server(alice, name="The house", is_public=False)
    services.join_server(bob, server=made)
    return made


@pytest.fixture
def room(alice: Any, server: Any) -> Any:
    """A text channel of alice's server."""
    from rooms import services

    return services.create_room(alice, kind="text", name="kitchen", server=server)


@pytest.fixture(scope="session")
def parlor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parlor]:
    """A running Parlor on what this run is about: embedded, or PostgreSQL and Redis."""
    running = Parlor(
        tmp_path_factory.mktemp("parlor"),
        database_url=os.environ.get("DATABASE_URL", ""),
        redis_url=os.environ.get("REDIS_URL", ""),
    )
    try:
        yield running.start()
    finally:
        running.stop()
        _fail_on_tracebacks(running.log)


def _fail_on_tracebacks(log: Path) -> None:
    text = log.read_text(errors="replace") if log.exists() else ""
    assert "Traceback" not in text, text[-6000:]
