"""REST of messages: history, sending, one message, editing, deleting, changes."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.models import Message
from rooms import services as rooms_services
from rooms.models import Room, RoomHead, read_epoch

NO_ID = "0190f5a1-1111-7222-8333-444444444444"


@pytest.fixture
def elsewhere(mallory):
    """A private room of mallory's."""
    return rooms_services.create_room(mallory, kind="text", name="lair", is_private=True)


@pytest.fixture
def said(as_bob, room):
    """bob's message."""
    return as_bob.send(room, "hello")


def seqs(answer):
    return [message["seq"] for message in answer.data]


def fill(room, sender, count):
    """A room with `count` messages, quickly."""
    now = timezone.now()
    Message.objects.bulk_create(
        Message(
            room=room,
            seq=number,
            change_seq=number,
            sender=sender,
            content=f"m{number}",
            nonce=str(number),
            request_hash="",
            created_at=now,
            updated_at=now,
        )
        for number in range(1, count + 1)
    )
    RoomHead.objects.filter(pk=room.pk).update(last_seq=count, message_count=count)
    return list(Message.objects.filter(room=room).order_by("seq"))


# --- sending -------------------------------------------------------------------------------------
def test_a_message_has_every_field(as_bob, bob, room):
    answer = as_bob.post(f"/rooms/{room.pk}/messages", {"content": "hello", "nonce": "n1"})
    assert answer.status == 201
    shown = dict(answer.data)
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}", shown.pop("id"))
    assert shown.pop("createdAt") == shown.pop("updatedAt")
    assert shown == {
        "roomId": str(room.pk),
        "seq": 1,
        "changeSeq": 1,
        "type": "user",
        "sender": {"id": str(bob.pk), "username": "bob", "displayName": "bob", "avatarUrl": None},
        "content": "hello",
        "html": "<p>hello</p>",
        "nonce": "n1",
        "replyTo": None,
        "mentions": [],
        "reactions": [],
        "attachments": [],
        "pinned": False,
        "edited": False,
        "editedAt": None,
        "deletedAt": None,
    }


def test_all_doors_lead_to_the_same_room(as_bob, room):
    made = [
        as_bob.post(f"/rooms/{room.pk}/messages", {"content": "by id"}),
        as_bob.post(f"/rooms/{room.slug}/messages", {"content": "by slug"}),
        as_bob.post("/messages", {"content": "by channelId", "channelId": str(room.pk)}),
        as_bob.post("/messages", {"content": "by roomId", "roomId": str(room.pk)}),
    ]
    assert [answer.status for answer in made] == [201] * 4
    assert [answer.data["seq"] for answer in made] == [1, 2, 3, 4]
    assert as_bob.get(f"/rooms/{room.slug}/messages").data == [answer.data for answer in made]
    for ref in (room.pk, room.slug):
        assert seqs(as_bob.get("/messages", channelId=str(ref))) == [1, 2, 3, 4]


def test_without_a_nonce_the_server_makes_one(as_bob, room):
    first, second = as_bob.send(room), as_bob.send(room, nonce=None)
    assert first["nonce"] != second["nonce"]
    assert second["seq"] == 2


def test_the_same_nonce_again_is_answered_200_with_the_first_message(as_bob, room, told):
    first = as_bob.post(f"/rooms/{room.pk}/messages", {"content": "hello", "nonce": "n1"})
    with told:
        again = as_bob.post(
            "/messages", {"content": "hello", "nonce": "n1", "roomId": str(room.pk)}
        )
    assert (first.status, again.status) == (201, 200)
    assert again.data == first.data
    assert told.entries == []
    assert RoomHead.objects.get(pk=room.pk).last_seq == 1


def test_a_repeated_nonce_is_answered_with_the_message_as_it_is_now(as_bob, room):
    first = as_bob.send(room, "hello", nonce="n1")
    as_bob.delete(f"/messages/{first['id']}")
    again = as_bob.post(f"/rooms/{room.pk}/messages", {"content": "hello", "nonce": "n1"})
    assert (again.status, again.data["id"], again.data["content"]) == (200, first["id"], None)
    assert RoomHead.objects.get(pk=room.pk).last_seq == 2


