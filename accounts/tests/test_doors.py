"""Registering, signing in, coming as a guest, signing out: over REST."""

import time

import jwt
import pytest
from django.conf import settings as conf
from django.contrib.auth.hashers import get_hasher

from accounts import hooks
from accounts.models import Session, User

WORD = "correct horse"
ALICE = {"email": "alice@example.com", "password": WORD}


def post(client, path, body, **headers):
    return client.post(f"/api/v1/auth/{path}", body, format="json", headers=headers)


def error(answer):
    return answer.status_code, answer.json()["error"]["code"]


class TestRegister:
    @pytest.mark.parametrize("path", ["register", "signup"])
    def test_a_new_person_is_signed_in(self, door, path):
        answer = post(door, path, {**ALICE, "username": "alice", "displayName": "Alice A."})
        assert answer.status_code == 201
        data = answer.json()["data"]
        assert data["user"]["username"] == "alice"
        assert data["user"]["displayName"] == "Alice A."
        assert data["user"]["email"] == "alice@example.com"
        assert data["user"]["emailVerified"] is False
        assert data["user"]["roles"] == ["user"]
        assert data["user"]["status"] == "online"
        me = door.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {data['accessToken']}"})
        assert me.json()["data"] == {"user": data["user"]}

    def test_the_refresh_token_is_a_cookie_scripts_cannot_read(self, door, settings):
        settings.REFRESH_COOKIE_SECURE = True
        answer = post(door, "register", ALICE)
        cookie = answer.cookies["parlor_refresh"]
        assert cookie.value == answer.json()["data"]["refreshToken"]
        assert cookie["httponly"] is True
        assert cookie["samesite"] == "Strict"
        assert cookie["path"] == "/api/"
        assert cookie["secure"] is True
        assert cookie["max-age"] == 7 * 24 * 3600

    def test_the_access_token_says_who(self, door):
        data = post(door, "register", {**ALICE, "username": "alice"}).json()["data"]
        claims = jwt.decode(data["accessToken"], conf.JWT_ACCESS_SECRET, ["HS256"])
        assert claims["sub"] == data["user"]["id"]
        assert claims["username"] == "alice"
        assert claims["roles"] == ["user"]
        assert "messages:send" in claims["permissions"]
        assert claims["exp"] - claims["iat"] == 15 * 60
        assert Session.objects.get(pk=claims["sid"]).user.username == "alice"

    @pytest.mark.parametrize(
        ("body", "username"),
        [
            ({"email": "Jane.Doe@example.com"}, "jane-doe"),
            ({"email": "jd@example.com"}, None),
            ({"email": "admin@example.com"}, None),
            ({"email": "x@example.com", "name": "Zoë Müller"}, "Zoe-Muller"),
            ({"email": "y@example.com", "displayName": "日本"}, None),
            ({"email": "x" * 60 + "@example.com"}, "x" * 24),
        ],
    )
    def test_a_username_is_made_where_none_is_given(self, door, body, username):
        made = post(door, "register", {"password": WORD, **body}).json()["data"]["user"]["username"]
        assert username is None or made == username
        assert 3 <= len(made) <= 32
        assert made.lower() not in ("admin", "jd")

    def test_made_usernames_are_unique(self, door):
        made = {
            post(door, "register", {"email": f"sam@{n}.org", "password": WORD}).json()["data"][
                "user"
            ]["username"]
            for n in range(5)
        }
        assert len(made) == 5
        assert "sam" in made

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"email": "ALICE@example.com", "username": "other"}, "email"),
            ({"email": "other@example.com", "username": "ALICE"}, "username"),
        ],
    )
    def test_what_is_taken_is_409(self, door, alice, body, field):
        answer = post(door, "register", {"password": WORD, **body})
        assert error(answer) == (409, "CONFLICT")
        assert answer.json()["error"]["details"][0]["field"] == field

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"email": "nonsense"}, "email"),
            ({"email": None}, "email"),
            ({"email": ["a@b.org"]}, "email"),
            ({"password": "short"}, "password"),
            ({"password": "x" * 129}, "password"),
            ({"password": " " * 10}, "password"),
            ({"password": 1234567890}, "password"),
            ({"username": "ab"}, "username"),
            ({"username": "a" * 33}, "username"),
            ({"username": "with space"}, "username"),
            ({"username": "ünicode"}, "username"),
            ({"username": "line\n"}, "username"),
            ({"username": "me"}, "username"),
            ({"username": "Admin"}, "username"),
            ({"username": "everyone"}, "username"),
            ({"username": "0123456789abcdef0123456789ABCDEF"}, "username"),
            ({"displayName": "x" * 33}, "displayName"),
            ({"displayName": {"a": 1}}, "displayName"),
        ],
    )
    def test_a_bad_field_is_named(self, door, change, field):
        answer = post(door, "register", {**ALICE, **change})
        assert error(answer) == (400, "VALIDATION_ERROR")
        assert answer.json()["error"]["details"][0]["field"] == field
        assert not User.objects.exists()

    def test_passwords_may_hold_anything_visible(self, door):
        for number, word in enumerate(
            ["пароль-пароль", "🐎🔋📎✅🐎🔋📎✅", "        x", "x" * 128]
        ):
            body = {"email": f"{number}@example.com", "password": word}
            assert post(door, "register", body).status_code == 201
            assert post(door, "login", body).status_code == 200

    def test_nobody_makes_themselves_an_admin(self, door):
        post(door, "register", {**ALICE, "isStaff": True, "is_superuser": True, "isActive": False})
        person = User.objects.get()
        assert (person.is_staff, person.is_superuser, person.is_active) == (False, False, True)

    def test_direction_overrides_in_a_name_do_nothing(self, door):
        answer = post(door, "register", {**ALICE, "displayName": "\u202egnp.exe\u0007"})
        assert answer.json()["data"]["user"]["displayName"] == "gnp.exe"

    def test_ten_an_hour_from_one_address(self, door):
        statuses = [
            post(door, "register", {"email": f"{n}@example.com", "password": WORD}).status_code
            for n in range(12)
        ]
        assert statuses == [201] * 10 + [429] * 2

    def test_upper_apps_take_part_and_can_stop_it(self, door):
        def refuse(person):
            raise RuntimeError(person.username)

        hooks.person_registered.register(refuse)
        try:
            door.raise_request_exception = False
            assert post(door, "register", ALICE).status_code == 500
        finally:
            hooks.person_registered.unregister(refuse)
        assert not User.objects.exists()


