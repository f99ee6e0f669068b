"""Bad tokens, each with its exact answer."""

import base64
import json
import time
import uuid
from datetime import timedelta

import jwt
import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from accounts import services, tokens
from accounts.authentication import authenticate_token
from accounts.models import Session, User
from api.errors import InvalidToken, ValidationFailed


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


def signed(claims, key=None, algorithm="HS256"):
    return jwt.encode(claims, settings.JWT_ACCESS_SECRET if key is None else key, algorithm)


def unsigned(claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


def nested_header():
    header = base64.urlsafe_b64encode(b"[" * 2500).rstrip(b"=").decode()
    return f"{header}.e30.x"


BAD = {
    "alg none": lambda good, grant: unsigned(claims_of(good)),
    "the wrong key": lambda good, grant: signed(claims_of(good), "x" * 32),
    "the refresh key": lambda good, grant: signed(claims_of(good), settings.JWT_REFRESH_SECRET),
    "another algorithm": lambda good, grant: signed(claims_of(good), algorithm="HS512"),
    "the refresh token": lambda good, grant: grant.refresh_token,
    "expired": lambda good, grant: signed(claims_of(good) | {"exp": int(time.time()) - 1}),
    "without an end": lambda good, grant: signed(
        {name: claim for name, claim in claims_of(good).items() if name != "exp"}
    ),
    "another kind": lambda good, grant: signed(claims_of(good) | {"token_type": "refresh"}),
    "no session": lambda good, grant: signed(claims_of(good) | {"sid": None}),
    "a made-up session": lambda good, grant: signed(claims_of(good) | {"sid": str(uuid.uuid4())}),
    "another person": lambda good, grant: signed(claims_of(good) | {"sub": str(uuid.uuid4())}),
    "a number for a person": lambda good, grant: signed(claims_of(good) | {"sub": "1"}),
    "100 KB": lambda good, grant: "x" * 100_000,
    "100 KB of claims": lambda good, grant: signed(claims_of(good) | {"x": "y" * 100_000}),
    "a header of brackets": lambda good, grant: nested_header(),
    "cut short": lambda good, grant: good[:-3],
    "nothing": lambda good, grant: "",
    "words": lambda good, grant: "not a token",
    "three dots": lambda good, grant: "...",
    "not ASCII": lambda good, grant: "tökén.tökén.tökén",
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
def test_a_bad_token_is_401(enter, alice, make):
    client = enter(alice)
    token = make(client.grant.access_token, client.grant)
    with pytest.raises(InvalidToken):
        authenticate_token(token)
    client.credentials()
    for path in ("auth/me", "users/me"):
        answer = client.get(
            f"/api/v1/{path}",
            headers={"Authorization": f"Bearer {token}".encode().decode("latin-1")},
        )
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "INVALID_TOKEN"


@pytest.mark.parametrize("token", [None, 5, b"x", ["x"], {"a": 1}, True])
def test_what_is_no_string_is_400(token):
    with pytest.raises(ValidationFailed):
        authenticate_token(token)


@pytest.mark.parametrize("token", [5, ["x"], {"a": 1}, True, 1.5])
def test_a_refresh_token_that_is_no_string_is_400(door, token):
    answer = door.post("/api/v1/auth/refresh", {"refreshToken": token}, format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["field"] == "refreshToken"


def test_the_good_token_is_good(enter, alice):
    session = authenticate_token(enter(alice).grant.access_token)
    assert session.user == alice


def test_a_token_ends_after_fifteen_minutes(enter, alice):
    client = enter(alice)
    with time_machine.travel(timezone.now() + timedelta(minutes=14)):
        assert client.get("/api/v1/auth/me").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert client.get("/api/v1/auth/me").status_code == 401


@pytest.mark.parametrize(
    "happens",
    [
        lambda session: services.revoke_sessions([session.pk]),
        lambda session: User.objects.filter(pk=session.user_id).update(is_active=False),
        lambda session: User.objects.filter(pk=session.user_id).delete(),
        lambda session: Session.objects.filter(pk=session.pk).delete(),
        lambda session: Session.objects.filter(pk=session.pk).update(
            expires_at=timezone.now() - timedelta(seconds=1)
        ),
    ],
    ids=["revoked", "disabled", "deleted", "forgotten", "over"],
)
def test_the_token_of_a_session_that_is_no_more_is_401(enter, alice, happens):
    client = enter(alice)
    happens(client.grant.session)
    assert client.get("/api/v1/auth/me").json()["error"]["code"] == "INVALID_TOKEN"
    body = {"refreshToken": client.grant.refresh_token}
    answer = client.post("/api/v1/auth/refresh", body, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "INVALID_TOKEN")


def test_a_token_in_the_query_string_counts_for_nothing(enter, alice):
    client = enter(alice)
    token = client.grant.access_token
    client.credentials()
    for name in ("token", "access_token", "authorization", "jwt"):
        answer = client.get(f"/api/v1/auth/me?{name}={token}")
        assert answer.json()["error"]["code"] == "NOT_AUTHENTICATED"


@pytest.mark.parametrize("header", ["Basic YTpi", "Token {}", "{}", ""])
def test_another_scheme_is_no_bearer_token(enter, alice, header):
    client = enter(alice)
    client.credentials(HTTP_AUTHORIZATION=header.format(client.grant.access_token))
    answer = client.get("/api/v1/auth/me")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "NOT_AUTHENTICATED")


def test_the_word_bearer_may_be_written_in_any_case(enter, alice):
    client = enter(alice)
    client.credentials(HTTP_AUTHORIZATION=f"bearer  {client.grant.access_token} ")
    assert client.get("/api/v1/auth/me").status_code == 200


def test_an_access_token_does_not_refresh(enter, alice):
    client = enter(alice)
    with pytest.raises(InvalidToken):
        tokens.read_refresh(client.grant.access_token)
    body = {"refreshToken": client.grant.access_token}
    answer = client.post("/api/v1/auth/refresh", body, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "INVALID_TOKEN")


def test_a_session_in_use_is_noted_once_a_minute(enter, alice, django_assert_num_queries):
    client = enter(alice)
    opened_at = client.grant.session.last_used_at
    within = time_machine.travel(opened_at + timedelta(seconds=59), tick=False)
    with within, django_assert_num_queries(1):
        client.get("/api/v1/auth/me")
    with time_machine.travel(opened_at + timedelta(seconds=61), tick=False):
        with django_assert_num_queries(2):
            client.get("/api/v1/auth/me")
        with django_assert_num_queries(1):
            client.get("/api/v1/auth/me")
        assert Session.objects.get().last_used_at == timezone.now()
