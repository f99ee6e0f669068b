"""Joining and recovering, with something happening at each step of the answer."""

import asyncio
import json

import pytest

from accounts import sign_in
from accounts.services import register_person
from accounts.sign_in import Caller
from messaging import joining, services
from messaging.services import Draft
from realtime import runtime
from realtime import socket as socket_module
from realtime.closing import Close
from realtime.consumers import GatewayConsumer
from realtime.threads import run_db
from rooms import services as rooms_services
from rooms.models import DatabaseEpoch, RoomMember
from tests.convergence.model import Replica


class Client:
    """The gateway's consumer, with the test for a server. `heard` is what was written."""

    def __init__(self, grant):
        self.grant = grant
        self.inbox = asyncio.Queue()
        self.heard = []
        self.code = None
        self.reads = asyncio.Event()  # cleared: the client no longer reads
        self.reads.set()
        self.consumer = GatewayConsumer()
        scope = {"type": "websocket", "subprotocols": [], "path": "/ws"}
        self.task = asyncio.create_task(self.consumer(scope, self.inbox.get, self._send))
        self.inbox.put_nowait({"type": "websocket.connect"})

    async def _send(self, message):
        await self.reads.wait()
        if message["type"] == "websocket.close":
            self.code = message["code"]
        elif message["type"] == "websocket.send":
            self.heard.append(json.loads(message["text"]))

    def send(self, type_, id_=None, **data):
        text = json.dumps({"type": type_, "id": id_, "data": data})
        self.inbox.put_nowait({"type": "websocket.receive", "text": text})

    async def ask(self, type_, **data):
        id_ = f"c{len(self.heard)}-{type_}"
        self.send(type_, id_, **data)
        return await self.wait(lambda frame: frame.get("id") == id_)

    async def wait(self, wanted, timeout_s=5.0):
        matches = wanted if callable(wanted) else (lambda frame: frame["type"] == wanted)
        async with asyncio.timeout(timeout_s):
            while True:
                for frame in self.heard:
                    if matches(frame):
                        return frame
                await asyncio.sleep(0.005)

    async def leave(self):
        self.reads.set()
        self.inbox.put_nowait({"type": "websocket.disconnect"})
        await self.task


class Scene:
    """A room of alice's with bob in it, and a way to stop joins at their steps."""

    def __init__(self, alice, bob, room):
        self.alice, self.bob, self.room = alice, bob, room
        self.room_id = str(room.pk)
        self.clients = []

    async def client(self, person):
        grant = await run_db(sign_in.open_session, person, caller=Caller("127.0.0.1", "test"))
        made = Client(grant)
        reply = await made.ask("auth:identify", token=made.grant.access_token, protocol=1)
        assert reply["type"] == "auth:ok", reply
        self.clients.append(made)
        return made

    async def say(self, text="hi", person=None):
        await run_db(
            services.send_message,
            person or self.alice,
            room_id=self.room.pk,
            draft=Draft(content=text),
        )

    async def kick(self):
        await run_db(rooms_services.leave_room, self.bob, ref=self.room_id)


@pytest.fixture
def scene_rows(transactional_db, quick_passwords, settings):
    settings.RATE_LIMITS = "off"
    if not DatabaseEpoch.objects.exists():
        rooms_services.renew_epoch()
    alice, bob = (
        register_person(email=f"{name}@example.com", password="correct horse", username=name)
        for name in ("alice", "bob")
    )
    room = rooms_services.create_room(alice, kind="text", name="den", is_private=True)
    RoomMember.objects.create(room=room, user=bob)
    return alice, bob, room


@pytest.fixture
async def scene(scene_rows):
    await runtime.ensure_started()
    made = Scene(*scene_rows)
    yield made
    for client in made.clients:
        await client.leave()
    await runtime.stop()


def at_step(monkeypatch, step, happen):
    """Let `happen()` happen at a step of the next join or recovery."""
    done = []

    async def run_db_and_more(work, *args, **options):
        is_read = work in (joining._read, joining._read_changes) and not done
        if is_read and step == "before the snapshot":
            done.append(True)
            await happen()
        result = await run_db(work, *args, **options)
        if is_read and step == "after the snapshot":
            done.append(True)
            await happen()
        return result

    monkeypatch.setattr(joining, "run_db", run_db_and_more)
    return done


STEPS = ("before the snapshot", "after the snapshot")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("how", ["room:join", "connection:recover", "joining again"])
async def test_what_is_written_during_an_answer_is_heard_exactly_once(
    scene, monkeypatch, step, how
):
    await scene.say("before")
    client = await scene.client(scene.bob)
    replica = Replica(scene.room_id)
    taken = 0

    def take():
        nonlocal taken
        for frame in client.heard[taken:]:
            replica.take(frame["type"], frame["data"], is_asked="id" in frame)
        taken = len(client.heard)

    if how != "room:join":
        await client.ask("room:join", roomId=scene.room_id)
        take()
    await scene.say("between")

    async def happen():
        await scene.say("during, one")
        await scene.say("during, two")
        await asyncio.sleep(0.02)

    done = at_step(monkeypatch, step, happen)
    if how == "connection:recover":
        take()
        await client.ask("connection:recover", **replica.join_frame())
    else:
        await client.ask("room:join", **replica.join_frame())
    await scene.say("after")
    await client.wait(lambda f: f["data"].get("message", {}).get("content") == "after")
    take()
    assert done
    assert replica.cursor == 5
    assert [message["content"] for message in replica.list] == [
        "before",
        "between",
        "during, one",
        "during, two",
        "after",
    ]
    assert (replica.repeated, replica.holes) == (0, 0)