@pytest.mark.parametrize("other", [{"content": "other"}, {"replyTo": "said"}])
def test_a_nonce_is_not_taken_for_another_message(as_bob, room, said, other):
    as_bob.send(room, "hello", nonce="n1")
    body = {"content": "hello", "nonce": "n1"} | other
    if "replyTo" in body:
        body["replyTo"] = said["id"]
    answer = as_bob.post(f"/rooms/{room.pk}/messages", body)
    assert (answer.status, answer.code) == (409, "CONFLICT")
    assert RoomHead.objects.get(pk=room.pk).last_seq == 2


def test_a_nonce_belongs_to_one_person_in_one_room(as_bob, as_alice, room, alice, server):
    other = rooms_services.create_room(alice, kind="text", name="other", server=server)
    ids = {
        as_bob.send(room, nonce="n1")["id"],
        as_alice.send(room, nonce="n1")["id"],
        as_bob.send(other, nonce="n1")["id"],
    }
    assert len(ids) == 3


def test_an_answer_names_the_message_it_answers(as_bob, as_alice, room, said):
    assert as_alice.send(room, "hi", replyTo=said["id"])["replyTo"] == said["id"]


def test_an_answer_may_name_a_deleted_message(as_bob, as_alice, room, said):
    as_bob.delete(f"/messages/{said['id']}")
    assert as_alice.send(room, "hi", replyTo=said["id"])["replyTo"] == said["id"]


def test_an_answer_cannot_name_a_message_of_another_room(as_bob, as_mallory, room, elsewhere):
    hers = as_mallory.send(elsewhere)
    for reply_to in (hers["id"], NO_ID):
        answer = as_bob.post(f"/rooms/{room.pk}/messages", {"content": "x", "replyTo": reply_to})
        assert (answer.status, answer.fields) == (400, {"replyTo": "not_found"})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "content"),
        ({"content": ""}, "content"),
        ({"content": " \n\t"}, "content"),
        ({"content": "\u200b\u202e"}, "content"),
        ({"content": None}, "content"),
        ({"content": 5}, "content"),
        ({"content": "x" * 4001}, "content"),
        ({"content": "x", "nonce": ""}, "nonce"),
        ({"content": "x", "nonce": "n" * 65}, "nonce"),
        ({"content": "x", "nonce": 1}, "nonce"),
        ({"content": "x", "replyTo": "first"}, "replyTo"),
        ({"content": "x", "attachmentIds": [NO_ID]}, "attachmentIds"),
        ({"content": "x", "attachmentIds": "none"}, "attachmentIds"),
    ],
)
def test_what_does_not_fit_is_400_and_names_its_field(as_bob, room, body, field):
    for path, extra in (
        (f"/rooms/{room.pk}/messages", {}),
        ("/messages", {"channelId": str(room.pk)}),
    ):
        answer = as_bob.post(path, body | extra)
        assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
        assert list(answer.fields) == [field]
    assert RoomHead.objects.get(pk=room.pk).last_seq == 0


def test_the_longest_message_and_the_longest_nonce_fit(as_bob, room):
    as_bob.send(room, "é" * 4000, nonce="n" * 64, attachmentIds=[])


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "channelId"), ({"channelId": "kitchen"}, "channelId"), ({"roomId": 1}, "roomId")],
)
def test_a_channel_must_be_named(as_bob, room, body, field):
    answer = as_bob.post("/messages", {"content": "x", **body})
    assert (answer.status, list(answer.fields)) == (400, [field])
    assert as_bob.get("/messages").fields == {"channelId": "required"}


def test_text_is_made_harmless(as_bob, room):
    sent = as_bob.send(room, "a\u202eb\r\n\tc" + "\u0301" * 100 + "\u0007")
    assert sent["content"] == "ab\n\tc" + "\u0301" * 8


def test_what_only_the_server_decides_is_ignored(as_bob, alice, bob, room):
    forged = {
        "id": NO_ID,
        "seq": 77,
        "changeSeq": 77,
        "sender": {"id": str(alice.pk)},
        "senderId": str(alice.pk),
        "type": "system",
        "html": "<b>",
        "pinned": True,
        "createdAt": "2020-01-01T00:00:00Z",
    }
    sent = as_bob.send(room, "x", **forged)
    assert sent["sender"]["id"] == str(bob.pk)
    assert sent["id"] != NO_ID
    assert (sent["seq"], sent["changeSeq"], sent["type"], sent["pinned"]) == (1, 1, "user", False)
    assert not sent["createdAt"].startswith("2020")


