"""Who is writing: told to the others in the room, ended by itself, never stored."""

import asyncio
import time
import types

import pytest

from api.payloads import Person
from realtime import typing_state, wire
from realtime.hub import Hub
from realtime.typing_state import TypingKeeper


# --- the keeper, with a clock of its own -----------------------------------------------------------
@pytest.fixture
def clock(monkeypatch):
    now = types.SimpleNamespace(s=1_000.0)
    monkeypatch.setattr(typing_state, "now_s", lambda: now.s)
    return now


@pytest.fixture
def told(monkeypatch):
    """(room, is typing) of everything told to sockets here."""
    found = []
    monkeypatch.setattr(
        Hub,
        "cast_here",
        lambda hub, topic, event, except_user="": found.append(
            (topic, event.user.id, event.is_typing, except_user)
        ),
    )
    return found


ALICE = Person(id="alice", username="alice", display_name="Alice", avatar_url=None)


@pytest.fixture
def keeper(clock, told):
    return TypingKeeper(Hub("here", 20))


def test_a_start_is_told_to_all_but_oneself(keeper, told):
    keeper.start("r", ALICE)
    assert told == [("room:r", "alice", True, "alice")]
    assert keeper.people("r") == [ALICE]


def test_going_on_is_told_again_every_three_seconds(keeper, told, clock):
    for _ in range(60):  # six seconds of keystrokes
        keeper.start("r", ALICE)
        clock.s += 0.1
        keeper.tick()
    assert [is_typing for _, _, is_typing, _ in told] == [True, True]


def test_it_ends_by_itself_six_seconds_after_the_last_start(keeper, told, clock):
    keeper.start("r", ALICE)
    clock.s += 2
    keeper.start("r", ALICE)  # too soon to be told again, but it renews
    clock.s += 5.9
    keeper.tick()
    assert len(told) == 1
    clock.s += 0.2
    keeper.tick()
    assert told[-1][2] is False
    assert keeper.people("r") == []


def test_a_stop_that_changes_nothing_is_not_told(keeper, told):
    keeper.stop("r", ALICE)
    keeper.start("r", ALICE)
    keeper.stop("r", ALICE)
    keeper.stop("r", ALICE)
    assert [is_typing for _, _, is_typing, _ in told] == [True, False]


def test_start_and_stop_in_quick_turns_are_told_once_a_second(keeper, told, clock):
    for _ in range(100):
        keeper.start("r", ALICE)
        keeper.stop("r", ALICE)
        clock.s += 0.02
        keeper.tick()
    assert len(told) <= 6
    assert keeper.people("r") == []


def test_nothing_is_remembered_of_who_has_stopped(keeper, clock):
    keeper.start("r", ALICE)
    keeper.stop("r", ALICE)
    clock.s += 2
    keeper.tick()
    assert not keeper._rooms


def test_a_start_in_another_process_ends_here_even_if_that_process_died(keeper, told, clock):
    keeper.hub.take(wire.Typing("r", ALICE, True))
    assert keeper.people("r") == [ALICE]
    clock.s += 6.1
    keeper.tick()
    assert [is_typing for _, _, is_typing, _ in told] == [True, False]


def test_asking_who_writes_in_a_quiet_room_makes_nothing(keeper):
    assert keeper.people("quiet") == []
    keeper.stop("quiet", ALICE)
    assert not keeper._rooms


# --- real clients ----------------------------------------------------------------------------------
async def test_the_others_see_alice_writing_and_stopping(house):
    alice, bob = house.person("alice"), house.person("bob")
    room = alice.new_room()
    hers, second = await house.enter(alice, room), await house.enter(alice, room)
    his = await house.enter(bob, room)
    await hers.send("typing:start", roomId=room["id"])

    started = await his.next("typing:update")
    assert started["data"] == {
        "roomId": room["id"],
        "user": {
            "id": alice.id,
            "username": alice.username,
            "displayName": alice.username,
            "avatarUrl": None,
        },
        "isTyping": True,
    }
    late = await house.enter(bob)
    joined = await late.ask("room:join", roomId=room["id"])
    assert [person["id"] for person in joined["data"]["typing"]] == [alice.id]

    await hers.send("typing:stop", roomId=room["id"])
    assert (await his.wait("typing:update"))["data"]["isTyping"] is False
    for client in (hers, second):
        await client.settle()
        assert not client.all("typing:update")


