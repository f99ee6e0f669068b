"""Kicks, bans, timeouts: they take at once, from those below, and end by the clock."""

from datetime import timedelta

import pytest
from django.utils import timezone

from api.payloads import timestamp
from messaging import services as messages
from messaging.entries import AccessChanged
from messaging.log import append_now
from messaging.services import Draft, check_draft, prepare_send
from realtime import wire
from rooms import access, hooks, services
from rooms.access import Permission
from rooms.models import RoomHead, Sanction, ServerMember
from rooms.tests.rest import Caller


@pytest.fixture(autouse=True)
def no_limits(settings):
    settings.RATE_LIMITS = "off"


@pytest.fixture
def carol(server, quick_passwords):
    """A moderator."""
    from accounts.services import register_person

    made = register_person(email="carol@example.com", password="correct horse", username="carol")
    services.join_server(made, server=server)
    made.memberships.update(role="moderator")
    return made


@pytest.fixture
def as_carol(carol):
    return Caller(carol)


def prepared(person, room):
    """A message whose access was checked, not yet written."""
    grant = access.load_grant(str(person.pk), str(room.pk))
    draft = check_draft(grant, Draft(content="hello"))
    return prepare_send(grant, person.pk, draft).entry


REMOVALS = {
    "leaves": lambda t: ("DELETE", f"{t}/members/me", "bob"),
    "is kicked": lambda t: ("DELETE", f"{t}/members/{{bob}}", "alice"),
    "is banned": lambda t: ("PUT", f"{t}/bans/{{bob}}", "alice"),
    "is silenced": lambda t: ("PUT", f"{t}/timeouts/{{bob}}", "alice"),
}


@pytest.mark.parametrize("way", REMOVALS)
def test_nothing_checked_before_is_written_after(way, alice, bob, server, room):
    entry = prepared(bob, room)
    method, path, who = REMOVALS[way](f"/servers/{server.pk}")
    body = {"seconds": 60} if "timeouts" in path else {}
    caller = Caller({"alice": alice, "bob": bob}[who])
    assert caller.request(method, path.format(bob=bob.pk), body).status == 200
    with pytest.raises(AccessChanged):
        append_now(entry)
    assert RoomHead.objects.get(pk=room.pk).last_seq == 0


@pytest.mark.parametrize("way", ["leaves", "is kicked", "is banned"])
def test_who_goes_loses_every_room_and_media_hears_of_it(
    way, alice, bob, server, room, told, monkeypatch
):
    cut = []
    monkeypatch.setattr(hooks.member_removed, "_functions", [lambda *who: cut.append(who)])
    method, path, who = REMOVALS[way](f"/servers/{server.pk}")
    caller = Caller({"alice": alice, "bob": bob}[who])
    with told:
        caller.request(method, path.format(bob=bob.pk), {})
    reason = {"leaves": "left", "is kicked": "kicked", "is banned": "banned"}[way]
    (removed,) = told.of(wire.Removed)
    assert removed == wire.Removed([str(bob.pk)], [str(room.pk)], str(server.pk), reason)
    assert cut == [(str(room.pk), [str(bob.pk)])]
    assert not ServerMember.objects.filter(user=bob).exists()


def test_the_silenced_read_and_say_nothing_until_their_time_is_over(
    as_alice, as_bob, bob, server, room, said_by_alice, told, monkeypatch
):
    muted = []
    monkeypatch.setattr(hooks.member_muted, "_functions", [lambda *who: muted.append(who)])
    with told:
        shown = as_alice.put(f"/servers/{server.pk}/timeouts/{bob.pk}", {"seconds": 60}).data
    assert shown["timeoutUntil"] is not None
    assert muted[0][:2] == ([str(room.pk)], str(bob.pk))
    assert as_bob.get(f"/rooms/{room.pk}/messages").status == 200
    up = f"/messages/{said_by_alice['id']}/reactions/%F0%9F%91%8D"
    assert as_bob.put(up, {}).status == 403
    assert as_bob.post(f"/rooms/{room.pk}/messages", {"content": "x"}).status == 403
    Sanction.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert as_bob.post(f"/rooms/{room.pk}/messages", {"content": "x"}).status == 201
    assert as_bob.put(up, {}).status == 200
    assert as_alice.get(f"/servers/{server.pk}/members/{bob.pk}").data["timeoutUntil"] is None


@pytest.fixture
def said_by_alice(as_alice, room):
    return as_alice.send(room)


