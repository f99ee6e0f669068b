"""How much one client may do, and what it costs the others: floods, caps and who does not read."""

import asyncio
import json
import time

import pytest
from websockets.exceptions import ConnectionClosed

from realtime.tests.gateway_kit import TEXT, Wire, close_code, frame_of, only_uvicorn, until

PING = '{"type":"ping"}'


# --- floods ----------------------------------------------------------------------------------------
async def test_two_hundred_frames_a_second_close_4429(house, mallory):
    client = await house.enter(mallory)

    async def ping_for_ever():
        while True:
            for _ in range(20):
                await client.send_raw(PING)
            await asyncio.sleep(0.1)

    with pytest.raises(ConnectionClosed):
        await asyncio.wait_for(ping_for_ever(), 10)
    assert await client.wait_closed() == 4429
    assert 200 <= len(client.all("pong")) < 500


async def test_a_burst_of_two_hundred_is_answered_and_the_next_hundreds_are_not(house, mallory):
    client = await house.enter(mallory)  # this took a frame of the burst
    for _ in range(600):
        await client.send_raw(PING)
    assert await client.wait_closed() == 4429
    assert 199 <= len(client.all("pong")) < 400


async def test_a_flood_of_frames_that_are_errors_is_a_flood(house):
    client = await house.open()
    for n in range(600):
        await client.send_raw(f'{{"type":"no:such","id":{n}}}')
    assert await client.wait_closed() == 4429


async def test_a_flood_in_one_packet_gets_its_close_frame(house):
    wire = await Wire.upgraded(house.url)
    wire.writer.write(frame_of(TEXT, PING.encode()) * 2_000)
    assert close_code(await wire.frames(9)) == 4429
    wire.close()


async def test_fifty_frames_a_second_are_no_flood(house, mallory):
    client = await house.enter(mallory)
    for _ in range(6):
        for _ in range(45):
            await client.send_raw(PING)
        await asyncio.sleep(1)
    await client.settle()
    assert len(client.all("pong")) == 271


async def test_one_persons_flood_does_not_hold_up_the_others(house, mallory):
    bob = house.person("bob")
    room = mallory.new_room()
    his, flood = await house.enter(bob, room), await house.enter(mallory, room)
    for n in range(600):
        await flood.send("message:send", roomId=room["id"], content=str(n))
    began_s = time.monotonic()
    await his.settle()
    assert time.monotonic() - began_s < 2


async def test_the_eleventh_message_in_five_seconds_is_too_many(limited_house):
    bob = limited_house.person("bob")
    room, other = bob.new_room(), bob.new_room()
    client = await limited_house.enter(bob, room, other)
    for n in range(10):
        ack = await client.ask("message:send", roomId=room["id"], content=str(n))
        assert ack["type"] == "message:ack"
    error = await client.error("message:send", roomId=room["id"], content="too many")
    assert error["code"] == "RATE_LIMITED"
    (detail,) = error["details"]
    assert detail["code"] == "rate_limited"
    assert 1 <= detail["params"]["retryAfterS"] <= 5

    # The socket stays, other rooms are not meant, and REST counts the same.
    assert (await client.ask("message:send", roomId=other["id"], content="x"))["type"] == (
        "message:ack"
    )
    refused = bob.request("POST", f"/rooms/{room['id']}/messages", {"content": "by REST"})
    assert refused.status_code == 429
    assert [m["seq"] for m in bob.history(room["id"])] == list(range(1, 11))

    await asyncio.sleep(detail["params"]["retryAfterS"])
    ack = await client.ask("message:send", roomId=room["id"], content="later")
    assert ack["data"]["seq"] == 11


async def test_with_the_default_limits_two_hundred_messages_a_second_close_4429(limited_house):
    mallory = limited_house.person("mallory")
    room = mallory.new_room()
    client = await limited_house.enter(mallory, room)
    for n in range(600):
        await client.send("message:send", roomId=room["id"], content=str(n))
    assert await client.wait_closed() == 4429
    assert len(client.all("message:ack")) <= 10
    assert len(mallory.history(room["id"])) <= 10