async def test_who_has_just_been_answered_sees_alice_start(house):
    alice, bob = house.person("alice"), house.person("bob")
    rooms = [alice.new_room() for _ in range(20)]
    hers = await house.enter(alice, *rooms)
    clients = [await house.enter(bob) for _ in range(10)]

    async def come_and_see(his, room):
        await his.ask("room:join", roomId=room["id"])
        await hers.send("typing:start", roomId=room["id"])
        heard = await his.wait(
            lambda f: f["type"] == "typing:update" and f["data"]["roomId"] == room["id"], 5
        )
        assert heard["data"]["isTyping"] is True

    for batch in (rooms[:10], rooms[10:]):
        await asyncio.gather(*map(come_and_see, clients, batch))


async def test_typing_has_no_answer_of_its_own(house, mallory):
    room = mallory.new_room()
    client = await house.enter(mallory, room)
    await client.send("typing:start", "t1", roomId=room["id"])
    await client.send("typing:stop", "t2", roomId=room["id"])
    await client.settle()
    assert not [frame for frame in client.heard if frame.get("id") in ("t1", "t2")]


async def test_sending_ends_the_writing(house):
    alice, bob = house.person("alice"), house.person("bob")
    room = alice.new_room()
    hers, his = await house.enter(alice, room), await house.enter(bob, room)
    await hers.send("typing:start", roomId=room["id"])
    await hers.ask("message:send", roomId=room["id"], content="there")
    await his.wait("message:new")
    assert [data["isTyping"] for data in his.all("typing:update")] == [True, False]


async def test_leaving_ends_the_writing(house):
    alice, bob = house.person("alice"), house.person("bob")
    room = alice.new_room()
    hers, his = await house.enter(alice, room), await house.enter(bob, room)
    await hers.send("typing:start", roomId=room["id"])
    await hers.ask("room:leave", roomId=room["id"])
    await his.wait("room:user_left")
    assert [data["isTyping"] for data in his.all("typing:update")] == [True, False]


@pytest.mark.slow
async def test_whoever_vanishes_stops_writing_within_seven_seconds(house):
    alice, bob = house.person("alice"), house.person("bob")
    room = alice.new_room()
    hers, his = await house.enter(alice, room), await house.enter(bob, room)
    await hers.send("typing:start", roomId=room["id"])
    await his.next("typing:update")
    began_s = time.monotonic()
    hers.ws.transport.abort()
    assert (await his.wait("typing:update"))["data"]["isTyping"] is False
    assert 5 < time.monotonic() - began_s < 7.5


# --- who may not write -----------------------------------------------------------------------------
def test_a_refusal_is_remembered_for_a_moment(keeper, clock):
    keeper.refuse("r", "alice")
    assert keeper.is_refused("r", "alice")
    assert not keeper.is_refused("r", "bob")
    clock.s += 1.1
    assert not keeper.is_refused("r", "alice")
    keeper.tick()
    assert not keeper._refused


async def test_who_is_silenced_after_joining_is_not_seen_writing(house):
    alice, bob = house.person("alice"), house.person("bob")
    server = alice.post("/servers", {"name": "Quiet", "isPublic": True})["data"]["id"]
    assert bob.request("PUT", f"/servers/{server}/members/me").is_success
    room = alice.post(f"/servers/{server}/channels", {"name": "hall"})["data"]
    hers, his = await house.enter(alice, room), await house.enter(bob, room)
    await his.send("typing:start", roomId=room["id"])
    await hers.wait("typing:update")
    await his.send("typing:stop", roomId=room["id"])
    alice.request("PUT", f"/servers/{server}/timeouts/{bob.id}", {"seconds": 3600})
    for _ in range(60):  # the process looks once a second
        await his.send("typing:start", "asked", roomId=room["id"])
        await his.settle()
        if any(frame.get("id") == "asked" for frame in his.heard):
            break
        await asyncio.sleep(0.1)
    refused = next(frame for frame in his.heard if frame.get("id") == "asked")
    assert refused["data"]["code"] == "FORBIDDEN"
    hers.heard.clear()
    await asyncio.gather(*(his.send("typing:start", roomId=room["id"]) for _ in range(5)))
    await his.settle()
    await hers.settle()
    assert not [told for told in hers.all("typing:update") if told["isTyping"]]


async def test_a_reader_of_announcements_is_not_seen_writing(house):
    alice, bob = house.person("alice"), house.person("bob")
    server = alice.post("/servers", {"name": "News", "isPublic": True})["data"]["id"]
    assert bob.request("PUT", f"/servers/{server}/members/me").is_success
    fields = {"name": "news", "type": "announcement"}
    room = alice.post(f"/servers/{server}/channels", fields)["data"]
    his = await house.enter(bob, room)
    assert (await his.error("typing:start", roomId=room["id"]))["code"] == "FORBIDDEN"
