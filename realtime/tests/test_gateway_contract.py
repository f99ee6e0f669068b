"""The table of PROTOCOL.md, line by line: each client frame, its answer, and what others hear.

That every frame has exactly its documented fields is the clients' own business here
(realtime/tests/gateway_kit.py); these tests are about what is in them.
"""

import asyncio
import json
import time
from datetime import UTC, datetime

import pytest


@pytest.fixture
def alice(house):
    return house.person("alice")


@pytest.fixture
def bob(house):
    return house.person("bob")


def of_user(person):
    return lambda frame: frame["data"].get("user", {}).get("id") == person.id


def of_type(type_, **fields):
    def matches(frame):
        return frame["type"] == type_ and all(frame["data"].get(k) == v for k, v in fields.items())

    return matches


# --- auth:identify ---------------------------------------------------------------------------------
async def test_identify_answers_who_one_is_and_what_one_has(house, alice):
    room = alice.new_room()
    alice.post(f"/rooms/{room['id']}/messages", {"content": "one"})
    client = await house.open()
    answer = await client.ask("auth:identify", token=alice.token, protocol=1)

    assert answer["type"] == "auth:ok"
    data = answer["data"]
    me = alice.get("/auth/me")["data"]["user"]
    assert {k: data["user"][k] for k in ("id", "username", "email")} == {
        k: me[k] for k in ("id", "username", "email")
    }
    sessions = alice.get("/auth/sessions")["data"]
    assert data["sessionId"] in [session["id"] for session in sessions]
    assert data["heartbeatSeconds"] > 0
    assert [server["slug"] for server in data["servers"]] == ["parlor"]
    states = {state["id"]: state for state in data["rooms"]}
    assert states[room["id"]]["lastSeq"] == 1
    now = datetime.now(UTC)
    sent = datetime.fromisoformat(answer["timestamp"])
    assert abs((now - sent).total_seconds()) < 5


async def test_identify_may_leave_the_protocol_out(house, alice):
    client = await house.open()
    assert (await client.ask("auth:identify", token=alice.token))["type"] == "auth:ok"


async def test_the_epoch_is_the_same_for_everybody_and_always(house, alice, bob):
    hers, his = await house.enter(alice), await house.enter(bob)
    epochs = {client.all("auth:ok")[0]["epoch"] for client in (hers, his)}
    room = alice.new_room()
    epochs.add((await hers.ask("room:join", roomId=room["id"]))["data"]["epoch"])
    assert len(epochs) == 1


async def test_auth_ok_is_the_first_frame_even_in_a_busy_server(house, alice, bob):
    his = await house.enter(bob)
    room = alice.new_room()
    await his.ask("room:join", roomId=room["id"])
    writing = asyncio.create_task(write_on(his, room))
    for _ in range(5):
        client = await house.open()
        await client.send("auth:identify", token=alice.token)
        await client.wait("auth:ok")
        assert client.heard[0]["type"] == "auth:ok"
    writing.cancel()


async def write_on(client, room):
    while True:
        await client.ask("message:send", roomId=room["id"], content="on and on")


# --- room:join, room:leave -------------------------------------------------------------------------
async def test_a_room_is_joined_by_id_slug_and_code(house, alice):
    channel = alice.new_room()
    call = alice.post("/rooms", {"type": "call"})["data"]
    client = await house.enter(alice)
    for ref, room in (
        (channel["id"], channel),
        (channel["slug"], channel),
        (call["id"], call),
        (call["code"], call),
        (call["code"].upper(), call),
    ):
        joined = await client.ask("room:join", roomId=ref)
        assert joined["type"] == "room:joined"
        assert joined["data"]["room"]["id"] == room["id"]