class TestLogin:
    def test_the_right_password_opens_a_session(self, door, alice):
        answer = post(door, "login", {**ALICE, "email": "Alice@Example.com"})
        assert answer.status_code == 200
        assert answer.json()["data"]["user"]["id"] == str(alice.pk)
        assert answer.cookies["parlor_refresh"].value == answer.json()["data"]["refreshToken"]

    def test_a_wrong_password_and_an_unknown_address_get_one_answer(self, door, alice):
        wrong = post(door, "login", {**ALICE, "password": "wrong horse"})
        unknown = post(door, "login", {**ALICE, "email": "nobody@example.com"})
        assert error(wrong) == error(unknown) == (401, "INVALID_CREDENTIALS")
        assert wrong.json()["error"] == unknown.json()["error"]

    @pytest.mark.parametrize("flaw", ["inactive", "guest"])
    def test_who_may_not_sign_in_gets_the_same_answer(self, door, alice, flaw):
        if flaw == "inactive":
            User.objects.update(is_active=False)
        else:
            alice.set_unusable_password()
            alice.save()
        assert error(post(door, "login", ALICE)) == (401, "INVALID_CREDENTIALS")

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"email": "alice@example.com"},
            {"email": 5, "password": "x"},
            {"email": "alice@example.com", "password": None},
            {"email": "alice@example.com", "password": ["x"]},
            {"email": "alice@example.com", "password": "x" * 1025},
        ],
    )
    def test_a_bad_field_is_400(self, door, body):
        assert error(post(door, "login", body)) == (400, "VALIDATION_ERROR")

    def test_exactly_ten_a_minute_per_account(self, door, alice):
        wrong = {**ALICE, "password": "wrong horse"}
        answers = [post(door, "login", wrong) for _ in range(12)]
        assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2
        assert 50 <= int(answers[-1]["Retry-After"]) <= 60
        assert post(door, "login", ALICE).status_code == 429
        assert post(door, "login", {**ALICE, "email": "bob@example.com"}).status_code == 401

    def test_thirty_a_minute_per_address(self, door, db):
        statuses = [
            post(door, "login", {"email": f"{n}@example.com", "password": "x"}).status_code
            for n in range(32)
        ]
        assert statuses == [401] * 30 + [429] * 2

    def test_both_answers_take_the_same_time(self, door, alice, settings):
        """Coarsely: each computes one argon2 hash, which is nearly all of the time."""
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
        settings.RATE_LIMITS = "off"
        alice.set_password("correct horse")
        alice.save()

        def least_s(email):
            times = []
            for _ in range(5):
                start = time.process_time()  # of the processor: others' load is not counted
                post(door, "login", {"email": email, "password": "wrong horse"})
                times.append(time.process_time() - start)
            return min(times)

        least_s("warm@example.com")
        known, unknown = least_s("alice@example.com"), least_s("nobody@example.com")
        assert 0.6 < known / unknown < 1.6
        assert known > 0.01  # it was argon2

    def test_a_stale_token_in_the_header_is_no_hindrance(self, door, alice):
        assert post(door, "login", ALICE, Authorization="Bearer stale").status_code == 200


