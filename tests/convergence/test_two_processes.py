"""What happens on one process is seen on the other, while Redis is there and while it is not."""

import asyncio
import time
from contextlib import ExitStack

import pytest

from scripts.services import private_redis
from tests.convergence.conftest import running
from tests.convergence.load import guests

pytestmark = [pytest.mark.services, pytest.mark.slow]

CUT_WITHIN_S = 2.0
only_with_redis = pytest.mark.parametrize("house", ["with Redis"], indirect=True, scope="module")
HEADROOM = 2  # this machine has two cores and others on them

REMOVE_FROM_SERVER = """
import time
from rooms.models import RoomHead, ServerMember
from rooms.services import remove_from_server
remove_from_server(ServerMember.objects.get(user_id="{user}", server_id="{server}"), reason="kicked")
print("at", time.time(), RoomHead.objects.get(pk="{room}").last_seq)
"""


@pytest.fixture(scope="module", params=["with Redis", "while Redis is away"])
def house(request, tmp_path_factory):
    """Two processes that started with a Redis; in the second round it has gone since."""
    with ExitStack() as stack:
        redis = stack.enter_context(private_redis())
        directory = tmp_path_factory.mktemp("house")
        parlor = stack.enter_context(running(directory, redis_url=redis.url))
        if request.param == "while Redis is away":
            redis.kill()
        parlor.has_redis = request.param == "with Redis"
        yield parlor


@pytest.fixture
async def opened():
    """Clients to be closed at the end."""
    clients = []
    yield clients
    await asyncio.gather(*(client.close() for client in clients))


async def both_in_a_room(parlor, opened, **fields):
    """Two people in a room, one on each process."""
    people = guests(parlor, 2)
    room_id = parlor.person("owner").new_room(**fields)["id"]
    clients = [await person.client(index) for index, person in enumerate(people)]
    for client in clients:
        opened.append(client)
        await client.ask("room:join", roomId=room_id)
        await client.settle()  # what is ephemeral passes by a socket that is being answered
    return people, room_id, clients


def of_user(type_, person, **data):
    """Matches an event of a type about a person."""

    def matches(frame):
        found = frame["data"]
        about = (found.get("user") or {}).get("id")
        return (
            frame["type"] == type_
            and about == person.id
            and all(found[key] == value for key, value in data.items())
        )

    return matches


def seen_as(person, status):
    """Matches a presence update of a person."""
    return lambda frame: (
        frame["type"] == "presence:update"
        and any(
            change["userId"] == person.id and change["status"] == status
            for change in frame["data"]["changes"]
        )
    )


# --- what must reach the other process in any case -------------------------------------------------
async def test_messages_reach_the_other_process(house, opened):
    _, room_id, (here, there) = await both_in_a_room(house, opened)
    ack = await here.ask("message:send", roomId=room_id, content="hello over there")
    heard = await there.wait(
        lambda f: f["type"] in ("message:new", "connection:missed"), 2 * HEADROOM
    )
    if house.has_redis:
        assert heard["data"]["message"]["id"] == ack["data"]["id"]
    else:
        assert [m["id"] for m in heard["data"]["messages"]] == [ack["data"]["id"]]
        assert heard["data"]["upTo"] == ack["data"]["seq"]


async def test_who_has_not_joined_a_room_is_told_that_it_moved_on(house, opened):
    (person,) = guests(house, 1)
    channel = person.get("/servers")["data"][0]["id"]
    general = person.get(f"/servers/{channel}/channels")["data"][0]["id"]
    watching = await person.client(1)
    opened.append(watching)
    writer = await house.person("writer").client(0)
    opened.append(writer)
    await writer.ask("room:join", roomId=general)
    acks = [
        await writer.ask("message:send", roomId=general, content=f"number {index}")
        for index in range(3)
    ]
    last = acks[-1]["data"]["seq"]
    await watching.wait(
        lambda f: (
            f["type"] == "room:activity"
            and f["data"]["roomId"] == general
            and f["data"]["lastSeq"] >= last
        ),
        3 * HEADROOM,
    )
    assert watching.all("message:new") == []
    heads = (await watching.ask("ping"))["data"]["heads"]
    assert heads[general] >= last


