"""Bad inputs at the REST door and their exact answers, from a running Parlor: never a 500.

Each row is something that has brought a server of this kind down. `parlor` fails the whole run where
its log holds a traceback at the end.
"""

import json
from typing import Any

import httpx
import pytest

NO_ID = "0190f5a1-1111-7222-8333-444444444444"


@pytest.fixture(scope="module")
def people(parlor):
    """alice with a private room and a message; bob and mallory with accounts."""
    alice, bob, mallory = (parlor.person(name) for name in ("alice", "bob", "mallory"))
    room = alice.new_room("lair", isPrivate=True)
    call = alice.post("/rooms", {})["data"]
    bob.post(f"/rooms/{call['code']}/join")
    return {
        "alice": alice,
        "bob": bob,
        "mallory": mallory,
        "room": room["id"],
        "call": call["id"],
        "hers": alice.post(f"/rooms/{call['id']}/messages", {"content": "hers"})["data"]["id"],
        **town_of(alice),
        "hidden": alice.post(f"/rooms/{room['id']}/messages", {"content": "hid"})["data"]["id"],
    }


def town_of(alice):
    """A server of alice's with a channel and a role."""
    at = f"/servers/{alice.post('/servers', {'name': 'Bad inputs', 'isPublic': False})['data']['id']}"
    return {
        "at": at,
        "channel": alice.post(f"{at}/channels", {"name": "bad inputs"})["data"]["id"],
        "role": alice.post(f"{at}/roles", {"name": "x"})["data"]["id"],
    }


@pytest.fixture(scope="module")
def alice(people):
    return people["alice"]


@pytest.fixture(scope="module")
def bob(people):
    return people["bob"]


def error_of(answer: httpx.Response, status: int, code: str) -> list[dict[str, Any]]:
    """The details of an error that is exactly this one, in a sound envelope."""
    body = answer.json()
    assert (answer.status_code, body["error"]["code"]) == (status, code), body
    assert answer.headers["Content-Type"] == "application/json"
    assert set(body) == {"success", "error", "meta"}
    assert set(body["error"]) == {"code", "message", "details"}
    assert body["success"] is False
    assert body["meta"]["requestId"] == answer.headers["X-Request-ID"]
    assert all(set(d) == {"field", "code", "message", "params"} for d in body["error"]["details"])
    details: list[dict[str, Any]] = body["error"]["details"]
    return details


def fields_of(details: list[dict[str, Any]]) -> dict[str | None, str]:
    return {detail["field"]: detail["code"] for detail in details}


def post_raw(person: Any, path: str, body: Any, content_type: str = "application/json") -> Any:
    return person.http.request("POST", path, content=body, headers={"Content-Type": content_type})


