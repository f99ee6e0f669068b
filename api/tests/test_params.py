"""Parameters of the query, and lists by page."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import RequestFactory
from rest_framework.request import Request

from api import params
from api.envelope import PageMeta
from api.errors import ValidationFailed
from api.pagination import paged


def asked(query):
    return Request(RequestFactory().get(f"/x?{query}"))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "abc",
        "1.5",
        "1e3",
        " 1",
        "+1",
        "1_0",
        "٣",
        "-1",
        "0",
        "101",
        "1000000000",
        str(2**63),
        "9" * 5000,
    ],
)
def test_what_is_no_number_within_the_bounds_is_400(value):
    request = asked("limit=" + value.replace("+", "%2B").replace(" ", "%20"))
    with pytest.raises(ValidationFailed):
        params.integer(request, "limit", default=20, minimum=1, maximum=100)


def test_a_number_within_the_bounds_is_taken():
    assert params.integer(asked("limit=7"), "limit", default=20, minimum=1, maximum=100) == 7
    assert params.integer(asked(""), "limit", default=20, minimum=1, maximum=100) == 20
    assert params.optional_integer(asked(""), "limit") is None


def test_text_is_literal_and_bounded():
    assert params.text(asked("q=%20(a%25%20"), "q") == "(a%"
    assert params.text(asked(""), "q") == ""
    for bad in ("q=%00", "q=" + "x" * 101):
        with pytest.raises(ValidationFailed):
            params.text(asked(bad), "q")


def test_words_are_separated_by_commas():
    assert params.words(asked("skills=a,,%20b%20,"), "skills") == ["a", "b"]


@pytest.mark.django_db
def test_a_page_is_two_queries_and_beyond_the_end_one(django_assert_num_queries):
    rows = ContentType.objects.order_by("pk")
    total = rows.count()
    with django_assert_num_queries(2):
        answer = paged(asked("page=2&limit=3"), rows, shape_all=lambda found: [r.pk for r in found])
    assert answer.data.data == list(rows.values_list("pk", flat=True)[3:6])
    assert answer.data.meta == PageMeta(page=2, limit=3, total=total, total_pages=-(-total // 3))
    with django_assert_num_queries(1):
        assert paged(asked("page=1000000000"), rows, lambda row: row.pk).data.data == []


@pytest.mark.parametrize(
    ("query", "value"), [("", False), ("a=", False), ("a=0", False), ("a=1", True)]
)
def test_a_flag_is_one_or_zero(query, value):
    assert params.flag(asked(query), "a") is value


@pytest.mark.parametrize("query", ["a=true", "a=2", "a=%00", "a=%201", "a=11"])
def test_what_is_no_flag_is_400(query):
    with pytest.raises(ValidationFailed):
        params.flag(asked(query), "a")
