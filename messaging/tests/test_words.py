"""Names in messages: whom a mention reaches, where a #link may lead, and what looking them up costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from api.errors import ValidationFailed
from messaging import log, queries, services, words
from messaging.models import Mention, Message
from messaging.services import Draft
from rooms import access as rooms_access
from rooms import services as rooms_services
from rooms.models import Role, Room, RoomHead, RoomMember, ServerMember

NO_ID = "0190f5a1-1111-7222-8333-444444444444"


def say(person, room, content, **fields):
    """The message, as it was written."""
    draft = Draft(content=content, **fields)
    return services.send_message(person, room_id=room.pk, draft=draft).message


def edit(person, message, content):
    return services.edit_message(person, message_id=message.pk, content=content).message


def span(person, name=""):
    return f'<span class="mention" data-user-id="{person.pk}">@{name or person.shown_name}</span>'


def link(room):
    return f'<a class="room-link" data-room-id="{room.pk}" href="/#/{room.slug}">#{room.name}</a>'


def rows():
    """Who is mentioned where, as rows."""
    found = Mention.objects.order_by("seq", "pk").values_list("user__username", "seq")
    return list(found)


def assert_nobody_is_named(message, text):
    assert (message.html, message.mentions) == (f"<p>{text}</p>", [])
    assert rows() == []


@pytest.fixture
def cellar(alice, server):
    """A private channel, which bob is not in."""
    return rooms_services.create_room(
        alice, kind="text", name="cellar", server=server, is_private=True
    )


# --- mentions ------------------------------------------------------------------------------------------
def test_a_member_is_mentioned_by_name(alice, bob, room):
    alice.display_name = "Alice <the first>"
    alice.save()
    said = say(bob, room, "hello @alice!")
    assert said.mentions == [str(alice.pk)]
    assert said.html == f"<p>hello {span(alice, 'Alice &lt;the first&gt;')}!</p>"
    assert rows() == [("alice", 1)]
    assert Mention.objects.get().room_id == room.pk


@pytest.mark.parametrize("name", ["alice", "Alice", "ALICE", "aLiCe"])
def test_capitals_make_no_difference(alice, bob, room, name):
    assert say(bob, room, f"@{name}").mentions == [str(alice.pk)]


def test_a_name_with_capitals_is_found_in_small_letters(bob, room):
    User.objects.filter(username="alice").update(username="Alice")
    assert say(bob, room, "@alice and @ALICE").mentions == [
        str(User.objects.get(username="Alice").pk)
    ]


def test_who_is_named_twice_is_mentioned_once_and_all_in_order(alice, bob, server, room, mallory):
    rooms_services.join_server(mallory, server=server)
    said = say(bob, room, "@mallory @alice @Mallory")
    assert said.mentions == [str(mallory.pk), str(alice.pk)]
    assert said.html.count(span(mallory)) == 2
    assert rows() == [("mallory", 1), ("alice", 1)]


def test_an_outsider_stays_text(bob, mallory, room):
    assert_nobody_is_named(say(bob, room, "@mallory is not here"), "@mallory is not here")


def test_a_name_nobody_has_stays_text(bob, room):
    assert_nobody_is_named(say(bob, room, "@nobody-here"), "@nobody-here")


def test_who_is_no_longer_active_stays_text(alice, bob, room):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert_nobody_is_named(say(bob, room, "@alice"), "@alice")


def test_who_names_themselves_is_shown_but_not_mentioned(bob, room):
    said = say(bob, room, "I am @bob")
    assert (said.mentions, rows()) == ([], [])
    assert said.html == f"<p>I am {span(bob)}</p>"


def test_in_code_nobody_is_mentioned(alice, bob, room):
    said = say(bob, room, "`@alice`\n```\n@alice\n```")
    assert (said.mentions, rows()) == ([], [])
    assert "mention" not in said.html


# --- who can be mentioned where ------------------------------------------------------------------------
def test_in_a_private_room_its_members_and_who_sees_all_are_mentioned(
    alice, bob, mallory, server, cellar
):
    rooms_services.join_server(mallory, server=server)
    RoomMember.objects.create(room=cellar, user=mallory)
    said = say(mallory, cellar, "@alice @bob")
    assert said.mentions == [str(alice.pk)]
    assert said.html == f"<p>{span(alice)} @bob</p>"
    assert say(alice, cellar, "@mallory").mentions == [str(mallory.pk)]
    ServerMember.objects.filter(user=bob).update(role=Role.MODERATOR)
    assert say(alice, cellar, "@bob").mentions == []
    ServerMember.objects.filter(user=bob).update(role=Role.ADMIN)
    assert say(alice, cellar, "@bob").mentions == [str(bob.pk)]


def test_who_belongs_to_a_private_room_but_left_its_server_is_not_mentioned(alice, mallory, cellar):
    RoomMember.objects.create(room=cellar, user=mallory)
    assert say(alice, cellar, "@mallory").mentions == []


def test_in_an_open_room_that_stands_alone_everybody_is_mentioned(alice, mallory):
    square = rooms_services.create_room(alice, kind="text", name="square")
    assert say(alice, square, "@mallory").mentions == [str(mallory.pk)]


@pytest.mark.parametrize("kind", ["a private room", "a call"])
def test_in_a_closed_room_that_stands_alone_only_who_belongs_is_mentioned(
    alice, bob, mallory, kind
):
    den = (
        rooms_services.create_room(alice, kind="call")
        if kind == "a call"
        else rooms_services.create_room(alice, kind="text", name="den", is_private=True)
    )
    RoomMember.objects.create(room=den, user=bob)
    assert say(alice, den, "@bob @mallory").mentions == [str(bob.pk)]


# --- edits and deletions ---------------------------------------------------------------------------------
def test_an_edit_adds_and_removes_mentions(alice, bob, mallory, server, room):
    rooms_services.join_server(mallory, server=server)
    first = say(bob, room, "@alice")
    say(bob, room, "and something else")
    after = edit(bob, first, "@mallory and @alice")
    assert after.mentions == [str(mallory.pk), str(alice.pk)]
    assert sorted(rows()) == [("alice", 1), ("mallory", 1)]
    after = edit(bob, first, "@mallory alone")
    assert (after.mentions, rows()) == ([str(mallory.pk)], [("mallory", 1)])
    after = edit(bob, first, "nobody")
    assert (after.mentions, after.html, rows()) == ([], "<p>nobody</p>", [])


def test_a_deletion_removes_its_mentions(alice, as_bob, bob, room):
    said = say(bob, room, "@alice")
    other = say(bob, room, "@alice")
    services.delete_message(bob, message_id=said.pk)
    assert rows() == [("alice", other.seq)]
    shown = as_bob.get(f"/messages/{said.pk}").data
    assert (shown["content"], shown["html"], shown["mentions"]) == (None, None, [])


def test_the_same_words_again_change_nothing_even_where_a_name_means_somebody_now(
    as_bob, bob, mallory, server, room
):
    said = say(bob, room, "@mallory")
    rooms_services.join_server(mallory, server=server)
    assert as_bob.patch(f"/messages/{said.pk}", {"content": "@mallory"}).data["mentions"] == []
    assert RoomHead.objects.get(pk=room.pk).last_seq == 1


def test_a_row_from_before_has_no_html(as_bob, bob, room):
    said = say(bob, room, "old")
    Message.objects.filter(pk=said.pk).update(html="")
    shown = as_bob.get(f"/messages/{said.pk}").data
    assert (shown["content"], shown["html"]) == ("old", None)


# --- links to rooms ------------------------------------------------------------------------------------------
def test_a_channel_of_the_server_is_linked(alice, bob, server, room):
    garden = rooms_services.create_room(alice, kind="voice", name="The Garden", server=server)
    said = say(bob, room, f"see #{garden.slug} and #{room.slug.upper()}, #nowhere")
    assert said.html == f"<p>see {link(garden)} and {link(room)}, #nowhere</p>"


def test_a_private_channel_stays_text_for_everybody_as_one_that_is_not_there(
    alice, bob, room, cellar
):
    for person in (alice, bob):
        hidden, unknown = (say(person, room, f"see #{s}") for s in (cellar.slug, "attic"))
        assert hidden.html == "<p>see #cellar</p>"
        assert unknown.html == "<p>see #attic</p>"
    assert str(cellar.pk) not in "".join(Message.objects.values_list("html", flat=True))


def test_not_even_in_the_private_channel_itself_it_is_linked_but_open_ones_are(alice, room, cellar):
    assert say(alice, cellar, f"#{cellar.slug} #{room.slug}").html == f"<p>#cellar {link(room)}</p>"


def test_another_servers_channel_a_deleted_one_and_a_call_stay_text(alice, bob, server, room):
    elsewhere = rooms_services.create_server(alice, name="Elsewhere", is_public=True)
    other = rooms_services.create_room(alice, kind="text", name="plaza", server=elsewhere)
    gone = rooms_services.create_room(alice, kind="text", name="gone", server=server)
    Room.objects.filter(pk=gone.pk).update(deleted_at=gone.created_at)
    call = rooms_services.create_room(alice, kind="call")
    alone = rooms_services.create_room(alice, kind="text", name="alone")
    text = f"#{other.slug} #{gone.slug} #{call.code} #{alone.slug}"
    assert say(bob, room, text).html == f"<p>{text}</p>"


def test_between_rooms_that_stand_alone_only_open_ones_are_linked(alice, room):
    here = rooms_services.create_room(alice, kind="text", name="here")
    there = rooms_services.create_room(alice, kind="text", name="there")
    secret = rooms_services.create_room(alice, kind="text", name="secret", is_private=True)
    said = say(alice, here, f"#{there.slug} #{secret.slug} #{room.slug}")
    assert said.html == f"<p>{link(there)} #secret #kitchen</p>"


# --- what it costs -------------------------------------------------------------------------------------------
@pytest.fixture
def grant(bob, room):
    return rooms_access.load_grant(str(bob.pk), str(room.pk))


@pytest.mark.parametrize(
    ("content", "most"),
    [
        ("hello", 0),
        ("**bold** and https://example.com", 0),
        ("mail@example.com costs 5# and @", 0),
        ("`@alice`", 0),
        ("@alice", 1),
        ("@alice @bob @nobody @mallory", 1),
        ("#kitchen", 1),
        ("@alice in #kitchen", 2),
        (" ".join(f"@person{n} #room{n}" for n in range(150)), 2),
    ],
    ids=lambda value: str(value)[:30],
)
@pytest.mark.parametrize("is_reply", [False, True], ids=["", "as a reply"])
def test_looking_up_costs_a_query_each_for_people_rooms_and_the_answered(
    alice, bob, room, grant, django_assert_num_queries, content, most, is_reply
):
    reply_to = str(say(alice, room, "first").pk) if is_reply else None
    with django_assert_num_queries(most + is_reply):
        checked = services.check_draft(grant, Draft(content=content, reply_to=reply_to))
        prepared = services.prepare_send(grant, bob.pk, checked)
        entry = prepared.entry if prepared.is_settled else services.settle(prepared)
    assert prepared.is_settled == (most + is_reply == 0)
    assert log.append_now(entry).is_change


def test_the_socket_asks_nothing_for_plain_text(bob, room, grant, django_assert_num_queries):
    from asgiref.sync import async_to_sync

    with django_assert_num_queries(0):
        entry = async_to_sync(services.prepare_from_socket)(
            str(bob.pk), str(room.pk), Draft(content="hello *there*")
        )
    assert entry.words.html == "<p>hello <em>there</em></p>"


@pytest.mark.parametrize("content", ["plain", "@alice and @mallory", "#kitchen"])
def test_writing_a_message_costs_the_same_whoever_is_named(alice, bob, room, content):
    entries = []
    for text in ("nobody", content):
        grant = rooms_access.load_grant(str(bob.pk), str(room.pk))
        checked = services.check_draft(grant, Draft(content=text))
        entries.append(services.settle(services.prepare_send(grant, bob.pk, checked)))
    costs = []
    for entry in entries:
        with CaptureQueriesContext(connection) as found:
            log.append_now(entry)
        costs.append(len(found))
    assert costs[1] - costs[0] == (1 if "@" in content else 0)  # the rows of mentions together


# --- sent again ----------------------------------------------------------------------------------------------
def test_sent_again_after_a_renaming_it_is_the_same_message(as_bob, alice, bob, room, told):
    first = as_bob.send(room, "hello @alice", nonce="n1")
    User.objects.filter(pk=alice.pk).update(username="alicia")
    with told:
        again = as_bob.post(
            f"/rooms/{room.pk}/messages", {"content": "hello @alice", "nonce": "n1"}
        )
    assert (again.status, again.data) == (200, first)
    assert told.entries == []
    assert RoomHead.objects.get(pk=room.pk).last_seq == 1
    assert Mention.objects.count() == 1


def test_what_makes_a_request_the_same_is_its_text_and_not_what_it_names(alice, bob, room):
    def request_hash(content="hello @alice in #kitchen"):
        grant = rooms_access.load_grant(str(bob.pk), str(room.pk))
        checked = services.check_draft(grant, Draft(content=content, nonce="n"))
        return services.settle(services.prepare_send(grant, bob.pk, checked)).request_hash

    before = request_hash()
    User.objects.filter(pk=alice.pk).update(username="alicia", display_name="A.")
    Room.objects.filter(pk=room.pk).update(name="Kitchen 2")
    assert request_hash() == before != request_hash("hello @alicia in #kitchen")


# --- shape ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reply_to", [NO_ID, "garbage", "\0", "1"])
def test_what_is_answered_must_be_there(bob, room, reply_to):
    with pytest.raises(ValidationFailed) as refused:
        say(bob, room, "@alice", reply_to=reply_to)
    assert [d["field"] for d in refused.value.details] == ["replyTo"]


def test_names_are_shown_as_they_were_when_the_message_was_written(alice, bob, room):
    said = say(bob, room, "@alice")
    User.objects.filter(pk=alice.pk).update(display_name="Somebody else")
    (shown,) = queries.show([queries.get_message(said.pk)])
    assert shown.html == f"<p>{span(alice, 'alice')}</p>"
    assert words.plain(services.markup.read("@alice")).html == "<p>@alice</p>"