def test_voice_channels_take_no_messages(as_bob, alice, server):
    voice = rooms_services.create_room(alice, kind="voice", name="v", server=server)
    answer = as_bob.post(f"/rooms/{voice.pk}/messages", {"content": "x"})
    assert (answer.status, answer.fields) == (400, {"roomId": "not_text"})


def test_members_read_announcements_and_do_not_write_them(as_bob, as_alice, alice, server):
    news = rooms_services.create_room(alice, kind="announcement", name="news", server=server)
    as_alice.send(news, "today")
    assert [m["content"] for m in as_bob.get(f"/rooms/{news.pk}/messages").data] == ["today"]
    answer = as_bob.post(f"/rooms/{news.pk}/messages", {"content": "x"})
    assert (answer.status, answer.code) == (403, "FORBIDDEN")


# --- who may not ---------------------------------------------------------------------------------
def test_mallory_learns_nothing_of_a_room_she_may_not_see(as_mallory, room, said):
    for answer in (
        as_mallory.get(f"/rooms/{room.pk}/messages"),
        as_mallory.get("/messages", channelId=str(room.pk)),
        as_mallory.get(f"/rooms/{room.pk}/changes"),
        as_mallory.post(f"/rooms/{room.pk}/messages", {"content": "x"}),
        as_mallory.post("/messages", {"content": "x", "channelId": str(room.pk)}),
        as_mallory.get(f"/messages/{said['id']}"),
        as_mallory.put(f"/messages/{said['id']}", {"content": "x"}),
        as_mallory.patch(f"/messages/{said['id']}", {"content": "x"}),
        as_mallory.delete(f"/messages/{said['id']}"),
    ):
        assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_a_code_alone_lets_nobody_read_or_write(as_bob, alice):
    call = rooms_services.create_room(alice, kind="call")
    assert as_bob.get(f"/rooms/{call.code}/messages").status == 403
    assert as_bob.get(f"/rooms/{call.code}/changes").status == 403
    assert as_bob.post(f"/rooms/{call.code}/messages", {"content": "x"}).status == 403
    rooms_services.join_room(alice, ref=call.code)


def test_without_a_token_there_are_no_messages(as_nobody, room, said):
    for method, path in (
        ("GET", f"/rooms/{room.pk}/messages"),
        ("POST", f"/rooms/{room.pk}/messages"),
        ("GET", f"/rooms/{room.pk}/changes"),
        ("GET", "/messages"),
        ("POST", "/messages"),
        ("GET", f"/messages/{said['id']}"),
        ("PUT", f"/messages/{said['id']}"),
        ("PATCH", f"/messages/{said['id']}"),
        ("DELETE", f"/messages/{said['id']}"),
    ):
        answer = as_nobody.request(method, path, None if method == "GET" else {"content": "x"})
        assert (answer.status, answer.code) == (401, "NOT_AUTHENTICATED")


@pytest.mark.parametrize("ref", [NO_ID, "hello", "%00", "1e30", "x" * 300, "-1"])
def test_a_message_that_is_not_there_is_404(as_bob, ref, db):
    for answer in (
        as_bob.get(f"/messages/{ref}"),
        as_bob.put(f"/messages/{ref}", {"content": "x"}),
        as_bob.delete(f"/messages/{ref}"),
    ):
        assert (answer.status, answer.code) == (404, "NOT_FOUND")


# --- history -------------------------------------------------------------------------------------
def test_history_is_the_newest_part_oldest_first(as_bob, bob, room):
    fill(room, bob, 60)
    answer = as_bob.get(f"/rooms/{room.pk}/messages")
    assert seqs(answer) == list(range(11, 61))
    assert answer.meta == {"limit": 50, "hasMore": True, "lastSeq": 60}


def test_an_empty_room_has_an_empty_history(as_bob, room):
    answer = as_bob.get(f"/rooms/{room.pk}/messages")
    assert (answer.data, answer.meta) == ([], {"limit": 50, "hasMore": False, "lastSeq": 0})


