"""Where one is signed in, and ending it elsewhere."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import queries, services, tasks
from accounts.models import RefreshToken, Session


def test_the_list_is_whole_and_marks_the_one_that_asks(enter, alice, bob):
    enter(bob)
    here, there = enter(alice), enter(alice)
    answer = here.get("/api/v1/auth/sessions")
    sessions = answer.json()["data"]
    assert "meta" not in answer.json()
    assert {entry["id"]: entry["current"] for entry in sessions} == {
        str(here.grant.session.pk): True,
        str(there.grant.session.pk): False,
    }
    assert sessions[0].keys() == {
        "id",
        "userAgent",
        "address",
        "createdAt",
        "lastUsedAt",
        "expiresAt",
        "current",
    }
    assert (sessions[0]["userAgent"], sessions[0]["address"]) == ("Firefox", "127.0.0.1")


def test_a_list_costs_two_queries(enter, alice, django_assert_num_queries):
    clients = [enter(alice) for _ in range(10)]
    with django_assert_num_queries(2):
        assert len(clients[0].get("/api/v1/auth/sessions").json()["data"]) == 10


def test_one_of_them_can_be_ended(enter, alice, told, django_capture_on_commit_callbacks):
    here, there = enter(alice), enter(alice)
    with django_capture_on_commit_callbacks(execute=True):
        answer = here.delete(f"/api/v1/auth/sessions/{there.grant.session.pk}")
    assert answer.json() == {"success": True, "data": {"id": str(there.grant.session.pk)}}
    assert told == [("sessions_ended", [str(there.grant.session.pk)])]
    assert there.get("/api/v1/auth/me").status_code == 401
    assert here.get("/api/v1/auth/me").status_code == 200


@pytest.mark.parametrize("which", ["bob's", "ended", "unknown", "nonsense", "1e30", "%00"])
def test_what_is_not_ones_own_is_404(enter, alice, bob, which):
    client = enter(alice)
    session_id = {
        "bob's": str(enter(bob).grant.session.pk),
        "ended": str(enter(alice).grant.session.pk),
        "unknown": str(uuid.uuid4()),
    }.get(which, which)
    if which == "ended":
        services.revoke_sessions([session_id])
    answer = client.delete(f"/api/v1/auth/sessions/{session_id}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert Session.objects.filter(user=bob, revoked_at__isnull=False).count() == 0


def test_all_others_can_be_ended(enter, alice, bob, told, django_capture_on_commit_callbacks):
    here, there, elsewhere = enter(alice), enter(alice), enter(alice)
    his = enter(bob)
    with django_capture_on_commit_callbacks(execute=True):
        answer = here.delete("/api/v1/auth/sessions")
    ended = {str(there.grant.session.pk), str(elsewhere.grant.session.pk)}
    assert set(answer.json()["data"]["ids"]) == ended
    assert [(name, set(ids)) for name, ids in told] == [("sessions_ended", ended)]
    assert here.get("/api/v1/auth/me").status_code == 200
    assert his.get("/api/v1/auth/me").status_code == 200
    assert there.get("/api/v1/auth/me").status_code == 401


def test_nothing_ended_tells_nobody(enter, alice, told, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert enter(alice).delete("/api/v1/auth/sessions").json()["data"] == {"ids": []}
    assert told == []


def test_the_watch_hears_of_ended_sessions(enter, alice):
    session = enter(alice).grant.session
    assert queries.sessions_ended_within(15) == []
    services.revoke_sessions([session.pk])
    assert queries.sessions_ended_within(15) == [str(session.pk)]
    Session.objects.update(revoked_at=timezone.now() - timedelta(seconds=20))
    assert queries.sessions_ended_within(15) == []


def test_disabling_somebody_ends_their_sessions(
    enter, alice, bob, told, django_capture_on_commit_callbacks
):
    client = enter(bob)
    with django_capture_on_commit_callbacks(execute=True):
        services.set_active(alice, person=bob, is_active=False)
    assert told == [("sessions_ended", [str(client.grant.session.pk)])]
    assert client.get("/api/v1/auth/me").status_code == 401
    services.set_active(alice, person=bob, is_active=True)
    assert enter(bob).get("/api/v1/auth/me").status_code == 200


def test_what_ended_a_month_ago_is_forgotten(enter, alice):
    now = timezone.now()
    kept, over, revoked, fresh = (enter(alice).grant.session for _ in range(4))
    Session.objects.filter(pk=over.pk).update(expires_at=now - timedelta(days=31))
    Session.objects.filter(pk=revoked.pk).update(revoked_at=now - timedelta(days=31))
    Session.objects.filter(pk=fresh.pk).update(revoked_at=now - timedelta(days=29))
    RefreshToken.objects.filter(session=kept).update(created_at=now - timedelta(days=38))
    tasks.forget_ended_sessions.call_local()
    assert set(Session.objects.all()) == {kept, fresh}
    assert list(RefreshToken.objects.values_list("session", flat=True)) == [fresh.pk]
