"""Django's admin: to look at people, and to end their sessions; its door has the same limits."""

import pytest

from accounts import services


@pytest.fixture
def admin(db):
    return services.create_admin(username="admin", password="correct horse")


@pytest.fixture
def desk(client, admin):
    client.force_login(admin, backend="accounts.backends.LimitedBackend")
    return client


def act(desk, model, action, row):
    return desk.post(
        f"/admin/accounts/{model}/", {"action": action, "_selected_action": [str(row.pk)]}
    )


def test_people_and_sessions_can_be_looked_at(desk, alice, enter):
    session = enter(alice).grant.session
    for path in ("user/", "session/", f"user/{alice.pk}/change/", f"session/{session.pk}/change/"):
        answer = desk.get(
            f"/admin/accounts/{path}?q=" if path.endswith("r/") else f"/admin/accounts/{path}"
        )
        assert answer.status_code == 200
        assert b"md5$" not in answer.content
    assert desk.get("/admin/accounts/user/add/").status_code == 403


def test_sessions_can_be_ended(desk, alice, enter, told, django_capture_on_commit_callbacks):
    one, two = enter(alice), enter(alice)
    with django_capture_on_commit_callbacks(execute=True):
        act(desk, "session", "revoke", one.grant.session)
    assert told == [("sessions_ended", [str(one.grant.session.pk)])]
    act(desk, "user", "sign_out_everywhere", alice)
    assert two.get("/api/v1/auth/me").status_code == 401


def test_people_can_be_disabled_and_enabled(desk, alice, enter):
    client = enter(alice)
    act(desk, "user", "disable", alice)
    assert client.get("/api/v1/auth/me").status_code == 401
    act(desk, "user", "enable", alice)
    assert enter(alice).get("/api/v1/auth/me").status_code == 200


def test_staff_without_the_right_cannot_lock_people_out(client, alice, bob, enter):
    from django.contrib.auth.models import Permission

    bob.is_staff = True
    bob.save()
    bob.user_permissions.add(Permission.objects.get(codename="view_user"))
    client.force_login(bob, backend="accounts.backends.LimitedBackend")
    session = enter(alice)
    assert client.get("/admin/accounts/user/").status_code == 200
    act(client, "user", "disable", alice)
    assert session.get("/api/v1/auth/me").status_code == 200


def test_its_door_takes_ten_wrong_passwords_a_minute(client, admin):
    def knock(password):
        return client.post("/admin/login/", {"username": "admin", "password": password})

    assert knock("correct horse").status_code == 302
    client.logout()
    for _ in range(9):
        assert knock("wrong horse").status_code == 200
    assert knock("correct horse").status_code == 200  # refused, and nothing more is said
    assert knock("").status_code == 200


def test_people_without_a_password_do_not_get_in(client, db):
    guest = services.register_guest(username="visitor")
    guest.is_staff = True
    guest.save()
    answer = client.post("/admin/login/", {"username": "visitor", "password": "!"})
    assert answer.status_code == 200