# --- caps ------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def rooms_of_mallory(gateway, mallory):
    """205 rooms; they take a while, so there is one set of them."""
    return [mallory.new_room() for _ in range(205)]


async def test_the_201st_room_of_a_socket_is_a_conflict(house, mallory, rooms_of_mallory):
    client = await house.enter(mallory)
    replies = []
    for start in range(0, 205, 41):  # at the pace of 50 frames a second
        batch = rooms_of_mallory[start : start + 41]
        replies += await asyncio.gather(
            *(client.ask("room:join", roomId=room["id"]) for room in batch)
        )
        await asyncio.sleep(0.5)
    types = [reply["type"] for reply in replies]
    assert types == ["room:joined"] * 200 + ["error"] * 5
    assert {reply["data"]["code"] for reply in replies[200:]} == {"CONFLICT"}

    # A room it has already can be joined again, and one that is left makes place.
    first, last = rooms_of_mallory[0]["id"], rooms_of_mallory[-1]["id"]
    assert (await client.ask("room:join", roomId=first))["type"] == "room:joined"
    missed = await client.ask("connection:recover", roomId=last, lastSeenSeq=0)
    assert missed["data"]["error"]["code"] == "CONFLICT"
    await client.ask("room:leave", roomId=first)
    assert (await client.ask("room:join", roomId=last))["type"] == "room:joined"


async def test_the_21st_socket_closes_the_oldest_4409(house):
    bob, alice = house.person("bob"), house.person("alice")
    hers = await house.enter(alice)
    clients = [await house.enter(bob) for _ in range(20)]
    await asyncio.gather(*(client.settle() for client in clients))
    assert all(client.closed is None for client in clients)

    clients += [await house.enter(bob) for _ in range(2)]
    assert [await client.wait_closed() for client in clients[:2]] == [4409, 4409]
    await asyncio.gather(*(client.settle() for client in [*clients[2:], hers]))


async def test_thirty_sockets_at_once_leave_twenty(house):
    bob = house.person("bob")
    clients = await asyncio.gather(*(house.enter(bob) for _ in range(30)))
    await until(lambda: sum(client.closed is not None for client in clients) >= 10)
    living = [client for client in clients if client.closed is None]
    await asyncio.gather(*(client.settle() for client in living))
    assert len(living) == 20
    assert {client.closed for client in clients} == {None, 4409}


# --- who does not read -----------------------------------------------------------------------------
BIG = "🎉" * 4_000  # 16 KB on the wire