async def test_joining_answers_the_rooms_state(house, alice):
    room = alice.new_room()
    for content in ("one", "two", "three"):
        alice.post(f"/rooms/{room['id']}/messages", {"content": content})
    client = await house.enter(alice)
    joined = (await client.ask("room:join", roomId=room["id"]))["data"]

    rest = alice.get(f"/rooms/{room['id']}")["data"]
    assert joined["room"] == rest
    assert [m["content"] for m in joined["messages"]] == ["one", "two", "three"]
    assert joined["messages"] == alice.history(room["id"])
    assert joined["lastSeq"] == joined["upTo"] == 3
    assert joined["recovered"] is False
    assert joined["more"] is False
    assert [p["user"]["id"] for p in joined["participants"]] == [alice.id]
    assert joined["participants"][0]["role"] == "owner"
    assert joined["participants"][0]["leftAt"] is None
    assert joined["typing"] == joined["voice"] == []


async def test_joining_with_a_number_answers_only_what_came_after(house, alice):
    room = alice.new_room()
    ids = [
        alice.post(f"/rooms/{room['id']}/messages", {"content": str(n)})["data"]["id"]
        for n in range(1, 6)
    ]
    alice.request("PATCH", f"/messages/{ids[0]}", {"content": "1, edited"})
    alice.request("DELETE", f"/messages/{ids[1]}")
    client = await house.enter(alice)

    joined = (await client.ask("room:join", roomId=room["id"], lastSeenSeq=4))["data"]
    assert joined["recovered"] is True
    assert [(m["changeSeq"], m["content"]) for m in joined["messages"]] == [
        (5, "5"),
        (6, "1, edited"),
        (7, None),
    ]
    assert joined["lastSeq"] == joined["upTo"] == 7

    nothing = (await client.ask("room:join", roomId=room["id"], lastSeenSeq=7))["data"]
    assert nothing["recovered"] is True
    assert nothing["messages"] == []


async def test_a_long_absence_comes_in_pages_each_with_a_safe_cursor(house, alice):
    room = alice.new_room()
    client = await house.enter(alice, room)
    big = "x" * 3_900
    for _ in range(4):  # 120 messages of 8 KB (text and HTML): more than one page of 256 KiB
        await asyncio.gather(
            *(client.ask("message:send", roomId=room["id"], content=big) for _ in range(30))
        )
    late = await house.enter(alice)
    joined = await late.ask("room:join", roomId=room["id"], lastSeenSeq=0)
    await late.wait(of_type("connection:missed", more=False))

    pages = [joined["data"], *late.all("connection:missed")]
    assert [page["more"] for page in pages] == [True, True, True, False]
    assert all(page["recovered"] for page in pages)
    numbers = [m["changeSeq"] for page in pages for m in page["messages"]]
    assert numbers == list(range(1, 121))
    assert [page["upTo"] for page in pages] == [p["messages"][-1]["changeSeq"] for p in pages]
    assert all(len(json.dumps(page["messages"])) < 300_000 for page in pages)
    ids = {frame.get("id") for frame in late.heard if frame["type"] == "connection:missed"}
    assert ids == {joined["id"]}


async def test_others_hear_who_comes_and_goes(house, alice, bob):
    room = alice.new_room()
    hers = await house.enter(alice, room)
    his = await house.enter(bob, room)
    came = await hers.wait("room:user_joined")
    assert came["data"]["roomId"] == room["id"]
    assert came["data"]["user"] == {
        "id": bob.id, "username": bob.username, "displayName": bob.username, "avatarUrl": None,
    }  # fmt: skip
    assert came["data"]["count"] == 2
    assert "id" not in came

    left = await his.ask("room:leave", roomId=room["id"])
    assert left["type"] == "room:left"
    assert left["data"] == {"roomId": room["id"]}
    went = await hers.wait("room:user_left")
    assert went["data"]["user"]["id"] == bob.id
    assert went["data"]["count"] == 1
    assert not his.all("room:user_joined")  # nobody is told of themselves


async def test_a_second_tab_comes_and_goes_unnoticed(house, alice, bob):
    room = alice.new_room()
    hers = await house.enter(alice, room)
    await house.enter(bob, room)
    await hers.next("room:user_joined")
    second = await house.enter(bob, room)
    await second.ask("room:leave", roomId=room["id"])
    await second.close()
    await hers.settle()
    assert not hers.all("room:user_joined")
    assert not hers.all("room:user_left")


