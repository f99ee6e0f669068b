"""Slugs and codes never read as one another, whatever a room is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms import names
from rooms.access import as_uuid

UUID_FORMS = [
    "0190f5a1-1111-7222-8333-444444444444",
    "0190f5a11111722283334444-4444-4-4-44",
    "{0190f5a1-11117222-8333444444444444}",
]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("General talk!", "general-talk"),
        ("  --Straße-- ", "strae"),
        ("日本語", "room"),
        ("🎉🎉", "room"),
        ("abcd efgh ijkl", "room-abcd-efgh-ijkl"),
        ("ABCD-EFGH-IJKL", "room-abcd-efgh-ijkl"),
        ("0190f5a1-1111-7222-8333-444444444444", "room-0190f5a1-1111-7222-8333-444444444444"),
        ("x" * 100, "x" * 80),
        ("direct", "room-direct"),
    ],
)
def test_a_name_becomes_a_slug(name, slug):
    assert names.slug_of(name) == slug


@given(st.text(max_size=100), st.integers(1, 12))
def test_no_slug_reads_as_a_code_or_an_id(name, number):
    slug = names.numbered(names.slug_of(name), number)
    assert slug
    assert len(slug) <= 110
    assert not names.CODE_LIKE.fullmatch(slug)
    assert as_uuid(slug) is None


@given(st.text("0123456789abcdef-", min_size=36, max_size=36))
def test_no_slug_of_hexadecimal_digits_reads_as_an_id(name):
    assert as_uuid(names.slug_of(name)) is None


@pytest.mark.parametrize("text", UUID_FORMS[1:])
def test_only_the_usual_form_is_an_id(text):
    assert len(text) == 36
    assert as_uuid(text) is None


def test_an_id_may_be_in_capitals():
    assert as_uuid(UUID_FORMS[0].upper()) == as_uuid(UUID_FORMS[0])


def test_codes_are_twelve_letters_and_differ():
    codes = {names.new_code() for _ in range(50)}
    assert len(codes) == 50
    assert all(names.CODE_LIKE.fullmatch(code) for code in codes)