def test_argon2_is_what_parlor_hashes_with():
    import config.settings

    assert config.settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_the_fixture_is_quick():
    assert get_hasher().algorithm == "md5"


class TestGuest:
    def test_a_name_is_enough(self, door):
        answer = post(door, "guest", {"username": "Visitor_1"})
        assert answer.status_code == 201
        user = answer.json()["data"]["user"]
        assert (user["username"], user["isGuest"], user["email"]) == ("Visitor_1", True, None)
        assert user["roles"] == ["guest"]
        assert answer.cookies["parlor_refresh"].value

    def test_a_taken_name_is_409(self, door, alice):
        answer = post(door, "guest", {"username": "ALICE"})
        assert error(answer) == (409, "CONFLICT")
        assert answer.json()["error"]["details"][0] == {
            "field": "username",
            "code": "taken",
            "message": "This username is taken.",
            "params": {},
        }

    @pytest.mark.parametrize("username", ["", "ab", "a b c", "system", None, 5, "x" * 33])
    def test_a_bad_name_is_400(self, door, username):
        assert error(post(door, "guest", {"username": username})) == (400, "VALIDATION_ERROR")

    def test_many_guests_need_no_e_mail_and_ten_an_hour_come_in(self, door):
        statuses = [post(door, "guest", {"username": f"guest{n}"}).status_code for n in range(11)]
        assert statuses == [201] * 10 + [429]


class TestLogout:
    def test_the_bearer_signs_out(self, enter, alice, told, django_capture_on_commit_callbacks):
        client = enter(alice)
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post("/api/v1/auth/logout")
        assert answer.status_code == 200
        assert answer.json()["data"] == {"id": str(client.grant.session.pk)}
        assert answer.cookies["parlor_refresh"].value == ""
        assert answer.cookies["parlor_refresh"]["path"] == "/api/"
        assert told == [("sessions_ended", [str(client.grant.session.pk)])]
        assert error(client.get("/api/v1/auth/me")) == (401, "INVALID_TOKEN")
        assert error(client.post("/api/v1/auth/logout")) == (401, "INVALID_TOKEN")

    def test_the_refresh_token_does_when_the_access_token_is_gone(self, door, enter, alice):
        grant = enter(alice).grant
        body = {"refreshToken": grant.refresh_token}
        assert post(door, "logout", body, Authorization="Bearer over").status_code == 200
        assert Session.objects.get(pk=grant.session.pk).revoked_at is not None

    def test_the_cookie_does(self, door, alice):
        post(door, "login", ALICE)
        assert post(door, "logout", {}).status_code == 200
        assert not door.cookies["parlor_refresh"].value

    def test_a_foreign_page_cannot_sign_anybody_out(self, door, alice):
        post(door, "login", ALICE)
        answer = post(door, "logout", {}, Origin="https://evil.example")
        assert error(answer) == (403, "FORBIDDEN")

    def test_with_neither_it_is_401(self, door):
        assert error(post(door, "logout", {})) == (401, "NOT_AUTHENTICATED")
        assert error(post(door, "logout", {"refreshToken": "x"})) == (401, "INVALID_TOKEN")


def test_a_request_costs_one_query_for_who_asks(enter, alice, django_assert_num_queries):
    client = enter(alice)
    with django_assert_num_queries(1):
        client.get("/api/v1/auth/me")
