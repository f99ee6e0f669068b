"""Hooks run in the order of registration, at the moment they name."""

import pytest
from django.db import transaction

from api.hooks import Hook, Moment


def test_answers_come_in_the_order_of_registration():
    hook: Hook[[int], int] = Hook("test")
    hook.register(lambda number: number + 1)
    hook.register(lambda number: number * 10)
    assert hook.run(4) == [5, 40]


def test_a_function_takes_part_once():
    hook: Hook[[], None] = Hook("test")

    def tidy():
        pass

    hook.register(tidy)
    with pytest.raises(ValueError, match="registered twice on test"):
        hook.register(tidy)
    hook.unregister(tidy)
    hook.register(tidy)


def test_inside_the_transaction_an_error_reaches_the_caller():
    hook: Hook[[], object] = Hook("test")
    hook.register(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        hook.run()


@pytest.mark.django_db(transaction=True)
def test_after_the_commit_an_error_harms_nobody():
    told: list[str] = []
    hook: Hook[[str], object] = Hook("test", Moment.AFTER_COMMIT)
    hook.register(lambda name: 1 / 0)
    hook.register(told.append)
    with transaction.atomic():
        assert hook.run("alice") == []
        assert told == []
    assert told == ["alice"]