async def test_a_grant_that_refuses_is_read_again():
    """What `grant_for` does with a remembered refusal; no database is needed to say it."""
    from rooms.access import grants

    place = access.Place("r", None, False)
    seen = grants.Grant("r", "text", place, Permission.FIND | Permission.VIEW, 0, False, 1)
    grants._grants["u", "r"] = seen
    asked = []
    original, grants.run_db = grants.run_db, _answer_with(asked)
    try:
        assert await access.grant_for("u", "r") is seen
        assert await access.grant_for("u", "r", needing=Permission.POST) == "read again"
    finally:
        grants.run_db = original
    assert asked == [("u", "r")]


def _answer_with(asked):
    async def run(function, *args):
        asked.append(args)
        return "read again"

    return run


def test_a_timeout_lasts_at_most_28_days(as_alice, bob, server):
    path = f"/servers/{server.pk}/timeouts/{bob.pk}"
    assert as_alice.put(path, {"until": "2999-01-01T00:00:00Z"}).status == 200
    longest = timezone.now() + timedelta(days=28, minutes=1)
    assert Sanction.objects.get().until < longest
    assert as_alice.put(path, {"seconds": 28 * 86400 + 1}).fields == {"seconds": "max_value"}
    assert as_alice.put(path, {}).fields == {"until": "required"}
    assert as_alice.put(path, {"until": "2020-01-01T00:00:00Z"}).data["timeoutUntil"] is None


def test_a_timeout_waits_for_who_leaves_and_comes_back(as_alice, as_bob, bob, server, room):
    as_alice.put(f"/servers/{server.pk}/timeouts/{bob.pk}", {"seconds": 600})
    code = as_alice.post(f"/servers/{server.pk}/invites").data["code"]
    as_bob.delete(f"/servers/{server.pk}/members/me")
    assert as_bob.post(f"/invites/{code}/accept").data["timeoutUntil"] is not None
    assert as_bob.post(f"/rooms/{room.pk}/messages", {"content": "x"}).status == 403


def test_the_banned_stay_outside_until_their_time_is_over(as_alice, as_bob, bob, server):
    code = as_alice.post(f"/servers/{server.pk}/invites").data["code"]
    as_alice.patch(f"/servers/{server.pk}", {"isPublic": True})
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    ban = as_alice.put(
        f"/servers/{server.pk}/bans/{bob.pk}", {"reason": "noise", "expiresAt": until}
    ).data
    assert (ban["user"]["id"], ban["reason"]) == (str(bob.pk), "noise")
    assert [b["user"]["id"] for b in as_alice.get(f"/servers/{server.pk}/bans").data] == [
        str(bob.pk)
    ]
    doors = [("POST", f"/invites/{code}/accept"), ("PUT", f"/servers/{server.pk}/members/me")]
    for method, path in doors:
        answer = as_bob.request(method, path, {})
        assert (answer.status, answer.code) == (403, "FORBIDDEN")
    Sanction.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert as_alice.get(f"/servers/{server.pk}/bans").data == []
    assert all(as_bob.request(method, path, {}).status == 200 for method, path in doors)


def test_a_ban_can_be_taken_back_and_said_in_advance(as_alice, as_mallory, mallory, server):
    code = as_alice.post(f"/servers/{server.pk}/invites").data["code"]
    path = f"/servers/{server.pk}/bans/{mallory.pk}"
    assert as_alice.put(path, {}).status == 200
    assert as_mallory.post(f"/invites/{code}/accept").status == 403
    assert as_alice.delete(path).data == {"id": str(mallory.pk)}
    assert as_mallory.post(f"/invites/{code}/accept").status == 200


def test_nobody_acts_on_somebody_of_equal_or_higher_standing(
    as_carol, carol, alice, server, quick_passwords
):
    from accounts.services import register_person

    other = register_person(email="o@example.com", password="correct horse", username="other")
    services.join_server(other, server=server)
    for target, role in (
        (alice, "owner"),
        (other, "moderator"),
        (other, "admin"),
        (carol, "moderator"),
    ):
        if target is other:
            other.memberships.update(role=role)
        at = f"/servers/{server.pk}"
        for method, path, body in (
            ("DELETE", f"{at}/members/{target.pk}", {}),
            ("PUT", f"{at}/bans/{target.pk}", {}),
            ("PUT", f"{at}/timeouts/{target.pk}", {"seconds": 60}),
        ):
            assert as_carol.request(method, path, body).status == 403, (method, path, role)
    assert ServerMember.objects.filter(server=server).count() == 4


