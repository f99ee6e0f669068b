"""Fields take what the schema says and nothing else."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from api.errors import ValidationFailed
from api.serializers import (
    VISIBLE_TEXT,
    Email,
    HttpUrl,
    Id,
    Input,
    Line,
    Moment,
    StrictBoolean,
    StrictString,
    Text,
)


def takes(field, value):
    try:
        field.run_validation(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("value", [1, 1.5, True, None, [], {}, ["a"]])
@pytest.mark.parametrize(
    "field", [StrictString(), Line(), Text(), Email(), Id(), HttpUrl(), Moment()]
)
def test_only_a_string_is_a_string(field, value):
    assert not takes(field, value)


def test_lengths_are_those_of_what_was_sent():
    field = Line(max_length=5)
    assert field.run_validation(" a\u202e\tb") == "a b"
    assert not takes(field, "abcdef")
    assert not takes(field, "abc   ")
    assert not takes(field, "")
    assert takes(Line(allow_blank=True), "")


def test_visible_text_shows_something():
    field = Text(pattern=VISIBLE_TEXT)
    assert takes(field, "\n hi")
    for blank in (" ", "\n\t", "\u200b\u3164"):
        assert not takes(field, blank)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "http://localhost:8000/a?b=c#d",
        "https://de.wikipedia.org/wiki/Köln",
        "https://例え.jp/パス",
        "http://127.0.0.1/",
    ],
)
def test_addresses_of_the_web(url):
    assert HttpUrl().run_validation(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "//example.org",
        "https://",
        "https://user:pass@example.org",
        "https://example.org@evil.example",
        "https://example.org/ space",
        "https://example.org/\n",
        "https://example.org/<script>",
        "HTTPS://example.org",
        "https://example.org/" + "x" * 500,
        "https://.example.org/",
    ],
)
def test_what_is_no_address_of_the_web(url):
    assert not takes(HttpUrl(), url)


def test_e_mail_addresses_are_lower_case():
    assert Email().run_validation("Alice@Example.ORG") == "alice@example.org"
    for wrong in ("alice", "alice@", "@x.org", "a b@x.org", "a@x.org\n", "a" * 250 + "@x.org"):
        assert not takes(Email(), wrong)


def test_ids_are_canonical():
    text = "01a1fbe0-4607-7639-b106-427a912076b2"
    assert Id().run_validation(text) == UUID(text)
    for wrong in (text.replace("-", ""), f"{{{text}}}", "1e30", text + "\n"):
        assert not takes(Id(), wrong)


@pytest.mark.parametrize("wrong", ["true", 1, 0, None, "yes", []])
def test_booleans_are_booleans(wrong):
    assert not takes(StrictBoolean(), wrong)
    assert StrictBoolean().run_validation(True) is True


def test_moments_have_an_offset():
    assert Moment().run_validation("2026-11-20T22:36:02.5+02:00") == datetime(
        2026, 11, 20, 20, 36, 2, 500_000, tzinfo=UTC
    )
    for wrong in (
        "2026-11-20T20:36:02",
        "2026-11-20",
        "yesterday",
        "2026-13-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
    ):
        assert not takes(Moment(), wrong)


def test_nul_in_what_is_ignored_is_no_error():
    class Inner(Input):
        name = StrictString()

    class Outer(Input):
        inner = Inner()
        free = serializers.JSONField(required=False)

    kept = Outer.check({"inner": {"name": "x", "unknown": "\0"}, "unknown": "\0"})
    assert kept == {"inner": {"name": "x"}}
    with pytest.raises(ValidationFailed):
        Outer.check({"inner": {"name": "x"}, "free": {"deep": ["\0"]}})
