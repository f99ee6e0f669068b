"""What two people do at the same moment, on both databases."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts import services
from accounts.models import User
from api.errors import Conflict

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(times, function):
    barrier = threading.Barrier(times)

    def run(number):
        try:
            barrier.wait()
            return function(number)
        except Conflict as taken:
            return taken.details[0]["field"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return Counter(pool.map(run, range(times)))


def test_one_name_is_taken_once():
    won = at_once(6, lambda number: services.register_guest(username="sam") and "won")
    assert won == {"won": 1, "username": 5}
    assert User.objects.count() == 1


def test_one_address_is_registered_once():
    def register(number):
        services.register_person(email="sam@example.com", password="correct horse")
        return "won"

    assert at_once(6, register) == {"won": 1, "email": 5}


def test_parallel_changes_all_count(alice):
    fields = ["bio", "location", "display_name", "github_username"]
    at_once(4, lambda number: services.update_profile(alice, changes={fields[number]: "x"}) and 1)
    alice.refresh_from_db()
    assert alice.version == 5
    assert {getattr(alice, field) for field in fields} == {"x"}