# --- bodies --------------------------------------------------------------------------------------
DEEP = 100_000
BODIES = {
    "arrays nested 100,000 deep": (
        b'{"content": ' + b"[" * DEEP + b"]" * DEEP + b"}",
        "invalid_json",
    ),
    "objects nested 100,000 deep": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, "invalid_json"),
    "nested 100,000 deep and cut off": (b"[" * DEEP, "invalid_json"),
    "nested 33 deep": (b'{"a": ' + b"[" * 33 + b"]" * 33 + b"}", "too_deep"),
    "NaN": (b'{"content": NaN}', "invalid_json"),
    "Infinity": (b'{"content": -Infinity}', "invalid_json"),
    "a number beyond every float": (b'{"content": 1e999999}', "invalid_json"),
    "invalid UTF-8": (b'{"content": "\xff\xfe"}', "invalid_json"),
    "a lone surrogate as bytes": (b'{"content": "\xed\xa0\x80"}', "invalid_json"),
    "a lone surrogate as an escape": (rb'{"content": "\ud800"}', "invalid_json"),
    "UTF-16": ('{"content": "x"}'.encode("utf-16"), "invalid_json"),
    "NUL bytes": (b"\0\0\0", "invalid_json"),
    "half an object": (b'{"content": "x"', "invalid_json"),
    "a form": (b"content=x", "invalid_json"),
    "an array": (b"[]", "not_an_object"),
    "a string": (b'"content"', "not_an_object"),
    "null": (b"null", "not_an_object"),
}
ENDPOINTS = ("/rooms/{call}/messages", "/messages", "/rooms", "/channels", "/auth/login")


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize(("body", "code"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_sound_object_is_400(people, bob, path, body, code):
    answer = post_raw(bob, path.format(**people), body)
    assert fields_of(error_of(answer, 400, "VALIDATION_ERROR")) == {None: code}


HUGE = "9" * 5000


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/rooms/{call}/messages", rb'{"content": "a\u0000b"}', "content"),
        ("/rooms/{call}/messages", rb'{"content": "x", "nonce": "\u0000"}', "nonce"),
        ("/rooms/{call}/messages", b'{"content": %s}' % HUGE.encode(), "content"),
        ("/rooms/{call}/messages", b'{"content": {"a": "b"}}', "content"),
        ("/rooms", rb'{"name": "a\u0000b"}', "name"),
        ("/rooms", b'{"name": "x", "slowModeSeconds": %s}' % HUGE.encode(), "slowModeSeconds"),
        ("/rooms", b'{"name": "x", "slowModeSeconds": 1e300}', "slowModeSeconds"),
        ("/rooms", b'{"name": "x", "bitrate": -9223372036854775809}', "bitrate"),
        ("/rooms", b'{"name": "x", "serverId": 1e30}', "serverId"),
        ("/messages", b'{"content": "x", "channelId": "1e30"}', "channelId"),
        ("/messages", b'{"content": "x", "channelId": [1]}', "channelId"),
        ("/auth/login", rb'{"email": "a\u0000@b.c", "password": "x"}', "email"),
        ("/auth/guest", rb'{"username": "a\u0000b"}', "username"),
    ],
)
def test_a_value_that_no_database_takes_is_400_and_names_its_field(people, bob, path, body, field):
    details = error_of(post_raw(bob, path.format(**people), body), 400, "VALIDATION_ERROR")
    assert [detail["field"] for detail in details] in ([field], [None])


