"""Read marks on their way through sockets: gathered for a moment, written once, answered to each."""

import asyncio

import pytest
from django.db import OperationalError

from messaging import read_keeper
from messaging.models import ReadMark
from messaging.tests.test_recovery_joining import scene, scene_rows
from realtime import runtime
from realtime.threads import run_db

__all__ = ["scene", "scene_rows"]


@pytest.fixture
def written(monkeypatch):
    """The marks of every write, as (seq, is_exact)."""
    writes = []
    write_marks = read_keeper.write_marks

    def spy(marks):
        writes.append([(mark.seq, mark.is_exact) for mark in marks])
        return write_marks(marks)

    monkeypatch.setattr(read_keeper, "write_marks", spy)
    return writes


@pytest.fixture
async def talk(scene):
    """Nine messages of alice's."""
    for n in range(9):
        await scene.say(f"m{n}")


def seqs(client, type_="read:updated"):
    return [frame["data"]["seq"] for frame in client.heard if frame["type"] == type_]


async def read(scene, client, seq, how="update"):
    return await client.ask(f"read:{how}", roomId=scene.room_id, seq=seq)


async def kept():
    marks = ReadMark.objects.filter(seq__gt=0)  # who makes a room has read nothing of it
    return await run_db(lambda: list(marks.values_list("user__username", "seq")))


async def test_many_updates_within_a_moment_are_one_write_of_the_highest(scene, talk, written):
    his = await scene.client(scene.bob)
    for n, seq in enumerate([1, 2, 7, 5, 3]):
        his.send("read:update", f"u{n}", roomId=scene.room_id, seq=seq)
    for n in range(5):
        answer = await his.wait(lambda frame, id_=f"u{n}": frame.get("id") == id_)
        assert answer["type"] == "read:updated"
        assert answer["data"] == {"roomId": scene.room_id, "seq": 7, "unread": 2, "mentions": 0}
    assert written == [[(7, False)]]
    assert await kept() == [("bob", 7)]


async def test_the_persons_other_sockets_hear_it_once_and_nobody_else(scene, talk):
    his, also_his = await scene.client(scene.bob), await scene.client(scene.bob)
    hers = await scene.client(scene.alice)
    for client in (also_his, hers):
        await client.ask("room:join", roomId=scene.room_id)
    answer = await read(scene, his, 4)
    heard = await also_his.wait("read:updated")
    assert (heard["data"], heard.get("id")) == (answer["data"], None)
    for client in (his, also_his, hers):
        await client.ask("ping")
    assert (seqs(his), seqs(also_his), seqs(hers)) == ([4], [4], [])


async def test_two_sockets_of_one_person_are_one_write(scene, talk, written):
    his, also_his = await scene.client(scene.bob), await scene.client(scene.bob)
    answers = await asyncio.gather(read(scene, his, 3), read(scene, also_his, 6))
    assert [answer["data"]["seq"] for answer in answers] == [6, 6]
    assert written == [[(6, False)]]


async def test_people_and_rooms_are_written_together_and_answered_apart(scene, talk, written):
    his, hers = await scene.client(scene.bob), await scene.client(scene.alice)
    answers = await asyncio.gather(read(scene, his, 3), read(scene, hers, 9))
    assert [answer["data"]["seq"] for answer in answers] == [3, 9]
    assert [sorted(marks) for marks in written] == [[(3, False), (9, False)]]
    assert sorted(await kept()) == [("alice", 9), ("bob", 3)]


@pytest.mark.parametrize(
    ("frames", "end"),
    [
        ([("update", 8), ("set", 2)], 2),
        ([("set", 2), ("update", 5)], 5),
        ([("set", 5), ("update", 2)], 5),
        ([("set", 7), ("set", 1)], 1),
    ],
)
async def test_a_set_holds_against_what_came_before_it(scene, talk, frames, end):
    his = await scene.client(scene.bob)
    await read(scene, his, 6)
    for n, (how, seq) in enumerate(frames):
        his.send(f"read:{how}", f"f{n}", roomId=scene.room_id, seq=seq)
    answer = await his.wait(lambda frame: frame.get("id") == f"f{len(frames) - 1}")
    assert answer["data"]["seq"] == end
    assert await kept() == [("bob", end)]


async def test_a_number_beyond_the_head_fails_alone(scene, talk):
    his, hers = await scene.client(scene.bob), await scene.client(scene.alice)
    his.send("read:update", "good", roomId=scene.room_id, seq=4)
    his.send("read:update", "bad", roomId=scene.room_id, seq=10)
    his.send("read:set", "worse", roomId=scene.room_id, seq=2**63 - 1)
    fine = await read(scene, hers, 9)
    assert fine["type"] == "read:updated"
    for id_ in ("bad", "worse"):
        error = await his.wait(lambda frame, id_=id_: frame.get("id") == id_)
        assert (error["type"], error["data"]["code"]) == ("error", "VALIDATION_ERROR")
        assert [d["field"] for d in error["data"]["details"]] == ["seq"]
    good = await his.wait(lambda frame: frame.get("id") == "good")
    assert good["data"]["seq"] == 4
    assert sorted(await kept()) == [("alice", 9), ("bob", 4)]