@pytest.mark.parametrize("how", ["by signing out", "by ending the session elsewhere"])
async def test_a_sign_in_that_ends_on_one_process_is_cut_on_the_other(house, opened, how):
    person = house.person("alice", process=0)
    other = house.person("bob")
    room_id = person.new_room()["id"]
    client, watching = await person.client(1), await other.client(1)
    opened += [client, watching]
    for each in (client, watching):
        await each.ask("room:join", roomId=room_id)
    session = person.get("/auth/sessions")["data"][0]["id"]
    began = time.monotonic()
    if how == "by signing out":
        answer = await asyncio.to_thread(person.post, "/auth/logout")
    else:
        answer = (
            await asyncio.to_thread(person.request, "DELETE", f"/auth/sessions/{session}")
        ).json()
    assert answer["success"], answer
    code = await client.wait_closed(CUT_WITHIN_S * HEADROOM)
    took = time.monotonic() - began
    assert code == 4401
    assert client.heard[-1]["type"] == "session:revoked"
    assert took < CUT_WITHIN_S * HEADROOM


async def test_who_is_removed_from_a_server_is_cut_on_the_other_process(house, opened):
    """They hear `room:removed`, hear nothing of the room after, and nothing of theirs is written."""
    admin, (member,) = house.admin(), guests(house, 1)
    server = admin.get("/servers")["data"][0]["id"]
    room_id = admin.post("/rooms", {"name": f"board {member.id[-6:]}", "serverId": server})["data"][
        "id"
    ]
    hers, his = await admin.client(0), await member.client(1)
    opened += [hers, his]
    for client in (hers, his):
        await client.ask("room:join", roomId=room_id)
    is_over = asyncio.Event()
    sent = []

    async def keep_writing():
        while not is_over.is_set():
            sent.append(
                await his.ask("message:send", roomId=room_id, content=f"still here {len(sent)}")
            )
            await asyncio.sleep(0.02)

    writing = asyncio.create_task(keep_writing())
    script = REMOVE_FROM_SERVER.format(user=member.id, server=server, room=room_id)
    printed = await asyncio.to_thread(house.manage, "shell", "-c", script)
    _, at, head = printed[printed.index("at ") :].split()[:3]
    await his.wait(
        lambda f: f["type"] == "room:removed" and f["data"]["roomId"] == room_id,
        CUT_WITHIN_S * HEADROOM,
    )
    assert time.time() - float(at) < CUT_WITHIN_S * HEADROOM + 1.0
    is_over.set()
    await writing

    acked = [reply["data"]["seq"] for reply in sent if reply["type"] == "message:ack"]
    refused = {r["data"]["code"] for r in sent if r["type"] == "error"}
    assert acked
    assert max(acked) <= int(head), "written after the removal"
    assert refused <= {"FORBIDDEN", "NOT_FOUND"}
    told = len(his.heard)
    await hers.ask("message:send", roomId=room_id, content="now that he is gone")
    await asyncio.sleep(1.5)
    later = [f["type"] for f in his.heard[told:] if f["data"].get("roomId") == room_id]
    assert later == []
    assert "message:new" not in [frame["type"] for frame in his.heard[told:]]
    again = await his.ask("room:join", roomId=room_id)
    assert (again["type"], again["data"]["code"]) == ("error", "NOT_FOUND")


async def test_who_was_removed_from_a_server_hears_nothing_of_the_server_either(house, opened):
    admin, (member, newcomer) = house.admin(), guests(house, 2)
    server = admin.get("/servers")["data"][0]["id"]
    room_id = admin.get(f"/servers/{server}/channels")["data"][0]["id"]
    his = await member.client(1)
    opened.append(his)
    await his.ask("server:view", serverId=server)
    script = REMOVE_FROM_SERVER.format(user=member.id, server=server, room=room_id)
    await asyncio.to_thread(house.manage, "shell", "-c", script)
    await his.wait("server:removed", CUT_WITHIN_S * HEADROOM)
    told = len(his.heard)
    opened.append(await newcomer.client(1))
    (another,) = await asyncio.to_thread(guests, house, 1)
    assert another.id
    await asyncio.sleep(2.5)
    assert [frame["type"] for frame in his.heard[told:]] == []