# Of servers and rooms: method, path, body, the field that is named.
WRONG = [
    ("POST", "/servers", b'{"name": "a\\u0000b"}', "name"),
    ("POST", "/servers", b'{"name": {"a": 1}}', "name"),
    ("POST", "/servers", b'{"name": "x", "iconUrl": "data:text/html,x"}', "iconUrl"),
    ("PATCH", "{at}", b'{"isPublic": 1}', "isPublic"),
    ("DELETE", "{at}", b'{"name": null}', "name"),
    ("POST", "{at}/transfer", b'{"userId": "1e30"}', "userId"),
    ("POST", "{at}/roles", b'{"name": "x", "permissions": ["owner"]}', "permissions.0"),
    ("POST", "{at}/roles", b'{"name": "x", "permissions": {"0": "view"}}', "permissions"),
    ("POST", "{at}/roles", b'{"name": "x", "permissions": ["__class__"]}', "permissions.0"),
    ("POST", "{at}/roles", b'{"name": "x", "colour": "red"}', "colour"),
    ("POST", "{at}/roles", b'{"name": "x", "colour": "#12345\\n"}', "colour"),
    ("POST", "{at}/roles", b'{"name": "%s"}' % (b"x" * 33), "name"),
    ("PUT", "{at}/roles/order", b'{"roleIds": "x"}', "roleIds"),
    ("PUT", "{at}/roles/order", b'{"roleIds": [null]}', "roleIds.0"),
    ("PUT", "{at}/channels/order", b'{"channels": [[]]}', "channels.0"),
    ("PUT", "{at}/channels/order", b'{"channels": [{"id": 1, "position": 0}]}', "channels.0.id"),
    ("PATCH", "{at}/members/" + NO_ID, b'{"role": "owner"}', "role"),
    ("PATCH", "{at}/members/" + NO_ID, b'{"roleIds": [1e300]}', "roleIds.0"),
    ("PUT", "{at}/bans/" + NO_ID, b'{"expiresAt": "yesterday"}', "expiresAt"),
    ("PUT", "{at}/bans/" + NO_ID, b'{"expiresAt": "0000-00-00T00:00:00Z"}', "expiresAt"),
    ("PUT", "{at}/bans/" + NO_ID, b'{"reason": "a\\u0000"}', "reason"),
    ("PUT", "{at}/timeouts/" + NO_ID, b'{"seconds": 9e99}', "seconds"),
    ("PUT", "{at}/timeouts/" + NO_ID, b'{"seconds": true}', "seconds"),
    ("POST", "{at}/invites", b'{"maxUses": %s}' % HUGE.encode(), "maxUses"),
    ("POST", "{at}/invites", b'{"expiresInSeconds": -1}', "expiresInSeconds"),
    ("POST", "{at}/categories", b'{"name": "\\u200b"}', "name"),
    ("PATCH", "/rooms/{channel}", b'{"slowModeSeconds": 1e300}', "slowModeSeconds"),
    ("PATCH", "/rooms/{channel}", b'{"position": 9223372036854775808}', "position"),
    ("PATCH", "/rooms/{channel}", b'{"bitrate": 7}', "bitrate"),
    ("PATCH", "/rooms/{channel}", b'{"name": "a\\u0000"}', "name"),
    ("PUT", "/rooms/{channel}/overrides/member", b'{"allow": ["kick"]}', "allow.0"),
    ("PUT", "/rooms/{channel}/overrides/member", b'{"deny": "view"}', "deny"),
    ("POST", "/rooms/{channel}/ban", b'{"userId": []}', "userId"),
    ("POST", "/rooms/{channel}/mute", b'{"userId": "%s", "seconds": 0}' % NO_ID.encode(), "seconds"),
    ("POST", "/rooms/direct", b'{"userIds": {}}', "userIds"),
    ("POST", "/rooms/direct", b'{"userIds": [["x"]]}', "userIds.0"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "field"), WRONG)
def test_what_servers_and_rooms_do_not_take_is_400_and_names_its_field(
    people, alice, method, path, body, field
):
    headers = {"Content-Type": "application/json"}
    answer = alice.http.request(method, path.format(**people), content=body, headers=headers)
    details = error_of(answer, 400, "VALIDATION_ERROR")
    assert {detail["field"] for detail in details} <= {field, None}, details


@pytest.mark.parametrize(
    "unknown", [rb'"a\u0000"', b'"\xf0\x9f\x8e\x89"', b'"__proto__"', b'"__class__"', b'""']
)
@pytest.mark.parametrize("value", [rb'"\u0000"', b"1e300", b"-0", HUGE.encode(), b"[[[[]]]]"])
def test_what_stands_in_unknown_fields_breaks_nothing(people, bob, unknown, value):
    body = b'{"content": "x", ' + unknown + b": " + value + b"}"
    answer = post_raw(bob, f"/rooms/{people['call']}/messages", body)
    assert answer.status_code in (201, 400)


MEBIBYTE = 1024 * 1024


def ten_megabytes():
    for _ in range(10):
        yield b" " * MEBIBYTE


@pytest.mark.parametrize("who", ["with a token", "without"])
@pytest.mark.parametrize("how", ["declared", "chunked"])
def test_a_body_of_ten_megabytes_is_413(parlor, bob, who, how):
    body = b" " * 10 * MEBIBYTE if how == "declared" else ten_megabytes()
    headers = {"Content-Type": "application/json"}
    if who == "with a token":
        headers["Authorization"] = f"Bearer {bob.token}"
    answer = httpx.post(f"{parlor.url}/api/v1/rooms", content=body, headers=headers)
    error_of(answer, 413, "TOO_LARGE")


