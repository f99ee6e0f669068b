"""Reactions: one emoji per person and message, one number per change, and the order they are shown in."""

from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from api.errors import Conflict, Forbidden, Gone, NotFound, RateLimited, ValidationFailed
from messaging import queries, recovery, services
from messaging.models import Message, Reaction
from messaging.reactions import clean_emoji
from messaging.services import Draft
from messaging.tests.test_log import head_of, in_threads, people
from realtime import publish, wire
from rooms import services as rooms_services
from rooms.models import Room, RoomHead, ServerMember

__all__ = ["people"]

UP, HEART, PARTY = "👍", "❤️", "🎉"
SOME = [chr(code) for code in range(0x1F600, 0x1F600 + 40)]  # 😀 and those after it


@pytest.fixture
def said(bob, room):
    """bob's message."""
    return services.send_message(bob, room_id=room.pk, draft=Draft(content="hello")).message


def react(person, message, emoji=UP):
    return services.react(person, message_id=message.pk, emoji=emoji, is_added=True)


def unreact(person, message, emoji=UP):
    return services.react(person, message_id=message.pk, emoji=emoji, is_added=False)


def door(message, emoji=UP):
    return f"/messages/{message.pk}/reactions/{quote(emoji, safe='')}"


def shown(message, viewer=None):
    """The message's reactions, as this person (or everybody) is shown them."""
    fresh = queries.get_message(message.pk)
    (found,) = queries.show([fresh], viewer and viewer.pk)
    return [(r.emoji, r.count, r.user_ids, r.me) for r in found.reactions]


def crowd(server, count):
    """So many members, quickly made."""
    made = User.objects.bulk_create(
        User(username=f"guest-{number}", is_guest=True) for number in range(count)
    )
    ServerMember.objects.bulk_create(ServerMember(server=server, user=user) for user in made)
    return made


def put_rows(message, users, emoji=UP):
    """Reactions of many people, quickly."""
    Reaction.objects.bulk_create(
        Reaction(message=message, user=user, emoji=emoji, emoji_seq=message.seq) for user in users
    )


# --- what is an emoji ------------------------------------------------------------------------------
EMOJI = {
    "a thumb": (UP, UP),
    "a heart with its selector": ("❤️", "❤️"),
    "a heart without it": ("❤", "❤️"),
    "a keycap": ("1️⃣", "1️⃣"),
    "a keycap without its selector": ("1⃣", "1️⃣"),
    "the keycap of a hash": ("#️⃣", "#️⃣"),
    "a skin tone": ("👍🏽", "👍🏽"),
    "a flag": ("🇩🇪", "🇩🇪"),
    "a flag of tags": ("🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"),
    "the rainbow flag": ("🏳️‍🌈", "🏳️‍🌈"),
    "the rainbow flag, unqualified": ("🏳‍🌈", "🏳️‍🌈"),
    "a family": ("👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"),
    "a kiss with skin tones": ("👩🏽‍❤️‍💋‍👨🏿", "👩🏽‍❤️‍💋‍👨🏿"),
    "a kiss, minimally qualified": ("👩🏽‍❤‍💋‍👨🏿", "👩🏽‍❤️‍💋‍👨🏿"),
}


@pytest.mark.parametrize(("text", "kept"), EMOJI.values(), ids=EMOJI)
def test_an_emoji_is_kept_in_its_full_form_through_both_doors(as_bob, bob, said, text, kept):
    assert clean_emoji(text) == kept
    react(bob, said, text)
    assert shown(said) == [(kept, 1, [str(bob.pk)], None)]
    unreact(bob, said, text)
    answer = as_bob.put(door(said, text))
    assert answer.status == 200, answer
    assert [r["emoji"] for r in answer.data["reactions"]] == [kept]