@pytest.mark.parametrize("by", ["seq", "id"])
def test_before_and_after_take_an_id_or_a_number(as_bob, bob, room, by):
    rows = fill(room, bob, 20)

    def cursor(number):
        return str(number) if by == "seq" else str(rows[number - 1].pk)

    def ask(**query):
        answer = as_bob.get(f"/rooms/{room.pk}/messages", **query)
        return seqs(answer), answer.meta["hasMore"]

    assert ask(before=cursor(11), limit=5) == ([6, 7, 8, 9, 10], True)
    assert ask(before=cursor(6), limit=5) == ([1, 2, 3, 4, 5], False)
    assert ask(before=cursor(1), limit=5) == ([], False)
    assert ask(after=cursor(11), limit=5) == ([12, 13, 14, 15, 16], True)
    assert ask(after=cursor(15), limit=5) == ([16, 17, 18, 19, 20], False)
    assert ask(after=cursor(20), limit=5) == ([], False)
    assert ask(after=cursor(5), before=cursor(9)) == ([6, 7, 8], False)


def test_a_number_beyond_the_history_is_no_mistake(as_bob, bob, room):
    fill(room, bob, 3)
    path = f"/rooms/{room.pk}/messages"
    assert seqs(as_bob.get(path, before=str(2**63 - 1))) == [1, 2, 3]
    assert seqs(as_bob.get(path, before="9" * 19)) == [1, 2, 3]
    assert seqs(as_bob.get(path, after=str(2**63 - 1))) == []
    assert seqs(as_bob.get(path, after="0")) == [1, 2, 3]


def test_pages_by_offset_count_from_the_newest_and_know_the_total(as_bob, bob, room):
    fill(room, bob, 7)
    pages = [
        as_bob.get(f"/rooms/{room.pk}/messages", offset=offset, limit=3) for offset in (0, 3, 6, 9)
    ]
    assert [seqs(page) for page in pages] == [[5, 6, 7], [2, 3, 4], [1], []]
    assert [page.meta for page in pages] == [
        {"limit": 3, "hasMore": more, "lastSeq": 7, "total": 7, "offset": offset}
        for offset, more in ((0, True), (3, True), (6, False), (9, False))
    ]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "1e9"}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"offset": str(2**63)}, "offset"),
        ({"before": "garbage"}, "before"),
        ({"before": "-1"}, "before"),
        ({"before": "9" * 20}, "before"),
        ({"before": "٣"}, "before"),
        ({"after": "\0"}, "after"),
        ({"after": "x" * 65}, "after"),
    ],
)
def test_a_wrong_place_is_400(as_bob, room, query, field):
    for path, extra in (
        (f"/rooms/{room.pk}/messages", {}),
        ("/messages", {"channelId": str(room.pk)}),
    ):
        answer = as_bob.get(path, **query, **extra)
        assert (answer.status, list(answer.fields)) == (400, [field])


def test_a_message_of_another_room_is_no_place(as_bob, as_mallory, room, elsewhere):
    hers = as_mallory.send(elsewhere)
    for message_id in (hers["id"], NO_ID):
        answer = as_bob.get(f"/rooms/{room.pk}/messages", before=message_id)
        assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_history_costs_the_same_for_one_message_and_for_a_hundred(as_bob, bob, room):
    def count(**query):
        with CaptureQueriesContext(connection) as queries:
            as_bob.get(f"/rooms/{room.pk}/messages", limit=100, **query)
        return len(queries)

    ways = ({}, {"before": "999"}, {"after": "0"}, {"offset": "0"})
    as_bob.send(room)
    few = [count(**way) for way in ways]
    Message.objects.all().delete()
    fill(room, bob, 100)
    assert [count(**way) for way in ways] == few == [9, 9, 9, 10]


# --- one message ---------------------------------------------------------------------------------
def test_one_message_is_as_it_was_sent(as_bob, as_alice, said):
    for caller in (as_bob, as_alice):
        answer = caller.get(f"/messages/{said['id']}")
        assert (answer.status, answer.data) == (200, said)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_edit_takes_a_number_and_keeps_the_place(as_bob, said, method):
    answer = as_bob.request(method, f"/messages/{said['id']}", {"content": "hello, house"})
    assert answer.status == 200
    assert answer.data["editedAt"] == answer.data["updatedAt"] >= said["updatedAt"]
    assert answer.data == said | {
        "content": "hello, house",
        "html": "<p>hello, house</p>",
        "changeSeq": 2,
        "edited": True,
        "editedAt": answer.data["editedAt"],
        "updatedAt": answer.data["updatedAt"],
    }
    assert as_bob.get(f"/messages/{said['id']}").data == answer.data