@pytest.mark.slow
async def test_a_reload_is_no_leaving_but_an_absence_is(house, alice, bob):
    room = alice.new_room()
    hers = await house.enter(alice, room)
    his = await house.enter(bob, room)
    await hers.next("room:user_joined")
    await his.close()
    again = await house.enter(bob, room)
    await hers.settle()
    assert not hers.all("room:user_left")
    assert not hers.all("room:user_joined")

    began_s = time.monotonic()
    await again.close()
    await hers.wait("room:user_left")
    assert 4 < time.monotonic() - began_s < 9


async def test_leaving_a_room_one_is_not_in_changes_nothing(house, alice):
    client = await house.enter(alice)
    assert (await client.ask("room:leave", roomId="no-such"))["type"] == "room:left"


async def test_who_has_left_hears_nothing_more_of_the_room_but_its_activity(house, alice, bob):
    room = alice.new_room()
    hers, his = await house.enter(alice, room), await house.enter(bob, room)
    await his.ask("room:leave", roomId=room["id"])
    await hers.ask("message:send", roomId=room["id"], content="alone")
    await his.settle()
    assert not his.all("message:new")


# --- connection:recover ----------------------------------------------------------------------------
async def test_recovering_answers_each_room_and_hears_it_from_then_on(house, alice, bob):
    rooms = [alice.new_room() for _ in range(3)]
    for room in rooms:
        alice.post(f"/rooms/{room['id']}/messages", {"content": "missed"})
    hidden = alice.new_room(isPrivate=True)
    his = await house.enter(bob)
    epoch = his.all("auth:ok")[0]["epoch"]
    wanted = [{"roomId": room["id"], "lastSeenSeq": 0} for room in [*rooms, hidden]]
    await his.send("connection:recover", "r1", rooms=wanted, epoch=epoch)
    refused = await his.wait(lambda f: f["type"] == "connection:missed" and f["data"]["error"])

    missed = his.all("connection:missed")
    assert [m["roomId"] for m in missed] == [room["id"] for room in [*rooms, hidden]]
    assert all(frame["id"] == "r1" for frame in his.heard if frame["type"] == "connection:missed")
    for part in missed[:3]:
        assert part["error"] is None
        assert part["recovered"] is True
        assert part["upTo"] == part["lastSeq"] == 1
        assert part["more"] is False
        assert [m["content"] for m in part["messages"]] == ["missed"]
    assert refused["data"]["error"]["code"] == "NOT_FOUND"

    alice.post(f"/rooms/{rooms[2]['id']}/messages", {"content": "live"})
    live = await his.wait("message:new")
    assert live["data"]["message"]["content"] == "live"


async def test_recovering_one_room_needs_no_list(house, alice):
    room = alice.new_room()
    client = await house.enter(alice)
    missed = await client.ask("connection:recover", roomId=room["id"], lastSeenSeq=0)
    assert missed["data"] == {
        "roomId": room["id"], "messages": [], "upTo": 0, "lastSeq": 0, "recovered": True,
        "epoch": client.all("auth:ok")[0]["epoch"], "more": False, "error": None,
    }  # fmt: skip


# --- messages --------------------------------------------------------------------------------------
async def test_a_message_is_acknowledged_and_everybody_hears_it(house, alice, bob):
    room = alice.new_room()
    hers, his = await house.enter(alice, room), await house.enter(bob, room)
    ack = await his.ask("message:send", roomId=room["id"], content="  hello \n", nonce="n1")

    assert ack["type"] == "message:ack"
    data = ack["data"]
    assert (data["roomId"], data["seq"], data["changeSeq"], data["nonce"]) == (
        room["id"],
        1,
        1,
        "n1",
    )
    for client in (hers, his):
        message = (await client.wait("message:new"))["data"]["message"]
        assert (message["id"], message["createdAt"]) == (data["id"], data["createdAt"])
        assert message["sender"]["id"] == bob.id
        assert message["nonce"] == "n1"
        assert message["type"] == "user"
        assert message["edited"] is message["pinned"] is False
        assert message == bob.get(f"/messages/{data['id']}")["data"]
    assert "id" not in await hers.wait("message:new")