NOT_ONE = {
    "empty": "",
    "a letter": "a",
    "a digit": "1",
    "a word": ":thumbsup:",
    "two emoji": UP + HEART,
    "the same twice": UP + UP,
    "an emoji and a space": UP + " ",
    "an emoji and a letter": UP + "a",
    "a selector alone": "\ufe0f",
    "a joiner alone": "\u200d",
    "half a flag": "🇩",
    "a flag of nowhere": "🇩🇩",
    "a family that nobody drew": "👍‍👍",
    "a text heart": "❤\ufe0e",
    "an emoji with a mark": UP + "\u0301",
    "NUL": "\0",
    "an emoji and NUL": UP + "\0",
    "a lone surrogate": "\ud83d",
    "65 characters": UP + "\ufe0f" * 64,
    "a thousand": UP * 1000,
    "SQL": "'; --",
}


@pytest.mark.parametrize("text", NOT_ONE.values(), ids=NOT_ONE)
def test_what_is_not_exactly_one_emoji_is_refused_and_names_its_field(bob, said, told, text):
    for change in (react, unreact):
        with told, pytest.raises(ValidationFailed) as refused:
            change(bob, said, text)
        assert [(d["field"], d["code"]) for d in refused.value.details] == [("emoji", "invalid")]
    assert told.entries == []
    assert RoomHead.objects.get(pk=said.room_id).last_seq == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "text",
    ["a", UP + HEART, UP + "\0", UP + "\ufe0f" * 64, "%", "%FF"],
    ids=["a letter", "two emoji", "an emoji and NUL", "65 characters", "%", "%FF"],
)
def test_the_same_at_the_rest_door(as_bob, said, method, text):
    answer = as_bob.request(method, door(said, text))
    assert (answer.status, answer.code, answer.fields) == (
        400,
        "VALIDATION_ERROR",
        {"emoji": "invalid"},
    )


# --- one number each, told once ----------------------------------------------------------------------
def test_a_reaction_takes_one_number_and_is_told_once(bob, room, said, told):
    with told:
        appended = react(bob, said)
    assert appended.is_change
    assert [entry.number for entry in told.of(wire.Numbered)] == [2]
    assert told.events == [
        (
            str(room.pk),
            {
                "type": "reaction:changed",
                "data": {
                    "roomId": str(room.pk),
                    "messageId": str(said.pk),
                    "seq": 1,
                    "changeSeq": 2,
                    "emoji": UP,
                    "userId": str(bob.pk),
                    "added": True,
                    "count": 1,
                },
            },
        )
    ]
    said.refresh_from_db()
    assert (said.seq, said.change_seq, said.edited_at) == (1, 2, None)
    assert RoomHead.objects.get(pk=room.pk).last_seq == 2


def test_taking_it_back_takes_one_number_and_is_told_once(alice, bob, room, said, told):
    react(alice, said)
    react(bob, said)
    with told:
        assert unreact(alice, said).is_change
    assert [entry.number for entry in told.entries] == [4]
    ((_, frame),) = told.events
    assert frame["type"] == "reaction:changed"
    assert (frame["data"]["userId"], frame["data"]["added"]) == (str(alice.pk), False)
    assert (frame["data"]["count"], frame["data"]["changeSeq"]) == (1, 4)
    assert shown(said) == [(UP, 1, [str(bob.pk)], None)]


def test_what_is_so_already_takes_no_number_and_tells_nothing(bob, room, said, told):
    with told:
        assert not unreact(bob, said).is_change
    assert told.entries == []
    react(bob, said, "❤")
    with told:
        assert not react(bob, said, "❤️").is_change
        assert not unreact(bob, said, UP).is_change
    assert told.entries == []
    assert RoomHead.objects.get(pk=room.pk).last_seq == 2
    assert Reaction.objects.count() == 1


def test_a_reaction_leaves_the_words_and_their_time_alone(bob, said):
    before = Message.objects.get(pk=said.pk)
    react(bob, said)
    after = Message.objects.get(pk=said.pk)
    for field in ("content", "html", "mentions", "edited_at", "updated_at", "created_at"):
        assert getattr(after, field) == getattr(before, field)