def test_a_body_of_one_mebibyte_is_read(bob):
    answer = post_raw(bob, "/rooms", b" " * (MEBIBYTE - 2) + b"[]")
    assert fields_of(error_of(answer, 400, "VALIDATION_ERROR")) == {None: "not_an_object"}
    error_of(post_raw(bob, "/rooms", b" " * (MEBIBYTE - 1) + b"[]"), 413, "TOO_LARGE")


def test_a_chunked_body_is_read_like_any_other(people, bob):
    def chunks():
        yield b'{"content": '
        yield b'"in pieces"}'

    answer = post_raw(bob, f"/rooms/{people['call']}/messages", chunks())
    assert answer.json()["data"]["content"] == "in pieces"


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"],
)
@pytest.mark.parametrize("path", ENDPOINTS)
def test_another_content_type_is_415(people, bob, path, content_type):
    answer = post_raw(bob, path.format(**people), b'{"content": "x"}', content_type)
    error_of(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*;q=x", ";;,", ""])
def test_whatever_accept_says_the_answer_is_json(bob, accept):
    answer = bob.http.get("/rooms", headers={"Accept": accept}, params={"format": "xml"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


# --- paths and queries ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("/rooms", "page=9223372036854775808", "out_of_range"),
        ("/rooms", "page=99999999999999999999", "invalid"),
        ("/rooms", "page=0", "out_of_range"),
        ("/rooms", "page=-1", "out_of_range"),
        ("/rooms", "page=1e3", "invalid"),
        ("/rooms", "page=%00", "invalid"),
        ("/rooms", "page=%D9%A1", "invalid"),
        ("/rooms", "page=", "invalid"),
        ("/rooms", "limit=-1", "out_of_range"),
        ("/rooms", "limit=0", "out_of_range"),
        ("/rooms", "limit=1000000000", "out_of_range"),
        ("/rooms", "limit=NaN", "invalid"),
        ("/servers", "page=9223372036854775808", "out_of_range"),
        ("/channels", "limit=-1", "out_of_range"),
        ("/users", "page=9223372036854775808", "out_of_range"),
        ("/users", "limit=1000000000", "out_of_range"),
        ("/users", "q=%00", "null_characters_not_allowed"),
        ("/users", "q=" + "x" * 101, "max_length"),
        ("/rooms", "type=%00", "null_characters_not_allowed"),
        ("/rooms", "serverId=1e30", "invalid"),
        ("/rooms/{call}/messages", "limit=-1", "out_of_range"),
        ("/rooms/{call}/messages", "limit=1000000000", "out_of_range"),
        ("/rooms/{call}/messages", "offset=9223372036854775808", "out_of_range"),
        ("/rooms/{call}/messages", "offset=-1", "out_of_range"),
        ("/rooms/{call}/messages", "before=garbage", "invalid"),
        ("/rooms/{call}/messages", "before=%00", "null_characters_not_allowed"),
        ("/rooms/{call}/messages", "after=-1", "invalid"),
        ("/rooms/{call}/messages", "after=1e30", "invalid"),
        ("/messages", "channelId={call}&offset=9223372036854775808", "out_of_range"),
        ("/messages", "", "required"),
        ("/rooms/{call}/changes", "after=9223372036854775808", "out_of_range"),
        ("/rooms/{call}/changes", "after=-1", "out_of_range"),
        ("/rooms/{call}/changes", "after=garbage", "invalid"),
        ("/rooms/{call}/participants", "page=0", "out_of_range"),
        ("/rooms/{call}/permissions", "userId=1e30", "invalid"),
        ("/rooms", "mine=yes", "invalid"),
    ],
)
def test_a_parameter_that_does_not_fit_is_400(people, bob, path, query, code):
    path, query = path.format(**people), query.format(**people)
    details = error_of(bob.http.get(f"{path}?{query}"), 400, "VALIDATION_ERROR")
    assert [detail["code"] for detail in details] == [code]
    assert details[0]["field"] == (query.split("&")[-1].partition("=")[0] or "channelId")


@pytest.mark.parametrize(
    "emoji",
    ["a", "1", "%20", "%F0%9F%91%8D%F0%9F%91%8D", "%F0%9F%91%8D%00", "%00", "%FF", "%ED%A0%BD",
     "%F0%9F%91%8D" + "%EF%B8%8F" * 64, "x" * 3000, "%E2%80%8D", "%F0%9F%87%A9", "%25"],
    ids=lambda emoji: emoji[:24],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_is_no_emoji_is_400(people, bob, method, emoji):
    answer = bob.request(method, f"/messages/{people['hers']}/reactions/{emoji}")
    assert fields_of(error_of(answer, 400, "VALIDATION_ERROR")) == {"emoji": "invalid"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"seq": -1}', "min_value"),
        (b'{"seq": 9223372036854775807}', "max_value"),
        (b'{"seq": 9223372036854775808}', "max_value"),
        (b'{"seq": 18446744073709551616}', "max_value"),
        (b'{"seq": %s}' % HUGE.encode(), None),
        (b'{"seq": 1e300}', "max_value"),
        (b'{"seq": 1.5}', "invalid"),
        (b'{"seq": true}', "invalid"),
        (b'{"seq": "1"}', "invalid"),
        (b'{"seq": null}', "null"),
        (b'{"seq": [1]}', "invalid"),
        (b"{}", "required"),
    ],
)
def test_a_place_to_have_read_up_to_that_is_none_is_400(people, bob, body, code):
    headers = {"Content-Type": "application/json"}
    answer = bob.http.put(f"/rooms/{people['call']}/read", content=body, headers=headers)
    details = error_of(answer, 400, "VALIDATION_ERROR")
    assert [detail["field"] for detail in details] in (["seq"], [None])
    assert code in (None, details[0]["code"])


