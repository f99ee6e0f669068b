"""Promise 13: of parallel refreshes exactly one wins; a stolen token ends its session."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import sign_in, tokens
from accounts.models import RefreshToken, Session
from accounts.sign_in import Caller
from api.errors import InvalidToken


def refresh(client, token=None, **headers):
    body = {} if token is None else {"refreshToken": token}
    return client.post("/api/v1/auth/refresh", body, format="json", headers=headers)


def code(answer):
    return answer.status_code, answer.json().get("error", {}).get("code")


def test_a_refresh_token_buys_a_new_pair_once(door, enter, alice):
    first = enter(alice).grant.refresh_token
    answer = refresh(door, first)
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert data.keys() == {"accessToken", "refreshToken"}
    assert answer.cookies["parlor_refresh"].value == data["refreshToken"] != first
    me = door.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {data['accessToken']}"})
    assert me.json()["data"]["user"]["id"] == str(alice.pk)
    assert code(refresh(door, first)) == (401, "TOKEN_SPENT")
    assert refresh(door, data["refreshToken"]).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_one_token_used_eight_times_at_once_wins_exactly_once(alice, round_):
    grant = sign_in.open_session(alice, caller=Caller("127.0.0.1", ""))
    barrier = threading.Barrier(8)

    def use(_):
        client = APIClient()
        try:
            barrier.wait()
            return code(refresh(client, grant.refresh_token))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(use, range(8)))
    assert answers == {(200, None): 1, (401, "TOKEN_SPENT"): 7}
    assert RefreshToken.objects.filter(session=grant.session, spent_at=None).count() == 1
    assert Session.objects.get(pk=grant.session.pk).revoked_at is None


@pytest.mark.django_db(transaction=True)
def test_a_spent_token_that_comes_back_late_ends_the_session(door, enter, alice, told):
    client = enter(alice)
    stolen = client.grant.refresh_token
    newest = refresh(door, stolen).json()["data"]
    with time_machine.travel(timezone.now() + timedelta(seconds=9), tick=False):
        assert code(refresh(APIClient(), stolen)) == (401, "TOKEN_SPENT")
        assert refresh(APIClient(), newest["refreshToken"]).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(seconds=11), tick=False):
        assert code(refresh(APIClient(), stolen)) == (401, "INVALID_TOKEN")
        assert told == [("sessions_ended", [str(client.grant.session.pk)])]
        assert code(refresh(APIClient(), newest["refreshToken"])) == (401, "INVALID_TOKEN")
        bearer = {"Authorization": f"Bearer {newest['accessToken']}"}
        assert code(APIClient().get("/api/v1/auth/me", headers=bearer)) == (401, "INVALID_TOKEN")


def test_other_sessions_of_the_person_go_on(enter, alice):
    one, two = enter(alice), enter(alice)
    refresh(APIClient(), one.grant.refresh_token)
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        refresh(APIClient(), one.grant.refresh_token)
        assert two.get("/api/v1/auth/me").status_code == 200


def test_a_session_lives_seven_days_from_its_last_refresh(enter, alice):
    token = enter(alice).grant.refresh_token
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        token = refresh(APIClient(), token).json()["data"]["refreshToken"]
    with time_machine.travel(timezone.now() + timedelta(days=12)):
        token = refresh(APIClient(), token).json()["data"]["refreshToken"]
    with time_machine.travel(timezone.now() + timedelta(days=20)):
        assert code(refresh(APIClient(), token)) == (401, "INVALID_TOKEN")


class TestCookie:
    @pytest.fixture
    def browser(self, door, alice):
        body = {"email": "alice@example.com", "password": "correct horse"}
        door.post("/api/v1/auth/login", body, format="json")
        return door

    def test_the_cookie_is_enough(self, browser):
        before = browser.cookies["parlor_refresh"].value
        assert refresh(browser).status_code == 200
        assert browser.cookies["parlor_refresh"].value != before

    def test_no_body_at_all_will_do(self, browser):
        assert browser.post("/api/v1/auth/refresh").status_code == 200

    def test_the_alias_will_do(self, browser):
        assert browser.post("/api/auth/refresh").status_code == 200

    def test_the_body_wins(self, browser):
        assert code(refresh(browser, "nonsense")) == (401, "INVALID_TOKEN")

    def test_null_and_blank_leave_it_to_the_cookie(self, browser):
        for nothing in (None, ""):
            body = {"refreshToken": nothing}
            answer = browser.post("/api/v1/auth/refresh", body, format="json")
            assert answer.status_code == 200

    @pytest.mark.parametrize("origin", ["http://testserver", "https://home.example"])
    def test_our_own_pages_may_use_it(self, browser, settings, origin):
        settings.CORS_ORIGINS = ["https://home.example"]
        assert refresh(browser, Origin=origin).status_code == 200

    @pytest.mark.parametrize(
        "origin", ["https://evil.example", "null", "http://testserver.evil.example", "http://[", ""]
    )
    def test_foreign_pages_may_not(self, browser, origin):
        before = browser.cookies["parlor_refresh"].value
        assert code(refresh(browser, Origin=origin)) == (403, "FORBIDDEN")
        assert browser.cookies["parlor_refresh"].value == before
        assert refresh(browser).status_code == 200  # nothing was spent

    def test_a_token_in_the_body_is_asked_for_no_origin(self, enter, alice):
        token = enter(alice).grant.refresh_token
        answer = refresh(APIClient(), token, Origin="https://evil.example")
        assert answer.status_code == 200

    def test_losing_a_race_leaves_the_winners_cookie_alone(self, browser):
        old = browser.cookies["parlor_refresh"].value
        refresh(browser)
        lost = refresh(browser, old)
        assert code(lost) == (401, "TOKEN_SPENT")
        assert "parlor_refresh" not in lost.cookies


def test_with_neither_it_is_401(door):
    assert code(refresh(door)) == (401, "NOT_AUTHENTICATED")


def test_many_people_behind_one_address_can_refresh(enter, alice, settings):
    settings.RATE_LIMITS = "anonymous=2/min,signed_in=3/min"
    token, statuses = enter(alice).grant.refresh_token, []
    for _ in range(4):
        answer = refresh(APIClient(), token)
        statuses.append(answer.status_code)
        token = answer.json().get("data", {}).get("refreshToken", token)
    assert statuses == [200, 200, 200, 429]
    assert [refresh(APIClient(), "nonsense").status_code for _ in range(3)] == [401, 401, 429]


def test_a_token_of_another_session_is_not_mixed_in(enter, alice, bob):
    mine, theirs = enter(alice).grant, enter(bob).grant
    claims = tokens.read_refresh(mine.refresh_token)
    forged = claims._replace(session_id=theirs.session.pk)
    with pytest.raises(InvalidToken):
        sign_in.refresh(forged)
    assert refresh(APIClient(), mine.refresh_token).status_code == 200