def test_the_same_words_change_nothing_and_take_no_number(as_bob, said, room, told):
    with told:
        answer = as_bob.put(f"/messages/{said['id']}", {"content": "hello"})
    assert (answer.status, answer.data) == (200, said)
    assert told.entries == []
    assert RoomHead.objects.get(pk=room.pk).last_seq == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_edit_without_words_changes_nothing(as_bob, as_alice, said, method):
    answer = as_bob.request(method, f"/messages/{said['id']}", {})
    assert (answer.status, answer.data) == (200, said)
    assert as_alice.request(method, f"/messages/{said['id']}", {}).status == 403


def test_an_edit_changes_the_words_alone(as_bob, alice, said):
    forged = {
        "seq": 9,
        "senderId": str(alice.pk),
        "roomId": NO_ID,
        "nonce": "other",
        "type": "system",
    }
    edited = as_bob.put(f"/messages/{said['id']}", {"content": "x", **forged}).data
    assert {name: edited[name] for name in ("seq", "sender", "roomId", "nonce", "type")} == {
        name: said[name] for name in ("seq", "sender", "roomId", "nonce", "type")
    }


def test_nobody_but_the_author_edits(as_alice, said):
    answer = as_alice.put(f"/messages/{said['id']}", {"content": "x"})
    assert (answer.status, answer.code) == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    "body", [{"content": " "}, {"content": "x" * 4001}, {"content": 1}, {"content": None}]
)
def test_an_edit_that_does_not_fit_is_400(as_bob, said, body):
    answer = as_bob.patch(f"/messages/{said['id']}", body)
    assert (answer.status, list(answer.fields)) == (400, ["content"])


def test_a_deleted_message_keeps_ids_numbers_and_times(as_bob, said):
    as_bob.put(f"/messages/{said['id']}", {"content": "hello, house"})
    before = as_bob.get(f"/messages/{said['id']}").data
    answer = as_bob.delete(f"/messages/{said['id']}")
    assert (answer.status, answer.data) == (200, {"id": said["id"]})
    after = as_bob.get(f"/messages/{said['id']}").data
    assert after["deletedAt"] == after["updatedAt"]
    assert after == before | {
        "content": None,
        "html": None,
        "changeSeq": 3,
        "deletedAt": after["deletedAt"],
        "updatedAt": after["updatedAt"],
    }
    assert Message.objects.get(pk=said["id"]).content == ""


def test_deleting_again_changes_nothing_and_takes_no_number(as_bob, said, room, told):
    as_bob.delete(f"/messages/{said['id']}")
    before = as_bob.get(f"/messages/{said['id']}").data
    with told:
        answer = as_bob.delete(f"/messages/{said['id']}")
    assert (answer.status, answer.data) == (200, {"id": said["id"]})
    assert as_bob.get(f"/messages/{said['id']}").data == before
    assert told.entries == []
    assert RoomHead.objects.get(pk=room.pk).last_seq == 2


def test_a_deleted_message_is_not_edited(as_bob, said):
    as_bob.delete(f"/messages/{said['id']}")
    answer = as_bob.put(f"/messages/{said['id']}", {"content": "x"})
    assert (answer.status, answer.code) == (410, "GONE")


@pytest.mark.parametrize(
    ("role", "status"), [("member", 403), ("moderator", 200), ("admin", 200), ("owner", 200)]
)
def test_who_looks_after_the_room_deletes_what_others_wrote(
    as_mallory, mallory, server, said, role, status
):
    rooms_services.join_server(mallory, server=server)
    mallory.memberships.filter(server=server).update(role=role)
    assert as_mallory.delete(f"/messages/{said['id']}").status == status
    assert as_mallory.put(f"/messages/{said['id']}", {"content": "x"}).status == 403


def test_a_room_counts_the_messages_that_are_there(as_bob, room, said):
    as_bob.send(room)
    as_bob.delete(f"/messages/{said['id']}")
    shown = as_bob.get(f"/rooms/{room.pk}").data
    assert (shown["lastSeq"], shown["counts"]["messages"]) == (3, 1)