REMOVALS = {
    "a kick": lambda at, him: ("DELETE", f"{at}/members/{him}", {}),
    "a ban": lambda at, him: ("PUT", f"{at}/bans/{him}", {}),
    "a hidden channel": lambda at, him: ("PUT", f"{at}#overrides/{him}", {"deny": ["view"]}),
    "a private channel": lambda at, him: ("PATCH", f"{at}#", {"isPrivate": True}),
    "a deleted channel": lambda at, him: ("DELETE", f"{at}#", None),
    "a deleted server": lambda at, him: ("DELETE", at, {"name": "Ours"}),
}


async def ours(house, opened):
    """A server of somebody on process 0, a member on process 1, both in its channel: (owner, at,
    room id, member, the member's socket).
    """
    owner, (member,) = house.person("owner"), guests(house, 1)
    server = owner.post("/servers", {"name": "Ours", "isPublic": False})["data"]["id"]
    at = f"/servers/{server}"
    code = owner.post(f"{at}/invites")["data"]["code"]
    assert member.post(f"/invites/{code}/accept")["success"]
    room_id = owner.post(f"{at}/channels", {"name": "ours"})["data"]["id"]
    client = await member.client(1)
    opened.append(client)
    await client.ask("room:join", roomId=room_id)
    return owner, at, room_id, member, client


@pytest.mark.parametrize("way", REMOVALS)
async def test_every_way_to_lose_a_room_is_a_cut_on_the_other_process(house, opened, way):
    """Within two seconds, also without Redis; nothing of theirs is written after."""
    owner, at, room_id, member, client = await ours(house, opened)
    method, path, body = REMOVALS[way](at, member.id)
    if "#" in path:
        path = f"/rooms/{room_id}/" + path.partition("#")[2]
    began = time.monotonic()
    answer = await asyncio.to_thread(owner.request, method, path.rstrip("/"), body)
    assert answer.status_code == 200, answer.text
    reply = await client.ask("message:send", roomId=room_id, content="still here?")
    assert reply["type"] == "error", reply
    await client.wait(
        lambda f: f["type"] in ("room:removed", "room:deleted") and f["data"]["roomId"] == room_id,
        CUT_WITHIN_S * HEADROOM,
    )
    assert time.monotonic() - began < CUT_WITHIN_S * HEADROOM
    if way in ("a kick", "a ban", "a deleted server"):
        await client.wait("server:removed", CUT_WITHIN_S * HEADROOM)
    again = await client.ask("room:join", roomId=room_id)
    assert again["data"]["code"] == "NOT_FOUND"


async def test_who_is_silenced_writes_nothing_on_any_process_and_later_again(house, opened):
    owner, at, room_id, member, client = await ours(house, opened)
    assert (await client.ask("message:send", roomId=room_id, content="x"))["type"] == "message:ack"
    body = {"seconds": 3}
    await asyncio.to_thread(owner.request, "PUT", f"{at}/timeouts/{member.id}", body)
    reply = await client.ask("message:send", roomId=room_id, content="x")
    assert (reply["type"], reply["data"]["code"]) == ("error", "FORBIDDEN")
    await asyncio.sleep(3.2)  # no job ends it: the clock does
    assert (await client.ask("message:send", roomId=room_id, content="x"))["type"] == "message:ack"


async def test_who_leaves_a_private_room_through_rest_hears_nothing_more(house, opened):
    owner = house.person("owner")
    room_id = owner.new_room(isPrivate=True)["id"]
    client = await owner.client(1)
    opened.append(client)
    await client.ask("room:join", roomId=room_id)
    assert (await asyncio.to_thread(owner.post, f"/rooms/{room_id}/leave"))["success"]
    removed = await client.wait("room:removed", CUT_WITHIN_S * HEADROOM)
    assert removed["data"]["roomId"] == room_id
    reply = await client.ask("message:send", roomId=room_id, content="one more thing")
    assert reply["data"]["code"] in ("FORBIDDEN", "NOT_FOUND")