# --- rooms -----------------------------------------------------------------------------------------
@pytest.fixture
def call(alice, bob):
    made = services.create_room(alice, kind="call", name="Tea")
    services.join_room(bob, ref=made.code)
    return made


def test_who_is_banned_from_a_call_stays_outside(as_alice, as_bob, bob, call, told):
    with told:
        shown = as_alice.post(f"/rooms/{call.pk}/ban", {"userId": str(bob.pk), "reason": "x"}).data
    assert shown["counts"]["participants"] == 1
    assert told.of(wire.Removed)[0].reason == "banned"
    assert as_bob.post(f"/rooms/{call.code}/join").status == 403
    assert as_bob.get(f"/rooms/{call.pk}/messages").status == 404
    assert len(as_alice.get(f"/rooms/{call.pk}/bans").data) == 1
    assert as_alice.delete(f"/rooms/{call.pk}/bans/{bob.pk}").status == 200
    assert as_bob.post(f"/rooms/{call.code}/join").status == 200


def test_who_is_kicked_from_a_call_may_come_again(as_alice, as_bob, bob, call):
    assert as_alice.post(f"/rooms/{call.pk}/kick", {"userId": str(bob.pk)}).status == 200
    assert as_bob.get(f"/rooms/{call.pk}/messages").status == 404
    assert as_bob.post(f"/rooms/{call.code}/join").status == 200


def test_who_is_muted_in_a_call_reads_on(as_alice, as_bob, bob, call):
    entry = prepared(bob, call)
    body = {"userId": str(bob.pk), "seconds": 60}
    assert as_alice.post(f"/rooms/{call.pk}/mute", body).status == 200
    with pytest.raises(AccessChanged):
        append_now(entry)
    assert as_bob.get(f"/rooms/{call.pk}/messages").status == 200
    assert as_bob.post(f"/rooms/{call.pk}/messages", {"content": "x"}).status == 403
    rules = as_bob.get(f"/rooms/{call.pk}/permissions").data["rules"]
    by = {rule["permission"]: rule["decidedBy"] for rule in rules}
    assert (by["post"]["kind"], by["view"]["kind"]) == ("timeout", "builtin")
    assert (by["post"]["until"] > timestamp(timezone.now()), by["view"]["until"]) == (True, None)


def test_the_later_of_two_timeouts_says_when_one_may_speak_again(
    as_alice, as_bob, bob, server, room
):
    mute = {"userId": str(bob.pk), "seconds": 60}
    assert as_alice.post(f"/rooms/{room.pk}/mute", mute).status == 200
    path = f"/servers/{server.pk}/timeouts/{bob.pk}"
    assert as_alice.request("PUT", path, {"seconds": 3600}).status == 200
    rules = as_bob.get(f"/rooms/{room.pk}/permissions").data["rules"]
    until = next(rule["decidedBy"]["until"] for rule in rules if rule["permission"] == "post")
    assert until > timestamp(timezone.now() + timedelta(minutes=59))


def test_an_open_room_of_ones_own_can_keep_people_out(as_bob, as_mallory, mallory, bob):
    den = services.create_room(bob, kind="text", name="den")
    assert as_mallory.get(f"/rooms/{den.pk}").status == 200
    assert as_bob.post(f"/rooms/{den.pk}/ban", {"userId": str(mallory.pk)}).status == 200
    assert as_mallory.get(f"/rooms/{den.pk}").status == 404
    assert as_mallory.get("/rooms").data == []
    assert as_bob.post(f"/rooms/{den.pk}/kick", {"userId": str(mallory.pk)}).status == 409


def test_who_made_a_room_is_safe_in_it_and_nobody_bans_themselves(as_alice, alice, call):
    for act in ("kick", "ban", "mute"):
        answer = as_alice.post(f"/rooms/{call.pk}/{act}", {"userId": str(alice.pk)})
        assert answer.status == 403


def test_a_repeated_nonce_of_a_removed_person_writes_nothing_new(alice, bob, server, room):
    first = messages.send_message(bob, room_id=room.pk, draft=Draft(content="x", nonce="n"))
    services.kick_member(alice, ref=str(server.pk), user_id=str(bob.pk))
    from api.errors import NotFound

    with pytest.raises(NotFound):
        messages.send_message(bob, room_id=room.pk, draft=Draft(content="x", nonce="n"))
    assert RoomHead.objects.get(pk=room.pk).last_seq == first.message.seq