@pytest.mark.parametrize("step", [react, unreact])
def test_a_reaction_costs_the_same_number_of_queries_however_many_there_are(
    alice, bob, server, said, step
):
    def cost():
        if step is unreact:
            react(bob, said)
        with CaptureQueriesContext(connection) as found:
            step(bob, said)
        if step is react:
            unreact(bob, said)
        return len(found)

    alone = cost()
    put_rows(said, crowd(server, 40))
    react(alice, said, PARTY)
    assert cost() == alone <= 18


# --- over REST -----------------------------------------------------------------------------------------
def test_put_answers_the_message_and_twice_is_once(as_bob, bob, room, said):
    first, again = as_bob.put(door(said)), as_bob.put(door(said))
    assert (first.status, again.status) == (200, 200)
    assert first.data == again.data == as_bob.get(f"/messages/{said.pk}").data
    assert first.data["reactions"] == [
        {"emoji": UP, "count": 1, "userIds": [str(bob.pk)], "me": True}
    ]
    assert RoomHead.objects.get(pk=room.pk).last_seq == 2


def test_delete_answers_the_messages_id_and_twice_is_once(as_bob, room, said):
    as_bob.put(door(said))
    first, again = as_bob.delete(door(said)), as_bob.delete(door(said))
    assert (first.status, again.status) == (200, 200)
    assert first.data == again.data == {"id": str(said.pk)}
    assert as_bob.get(f"/messages/{said.pk}").data["reactions"] == []
    assert RoomHead.objects.get(pk=room.pk).last_seq == 3


def test_who_reacted_is_a_page_of_people_the_first_one_first(as_bob, alice, bob, said):
    for person in (bob, alice):
        react(person, said, HEART)
    answer = as_bob.get(door(said, "❤"))
    assert [person["username"] for person in answer.data] == ["bob", "alice"]
    assert (answer.meta["total"], answer.meta["page"]) == (2, 1)
    assert [p["username"] for p in as_bob.get(door(said, HEART), limit=1, page=2).data] == ["alice"]
    assert as_bob.get(door(said, PARTY)).data == []


# --- who may -------------------------------------------------------------------------------------------
def test_outsiders_do_not_even_learn_that_the_message_is_there(as_mallory, mallory, said, told):
    with told:
        for change in (react, unreact):
            with pytest.raises(NotFound):
                change(mallory, said)
        for method in ("GET", "PUT", "DELETE"):
            assert as_mallory.request(method, door(said)).status == 404
    assert told.entries == []
    assert not Reaction.objects.exists()


def test_in_an_announcement_channel_who_may_not_write_may_react(
    alice, bob, mallory, as_mallory, server
):
    news = rooms_services.create_room(alice, kind="announcement", name="news", server=server)
    said = services.send_message(alice, room_id=news.pk, draft=Draft(content="news")).message
    with pytest.raises(Forbidden):
        services.send_message(bob, room_id=news.pk, draft=Draft(content="no"))
    assert react(bob, said).is_change
    assert as_mallory.put(door(said)).status == 404


def test_in_a_call_that_has_ended_nobody_reacts_or_takes_back(as_bob, bob, room, said):
    react(bob, said)
    Room.objects.filter(pk=room.pk).update(ended_at=timezone.now())
    for change in (react, unreact):
        with pytest.raises(Forbidden):
            change(bob, said, UP)
    assert as_bob.put(door(said)).code == "FORBIDDEN"
    assert as_bob.get(door(said)).status == 200


def test_a_deleted_message_takes_no_reaction_and_keeps_none(as_bob, alice, bob, said):
    for emoji in (UP, HEART):
        react(alice, said, emoji)
    services.delete_message(bob, message_id=said.pk)
    assert not Reaction.objects.exists()
    assert as_bob.get(f"/messages/{said.pk}").data["reactions"] == []
    for change in (react, unreact):
        with pytest.raises(Gone):
            change(alice, said)
    assert (as_bob.put(door(said)).status, as_bob.delete(door(said)).status) == (410, 410)
    assert as_bob.get(door(said)).data == []


