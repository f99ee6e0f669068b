"""Finding people, one's profile and status."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import hooks, payloads, queries, services, tasks
from accounts.events import UserUpdated
from accounts.models import User

PROTOCOL_FIELDS = [
    "id",
    "username",
    "displayName",
    "discriminator",
    "email",
    "emailVerified",
    "avatarUrl",
    "bio",
    "status",
    "customStatus",
    "lastSeenAt",
    "isGuest",
    "roles",
    "skills",
    "interests",
    "location",
    "timezone",
    "githubUsername",
    "linkedinUrl",
    "websiteUrl",
    "onboardingCompleted",
    "createdAt",
    "updatedAt",
]


@pytest.fixture
def client(enter, alice):
    return enter(alice)


def names(answer):
    assert answer.status_code == 200, answer.content
    return [person["username"] for person in answer.json()["data"]]


class TestFinding:
    def test_everybody_by_name_in_pages(self, client, bob, mallory):
        answer = client.get("/api/v1/users?limit=2")
        assert names(answer) == ["alice", "bob"]
        assert answer.json()["meta"] == {"page": 1, "limit": 2, "total": 3, "totalPages": 2}
        assert names(client.get("/api/v1/users?limit=2&page=2")) == ["mallory"]
        assert names(client.get("/api/v1/users?page=1000000000")) == []

    def test_every_field_is_there(self, client, bob):
        for person in client.get("/api/v1/users").json()["data"]:
            assert sorted(person) == sorted(PROTOCOL_FIELDS)

    def test_only_ones_own_e_mail_is_shown(self, client, bob):
        shown = {p["username"]: p["email"] for p in client.get("/api/v1/users").json()["data"]}
        assert shown == {"alice": "alice@example.com", "bob": None}
        assert b"bob@example.com" not in client.get("/api/v1/users/bob").content

    @pytest.mark.parametrize("path", ["users", "users/search"])
    def test_q_is_part_of_a_name(self, client, bob, path):
        services.update_profile(bob, changes={"display_name": "Robert (the 100%) Éclair_x"})
        for q in ("BO", "obert", "(the", "(", "100%", "éclair", "Éclair_", "%29"):
            assert names(client.get(f"/api/v1/{path}", {"q": q} if q != "%29" else {"q": ")"})) == [
                "bob"
            ]
        for q in ("[b]", ".*", "b.b", "_o_", "nobody", "\\"):
            assert names(client.get(f"/api/v1/{path}", {"q": q})) == []

    def test_skills_are_whole_and_all_of_them(self, client, alice, bob):
        services.update_profile(alice, changes={"skills": ["Python", "Go"]})
        services.update_profile(bob, changes={"skills": ["Python", 'C "sharp"', "Käse"]})
        cases: list[tuple[str, list[str]]] = [
            ("python", ["alice", "bob"]),
            ("PYTHON,go", ["alice"]),
            ("pyth", []),
            ('c "sharp"', ["bob"]),
            ("käse", ["bob"]),
            ("%", []),
        ]
        for skills, expected in cases:
            assert names(client.get("/api/v1/users", {"skills": skills})) == expected

    def test_disabled_people_are_not_found(self, client, alice, bob):
        services.set_active(alice, person=bob, is_active=False)
        assert names(client.get("/api/v1/users")) == ["alice"]
        assert client.get("/api/v1/users/bob").status_code == 404

    @pytest.mark.parametrize(
        "query",
        ["page=0", "page=9223372036854775808", "limit=-1", "limit=1000000000", "limit=x", "q=%00"],
    )
    def test_a_bad_parameter_is_400(self, client, query):
        answer = client.get(f"/api/v1/users?{query}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
        assert answer.json()["error"]["details"][0]["field"] == query.partition("=")[0]

    def test_a_page_costs_three_queries(self, client, django_assert_num_queries):
        for number in range(15):
            services.register_guest(username=f"guest{number}")
        with django_assert_num_queries(3):  # who asks, how many, which
            assert len(names(client.get("/api/v1/users?q=guest"))) == 15

    def test_one_by_id_or_username(self, client, bob):
        for ref in (str(bob.pk), str(bob.pk).upper(), "bob", "BOB"):
            assert client.get(f"/api/v1/users/{ref}").json()["data"]["id"] == str(bob.pk)

    @pytest.mark.parametrize(
        "ref",
        [
            "nobody",
            "1e30",
            "01a1fbe0-4607-7639-b106-427a912076b2",
            "%00",
            "x" * 5000,
            "%F0%9F%91%8D",
            "a%2Fb",
            "-1",
        ],
    )
    def test_another_is_404(self, client, ref):
        answer = client.get(f"/api/v1/users/{ref}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")

    @pytest.mark.parametrize("path", ["users", "users/search", "users/me", "users/alice"])
    def test_without_a_token_it_is_401(self, door, path):
        assert door.get(f"/api/v1/{path}").status_code == 401


FULL = {
    "displayName": "Alice A.",
    "bio": "Line one\nline two",
    "avatarUrl": "https://example.org/a.png",
    "location": "Köln",
    "timezone": "Europe/Berlin",
    "githubUsername": "alice-a",
    "linkedinUrl": "https://linkedin.com/in/alice",
    "websiteUrl": "http://alice.example",
    "skills": ["Python", "Go"],
    "interests": ["chess"],
    "onboardingCompleted": True,
}


class TestProfile:
    @pytest.mark.parametrize("method", ["patch", "put"])
    def test_what_is_sent_changes_and_the_rest_stays(self, client, method):
        change = getattr(client, method)
        assert change("/api/v1/users/me", FULL, format="json").status_code == 200
        answer = change("/api/v1/users/me", {"location": "Bonn"}, format="json")
        data = answer.json()["data"]
        assert {name: data[name] for name in FULL} == {**FULL, "location": "Bonn"}
        assert client.get("/api/v1/users/me").json()["data"] == data

    def test_null_clears(self, client):
        client.patch("/api/v1/users/me", FULL, format="json")
        empty: dict[str, object] = dict.fromkeys(
            [name for name in FULL if name != "onboardingCompleted"]
        )
        data = client.patch("/api/v1/users/me", empty, format="json").json()["data"]
        expected: dict[str, object] = {
            **empty,
            "displayName": "alice",
            "skills": [],
            "interests": [],
        }
        assert {name: data[name] for name in empty} == expected

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("displayName", ""),
            ("displayName", "x" * 33),
            ("bio", "x" * 501),
            ("bio", 5),
            ("avatarUrl", "javascript:alert(1)"),
            ("avatarUrl", "ftp://example.org/x"),
            ("websiteUrl", "data:text/html,hi"),
            ("linkedinUrl", "//example.org"),
            ("location", "x" * 101),
            ("timezone", "Mars/Olympus"),
            ("timezone", "../../etc/passwd"),
            ("timezone", 5),
            ("githubUsername", "a b"),
            ("githubUsername", "x" * 40),
            ("skills", "Python"),
            ("skills", ["x" * 51]),
            ("skills", [5]),
            ("skills", ["x"] * 31),
            ("skills", {"a": 1}),
            ("interests", [["x"]]),
            ("onboardingCompleted", "yes"),
            ("onboardingCompleted", None),
            ("username", "me"),
            ("username", "x"),
            ("username", None),
        ],
    )
    def test_a_value_out_of_bounds_is_400(self, client, field, value):
        answer = client.patch("/api/v1/users/me", {field: value}, format="json")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
        assert answer.json()["error"]["details"][0]["field"].partition(".")[0] == field
        assert User.objects.get().version == 1

    def test_lists_lose_what_is_blank_or_twice(self, client):
        sent = {"skills": [" Python", "Python ", "\u200b", "Go"]}
        data = client.patch("/api/v1/users/me", sent, format="json").json()["data"]
        assert data["skills"] == ["Python", "Go"]

    def test_nobody_makes_themselves_an_admin(self, client, alice):
        sent = {
            "isStaff": True,
            "is_superuser": True,
            "email": "new@example.com",
            "version": 99,
            "isGuest": True,
            "roles": ["admin"],
            "id": "x",
            "password": "another one",
        }
        assert client.patch("/api/v1/users/me", sent, format="json").status_code == 200
        row = User.objects.get()
        assert (row.is_staff, row.is_superuser, row.version) == (False, False, 1)
        assert row.email == "alice@example.com"
        assert row.check_password("correct horse")

    def test_a_taken_username_is_409(self, client, alice, bob):
        answer = client.patch("/api/v1/users/me", {"username": "BOB"}, format="json")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "CONFLICT")
        assert answer.json()["error"]["details"][0]["field"] == "username"
        answer = client.patch("/api/v1/users/me", {"username": "Alice"}, format="json")
        assert answer.json()["data"]["username"] == "Alice"

    def test_a_change_is_told_once_after_the_commit(
        self, client, alice, told, django_capture_on_commit_callbacks
    ):
        seen: list[User] = []
        hooks.person_changed.register(seen.append)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                client.patch("/api/v1/users/me", {"displayName": "Al", "bio": "x"}, format="json")
        finally:
            hooks.person_changed.unregister(seen.append)
        row = User.objects.get()
        assert row.version == 2
        renamed, updated = told
        assert renamed == ("renamed", payloads.person(row), 2)
        assert updated == ("to_user", str(alice.pk), UserUpdated(user=payloads.user(row, row.pk)))
        assert seen == [row]

    def test_a_change_that_changes_nothing_tells_nobody(
        self, client, told, django_capture_on_commit_callbacks
    ):
        client.patch("/api/v1/users/me", {"bio": "x"}, format="json")
        told.clear()
        with django_capture_on_commit_callbacks(execute=True):
            client.patch("/api/v1/users/me", {"bio": "x", "unknown": 1}, format="json")
        assert (told, User.objects.get().version) == ([], 2)

    def test_the_watch_hears_of_changes(self, client, alice, bob):
        User.objects.update(updated_at=timezone.now() - timedelta(minutes=1))
        services.update_profile(bob, changes={"bio": "new"})
        assert queries.people_changed_within(15) == {str(bob.pk): 2}


class TestStatus:
    def put(self, client, **body):
        return client.put("/api/v1/users/me/status", body, format="json")

    @pytest.mark.parametrize("status", ["online", "idle", "dnd", "offline"])
    def test_a_status_is_chosen_and_told(
        self, client, alice, told, status, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            answer = self.put(client, status=status, customStatus="at \u202elunch")
        data = answer.json()["data"]
        assert (data["status"], data["customStatus"]) == (status, "at lunch")
        assert told == [("chosen", str(alice.pk), status, "at lunch")]
        assert client.get("/api/v1/users/me").json()["data"]["customStatus"] == "at lunch"

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"status": "away"},
            {"status": "ONLINE"},
            {"status": None},
            {"status": 1},
            {"status": "dnd", "customStatus": "x" * 129},
            {"status": "dnd", "customStatus": 5},
            {"status": "dnd", "expiresAt": "tomorrow"},
            {"status": "dnd", "expiresAt": "2026-11-20T20:36:02"},
            {"status": "dnd", "expiresAt": 1700000000},
            {"status": "dnd", "expiresAt": "0001-01-01T00:00:00+23:00"},
        ],
    )
    def test_a_bad_one_is_400(self, client, body):
        assert self.put(client, **body).status_code == 400

    def test_it_ends_when_it_should(self, client, alice, told, django_capture_on_commit_callbacks):
        until = timezone.now() + timedelta(hours=1)
        self.put(client, status="dnd", customStatus="busy", expiresAt=until.isoformat())
        tasks.clear_expired_statuses.call_local()
        assert User.objects.get().chosen_status == "dnd"
        with time_machine.travel(until + timedelta(seconds=1)):
            assert User.objects.get().shown_custom_status is None
            with django_capture_on_commit_callbacks(execute=True):
                tasks.clear_expired_statuses.call_local()
        row = User.objects.get()
        assert (row.chosen_status, row.custom_status, row.status_expires_at) == ("online", "", None)
        assert told == [("chosen", str(alice.pk), "online", None)]

    def test_one_that_is_over_already_is_none(self, client):
        before = (timezone.now() - timedelta(hours=1)).isoformat()
        data = self.put(client, status="dnd", customStatus="busy", expiresAt=before).json()["data"]
        assert (data["status"], data["customStatus"]) == ("online", None)

    def test_the_socket_floors_choices_are_kept(self, client, alice, bob):
        until = timezone.now() + timedelta(hours=1)
        self.put(client, status="dnd", customStatus="busy", expiresAt=until.isoformat())
        services.keep_presence(
            {str(alice.pk): ("dnd", "busy", 1_700_000_000.5), str(bob.pk): ("idle", None, 1.0)}
        )
        alice.refresh_from_db()
        assert (alice.chosen_status, alice.status_expires_at) == ("dnd", until)
        assert alice.last_seen_at is not None
        assert alice.last_seen_at.timestamp() == 1_700_000_000.5
        services.keep_presence({str(alice.pk): ("online", None, 1_700_000_001.0)})
        alice.refresh_from_db()
        assert (alice.chosen_status, alice.custom_status) == ("online", "")
        assert alice.status_expires_at is None


def test_roles_on_the_whole_site(alice):
    assert payloads.user(alice, None).roles == ["user"]
    assert payloads.user(services.register_guest(username="visitor"), None).roles == ["guest"]
    admin = services.create_admin(username="admin", password="correct horse")
    assert payloads.user(admin, None).roles == ["user", "admin"]
    admin.is_superuser = False
    assert payloads.user(admin, None).roles == ["user", "staff"]
