"""The lines of PROTOCOL.md's table about reacting, reading and what is told of rooms one only watches."""

import asyncio
import time

import pytest

from realtime.tests.test_gateway_contract import of_type


@pytest.fixture
def alice(house):
    return house.person("alice")


@pytest.fixture
def bob(house):
    return house.person("bob")


def say(person, room, content="hello"):
    answer = person.post(f"/rooms/{room['id']}/messages", {"content": content})
    assert answer["success"], answer
    return answer["data"]


# --- reactions -------------------------------------------------------------------------------------
async def test_a_reaction_is_acknowledged_and_everybody_hears_its_number(house, alice, bob):
    room = alice.new_room()
    said = say(alice, room)
    hers, his = await house.enter(alice, room), await house.enter(bob, room)
    steps = [("add", "❤", True, 1), ("add", "🎉", True, 1), ("remove", "❤️", False, 0)]
    for number, (how, emoji, is_added, count) in enumerate(steps, start=2):
        ack = await his.ask(f"reaction:{how}", messageId=said["id"], emoji=emoji)
        assert ack["type"] == "message:ack"
        assert ack["data"] == {
            "id": said["id"], "roomId": room["id"], "seq": 1, "changeSeq": number,
            "nonce": said["nonce"], "createdAt": said["createdAt"],
        }  # fmt: skip
        for client in (hers, his):
            heard = await client.wait(of_type("reaction:changed", changeSeq=number))
            assert "id" not in heard
            assert heard["data"] == {
                "roomId": room["id"], "messageId": said["id"], "seq": 1, "changeSeq": number,
                "emoji": "❤️" if "❤" in emoji else emoji, "userId": bob.id,
                "added": is_added, "count": count,
            }  # fmt: skip
    say(alice, room, "and on it goes")
    assert (await his.wait("message:new"))["data"]["message"]["seq"] == 5


async def test_the_same_reaction_again_is_acknowledged_and_nobody_hears_it(house, alice, bob):
    room = alice.new_room()
    said = say(alice, room)
    hers, his = await house.enter(alice, room), await house.enter(bob, room)
    first = await his.ask("reaction:add", messageId=said["id"], emoji="👍")
    again = await his.ask("reaction:add", messageId=said["id"], emoji="👍")
    assert again["data"] == first["data"]
    await hers.wait("reaction:changed")
    await hers.settle()
    assert len(hers.all("reaction:changed")) == 1
    assert hers.heard[-1]["data"]["heads"][room["id"]] == 2


async def test_whose_reactions_they_are_is_said_to_who_asks(house, alice, bob):
    room = alice.new_room()
    said = say(alice, room)
    his = await house.enter(bob, room)
    await his.ask("reaction:add", messageId=said["id"], emoji="👍")

    def reactions(is_mine):
        return [{"emoji": "👍", "count": 1, "userIds": [bob.id], "me": is_mine}]

    for person, is_mine in ((bob, True), (alice, False)):
        client = await house.enter(person)
        joined = await client.ask("room:join", roomId=room["id"])
        assert joined["data"]["messages"][0]["reactions"] == reactions(is_mine)
        missed = await client.ask("connection:recover", roomId=room["id"], lastSeenSeq=1)
        assert missed["data"]["messages"][0]["reactions"] == reactions(is_mine)
        assert joined["data"]["messages"] == person.history(room["id"])
    alice.request("PATCH", f"/messages/{said['id']}", {"content": "again"})
    updated = await his.wait("message:updated")
    assert updated["data"]["message"]["reactions"] == reactions(None)


async def test_what_rest_reacts_the_socket_hears(house, alice, bob):
    room = alice.new_room()
    said = say(alice, room)
    his = await house.enter(bob, room)
    answer = alice.request("PUT", f"/messages/{said['id']}/reactions/%F0%9F%91%8D")
    assert answer.json()["data"]["reactions"][0]["emoji"] == "👍"
    assert (await his.wait("reaction:changed"))["data"]["userId"] == alice.id
    alice.request("DELETE", f"/messages/{said['id']}/reactions/%F0%9F%91%8D")
    assert (await his.wait(of_type("reaction:changed", changeSeq=3)))["data"]["count"] == 0