async def write_much(house, room, megabytes):
    """So much into the room, by six sockets at 40 frames a second."""
    people = [house.person(name) for name in ("bob", "carol", "dave")]
    writers = [await house.enter(person, room) for person in people * 2]
    for _ in range(megabytes * 1_000_000 // (16_000 * 6 * 10)):
        began_s = time.monotonic()
        await asyncio.gather(
            *(
                writer.ask("message:send", roomId=room["id"], content=BIG)
                for writer in writers
                for _ in range(10)
            )
        )
        for writer in writers:
            writer.heard.clear()
        await asyncio.sleep(max(0, 0.25 - (time.monotonic() - began_s)))
    await asyncio.gather(*(writer.settle() for writer in writers))


async def stopped_reader(house, person, room):
    """Somebody in the room whose machine takes nothing any more after they have come in."""
    bearer = f"Sec-WebSocket-Protocol: bearer, {person.token}\r\n"
    wire = await Wire.upgraded(house.url, bearer, receive_buffer=65_536)
    join = {"type": "room:join", "id": "j", "data": {"roomId": room["id"]}}
    wire.writer.write(frame_of(TEXT, json.dumps(join).encode()))
    while b"room:joined" not in (await wire.frame())[1]:
        pass
    wire.stop_reading()
    return wire


async def growth_while(house, working):
    """The most memory the process had more than before, and the slowest answer others got."""
    idle = await house.enter(house.person("erin"))
    before, growth, worst_s = house.memory_bytes(), 0, 0.0
    task = asyncio.create_task(working)
    while not task.done():
        began_s = time.monotonic()
        await idle.settle()
        worst_s = max(worst_s, time.monotonic() - began_s)
        idle.heard.clear()
        growth = max(growth, house.memory_bytes() - before)
        await asyncio.sleep(0.05)
    await task
    return growth, worst_s


@only_uvicorn
@pytest.mark.slow
async def test_who_stops_reading_is_closed_and_costs_nobody_anything(house, mallory):
    room = mallory.new_room()
    # Writing alone costs something too: the database's cache.
    usual, usual_s = await growth_while(house, write_much(house, room, 20))
    stopped = [await stopped_reader(house, mallory, room) for _ in range(4)]
    ours = [wire.port for wire in stopped]
    assert house.connections(ours) == 4

    growth, worst_s = await growth_while(house, write_much(house, room, 20))
    await until(lambda: house.connections(ours) == 0, 10)  # not even connected any more
    assert growth < usual + 32_000_000
    assert worst_s < 2 * usual_s + 1
    for wire in stopped:
        wire.close()


@only_uvicorn
@pytest.mark.slow
async def test_who_reads_again_soon_is_told_4408_and_recovers_by_number(house, mallory):
    room = mallory.new_room()
    wire = await stopped_reader(house, mallory, room)
    await write_much(house, room, 14)
    wire.read_on()
    heard = await wire.frames(20)
    # On a slow machine it may have been cut off before it read again.
    assert close_code(heard) in (4408, None)

    frames = [json.loads(payload) for opcode, payload in heard if opcode == TEXT]
    numbers = [f["data"]["message"]["seq"] for f in frames if f["type"] == "message:new"]
    assert numbers == list(range(1, len(numbers) + 1))  # dense up to where it was given up
    head = len(mallory.history(room["id"]))
    assert len(numbers) < head
    late = await house.enter(mallory)
    joined = await late.ask("room:join", roomId=room["id"], lastSeenSeq=numbers[-1])
    assert joined["data"]["recovered"] is True
    assert joined["data"]["lastSeq"] == head
    wire.close()


# --- typing and presence floods --------------------------------------------------------------------
async def test_a_flood_of_typing_is_told_now_and_then(house, mallory):
    bob = house.person("bob")
    room = mallory.new_room()
    his, hers = await house.enter(bob, room), await house.enter(mallory, room)
    began_s = time.monotonic()
    for _ in range(9):
        for _ in range(10):
            await hers.send("typing:start", roomId=room["id"])
            await hers.send("typing:stop", roomId=room["id"])
        await hers.settle()
    took_s = time.monotonic() - began_s
    await his.settle()
    told = his.all("typing:update")
    assert 2 <= len(told) <= 2 * (took_s + 1)  # one change each way a second
    assert told[-1]["isTyping"] is False


async def test_a_flood_of_presence_is_told_once_a_second(house, mallory):
    bob = house.person("bob")
    his, hers = await house.enter(bob), await house.enter(mallory)
    server_id = his.all("auth:ok")[0]["servers"][0]["id"]
    await his.ask("server:view", serverId=server_id)
    await asyncio.sleep(1.1)
    his.heard.clear()
    began_s = time.monotonic()
    for n in range(150):
        await hers.send("presence:set", status="idle", customStatus=f"{n}")
    await hers.ask("presence:set", status="dnd", customStatus="the last")
    await his.wait(
        lambda f: (
            f["type"] == "presence:update"
            and any(c["customStatus"] == "the last" for c in f["data"]["changes"])
        ),
        timeout_s=30,
    )
    took_s = time.monotonic() - began_s
    told = [
        change
        for update in his.all("presence:update")
        for change in update["changes"]
        if change["userId"] == mallory.id
    ]
    assert len(told) <= took_s + 1
    assert told[-1]["status"] == "dnd"