@pytest.mark.parametrize("limit", ["offset=9223372036854775807", "before=9999999999999999999"])
def test_a_place_beyond_everything_is_just_empty_or_everything(people, bob, limit):
    answer = bob.http.get(f"/rooms/{people['call']}/messages?{limit}")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "ref", ["1e30", "-1", "%00", "%ff%fe", "%ED%A0%80", "..%2F..%2Fetc%2Fpasswd", "a" * 3000, NO_ID]
)
@pytest.mark.parametrize(
    "path",
    [
        "/rooms/{}",
        "/rooms/{}/messages",
        "/rooms/{}/changes",
        "/channels/{}",
        "/servers/{}",
        "/servers/{}/channels",
        "/servers/{}/members",
        "/servers/{}/permissions",
        "/servers/{}/bans",
        "/rooms/{}/participants",
        "/rooms/{}/permissions",
        "/rooms/{}/overrides",
        "/invites/{}",
        "/messages/{}",
        "/messages/{}/reactions/%F0%9F%91%8D",
        "/users/{}",
    ],
)
def test_an_id_that_nothing_has_is_404(bob, path, ref):
    error_of(bob.http.get(path.format(ref)), 404, "NOT_FOUND")


@pytest.mark.parametrize("session_id", ["1e30", "%00", "x" * 3000, NO_ID, "{" + NO_ID[:34] + "}"])
def test_a_session_that_is_not_there_is_404(bob, session_id):
    error_of(bob.http.delete(f"/auth/sessions/{session_id}"), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    "text", ["(", "[", "a(b", "%", "_", "\\", "'", '"; DROP TABLE x; --', "*", "^$", "é("]
)
def test_a_search_is_literal(parlor, alice, text):
    assert alice.get("/users", q=text)["data"] == []
    name = f"{text} {alice.username}"[:32]
    alice.request("PATCH", "/users/me", {"displayName": name})
    found = alice.get("/users", q=text)["data"]
    assert [person["displayName"] for person in found] == [name]
    alice.request("PATCH", "/users/me", {"displayName": None})


