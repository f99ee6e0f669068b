"""What the tests about people share: clients at the door and signed in, and what was told."""

import pytest
from rest_framework.test import APIClient

from accounts import sign_in
from accounts.sign_in import Caller


class SignedIn(APIClient):
    """A client that remembers what it was granted."""

    grant: sign_in.Grant


HOME = Caller("127.0.0.1", "Firefox")


@pytest.fixture(autouse=True)
def _quick(quick_passwords):
    """No test here waits for argon2 but the one about it."""


@pytest.fixture
def door(db):
    """A client without a token, which keeps cookies."""
    return APIClient()


@pytest.fixture
def enter(db):
    """A client signed in as somebody; `client.grant` is their grant."""

    def signed_in(person):
        client = SignedIn()
        client.grant = sign_in.open_session(person, caller=HOME)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {client.grant.access_token}")
        return client

    return signed_in


@pytest.fixture
def told(monkeypatch):
    """What the socket floor was told, as (function, its arguments)."""
    from realtime import publish

    calls = []
    for name in ("sessions_ended", "to_user", "renamed", "chosen"):
        monkeypatch.setattr(
            publish, name, lambda *args, name=name: calls.append((name, *args)), raising=True
        )
    return calls
