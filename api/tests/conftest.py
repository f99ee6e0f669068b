"""What the REST floor's tests share: a client, and addresses of their own."""

import pytest
from rest_framework.test import APIClient


@pytest.fixture
def own_addresses(settings):
    """The views of api/tests/urls.py instead of Parlor's."""
    settings.ROOT_URLCONF = "api.tests.urls"


@pytest.fixture
def client(own_addresses):
    """A client of those views that sees answers, not exceptions."""
    return APIClient(raise_request_exception=False)