async def test_without_a_nonce_the_server_makes_one(house, bob):
    room = bob.new_room()
    client = await house.enter(bob, room)
    acks = [await client.ask("message:send", roomId=room["id"], content="same") for _ in range(2)]
    nonces = {ack["data"]["nonce"] for ack in acks}
    assert len(nonces) == 2
    assert all(nonces)


async def test_the_same_nonce_is_one_message_and_one_ack(house, bob):
    room = bob.new_room()
    one, two = await house.enter(bob, room), await house.enter(bob, room)
    acks = await asyncio.gather(
        *(
            client.ask("message:send", roomId=room["id"], content="once", nonce="n")
            for client in (one, two) * 5
        )
    )
    assert len({json.dumps(ack["data"], sort_keys=True) for ack in acks}) == 1
    assert [m["seq"] for m in bob.history(room["id"])] == [1]

    message_id = acks[0]["data"]["id"]
    await one.ask("message:edit", messageId=message_id, content="once, edited")
    again = await one.ask("message:send", roomId=room["id"], content="once", nonce="n")
    assert again["data"] == acks[0]["data"]  # the first message's ack, whatever happened since
    other = await one.error("message:send", roomId=room["id"], content="other", nonce="n")
    assert other["code"] == "CONFLICT"


async def test_edits_and_deletions_are_acknowledged_and_heard(house, alice, bob):
    room = alice.new_room()
    hers, his = await house.enter(alice, room), await house.enter(bob, room)
    sent = (await his.ask("message:send", roomId=room["id"], content="helo"))["data"]

    ack = await his.ask("message:edit", messageId=sent["id"], content="hello")
    assert ack["type"] == "message:ack"
    assert ack["data"] == sent | {"changeSeq": 2}
    updated = (await hers.wait("message:updated"))["data"]["message"]
    assert (updated["content"], updated["edited"], updated["seq"], updated["changeSeq"]) == (
        "hello", True, 1, 2,
    )  # fmt: skip

    ack = await his.ask("message:delete", messageId=sent["id"])
    assert ack["data"] == sent | {"changeSeq": 3}
    deleted = (await hers.wait("message:deleted"))["data"]
    assert {k: deleted[k] for k in ("id", "roomId", "seq", "changeSeq")} == {
        "id": sent["id"], "roomId": room["id"], "seq": 1, "changeSeq": 3,
    }  # fmt: skip
    assert deleted["deletedAt"]


async def test_what_changes_nothing_takes_no_number_and_is_not_told(house, alice, bob):
    room = alice.new_room()
    hers, his = await house.enter(alice, room), await house.enter(bob, room)
    sent = (await his.ask("message:send", roomId=room["id"], content="same"))["data"]
    assert (await his.ask("message:edit", messageId=sent["id"], content="same"))["data"] == sent
    gone = [(await his.ask("message:delete", messageId=sent["id"]))["data"] for _ in range(2)]
    assert gone[0] == gone[1]
    await hers.settle()
    assert not hers.all("message:updated")
    assert len(hers.all("message:deleted")) == 1
    assert (await hers.ask("ping"))["data"]["heads"][room["id"]] == 2


async def test_a_deleted_message_is_gone_for_edits(house, bob):
    room = bob.new_room()
    client = await house.enter(bob, room)
    sent = (await client.ask("message:send", roomId=room["id"], content="x"))["data"]
    await client.ask("message:delete", messageId=sent["id"])
    assert (await client.error("message:edit", messageId=sent["id"], content="y"))["code"] == "GONE"


async def test_nobody_edits_anothers_words_and_only_staff_deletes_them(house, alice, bob):
    room = alice.new_room()
    hers, his = await house.enter(alice, room), await house.enter(bob, room)
    of_alice = (await hers.ask("message:send", roomId=room["id"], content="hers"))["data"]
    of_bob = (await his.ask("message:send", roomId=room["id"], content="his"))["data"]

    for type_ in ("message:edit", "message:delete"):
        error = await his.error(type_, messageId=of_alice["id"], content="mine")
        assert error["code"] == "FORBIDDEN"
    error = await hers.error("message:edit", messageId=of_bob["id"], content="hers")
    assert error["code"] == "FORBIDDEN"
    assert (await hers.ask("message:delete", messageId=of_bob["id"]))["type"] == "message:ack"


