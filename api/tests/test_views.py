"""What the server says about itself."""

import json

import pytest
from django.db import OperationalError, connection

from api import health, views
from api.health import Part


def test_api_says_version_and_links(client, settings):
    for path in ("/api", "/api/", "/api/v1"):
        data = client.get(path).json()["data"]
        assert data["version"] == settings.VERSION
        assert data["links"]["schema"] == "/api/schema"


@pytest.mark.django_db
def test_health_has_its_fields_at_the_top(client, settings):
    settings.REDIS_URL = ""
    answer = client.get("/health", headers={"Accept": "text/html"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    body = answer.json()
    assert body.keys() == {"status", "timestamp", "version", "services"}
    assert body["status"] == "healthy"
    assert body["services"].keys() == {"database", "redis", "media"}
    assert body["services"]["database"]["status"] == "healthy"
    assert body["services"]["database"]["latencyMs"] >= 0
    assert body["services"]["redis"] is None


@pytest.mark.django_db
def test_health_is_503_while_a_part_is_away(client, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["services"]["redis"] == {"status": "unhealthy", "latencyMs": None}
    assert client.get("/health/ready").status_code == 200


@pytest.mark.django_db
def test_without_its_database_it_lives_but_is_not_ready(client, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", away)
    assert client.get("/health").status_code == 503
    assert client.get("/health/ready").status_code == 503
    assert client.get("/health/live").status_code == 200


@pytest.mark.django_db
def test_media_is_told_by_its_owner(client, monkeypatch):
    monkeypatch.setattr(health, "_media_checks", [])
    assert client.get("/health").json()["services"]["media"] is None
    health.register_media_check(lambda: Part(status="unhealthy", latency_ms=None))
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["services"]["media"]["status"]) == (503, "unhealthy")


def test_the_documentation_runs_under_our_csp(client):
    answer = client.get("/docs")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<script>" not in page
    assert "style=" not in page
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert 'data-schema="/api/schema"' in page


@pytest.mark.parametrize("path", ["/docs", "/api/schema", "/api"])
def test_they_take_get_only(client, path):
    answer = client.post(path)
    assert answer.status_code == 405


@pytest.mark.parametrize(
    ("handler", "status"),
    [
        (lambda request: views.bad_request(request, Exception()), 400),
        (lambda request: views.permission_denied(request, Exception()), 403),
        (lambda request: views.page_not_found(request, Exception()), 404),
        (views.server_error, 500),
    ],
)
def test_djangos_error_pages_are_envelopes_under_api_and_pages_elsewhere(rf, handler, status):
    under, elsewhere = handler(rf.get("/api/x")), handler(rf.get("/x"))
    assert under.status_code == elsewhere.status_code == status
    assert json.loads(under.content)["success"] is False
    assert elsewhere["Content-Type"].startswith("text/html")