def test_a_removed_person_reads_and_writes_no_more(as_bob, bob, server, room, said):
    rooms_services.remove_from_server(bob.memberships.get(server=server), reason="kicked")
    assert as_bob.get(f"/rooms/{room.pk}/messages").status == 404
    assert as_bob.post(f"/rooms/{room.pk}/messages", {"content": "x"}).status == 404
    assert as_bob.put(f"/messages/{said['id']}", {"content": "x"}).status == 404
    assert as_bob.delete(f"/messages/{said['id']}").status == 404


def test_in_an_ended_room_one_reads_and_deletes_but_does_not_write(as_bob, room, said):
    Room.objects.filter(pk=room.pk).update(ended_at=timezone.now())
    assert as_bob.get(f"/rooms/{room.pk}/messages").data == [said]
    assert as_bob.post(f"/rooms/{room.pk}/messages", {"content": "x"}).status == 410
    assert as_bob.put(f"/messages/{said['id']}", {"content": "x"}).status == 410
    assert as_bob.delete(f"/messages/{said['id']}").status == 200


def test_a_deleted_room_takes_its_messages_along(as_bob, room, said):
    Room.objects.filter(pk=room.pk).update(deleted_at=timezone.now())
    assert as_bob.get(f"/rooms/{room.pk}/messages").status == 404
    assert as_bob.get(f"/messages/{said['id']}").status == 404


# --- changes -------------------------------------------------------------------------------------
def test_changes_come_in_the_order_of_the_last_change_in_their_state_now(as_bob, room):
    first, second, third = (as_bob.send(room, text) for text in ("one", "two", "three"))
    as_bob.put(f"/messages/{first['id']}", {"content": "ONE"})
    as_bob.delete(f"/messages/{second['id']}")
    everything = as_bob.get(f"/rooms/{room.pk}/changes")
    assert [(m["id"], m["seq"], m["changeSeq"], m["content"]) for m in everything.data] == [
        (third["id"], 3, 3, "three"),
        (first["id"], 1, 4, "ONE"),
        (second["id"], 2, 5, None),
    ]
    assert everything.meta == {
        "upTo": 5,
        "lastSeq": 5,
        "epoch": str(read_epoch()),
        "recovered": True,
        "more": False,
    }
    assert as_bob.get(f"/rooms/{room.pk}/changes", after=3).data == everything.data[1:]
    assert as_bob.get(f"/rooms/{room.slug}/changes", after=5).data == []


def test_changes_come_in_pages_whose_end_is_a_safe_cursor(as_bob, bob, room):
    fill(room, bob, 450)
    after, found = 0, []
    for _ in range(3):
        page = as_bob.get(f"/rooms/{room.pk}/changes", after=after)
        found += seqs(page)
        after = page.meta["upTo"]
    assert found == list(range(1, 451))
    assert (after, page.meta["more"]) == (450, False)


@pytest.mark.parametrize("after", [1001, 2**63 - 1])
def test_beyond_the_head_nothing_is_recovered(as_bob, bob, room, after):
    fill(room, bob, 3)
    answer = as_bob.get(f"/rooms/{room.pk}/changes", after=after)
    assert (answer.data, answer.meta["recovered"], answer.meta["lastSeq"]) == ([], False, 3)


def test_past_a_thousand_changes_or_below_the_floor_nothing_is_recovered(as_bob, bob, room):
    fill(room, bob, 1001)
    assert as_bob.get(f"/rooms/{room.pk}/changes", after=0).meta["recovered"] is False
    assert as_bob.get(f"/rooms/{room.pk}/changes", after=1).meta["recovered"] is True
    RoomHead.objects.filter(pk=room.pk).update(floor_seq=500)
    assert as_bob.get(f"/rooms/{room.pk}/changes", after=499).meta["recovered"] is False
    assert as_bob.get(f"/rooms/{room.pk}/changes", after=500).meta["recovered"] is True


@pytest.mark.parametrize("after", ["-1", "x", str(2**63), "1.0"])
def test_a_wrong_number_is_400(as_bob, room, after):
    answer = as_bob.get(f"/rooms/{room.pk}/changes", after=after)
    assert (answer.status, list(answer.fields)) == (400, ["after"])


def test_changes_cost_the_same_for_one_and_for_many(as_bob, bob, room):
    def count():
        with CaptureQueriesContext(connection) as queries:
            as_bob.get(f"/rooms/{room.pk}/changes")
        return len(queries)

    fill(room, bob, 1)
    few = count()
    Message.objects.all().delete()
    fill(room, bob, 100)
    assert count() == few == 10