@pytest.mark.parametrize("message_id", ["01900000-0000-7000-8000-000000000000", "x", "1e30", "'"])
async def test_an_unknown_message_is_not_found(house, mallory, message_id):
    client = await house.enter(mallory)
    for type_ in ("message:edit", "message:delete"):
        error = await client.error(type_, messageId=message_id, content="x")
        assert error["code"] == "NOT_FOUND"


@pytest.mark.parametrize("content", ["", " \n\t", "\u200b\u2060", "x" * 4001])
async def test_words_that_are_none_or_too_many_are_refused(house, mallory, content):
    room = mallory.new_room()
    client = await house.enter(mallory, room)
    sent = (await client.ask("message:send", roomId=room["id"], content="x"))["data"]
    for error in (
        await client.error("message:send", roomId=room["id"], content=content),
        await client.error("message:edit", messageId=sent["id"], content=content),
    ):
        assert error["code"] == "VALIDATION_ERROR"
        assert [detail["field"] for detail in error["details"]] == ["content"]


@pytest.mark.parametrize("content", ["x" * 4000, "é🎉", "<script>", "\\", '"', "a\u0301" * 9])
async def test_any_other_words_arrive_as_they_were(house, mallory, content):
    room = mallory.new_room()
    client = await house.enter(mallory, room)
    await client.ask("message:send", roomId=room["id"], content=content)
    assert (await client.wait("message:new"))["data"]["message"]["content"] == content


async def test_an_answer_stays_in_its_room(house, alice):
    here, there = alice.new_room(), alice.new_room()
    client = await house.enter(alice, here, there)
    first = (await client.ask("message:send", roomId=here["id"], content="?"))["data"]
    reply = await client.ask("message:send", roomId=here["id"], content="!", replyTo=first["id"])
    assert reply["type"] == "message:ack"
    heard = await client.wait(lambda f: f["data"].get("message", {}).get("content") == "!")
    assert heard["data"]["message"]["replyTo"] == first["id"]

    for wrong in (first["id"], "01900000-0000-7000-8000-000000000000", "x"):
        error = await client.error("message:send", roomId=there["id"], content="!", replyTo=wrong)
        assert error["code"] == "VALIDATION_ERROR"
        assert [detail["field"] for detail in error["details"]] == ["replyTo"]


async def test_only_staff_writes_announcements(house):
    admin, bob = house.admin, house.person("bob")
    room = bob.get("/rooms/announcements")["data"]
    his, theirs = await house.enter(bob, room), await house.enter(admin, room)
    assert (await his.error("message:send", roomId=room["id"], content="x"))["code"] == "FORBIDDEN"
    ack = await theirs.ask("message:send", roomId=room["id"], content="hear, hear")
    assert ack["type"] == "message:ack"
    assert (await his.wait("message:new"))["data"]["message"]["content"] == "hear, hear"


async def test_voice_channels_take_no_messages(house, alice):
    room = alice.new_room(type="voice")
    client = await house.enter(alice, room)
    error = await client.error("message:send", roomId=room["id"], content="x")
    assert error["code"] == "VALIDATION_ERROR"


async def test_pipelined_sends_are_acknowledged_in_order(house, bob):
    room = bob.new_room()
    client = await house.enter(bob, room)
    for n in range(60):
        await client.send("message:send", f"m{n}", roomId=room["id"], content=str(n))
    await client.wait(lambda frame: frame.get("id") == "m59")

    acks = [frame for frame in client.heard if frame["type"] == "message:ack"]
    assert [ack["id"] for ack in acks] == [f"m{n}" for n in range(60)]
    assert [ack["data"]["seq"] for ack in acks] == list(range(1, 61))
    await client.settle()
    contents = [data["message"]["content"] for data in client.all("message:new")]
    assert contents == [str(n) for n in range(60)]