# --- what belongs to others ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/rooms/{room}"),
        ("GET", "/rooms/{room}/messages"),
        ("GET", "/rooms/{room}/changes"),
        ("GET", "/messages?channelId={room}"),
        ("POST", "/rooms/{room}/messages"),
        ("POST", "/rooms/{room}/join"),
        ("POST", "/rooms/{room}/leave"),
        ("GET", "/messages/{hidden}"),
        ("PUT", "/messages/{hidden}"),
        ("PATCH", "/messages/{hidden}"),
        ("DELETE", "/messages/{hidden}"),
        ("GET", "/messages/{hidden}/reactions/%F0%9F%91%8D"),
        ("PUT", "/messages/{hidden}/reactions/%F0%9F%91%8D"),
        ("DELETE", "/messages/{hidden}/reactions/%F0%9F%91%8D"),
    ],
)
def test_anothers_room_is_404(people, bob, method, path):
    body = None if method in ("GET", "DELETE") else {"content": "x"}
    error_of(bob.request(method, path.format(**people), body), 404, "NOT_FOUND")


@pytest.mark.parametrize("seq", [0, 1, 2**63 - 1])
def test_in_anothers_room_nobody_reads_nor_learns_how_far_it_has_come(people, bob, seq):
    answer = bob.request("PUT", f"/rooms/{people['room']}/read", {"seq": seq})
    assert error_of(answer, 404, "NOT_FOUND") == []


def test_anothers_message_is_403(people, bob):
    for method in ("PUT", "PATCH"):
        answer = bob.request(method, f"/messages/{people['hers']}", {"content": "mine now"})
        error_of(answer, 403, "FORBIDDEN")
    error_of(bob.request("DELETE", f"/messages/{people['hers']}"), 403, "FORBIDDEN")
    assert bob.get(f"/messages/{people['hers']}")["data"]["content"] == "hers"


FORGED = {
    "isStaff": True,
    "isSuperuser": True,
    "is_staff": True,
    "is_superuser": True,
    "roles": ["admin"],
    "isGuest": False,
    "isActive": False,
    "emailVerified": True,
    "id": NO_ID,
    "version": 99,
}


def test_nobody_makes_themselves_staff(parlor, people, bob):
    body = {"email": f"eve-{bob.username}@example.com", "password": "correct horse", **FORGED}
    made = httpx.post(f"{parlor.url}/api/v1/auth/register", json=body).json()["data"]["user"]
    for user in (
        made,
        bob.request("PATCH", "/users/me", FORGED).json()["data"],
        bob.get("/users/me")["data"],
    ):
        assert (user["roles"], user["isGuest"], user["emailVerified"]) == (["user"], False, False)
        assert user["id"] != NO_ID


def test_nobody_writes_as_another_or_at_another_place(people, bob):
    forged = {
        "sender": {"id": people["alice"].id},
        "senderId": people["alice"].id,
        "sender_id": people["alice"].id,
        "seq": 10**6,
        "changeSeq": 10**6,
        "roomId": people["room"],
        "type": "system",
        "createdAt": "2001-01-01T00:00:00Z",
    }
    sent = bob.post(f"/rooms/{people['call']}/messages", {"content": "x", **forged})["data"]
    assert (sent["sender"]["id"], sent["roomId"], sent["type"]) == (bob.id, people["call"], "user")
    assert sent["seq"] == sent["changeSeq"] < 10**6
    assert not sent["createdAt"].startswith("2001")


