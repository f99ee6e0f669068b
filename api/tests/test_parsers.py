"""What the parser takes, and what it refuses as 400, 413 or 415."""

import pytest

from api.errors import ValidationFailed
from api.parsers import MAX_DEPTH, read_object, snake

BAD_BODIES = {
    "nested 100k deep": b"[" * 100_000 + b"]" * 100_000,
    "objects nested 100k deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "nested deeper than anybody needs": b'{"a":' * 40 + b"1" + b"}" * 40,
    "a 5,000-digit integer": b'{"a": ' + b"9" * 5000 + b"}",
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "a float beyond all bounds": b'{"a": 1e400}',
    "invalid UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "a lone surrogate": b'{"a": "\\ud800"}',
    "a surrogate in UTF-8": b'{"a": "\xed\xa0\x80"}',
    "half an object": b'{"a": ',
    "something after it": b"{} {}",
    "an array": b"[1, 2]",
    "a string": b'"text"',
    "null": b"null",
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_an_unsound_body_is_refused(body, client):
    with pytest.raises(ValidationFailed):
        read_object(body)
    answer = client.generic("POST", "/api/echo", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize("body", [b"", b"  \n", b"{}"])
def test_an_empty_body_is_an_empty_object(body):
    assert read_object(body) == {}


def test_keys_become_snake_case_all_the_way_down():
    assert read_object(b'{"displayName": 1, "a": [{"replyTo": {"xY": 2}}], "snake_case": 3}') == {
        "display_name": 1,
        "a": [{"reply_to": {"x_y": 2}}],
        "snake_case": 3,
    }


def test_where_both_spellings_are_given_the_camel_one_counts():
    for body in (
        b'{"displayName": 1, "display_name": 2}',
        b'{"display_name": 2, "displayName": 1}',
    ):
        assert read_object(body) == {"display_name": 1}


@pytest.mark.parametrize(
    ("camel", "expected"),
    [
        ("replyTo", "reply_to"),
        ("linkedinUrl", "linkedin_url"),
        ("id", "id"),
        ("a1B", "a1_b"),
        ("Email", "Email"),
        ("EMAIL", "EMAIL"),
        ("reply_To", "reply_To"),
    ],
)
def test_snake(camel, expected):
    assert snake(camel) == expected


def test_raw_fields_keep_their_keys(client):
    sent = {"rtpParameters": {"encodings": [{"maxBitrate": 1}]}, "transportId": "t"}
    answer = client.post("/api/raw", sent, format="json")
    assert answer.json()["data"] == {
        "rtp_parameters": {"encodings": [{"maxBitrate": 1}]},
        "transport_id": "t",
    }


def test_depth_up_to_the_bound_is_fine():
    depth = MAX_DEPTH - 2
    read_object(b'{"a":' * depth + b"1" + b"}" * depth)


def test_a_body_beyond_the_limit_is_413(client, settings):
    settings.BODY_MAX_BYTES = 1000
    body = b'{"a": "' + b"x" * 1000 + b'"}'
    answer = client.generic("POST", "/api/echo", body, content_type="application/json")
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "TOO_LARGE"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "x"])
def test_another_content_type_is_415(client, content_type):
    answer = client.generic("POST", "/api/echo", b"a=1", content_type=content_type)
    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "UNSUPPORTED_MEDIA_TYPE"


def test_no_body_needs_no_content_type(client):
    assert client.generic("POST", "/api/echo", b"", content_type="").json()["data"] == {}


@pytest.mark.parametrize("value", ["\0", "a\0b", ["\0"], {"a": [{"b": "\0"}]}, {"\0": 1}])
@pytest.mark.parametrize("field", ["word", "displayName", "free"])
def test_nul_in_a_field_is_400(client, field, value):
    answer = client.put("/api/echo", {field: value}, format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["field"] == field


@pytest.mark.parametrize("number", [2**31 + 1, 2**63, 2**64, -(2**64), 10**4000])
def test_a_number_beyond_a_fields_range_is_400(client, number):
    body = f'{{"count": {number}}}'.encode()
    answer = client.generic("PUT", "/api/echo", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["field"] == "count"


def test_what_nobody_declared_is_ignored_whatever_it_holds(client):
    body = b'{"unknown": "\\u0000", "Word": 5, "n": 18446744073709551616, "word": "x"}'
    answer = client.generic("PUT", "/api/echo", body, content_type="application/json")
    assert (answer.status_code, answer.json()["data"]) == (200, {"word": "x"})