# --- ephemeral: with Redis ---------------------------------------------------------------------------
@only_with_redis
async def test_typing_is_seen_on_the_other_process_and_ends_by_itself(house, opened):
    (person, _), room_id, (here, there) = await both_in_a_room(house, opened)
    await here.send("typing:start", roomId=room_id)
    await there.wait(of_user("typing:update", person, isTyping=True), 2 * HEADROOM)
    await there.wait(of_user("typing:update", person, isTyping=False), 7 + 2 * HEADROOM)
    assert here.all("typing:update") == []


@only_with_redis
async def test_who_comes_and_goes_is_seen_on_the_other_process(house, opened):
    people, room_id, (here, there) = await both_in_a_room(house, opened)
    await here.wait(of_user("room:user_joined", people[1]), 2 * HEADROOM)
    joined = await there.wait("room:joined")
    assert {p["user"]["id"] for p in joined["data"]["participants"]} == {p.id for p in people}
    await there.ask("room:leave", roomId=room_id)
    await here.wait(of_user("room:user_left", people[1]), 2 * HEADROOM)


@only_with_redis
async def test_presence_is_seen_on_the_other_process(house, opened):
    watching_one, person = guests(house, 2)
    watching = await watching_one.client(0)
    opened.append(watching)
    server = person.get("/servers")["data"][0]["id"]
    await watching.ask("server:view", serverId=server)
    client = await person.client(1)
    await watching.wait(seen_as(person, "online"), 3 * HEADROOM)
    await client.ask("presence:set", status="dnd", customStatus="thinking")
    await watching.wait(seen_as(person, "dnd"), 3 * HEADROOM)
    await client.close()
    await watching.wait(seen_as(person, "offline"), 8 * HEADROOM)


@only_with_redis
@pytest.mark.parametrize("back_on", [1, 0], ids=["on the same process", "on the other process"])
async def test_a_reload_is_no_absence(house, opened, back_on):
    """Away for two seconds: nobody is told that they left, or came."""
    watching_one, person = guests(house, 2)
    server = person.get("/servers")["data"][0]["id"]
    room_id = house.person("owner").new_room()["id"]
    watchers = [await watching_one.client(process) for process in (0, 1)]
    opened += watchers
    for watcher in watchers:
        await watcher.ask("room:join", roomId=room_id)
        await watcher.ask("server:view", serverId=server)
    client = await person.client(1)
    await client.ask("room:join", roomId=room_id)
    for watcher in watchers:
        await watcher.wait(of_user("room:user_joined", person), 3 * HEADROOM)
        await watcher.wait(seen_as(person, "online"), 3 * HEADROOM)
        watcher.heard.clear()

    client.ws.transport.abort()
    await asyncio.sleep(2)
    client = await person.client(back_on)
    opened.append(client)
    await client.ask("room:join", roomId=room_id)
    await asyncio.sleep(7)  # longer than anybody lingers

    for watcher in watchers:
        flaps = [f for f in watcher.heard if of_user("room:user_left", person)(f)]
        flaps += [f for f in watcher.heard if of_user("room:user_joined", person)(f)]
        flaps += [f for f in watcher.heard if seen_as(person, "offline")(f)]
        assert flaps == []


@only_with_redis
@pytest.mark.parametrize("pause_s", [0.0, 0.1], ids=["all at once", "one by one"])
async def test_the_twenty_first_socket_over_both_processes_closes_the_oldest(
    house, opened, pause_s
):
    person = house.person("busy")
    clients = []
    for index in range(21):
        clients.append(await person.client(index % 2))
        await asyncio.sleep(pause_s)
    opened += clients
    assert await clients[0].wait_closed(5 * HEADROOM) == 4409
    await asyncio.sleep(2)
    assert [client.closed for client in clients[1:]] == [None] * 20