@pytest.mark.parametrize("step", STEPS)
async def test_who_is_removed_while_joining_is_told_so_and_hears_nothing(scene, monkeypatch, step):
    """However late: after `room:removed` comes no `room:joined`, and the join has its answer."""
    client = await scene.client(scene.bob)
    other = await scene.client(scene.alice)
    await other.ask("room:join", roomId=scene.room_id)
    at_step(monkeypatch, step, scene.kick)
    reply = await client.ask("room:join", roomId=scene.room_id)
    assert (reply["type"], reply["data"]["code"]) in [
        ("error", "NOT_FOUND"),
        ("error", "FORBIDDEN"),
    ]
    await scene.say("secret")
    await other.wait("message:new")
    await client.ask("ping")
    assert not {f["type"] for f in client.heard} & {"room:joined", "message:new", "room:activity"}


@pytest.mark.parametrize("step", STEPS)
async def test_who_is_removed_while_recovering_is_told_so_for_that_room(scene, monkeypatch, step):
    client = await scene.client(scene.bob)
    await client.ask("room:join", roomId=scene.room_id)
    await scene.say("seen")
    await client.wait("message:new")
    at_step(monkeypatch, step, scene.kick)
    reply = await client.ask(
        "connection:recover", rooms=[{"roomId": scene.room_id, "lastSeenSeq": 0}]
    )
    assert reply["type"] == "connection:missed"
    assert reply["data"]["error"]["code"] in ("NOT_FOUND", "FORBIDDEN")
    assert reply["data"]["messages"] == []


async def test_who_may_not_read_is_never_shown_as_having_come(scene):
    """A grant remembered from before the kick is believed only until the snapshot."""
    client, other = await scene.client(scene.bob), await scene.client(scene.alice)
    await client.ask("room:join", roomId=scene.room_id)
    await client.ask("room:leave", roomId=scene.room_id)
    await scene.kick()
    await other.ask("room:join", roomId=scene.room_id)
    other.heard.clear()
    reply = await client.ask("room:join", roomId=scene.room_id)
    assert reply["type"] == "error"
    await other.ask("ping")
    assert "room:user_joined" not in [frame["type"] for frame in other.heard]


async def test_what_is_ephemeral_is_heard_from_the_answer_on(scene):
    """Also by a client that has not read its answer yet: it is queued behind it."""
    client, other = await scene.client(scene.bob), await scene.client(scene.alice)
    await other.ask("room:join", roomId=scene.room_id)
    client.reads.clear()
    client.send("room:join", "j", roomId=scene.room_id)
    await other.wait("room:user_joined")
    await other.ask("ping")
    other.send("typing:start", roomId=scene.room_id)
    await other.ask("ping")
    client.reads.set()
    await client.wait("typing:update")
    types = [frame["type"] for frame in client.heard]
    assert types.index("room:joined") < types.index("typing:update")


async def test_who_is_removed_in_the_middle_of_a_long_answer_gets_no_more_of_it(scene):
    for index in range(30):
        await scene.say(f"{index}" + "😀" * 3900)
    client = await scene.client(scene.bob)
    client.reads.clear()
    client.send("room:join", "j", roomId=scene.room_id, lastSeenSeq=0)
    async with asyncio.timeout(5):
        while not client.consumer.socket.joined:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    await scene.kick()
    await asyncio.sleep(0.1)
    client.reads.set()
    await client.ask("ping")
    types = [frame["type"] for frame in client.heard[1:]]
    assert types[-2:] == ["error", "pong"]
    assert types.index("room:removed") > types.index("room:joined")
    assert "connection:missed" not in types


async def test_a_client_that_stops_reading_in_the_middle_of_a_long_answer_is_closed(
    scene, monkeypatch
):
    """Otherwise everything said in the room would be kept for it, for ever."""
    monkeypatch.setattr(socket_module, "STALLED_AFTER_S", 0.2)
    for index in range(30):
        await scene.say(f"{index}" + "😀" * 3900)
    client = await scene.client(scene.bob)
    client.reads.clear()
    client.send("room:join", "j", roomId=scene.room_id, lastSeenSeq=0)
    socket = client.consumer.socket
    async with asyncio.timeout(5):
        while not socket.is_closing:
            await asyncio.sleep(0.01)
    client.reads.set()
    await client.wait(lambda frame: frame.get("id") == "j")
    async with asyncio.timeout(5):
        while client.code is None:
            await asyncio.sleep(0.01)
    assert client.code == Close.TOO_SLOW
    assert runtime.current.hub.feeds == {}


@pytest.mark.parametrize("is_joined", [False, True], ids=["at first", "again"])
@pytest.mark.parametrize("step", ["before it is subscribed", "after the snapshot"])
async def test_a_socket_that_overflows_while_joining_is_not_kept(
    scene, monkeypatch, step, is_joined
):
    client = await scene.client(scene.bob)
    if is_joined:
        await client.ask("room:join", roomId=scene.room_id)
    start_feed = runtime.current.watch.start_feed

    async def overflow():
        client.consumer.socket._max_buffer_bytes = 10
        for _ in range(2):  # one alone would be let through
            client.consumer.socket.send("x" * 100)

    async def start_feed_and_overflow(room_id):
        await start_feed(room_id)
        await overflow()

    if step == "after the snapshot":
        at_step(monkeypatch, step, overflow)
    else:
        monkeypatch.setattr(runtime.current.watch, "start_feed", start_feed_and_overflow)
    client.send("room:join", "j", roomId=scene.room_id)
    async with asyncio.timeout(5):
        while client.code is None:
            await asyncio.sleep(0.01)
    await client.leave()
    scene.clients.remove(client)
    assert client.code == Close.TOO_SLOW
    hub = runtime.current.hub
    assert (hub.feeds, hub.sockets, dict(hub.topics)) == ({}, set(), {})