async def test_a_commit_that_is_awaited_does_not_hold_up_a_ping(house, bob):
    room = bob.new_room()
    client = await house.enter(bob, room)
    for n in range(20):
        await client.send("message:send", f"m{n}", roomId=room["id"], content=str(n))
    await client.send("ping", "p")
    await client.wait(lambda frame: frame.get("id") == "m19")
    order = [frame.get("id") for frame in client.heard if frame.get("id")]
    assert order.index("p") < order.index("m19")


async def test_what_rest_writes_the_socket_hears_and_the_other_way_round(house, alice, bob):
    room = alice.new_room()
    his = await house.enter(bob, room)
    sent = alice.post(f"/rooms/{room['id']}/messages", {"content": "by REST"})["data"]
    assert (await his.wait("message:new"))["data"]["message"] == sent
    edited = alice.request("PATCH", f"/messages/{sent['id']}", {"content": "again"}).json()["data"]
    assert (await his.wait("message:updated"))["data"]["message"] == edited
    alice.request("DELETE", f"/messages/{sent['id']}")
    assert (await his.wait("message:deleted"))["data"]["changeSeq"] == 3
    await his.ask("message:send", roomId=room["id"], content="by socket")
    assert [m["content"] for m in alice.history(room["id"])] == [None, "by socket"]


# --- ping, room:activity ---------------------------------------------------------------------------
async def test_ping_answers_heads_servers_and_me(house, alice):
    room = alice.new_room()
    client = await house.enter(alice, room)
    await client.ask("message:send", roomId=room["id"], content="x")
    pong = await client.ask("ping")
    assert pong["type"] == "pong"
    assert pong["data"]["heads"][room["id"]] == 1
    servers = [server["id"] for server in client.all("auth:ok")[0]["servers"]]
    assert sorted(pong["data"]["servers"]) == sorted(servers)

    before = pong["data"]["me"]
    alice.request("PATCH", "/users/me", {"displayName": "Alice"})

    async def version():
        return (await client.ask("ping"))["data"]["me"]

    async with asyncio.timeout(10):
        while await version() == before:
            await asyncio.sleep(0.1)


async def test_activity_is_told_of_rooms_not_joined_and_at_most_once_a_second(house, alice, bob):
    room = house.new_channel()
    joined, watching = await house.enter(bob, room), await house.enter(bob)
    hers = await house.enter(alice, room)
    began_s = time.monotonic()
    for n in range(30):
        await hers.ask("message:send", roomId=room["id"], content=str(n))
    await watching.wait(of_type("room:activity", roomId=room["id"], lastSeq=30))
    took_s = time.monotonic() - began_s

    told = [data for data in watching.all("room:activity") if data["roomId"] == room["id"]]
    assert len(told) <= took_s + 1.1
    assert not watching.all("message:new")
    assert not [d for d in joined.all("room:activity") if d["roomId"] == room["id"]]


# --- the end of a session --------------------------------------------------------------------------
async def test_a_logout_ends_the_socket_within_two_seconds_and_nothing_comes_after(
    house, alice, bob
):
    room = alice.new_room()
    his, hers = await house.enter(bob, room), await house.enter(alice, room)
    other = house.person("carol")
    untouched = await house.enter(other, room)
    began_s = time.monotonic()
    assert bob.request("POST", "/auth/logout", {}).status_code == 200
    for n in range(5):
        await hers.ask("message:send", roomId=room["id"], content=str(n))

    assert await his.wait_closed() == 4401
    assert time.monotonic() - began_s < 2
    assert his.heard[-1]["type"] == "session:revoked"
    assert his.heard[-1]["data"] == {}
    assert not his.all("message:new")
    await untouched.settle()


