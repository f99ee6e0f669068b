"""Fixtures: alice, bob, mallory and a guest as REST callers, and `told`, what sockets would hear."""

import json
from typing import Any

import pytest
from django.test import TestCase

from realtime import publish, wire
from rooms.tests.rest import Caller


@pytest.fixture
def guest(db: None, quick_passwords: None) -> Any:
    """Somebody without an account."""
    from accounts.services import register_guest

    return register_guest(username="wanderer")


@pytest.fixture
def as_alice(alice: Any) -> Caller:
    """alice's requests."""
    return Caller(alice)


@pytest.fixture
def as_bob(bob: Any) -> Caller:
    """bob's requests."""
    return Caller(bob)


@pytest.fixture
def as_mallory(mallory: Any) -> Caller:
    """mallory's requests."""
    return Caller(mallory)


@pytest.fixture
def as_guest(guest: Any) -> Caller:
    """A guest's requests."""
    return Caller(guest)


@pytest.fixture
def as_nobody(db: None) -> Caller:
    """Requests without a token."""
    return Caller()


class Told:
    """What was published, and only after commit: `with told: …` runs what waits for the commit."""

    def __init__(self) -> None:
        self.entries: list[wire.Entry] = []

    def __enter__(self) -> "Told":
        self._capture = TestCase.captureOnCommitCallbacks(execute=True)
        self._capture.__enter__()
        self._before = len(self.entries)
        return self

    def __exit__(self, *exc_info: Any) -> None:
        assert len(self.entries) == self._before, "published before the commit"
        self._capture.__exit__(*exc_info)

    @property
    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """(topic or room id, frame without its time) of every frame, in order."""
        return [
            (entry.topic if isinstance(entry, wire.Cast) else entry.room_id, _frame(entry.frame))
            for entry in self.entries
            if isinstance(entry, (wire.Cast, wire.Numbered))
        ]

    def of(self, kind: type) -> list[Any]:
        """The entries of one kind."""
        return [entry for entry in self.entries if isinstance(entry, kind)]


def _frame(text: str) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(text)
    frame.pop("timestamp")
    return frame


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Everything that would be told to sockets."""
    heard = Told()
    monkeypatch.setattr(publish, "_send", lambda *entries: heard.entries.extend(entries))
    return heard
