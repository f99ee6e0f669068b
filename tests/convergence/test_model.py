"""The reference client itself: it must catch a server that breaks the rules."""

import pytest

from tests.convergence.model import Broken, Replica


def message(number, change=None, **fields):
    return {
        "id": f"m{number}",
        "roomId": "r",
        "seq": number,
        "changeSeq": change or number,
        "content": f"text {change or number}",
        "deletedAt": None,
        "updatedAt": None,
        "reactions": [],
    } | fields


def new(number):
    return "message:new", {"message": message(number)}


def updated(number, change):
    return "message:updated", {"message": message(number, change)}


def deleted(number, change):
    data = {
        "id": f"m{number}",
        "roomId": "r",
        "seq": number,
        "changeSeq": change,
        "deletedAt": "now",
    }
    return "message:deleted", data


def reacted(number, change, emoji="👍", user="ann", added=True, count=1):
    return "reaction:changed", {
        "roomId": "r",
        "messageId": f"m{number}",
        "seq": number,
        "changeSeq": change,
        "emoji": emoji,
        "userId": user,
        "added": added,
        "count": count,
    }


def joined(head, messages=(), *, recovered=False, up_to=None, epoch="e", more=False):
    return "room:joined", {
        "messages": list(messages),
        "lastSeq": head,
        "upTo": head if up_to is None else up_to,
        "recovered": recovered,
        "epoch": epoch,
        "more": more,
    }


def missed(up_to, messages=(), *, head=None, recovered=True, epoch="e", more=False):
    return "connection:missed", {
        "messages": list(messages),
        "upTo": up_to,
        "lastSeq": up_to if head is None else head,
        "recovered": recovered,
        "epoch": epoch,
        "more": more,
        "error": None,
    }


@pytest.fixture
def replica():
    """A client that has joined a room at 2."""
    made = Replica("r")
    made.take(*joined(2, [message(1), message(2)]))
    return made


def test_the_next_number_is_applied_and_moves_the_cursor(replica):
    replica.take(*new(3))
    replica.take(*updated(1, 4))
    replica.take(*deleted(2, 5))
    assert replica.cursor == 5
    assert [m["content"] for m in replica.list] == ["text 4", None, "text 3"]


def test_beyond_a_hole_a_frame_is_held_until_the_hole_is_filled(replica):
    replica.take(*new(4))
    assert replica.cursor == 2
    assert replica.wants == "recover"
    replica.take(*new(3))
    assert replica.cursor == 4
    assert replica.is_complete


def test_a_page_covers_numbers_that_no_frame_brings(replica):
    replica.take(*new(6))
    replica.take(*missed(5, [message(1, 5)]))
    assert replica.cursor == 6
    assert replica.pushed_pages == 1
    assert replica.is_complete


def test_a_repeated_frame_is_dropped(replica):
    replica.take(*new(2))
    assert replica.cursor == 2
    assert replica.repeated == 1


def test_an_ack_does_not_move_the_cursor(replica):
    replica.take("message:ack", {"seq": 3, "changeSeq": 3})
    assert replica.cursor == 2


def test_an_update_of_an_unknown_message_is_an_upsert(replica):
    replica.messages.clear()
    replica.take(*updated(1, 3))
    assert [m["id"] for m in replica.list] == ["m1"]


def test_what_cannot_be_recovered_asks_for_a_fresh_join(replica):
    replica.take(*missed(9, recovered=False))
    assert replica.wants == "join"
    assert replica.cursor == 2


def reactions_of(replica, number=1):
    shown = replica.messages[f"m{number}"]["reactions"]
    return [(r["emoji"], r["count"], r["userIds"]) for r in shown]


def test_reactions_add_up_and_an_emoji_keeps_its_place_while_anybody_uses_it(replica):
    replica.take(*reacted(1, 3))
    replica.take(*reacted(1, 4, "🎉", "ben"))
    replica.take(*reacted(1, 5, user="ben", count=2))
    replica.take(*reacted(1, 6, added=False))
    assert reactions_of(replica) == [("👍", 1, ["ben"]), ("🎉", 1, ["ben"])]
    replica.take(*reacted(1, 7, user="ben", added=False, count=0))
    replica.take(*reacted(1, 8, user="ben"))
    assert reactions_of(replica) == [("🎉", 1, ["ben"]), ("👍", 1, ["ben"])]
    assert replica.cursor == 8
    replica.take(*deleted(1, 9))
    assert reactions_of(replica) == []


def test_a_reaction_to_what_is_not_loaded_or_newer_moves_the_cursor_alone(replica):
    replica.load_history([message(2, 4, reactions=[{"emoji": "👍", "count": 1, "userIds": ["a"]}])])
    replica.messages.pop("m1")
    replica.take(*reacted(1, 3))
    replica.take(*reacted(2, 4, user="a"))
    assert replica.cursor == 4
    assert reactions_of(replica, 2) == [("👍", 1, ["a"])]


def test_older_history_neither_moves_the_cursor_nor_undoes_a_change(replica):
    replica.take(*updated(1, 3))
    replica.load_history([message(1), message(2, 7)])
    assert replica.cursor == 3
    assert [m["changeSeq"] for m in replica.list] == [3, 7]


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param([joined(1, [message(1)])], id="a fresh start behind the cursor"),
        pytest.param([joined(2, [message(2), message(1)])], id="a fresh start out of order"),
        pytest.param([joined(3, recovered=True, epoch="other")], id="recovered across epochs"),
        pytest.param([missed(4, [message(4), message(3)])], id="a page out of order"),
        pytest.param([missed(3, [message(4)])], id="a page beyond its upTo"),
        pytest.param([missed(4, head=3)], id="upTo beyond the head"),
        pytest.param([missed(3, epoch="other")], id="a page of another epoch"),
        pytest.param([missed(3, [message(3)], recovered=False)], id="a part of the unrecoverable"),
        pytest.param([("message:new", {"message": message(1, 3)})], id="new, with an old place"),
        pytest.param([reacted(1, 3, count=2)], id="a count that is not what was told"),
        pytest.param([reacted(1, 3, added=False, count=0)], id="taken back, but never there"),
        pytest.param([reacted(1, 3), reacted(1, 4)], id="the same reaction twice"),
        pytest.param([deleted(1, 3), reacted(1, 4)], id="a reaction to a deleted message"),
        pytest.param(
            [updated(1, 3), ("message:new", {"message": message(4, 4, id="m1")})], id="twice"
        ),
    ],
)
def test_a_server_that_breaks_the_contract_is_caught(replica, frames):
    *before, last = frames
    for frame in before:
        replica.take(*frame)
    with pytest.raises(Broken):
        replica.take(*last)


@pytest.mark.parametrize("frame", [new(1), missed(1)])
def test_nothing_may_come_before_the_answer_to_a_join(frame):
    with pytest.raises(Broken):
        Replica("r").take(*frame)