def test_who_left_before_the_write_does_not_react(bob, server, room, said):
    entry = services.reaction_entry(bob, said.pk, UP, True)
    rooms_services.remove_from_server(
        ServerMember.objects.get(server=server, user=bob), reason="kicked"
    )
    with pytest.raises(NotFound):
        services._append_checked(lambda: services.reaction_entry(bob, said.pk, UP, True))
    with pytest.raises(services.AccessChanged):
        services.log.append_now(entry)
    assert not Reaction.objects.exists()


# --- how many ------------------------------------------------------------------------------------------
def test_a_message_takes_twenty_different_emoji_and_more_of_those(as_alice, alice, bob, said, told):
    twenty = SOME[:20]
    put = [Reaction(message=said, user=bob, emoji=e, emoji_seq=1) for e in twenty]
    Reaction.objects.bulk_create(put)
    with told:
        with pytest.raises(Conflict):
            react(alice, said, SOME[20])
        assert as_alice.put(door(said, SOME[20])).code == "CONFLICT"
    assert told.entries == []
    assert react(alice, said, SOME[7]).is_change
    unreact(bob, said, SOME[0])
    assert react(alice, said, SOME[20]).is_change
    assert len(shown(said)) == 20


def test_thirty_reactions_in_ten_seconds_and_then_a_wait(as_bob, bob, said):
    for turn in range(30):
        (react if turn % 2 == 0 else unreact)(bob, said)
    with pytest.raises(RateLimited) as refused:
        react(bob, said)
    assert 0 < refused.value.retry_after_s <= 10
    assert as_bob.put(door(said)).code == "RATE_LIMITED"


# --- how they are shown --------------------------------------------------------------------------------
def test_they_stand_in_the_order_in_which_each_emoji_came(alice, bob, said):
    react(alice, said, UP)
    react(bob, said, HEART)
    react(bob, said, UP)
    assert shown(said, bob) == [
        (UP, 2, [str(alice.pk), str(bob.pk)], True),
        (HEART, 1, [str(bob.pk)], True),
    ]
    assert [me for *_, me in shown(said, alice)] == [True, False]


def test_an_emoji_keeps_its_place_when_who_used_it_first_takes_theirs_back(alice, bob, said):
    react(alice, said, UP)
    react(bob, said, HEART)
    react(bob, said, UP)
    unreact(alice, said, UP)
    assert [emoji for emoji, *_ in shown(said)] == [UP, HEART]
    react(alice, said, UP)
    assert shown(said)[0] == (UP, 2, [str(bob.pk), str(alice.pk)], None)
    for person in (alice, bob):
        unreact(person, said, UP)
    react(alice, said, UP)
    assert [emoji for emoji, *_ in shown(said)] == [HEART, UP]


def test_of_sixty_people_the_first_fifty_are_named_and_the_sixtieth_knows_of_theirs(server, said):
    everybody = crowd(server, 60)
    put_rows(said, everybody)
    ids = [str(user.pk) for user in everybody]
    assert shown(said) == [(UP, 60, ids[:50], None)]
    assert shown(said, everybody[59]) == [(UP, 60, ids[:50], True)]
    assert shown(said, everybody[0]) == [(UP, 60, ids[:50], True)]
    assert shown(said, said.sender) == [(UP, 60, ids[:50], False)]


def test_whose_they_are_is_not_said_in_what_goes_to_many(alice, bob, room, said, told):
    react(alice, said)
    with told:
        services.edit_message(bob, message_id=said.pk, content="hello, house")
    ((_, frame),) = told.events
    expected = [{"emoji": UP, "count": 1, "userIds": [str(alice.pk)], "me": None}]
    assert frame["type"] == "message:updated"
    assert frame["data"]["message"]["reactions"] == expected
    (page,) = recovery.pages_after(str(room.pk), 0)
    assert [r.me for message in page.event.messages for r in message.reactions] == [None]