# --- reading -----------------------------------------------------------------------------------------
async def test_reading_is_answered_under_its_id_and_told_to_ones_other_sockets(house, alice, bob):
    room = house.new_channel()
    his, also_his, hers = [await house.enter(person, room) for person in (bob, bob, alice)]
    for n in range(5):
        say(alice, room, f"hello @{bob.username}" if n == 4 else str(n))
    reply = await his.ask("read:update", roomId=room["id"], seq=3)
    assert reply["type"] == "read:updated"
    assert reply["data"] == {"roomId": room["id"], "seq": 3, "unread": 2, "mentions": 1}
    heard = await also_his.wait("read:updated")
    assert (heard["data"], "id" in heard) == (reply["data"], False)

    assert (await his.ask("read:update", roomId=room["id"], seq=1))["data"]["seq"] == 3
    back = await his.ask("read:set", roomId=room["id"], seq=1)
    assert back["data"] == {"roomId": room["id"], "seq": 1, "unread": 4, "mentions": 1}
    await also_his.wait(of_type("read:updated", seq=1))
    await hers.settle()
    assert not hers.all("read:updated")

    late = await house.enter(bob)
    states = {state["id"]: state for state in late.all("auth:ok")[0]["rooms"]}
    by_rest = {state["roomId"]: state for state in bob.get("/unread")["data"]}
    expected = {
        "lastSeq": 5, "readSeq": 1, "newestSeq": 5, "newestBy": alice.id, "unread": 4, "mentions": 1
    }  # fmt: skip
    assert states[room["id"]] == {"id": room["id"]} | expected
    assert by_rest[room["id"]] == {"roomId": room["id"]} | expected
    joined = (await late.ask("room:join", roomId=room["id"]))["data"]
    assert [joined[name] for name in ("readSeq", "unread", "mentions")] == [1, 4, 1]


async def test_reading_over_rest_is_told_to_all_ones_sockets(house, alice, bob):
    room = house.new_channel()
    his, hers = await house.enter(bob), await house.enter(alice)
    say(alice, room)
    assert bob.request("PUT", f"/rooms/{room['id']}/read", {"seq": 1}).status_code == 200
    assert (await his.wait("read:updated"))["data"]["unread"] == 0
    await hers.settle()
    assert not hers.all("read:updated")


async def test_whoever_comes_has_read_what_was_said_before(house, alice):
    room = house.new_channel()
    say(alice, room)
    carol = house.person("carol")
    state = {s["roomId"]: s for s in carol.get("/unread")["data"]}[room["id"]]
    assert (state["readSeq"], state["unread"]) == (1, 0)


# --- rooms one only watches ----------------------------------------------------------------------------
async def test_activity_names_the_newest_message_and_comes_once_a_second(house, alice, bob):
    room = house.new_channel()
    hers, his = await house.enter(alice, room), await house.enter(bob)
    began_s = time.monotonic()
    acks = [
        (await hers.ask("message:send", roomId=room["id"], content=str(n)))["data"]
        for n in range(10)
    ]
    await hers.ask("reaction:add", messageId=acks[0]["id"], emoji="👍")
    await hers.ask("message:delete", messageId=acks[9]["id"])
    last = await his.wait(of_type("room:activity", roomId=room["id"], lastSeq=12))
    took_s = time.monotonic() - began_s
    assert last["data"] == {
        "roomId": room["id"], "lastSeq": 12, "newestSeq": 9, "newestBy": alice.id, "mentions": 0
    }  # fmt: skip
    await asyncio.sleep(1.2)
    told = [data for data in his.all("room:activity") if data["roomId"] == room["id"]]
    assert len(told) <= took_s + 2
    # Of this room: what the tests before wrote in others is told to newcomers within a second, too.
    assert room["id"] not in [data["roomId"] for data in hers.all("room:activity")]


async def test_a_mention_is_counted_until_it_is_read_on_any_device(house, alice, bob):
    room = house.new_channel()
    his, also_his = await house.enter(bob), await house.enter(bob)
    carols = await house.enter(house.person("carol"))
    say(alice, room, f"hello @{bob.username}")
    for client, mentions in ((his, 1), (also_his, 1), (carols, 0)):
        heard = await client.wait(of_type("room:activity", roomId=room["id"], lastSeq=1))
        assert heard["data"]["mentions"] == mentions
    await also_his.ask("read:update", roomId=room["id"], seq=1)
    assert (await his.wait("read:updated"))["data"]["mentions"] == 0
    say(alice, room, "and on")
    for client in (his, also_his, carols):
        heard = await client.wait(of_type("room:activity", roomId=room["id"], lastSeq=2))
        assert heard["data"]["mentions"] == 0
    await his.ask("read:set", roomId=room["id"], seq=0)
    say(alice, room, "and on")
    for client in (his, also_his):
        heard = await client.wait(of_type("room:activity", roomId=room["id"], lastSeq=3))
        assert heard["data"]["mentions"] == 1