def test_a_nonce_with_another_body_is_409(people, bob):
    path = f"/rooms/{people['call']}/messages"
    first = bob.request("POST", path, {"content": "once", "nonce": "n-409"})
    again = bob.request("POST", path, {"content": "once", "nonce": "n-409"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["data"] == first.json()["data"]
    error_of(bob.request("POST", path, {"content": "twice", "nonce": "n-409"}), 409, "CONFLICT")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/rooms", "GET, HEAD, OPTIONS, POST"),
        ("DELETE", "/rooms", "GET, HEAD, OPTIONS, POST"),
        ("TRACE", "/rooms", "GET, HEAD, OPTIONS, POST"),
        ("PROPFIND", "/rooms", "GET, HEAD, OPTIONS, POST"),
        ("POST", "/servers/x", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
        ("GET", "/rooms/x/join", "OPTIONS, POST"),
        ("POST", f"/messages/{NO_ID}", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
        ("GET", "/auth/login", "OPTIONS, POST"),
        ("POST", "/auth/me", "GET, HEAD, OPTIONS"),
    ],
)
def test_another_method_is_405_and_allow_says_which(bob, method, path, allowed):
    answer = bob.http.request(method, path)
    error_of(answer, 405, "METHOD_NOT_ALLOWED")
    assert ", ".join(sorted(answer.headers["Allow"].split(", "))) == allowed


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/nothing", "/api/v2/rooms", "/api/v1/rooms/"]
)
def test_an_unknown_address_under_api_is_404_in_an_envelope(parlor, bob, path):
    for method in ("GET", "POST", "DELETE"):
        error_of(bob.http.request(method, parlor.url + path), 404, "NOT_FOUND")


# --- hosts ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "a b", "x:y:z", "[::1"])
def test_a_foreign_host_is_400(parlor, host):
    answer = httpx.get(f"{parlor.url}/api/v1/rooms", headers={"Host": host})
    error_of(answer, 400, "VALIDATION_ERROR")
    for path in ("/", "/admin/", "/health/ready", "/docs", "/static/js/nothing.js"):
        answer = httpx.get(parlor.url + path, headers={"Host": host})
        assert answer.status_code == 400
        assert "Traceback" not in answer.text
        assert answer.headers["X-Request-ID"]


def test_a_forwarded_host_is_not_believed(parlor):
    answer = httpx.get(f"{parlor.url}/api", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.status_code == 200
    assert "evil" not in answer.text


# --- texts ---------------------------------------------------------------------------------------
TIMES = 5
ROUNDS = 3


def spent_s(parlor, ask) -> float:
    """What the server works for one answer; not how long it takes: others use this machine, too.

    The least of some rounds: the server also works for itself, and what a text costs, it costs
    each time.
    """
    spent = []
    for _ in range(ROUNDS):
        before = parlor.worked_s()
        for _ in range(TIMES):
            ask()
        spent.append((parlor.worked_s() - before) / TIMES)
    return min(spent)


HOSTILE = {
    "one letter": "a" * 3999 + "!",
    "at signs": "@" * 4000,
    "mentions": "@a " * 1333,
    "stars": "*" * 4000,
    "brackets": "[" * 2000 + "](" * 1000,
    "spaces and a letter": " " * 3999 + "x",
    "line breaks": "\n" * 3999 + "x",
    "addresses": "http://a.b/" * 363,
    "nested quotes": "> " * 2000,
    "backticks": "`" * 4000,
    "emoji that join": "👨\u200d" * 2000,
    "combining marks": "a" + "\u0301" * 3999,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_takes_longer_than_plain_words(parlor, people, bob, text):
    path = f"/rooms/{people['call']}/messages"
    plain = spent_s(parlor, lambda: bob.post(path, {"content": "word " * 800}))

    def send():
        assert bob.request("POST", path, {"content": text}).status_code == 201

    # Some 20 ms on a quiet machine; what grows with the square of a text's length takes seconds.
    assert spent_s(parlor, send) < plain + 0.25


@pytest.mark.parametrize(
    "body",
    [
        {"email": "a" * 60 + "@" + "a-" * 90 + "!"},
        {"email": '"' + "\\" * 240},
        {"email": "a." * 100 + "@b"},
        {"email": "a@" + "a." * 120},
        {"username": "-" * 31 + "!"},
        {"displayName": "\u0301" * 33},
    ],
)
def test_no_field_takes_longer_than_a_plain_one(parlor, body):
    valid = {"email": "x", "password": "correct horse", "username": "plain-name"}

    def register(fields):
        answer = httpx.post(f"{parlor.url}/api/v1/auth/register", json=fields)
        assert answer.status_code == 400, answer.text

    plain = spent_s(parlor, lambda: register(valid))
    assert spent_s(parlor, lambda: register(valid | body)) < plain + 0.05


def test_a_hundred_thousand_combining_marks_are_refused_and_fewer_are_cut(people, bob):
    path = f"/rooms/{people['call']}/messages"
    answer = bob.request("POST", path, {"content": "a" + "\u0301" * 100_000})
    assert fields_of(error_of(answer, 400, "VALIDATION_ERROR")) == {"content": "max_length"}
    sent = bob.post(path, {"content": "a" + "\u0301" * 3000 + "b" + "\u0489" * 900})["data"]
    assert sent["content"] == "a" + "\u0301" * 8 + "b" + "\u0489" * 8


BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def test_no_text_turns_the_writing_around(people, bob):
    sent = bob.post(f"/rooms/{people['call']}/messages", {"content": f"gpj{BIDI}exe"})["data"]
    assert sent["content"] == "gpjexe"
    assert bob.new_room(f"gpj{BIDI}exe", topic=f"a{BIDI}b")["topic"] == "ab"
    shown = bob.request("PATCH", "/users/me", {"displayName": f"a{BIDI}b"}).json()["data"]
    assert shown["displayName"] == "ab"
    bob.request("PATCH", "/users/me", {"displayName": None})


def test_a_name_that_shows_nothing_is_none(bob):
    answer = bob.request("POST", "/rooms", {"name": "\u200b\u2060\ufeff", "type": "text"})
    assert fields_of(error_of(answer, 400, "VALIDATION_ERROR")) == {"name": "required"}


def test_html_is_kept_as_text(people, bob):
    text = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    path = f"/rooms/{people['call']}/messages"
    answer = bob.request("POST", path, {"content": text})
    assert answer.json()["data"]["content"] == text
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


# --- tokens --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "header",
    ["Bearer x", "Bearer " + "x" * 8000, "Bearer a.b.c", "bearer \xff", "Bearer {token} x"],
)
def test_a_token_that_is_none_is_401(parlor, bob, header):
    value = header.format(token=bob.token).encode("latin-1")
    answer = httpx.get(f"{parlor.url}/api/v1/auth/me", headers={"Authorization": value})
    error_of(answer, 401, "INVALID_TOKEN")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["", "Basic YTpi", "Token x", "Bearer"])
def test_another_scheme_is_no_token(parlor, header):
    answer = httpx.get(f"{parlor.url}/api/v1/auth/me", headers={"Authorization": header})
    error_of(answer, 401, "NOT_AUTHENTICATED" if header != "Bearer" else "INVALID_TOKEN")


def test_a_token_in_the_address_is_not_looked_at(parlor, bob):
    for name in ("token", "access_token", "authorization"):
        answer = httpx.get(f"{parlor.url}/api/v1/auth/me", params={name: bob.token})
        error_of(answer, 401, "NOT_AUTHENTICATED")


def test_requests_that_are_no_http_break_nothing(parlor):
    import socket
    from urllib.parse import urlsplit

    place = urlsplit(parlor.url)
    for garbage in (
        b"\0" * 100,
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
    ):
        with socket.create_connection((place.hostname, place.port), timeout=5) as connection:
            connection.sendall(garbage + b"\r\n\r\n")
            assert connection.recv(100).startswith((b"HTTP/1.1 400", b""))
    assert httpx.get(f"{parlor.url}/health/live").status_code == 200


def test_the_answers_are_json_in_utf8(people, bob):
    sent = bob.request("POST", f"/rooms/{people['call']}/messages", {"content": "é 🎉 \u2028"})
    assert json.loads(sent.content.decode("utf-8"))["data"]["content"].startswith("é 🎉")
