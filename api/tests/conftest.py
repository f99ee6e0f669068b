"""What the REST floor's tests share: no counts left over, a client, and addresses of their own."""

import pytest
from rest_framework.test import APIClient

from api import limits


@pytest.fixture(autouse=True)
def fresh_limits():
    """Counts do not go from one test into the next."""
    limits.reset_all()


@pytest.fixture
def own_addresses(settings):
    """The views of api/tests/urls.py instead of Parlor's."""
    settings.ROOT_URLCONF = "api.tests.urls"


@pytest.fixture
def client(own_addresses):
    """A client of those views that sees answers, not exceptions."""
    return APIClient(raise_request_exception=False)
