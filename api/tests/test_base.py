"""Answers, errors and throttles of every view."""

import pytest
from rest_framework.test import APIClient


def test_an_answer_is_an_envelope(client):
    answer = client.get("/api/private", headers={"Authorization": "Bearer alice"})
    assert answer.json() == {
        "success": True,
        "data": "hello",
        "meta": {"a": 1},
        "message": "said",
    }
    assert client.delete("/api/echo").json() == {"success": True, "data": {"id": "1"}}


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*;q=0", "nonsense"])
def test_whatever_is_accepted_json_comes(client, accept):
    answer = client.post("/api/echo?format=xml", {}, format="json", headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (201, "application/json")


def test_a_method_it_does_not_take_is_405(client):
    answer = client.patch("/api/echo", {}, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert {"POST", "PUT", "DELETE"} <= set(answer["Allow"].split(", "))


def test_options_says_what_it_takes(client):
    answer = client.options("/api/echo")
    assert (answer.status_code, answer.json()) == (200, {"success": True, "data": None})
    assert "POST" in answer["Allow"]


def test_no_token_is_401_and_a_bad_one_is_another(client):
    answer = client.get("/api/private")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "NOT_AUTHENTICATED")
    assert answer["WWW-Authenticate"] == "Bearer"
    answer = client.get("/api/private", headers={"Authorization": "Bearer mallory"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "INVALID_TOKEN")


def test_errors_of_fields_are_named_as_clients_write_them(client):
    answer = client.put("/api/echo", {"displayName": "x" * 11, "count": "5", "word": 7}, "json")
    assert answer.status_code == 400
    details = {entry["field"]: entry["code"] for entry in answer.json()["error"]["details"]}
    assert details == {"displayName": "max_length", "count": "invalid", "word": "invalid"}


@pytest.mark.parametrize("wrong", [True, 1.5, "1", None, [], -1, 2**31 + 1, 2**64])
def test_integers_are_integers(client, wrong):
    assert client.put("/api/echo", {"count": wrong}, "json").status_code == 400


class TestLimits:
    """100 anonymous requests in 15 minutes per address, 600 a minute per person."""

    @pytest.fixture(autouse=True)
    def small(self, settings):
        settings.RATE_LIMITS = "anonymous=3/min,signed_in=5/min"

    def statuses(self, client, times, **headers):
        return [client.get("/api/private", headers=headers).status_code for _ in range(times)]

    def test_refused_requests_count_against_the_address(self, client):
        assert self.statuses(client, 5) == [401] * 3 + [429] * 2

    def test_a_flood_of_bad_tokens_counts_too(self, client):
        assert self.statuses(client, 5, Authorization="Bearer bad") == [401] * 3 + [429] * 2

    def test_signed_in_people_are_counted_by_themselves(self, client):
        assert self.statuses(client, 7, Authorization="Bearer alice") == [200] * 5 + [429] * 2
        assert self.statuses(client, 1, Authorization="Bearer alice2") == [200]
        assert self.statuses(client, 1) == [401]

    def test_429_says_when(self, client):
        self.statuses(client, 3)
        answer = client.get("/api/private")
        assert 55 <= int(answer["Retry-After"]) <= 60
        error = answer.json()["error"]
        assert error["code"] == "RATE_LIMITED"
        assert error["details"][0]["params"] == {"retryAfterS": int(answer["Retry-After"])}

    def test_a_made_up_forwarded_address_moves_nothing(self, client):
        statuses = [
            client.get("/api/private", headers={"X-Forwarded-For": f"6.6.6.{n}"}).status_code
            for n in range(5)
        ]
        assert statuses == [401] * 3 + [429] * 2

    def test_behind_a_proxy_people_are_told_apart(self, client, settings):
        settings.PROXY_COUNT = 1
        statuses = [
            client.get(
                "/api/private", headers={"X-Forwarded-For": f"6.6.6.6, 1.2.3.{n}"}
            ).status_code
            for n in range(5)
        ]
        assert statuses == [401] * 5

    def test_hopping_about_in_ones_ipv6_network_moves_nothing(self, client):
        statuses = [
            client.get("/api/private", REMOTE_ADDR=f"2001:db8::{n}").status_code for n in range(5)
        ]
        assert statuses == [401] * 3 + [429] * 2

    def test_health_is_never_refused(self, client, db):
        assert [client.get("/health/live").status_code for _ in range(6)] == [200] * 6


def test_unknown_clients_get_no_cookies(own_addresses):
    assert not APIClient().get("/api/private").cookies