def test_an_edit_keeps_them(as_bob, alice, bob, said):
    react(alice, said)
    edited = as_bob.patch(f"/messages/{said.pk}", {"content": "again"}).data
    assert edited["reactions"] == [
        {"emoji": UP, "count": 1, "userIds": [str(alice.pk)], "me": False}
    ]


def test_a_retried_message_is_answered_with_the_reactions_it_has_by_now(as_bob, alice, room):
    first = as_bob.send(room, "hello", nonce="n1")
    react(alice, Message.objects.get(pk=first["id"]))
    assert [r["count"] for r in as_bob.send(room, "hello", nonce="n1")["reactions"]] == [1]


def test_who_was_away_finds_them_in_the_changes(as_bob, alice, bob, room, said):
    later = as_bob.send(room, "later")
    react(alice, said)
    answer = as_bob.get(f"/rooms/{room.pk}/changes", after=2)
    assert [(m["id"], m["changeSeq"]) for m in answer.data] == [(str(said.pk), 3)]
    assert answer.data[0]["reactions"] == [
        {"emoji": UP, "count": 1, "userIds": [str(alice.pk)], "me": False}
    ]
    assert answer.data == [as_bob.get(f"/rooms/{room.pk}/messages").data[0]]
    changes = recovery.read_changes(str(room.pk), 2, viewer_id=alice.pk)
    assert [r.me for r in changes.pages[0][0][0].reactions] == [True]
    assert later["reactions"] == []


def test_a_hundred_messages_with_reactions_cost_as_many_queries_as_one(as_bob, alice, bob, room):
    from messaging.tests.test_views import fill

    def cost(count):
        with CaptureQueriesContext(connection) as found:
            answer = as_bob.get(f"/rooms/{room.pk}/messages", limit=100)
        assert len(answer.data) == count
        assert all(len(message["reactions"]) == 2 for message in answer.data)
        return len(found)

    rows = fill(room, bob, 100)
    Message.objects.filter(seq__gt=1).update(room=rooms_services.create_room(alice, kind="text"))
    for message in rows:
        put_rows(message, [alice, bob], UP)
        put_rows(message, [alice], HEART)
    one = cost(1)
    Message.objects.update(room=room)
    assert cost(100) == one


# --- on real commits -----------------------------------------------------------------------------------
def test_the_same_reaction_eight_times_at_once_is_one_row_and_one_number(
    people, settings, monkeypatch
):
    settings.RATE_LIMITS = "off"
    alice, bob = people
    den = rooms_services.create_room(alice, kind="text", name="den")
    said = services.send_message(bob, room_id=den.pk, draft=Draft(content="hi")).message
    rung = []
    monkeypatch.setattr(publish, "room_changes", rung.extend)

    added = in_threads(lambda index: react(bob, said).is_change)
    assert sorted(added) == [False] * 7 + [True]
    assert (Reaction.objects.count(), head_of(den).last_seq) == (1, 2)
    removed = in_threads(lambda index: unreact(bob, said).is_change)
    assert sorted(removed) == [False] * 7 + [True]
    assert (Reaction.objects.count(), head_of(den).last_seq) == (0, 3)
    assert [(number, event.added, event.count) for _, number, event in rung] == [
        (2, True, 1),
        (3, False, 0),
    ]


def test_at_the_nineteenth_emoji_eight_at_once_leave_twenty(people, settings):
    settings.RATE_LIMITS = "off"
    alice, bob = people
    den = rooms_services.create_room(alice, kind="text", name="den")
    said = services.send_message(bob, room_id=den.pk, draft=Draft(content="hi")).message
    Reaction.objects.bulk_create(
        Reaction(message=said, user=bob, emoji=e, emoji_seq=1) for e in SOME[:19]
    )

    def add_another(index):
        try:
            return react(alice, said, SOME[20 + index]).is_change
        except Conflict:
            return "full"

    assert sorted(map(str, in_threads(add_another))) == ["True"] + ["full"] * 7
    assert Reaction.objects.values("emoji").distinct().count() == 20