async def test_ending_one_session_leaves_the_others(house, bob):
    client = await house.enter(bob)
    login = {"email": f"{bob.username}@example.com", "password": "correct horse"}
    second = bob.post("/auth/login", login)["data"]["accessToken"]
    other = await house.open()
    session_id = (await other.ask("auth:identify", token=second))["data"]["sessionId"]

    assert bob.request("DELETE", f"/auth/sessions/{session_id}").status_code == 200
    await other.wait("session:revoked")
    assert await other.wait_closed() == 4401
    await client.settle()

    refused = await house.open()
    assert (await refused.ask("auth:identify", token=second))["type"] == "auth:error"


async def test_a_ban_from_the_site_ends_all_sockets(house, bob):
    clients = [await house.enter(bob) for _ in range(2)]
    bob.request("DELETE", "/auth/sessions")  # all the others: none, so nothing happens
    await clients[0].settle()
    bob.request("POST", "/auth/logout", {})
    assert [await client.wait_closed() for client in clients] == [4401, 4401]


# --- new rooms -------------------------------------------------------------------------------------
async def test_a_new_channel_is_told_to_the_server_and_then_watched(house, alice, bob):
    his, hers = await house.enter(bob), await house.enter(alice)
    room = house.new_channel()
    told = await his.wait(lambda f: f["data"].get("room", {}).get("id") == room["id"])
    assert told["type"] == "room:updated"
    assert told["data"]["room"] == room
    await hers.ask("room:join", roomId=room["id"])
    await hers.ask("message:send", roomId=room["id"], content="first")
    await his.wait(of_type("room:activity", roomId=room["id"]))
    assert (await his.ask("ping"))["data"]["heads"][room["id"]] == 1


async def test_a_newcomer_is_told_to_the_server(house, bob):
    his = await house.enter(bob)
    server_id = his.all("auth:ok")[0]["servers"][0]["id"]
    carol = house.person("carol")
    told = await his.wait(
        lambda f: (
            f["type"] == "server:member_joined" and f["data"]["member"]["user"]["id"] == carol.id
        )
    )
    assert told["data"]["serverId"] == server_id
    assert told["data"]["member"]["roles"] == ["member"]
    async with asyncio.timeout(10):  # by its version a client sees whether it missed one
        while (await his.ask("ping"))["data"]["servers"][server_id] < told["data"]["version"]:
            await asyncio.sleep(0.1)


async def test_who_looks_different_is_told_to_those_who_see_them(house, alice, bob):
    his, hers = await house.enter(bob), await house.enter(alice)
    alice.request("PATCH", "/users/me", {"displayName": "Alice the Second"})
    for client in (his, hers):
        told = await client.wait(lambda f: f["type"] == "user:updated" and of_user(alice)(f))
        assert told["data"]["user"]["displayName"] == "Alice the Second"
    seen_by_bob = (await his.wait("user:updated"))["data"]["user"]
    assert seen_by_bob["email"] is None  # one's own eyes only

    room = alice.new_room()
    await his.ask("room:join", roomId=room["id"])
    await hers.ask("room:join", roomId=room["id"])
    came = await his.wait("room:user_joined")
    assert came["data"]["user"]["displayName"] == "Alice the Second"


async def test_a_room_of_ones_own_is_watched_by_all_ones_sockets(house, alice):
    clients = [await house.enter(alice) for _ in range(2)]
    room = alice.new_room(isPrivate=True)
    for client in clients:
        told = await client.wait(lambda f: f["data"].get("room", {}).get("id") == room["id"])
        assert told["type"] == "room:updated"
    alice.post(f"/rooms/{room['id']}/messages", {"content": "x"})
    await clients[1].wait(of_type("room:activity", roomId=room["id"], lastSeq=1))


async def test_a_private_room_is_told_to_nobody_else(house, alice, bob):
    his = await house.enter(bob)
    room = alice.new_room(isPrivate=True)
    hers = await house.enter(alice, room)
    await hers.ask("message:send", roomId=room["id"], content="secret")
    channel = house.new_channel()
    alice.post(f"/rooms/{channel['id']}/messages", {"content": "open"})
    await his.wait(of_type("room:activity", roomId=channel["id"]))  # told in the same breath
    assert not [f for f in his.heard if room["id"] in json.dumps(f)]
    assert room["id"] not in (await his.ask("ping"))["data"]["heads"]