async def test_who_was_removed_a_moment_ago_reads_no_more_and_learns_nothing(scene, talk):
    his, hers = await scene.client(scene.bob), await scene.client(scene.alice)
    await read(scene, his, 3)  # so that what he may do is remembered
    await scene.kick()
    await scene.say("not for bob")
    for seq in (5, 99):
        answers = await asyncio.gather(read(scene, his, seq), read(scene, hers, 2))
        assert [answer["type"] for answer in answers] == ["error", "read:updated"]
        assert answers[0]["data"]["code"] == "NOT_FOUND"
        assert answers[0]["data"]["details"] == []
    assert ("bob", 3) in await kept()


async def test_who_stays_when_another_is_removed_reads_on(scene, talk):
    hers = await scene.client(scene.alice)
    await read(scene, hers, 3)
    await scene.kick()
    assert (await read(scene, hers, 5))["data"]["seq"] == 5
    assert (await read(scene, hers, 6))["data"]["seq"] == 6


async def test_a_stopping_process_writes_what_waits(scene, talk):
    his = await scene.client(scene.bob)
    his.send("read:update", "u", roomId=scene.room_id, seq=5)
    await his.ask("ping")
    assert await kept() == []
    await runtime.stop()
    assert await kept() == [("bob", 5)]


async def test_a_stopping_process_waits_for_what_is_just_being_written(scene, talk, monkeypatch):
    his = await scene.client(scene.bob)
    write_marks, is_writing = read_keeper.write_marks, asyncio.Event()
    loop = asyncio.get_running_loop()

    def slowly(marks):
        loop.call_soon_threadsafe(is_writing.set)
        asyncio.run(asyncio.sleep(0.3))
        return write_marks(marks)

    monkeypatch.setattr(read_keeper, "write_marks", slowly)
    his.send("read:update", "u", roomId=scene.room_id, seq=5)
    await asyncio.wait_for(is_writing.wait(), 5)
    await runtime.stop()
    assert await kept() == [("bob", 5)]
    assert not [task for task in asyncio.all_tasks() if "write_soon" in repr(task)]


async def test_a_database_that_is_away_is_said_and_the_next_mark_works(scene, talk, monkeypatch):
    his = await scene.client(scene.bob)
    with monkeypatch.context() as away:
        away.setattr(read_keeper, "write_marks", _fail)
        error = await read(scene, his, 4)
        assert (error["type"], error["data"]["code"]) == ("error", "UNAVAILABLE")
    assert (await read(scene, his, 5))["data"]["seq"] == 5
    assert await kept() == [("bob", 5)]


def _fail(marks):
    raise OperationalError("the database is away")


async def test_who_hangs_up_while_their_mark_waits_is_still_written(scene, talk):
    his = await scene.client(scene.bob)
    his.send("read:update", "u", roomId=scene.room_id, seq=5)
    await his.ask("ping")
    await his.leave()
    scene.clients.remove(his)
    async with asyncio.timeout(5):
        while await kept() != [("bob", 5)]:
            await asyncio.sleep(0.02)


# --- what those are told who only watch ------------------------------------------------------------------
async def activity(client, head):
    frame = await client.wait(
        lambda frame: frame["type"] == "room:activity" and frame["data"]["lastSeq"] == head
    )
    return frame["data"]["mentions"]


async def test_marking_back_is_remembered_when_the_room_moves_on(scene):
    his, also_his = await scene.client(scene.bob), await scene.client(scene.bob)
    await scene.say("hello @bob")
    assert await activity(his, 1) == 1
    await read(scene, also_his, 1)
    await scene.say("two")
    assert await activity(his, 2) == 0
    await scene.say("three")
    assert await activity(his, 3) == 0
    await read(scene, also_his, 0, "set")
    await scene.say("four")
    assert await activity(his, 4) == 1


async def test_an_edit_that_mentions_is_told_like_a_new_mention(scene):
    from messaging import services
    from messaging.models import Message

    his = await scene.client(scene.bob)
    await scene.say("hello")
    assert await activity(his, 1) == 0
    said = await run_db(Message.objects.get)
    await run_db(services.edit_message, scene.alice, message_id=said.pk, content="hello @bob")
    assert await activity(his, 2) == 1


async def test_a_mention_that_came_while_one_was_in_the_room_is_not_forgotten_outside(scene):
    his = await scene.client(scene.bob)
    await his.ask("room:join", roomId=scene.room_id)
    await scene.say("hello @bob")
    await his.wait("message:new")
    await asyncio.sleep(1.2)  # the tick that has nobody to tell
    await his.ask("room:leave", roomId=scene.room_id)
    await scene.say("two")
    assert await activity(his, 2) == 1
