"""The watch: what the doorbell never told is found in the database, and nobody is left deaf."""

import asyncio
import json

import pytest
from django.db import OperationalError

from api.payloads import Payload, Person
from realtime import wire
from realtime.closing import Close
from realtime.hub import Hub
from realtime.protocol import event, events
from realtime.socket import Socket
from realtime.sources import Activity, Head, Page, sources
from realtime.watch import Watch

PULSE_S = 0.02

if "test:missed" not in events:

    @event("test:missed")
    class Missed(Payload):
        """Stands for connection:missed, which the floor above defines."""

        up_to: int


class Database:
    """What the sources would read, by hand."""

    def __init__(self):
        self.rooms = {}  # id → [head, access version, readers]
        self.ended = []
        self.servers = {"s": [1, {"ann", "ben"}]}  # id → [version, members]
        self.is_away = False
        self.reads = 0
        self.activity = Activity(0, None, {})
        self.asked = []  # about what is new: (since, unsure)
        self.before_answer = lambda: None  # in the reading thread

    def _read(self):
        self.reads += 1
        self.before_answer()
        if self.is_away:
            raise OperationalError("no route to host")

    def heads(self, room_ids):
        self._read()
        return {i: Head(*self.rooms[i][:2]) for i in room_ids if i in self.rooms}

    def changes_after(self, room_id, number):
        self._read()
        head = self.rooms[room_id][0]
        middle = (number + head) // 2
        ends = [middle, head] if number < middle < head else [head]
        return [Page(up_to, Missed(up_to=up_to)) for up_to in ends]

    def server_versions(self, servers):
        return {server: self.servers[server][0] for server in servers}

    def members(self, server_id, user_ids):
        self._read()
        return set(user_ids) & self.servers[server_id][1]

    def readers(self, asked):
        self._read()
        return {room_id: set(users) & self.rooms[room_id][2] for room_id, users in asked.items()}

    def what_is_new(self, since, unsure):
        self._read()
        self.asked.append((dict(since), unsure))
        return dict.fromkeys(since, self.activity)


@pytest.fixture
def database(monkeypatch):
    made = Database()
    monkeypatch.setattr(sources, "activity", made.what_is_new)
    for name in ("heads", "changes_after", "readers"):
        monkeypatch.setattr(sources, name, getattr(made, name))
    monkeypatch.setattr(sources, "sessions_ended_within", lambda seconds: made.ended)
    monkeypatch.setattr(sources, "people_changed_within", lambda seconds: {})
    monkeypatch.setattr(sources, "server_versions", made.server_versions)
    monkeypatch.setattr(sources, "members", made.members)
    made.rooms["r"] = [0, 1, {"ann", "ben"}]
    return made


@pytest.fixture
async def watch(database):
    hub = Hub("here", 20)
    made = Watch(hub, PULSE_S)
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


class Client:
    """A real Socket, and what reached its client."""

    def __init__(self, hub, user_id="ann", watched=(), servers=()):
        self.frames = []
        self.socket = Socket(self._send, 1024 * 1024)
        self.socket.user_id, self.socket.session_id = user_id, f"session of {user_id}"
        self.socket.person = Person(
            id=user_id, username=user_id, display_name=user_id, avatar_url=None
        )
        self.socket.watched, self.socket.servers = set(watched), set(servers)
        self.code = None
        hub.add(self.socket)

    async def _send(self, message):
        if message["type"] == "websocket.close":
            self.code = message["code"]
        else:
            self.frames.append(json.loads(message["text"]))

    def types(self):
        return [frame["type"] for frame in self.frames]


def numbered(number, room_id="r"):
    return wire.Numbered(room_id, number, json.dumps({"type": "one", "data": number}))


async def join(watch, client, head=None, room_id="r"):
    """What joining does, with a snapshot at `head` (or at the feed's)."""
    await watch.start_feed(room_id)
    watch.hub.hold(client.socket, room_id)
    watch.hub.release(
        client.socket, room_id, watch.hub.feed(room_id).delivered if head is None else head
    )


async def until(holds, timeout_s=5.0):
    async with asyncio.timeout(timeout_s):
        while not holds():
            await asyncio.sleep(0.005)


# --- holes -----------------------------------------------------------------------------------------
async def test_a_message_no_doorbell_rang_for_is_found_by_the_head(watch, database):
    client = Client(watch.hub)
    await join(watch, client)
    database.rooms["r"][0] = 4
    await until(lambda: client.frames)
    await until(lambda: watch.hub.feed("r").delivered == 4)
    assert {frame["type"] for frame in client.frames} == {"test:missed"}
    assert [frame["data"]["upTo"] for frame in client.frames] == [2, 4]


async def test_a_hole_is_waited_for_a_moment_and_then_read(watch, database):
    client = Client(watch.hub)
    await join(watch, client)
    database.rooms["r"][0] = 3
    watch.hub.take(numbered(3))
    await until(lambda: watch.hub.feed("r").delivered == 3)
    watch.hub.take(numbered(1))
    watch.hub.take(numbered(2))
    watch.hub.take(numbered(4))
    await until(lambda: "one" in client.types())
    assert [frame["data"] for frame in client.frames if frame["type"] == "one"] == [4]


async def test_numbers_a_little_out_of_order_cost_no_reading_of_rows(watch, database, monkeypatch):
    read = []
    monkeypatch.setattr(sources, "changes_after", lambda room, number: read.append(number) or [])
    client = Client(watch.hub)
    await join(watch, client)
    for number in (2, 1, 4, 3):
        watch.hub.take(numbered(number))
    await until(lambda: len(client.frames) == 4)
    await asyncio.sleep(0.2)
    assert read == []


async def test_a_hole_that_cannot_be_read_is_read_when_the_database_is_back(watch, database):
    client = Client(watch.hub)
    await join(watch, client)
    database.is_away = True
    watch.hub.take(numbered(2))
    await asyncio.sleep(0.3)
    assert client.frames == []
    database.rooms["r"][0] = 2
    database.is_away = False
    await until(lambda: watch.hub.feed("r").delivered == 2)
    assert client.types()[-1] == "test:missed"


async def test_frames_that_come_while_a_hole_is_read_follow_it(watch, database):
    client = Client(watch.hub)
    await join(watch, client)
    loop = asyncio.get_running_loop()
    database.rooms["r"][0] = 2

    def meanwhile():
        if watch.hub.feeds["r"].is_filling:
            loop.call_soon_threadsafe(watch.hub.take, numbered(3))
            loop.call_soon_threadsafe(watch.hub.take, numbered(1))

    database.before_answer = meanwhile
    await until(lambda: watch.hub.feeds["r"].delivered == 3)
    await until(lambda: "one" in client.types())
    shown = [f["data"] if f["type"] == "one" else f"≤{f['data']['upTo']}" for f in client.frames]
    assert shown == ["≤1", "≤2", 3]


# --- beginning -------------------------------------------------------------------------------------
async def test_a_room_left_by_its_last_socket_while_another_comes_does_not_leave_that_one_deaf(
    watch, database
):
    """The feed is thrown away while its first head is being read for somebody else."""
    leaving, coming = Client(watch.hub, "ann"), Client(watch.hub, "ben")
    loop = asyncio.get_running_loop()

    def leave():
        loop.call_soon_threadsafe(watch.hub.leave, leaving.socket, "r")

    database.before_answer = leave
    await join(watch, coming, head=0)
    database.before_answer = lambda: None
    watch.hub.take(numbered(1))
    await until(lambda: coming.types() == ["one"])


async def test_two_that_come_first_at_once_share_a_feed(watch, database):
    clients = [Client(watch.hub, name) for name in ("ann", "ben")]
    await asyncio.gather(*(join(watch, client) for client in clients))
    watch.hub.take(numbered(1))
    await until(lambda: all(client.types() == ["one"] for client in clients))


async def test_a_join_that_fails_for_want_of_a_database_leaves_nothing_behind(watch, database):
    database.is_away = True
    with pytest.raises(OperationalError):
        await watch.start_feed("r")
    assert watch.hub.feeds == {}


# --- access ----------------------------------------------------------------------------------------
async def test_who_may_no_longer_read_is_cut_without_a_doorbell(watch, database):
    ann, ben = Client(watch.hub, "ann"), Client(watch.hub, "ben", watched=["r"])
    await join(watch, ann)
    await asyncio.sleep(3 * PULSE_S)
    database.rooms["r"][1:] = [2, {"ann"}]
    await until(lambda: "room:removed" in ben.types())
    assert ann.types() == []
    assert watch.hub.topics.get("watch:r") is None


async def test_a_hundred_rooms_whose_access_changed_are_asked_about_once(watch, database):
    rooms = {f"r{number}": [0, 1, {"ann"}] for number in range(100)}
    database.rooms |= rooms
    ann, ben = (Client(watch.hub, name, watched=list(rooms)) for name in ("ann", "ben"))
    await asyncio.sleep(5 * PULSE_S)
    asked, read = [], sources.readers
    sources.readers = lambda wanted: asked.append(wanted) or read(wanted)
    for room in rooms.values():
        room[1] = 2
    await until(lambda: len(ben.types()) == 100)
    assert len(asked) == 1
    assert ann.types() == []


async def test_a_change_of_access_is_not_forgotten_when_the_database_goes_away_then(
    watch, database, monkeypatch
):
    """The new version was read, the readers could not be."""
    ann = Client(watch.hub, "ann")
    await join(watch, ann)
    await asyncio.sleep(3 * PULSE_S)
    tries = []

    def readers(asked):
        tries.append(asked)
        if len(tries) == 1:
            raise OperationalError("the server is going down")
        return {room_id: set() for room_id in asked}

    monkeypatch.setattr(sources, "readers", readers)
    database.rooms["r"][1] = 2
    await until(lambda: "room:removed" in ann.types())


async def test_who_no_longer_belongs_to_a_server_is_cut_from_it_without_a_doorbell(watch, database):
    ann, ben = Client(watch.hub, "ann", servers=["s"]), Client(watch.hub, "ben", servers=["s"])
    watch.know({}, {"s": 1}, {})
    await asyncio.sleep(3 * PULSE_S)
    database.is_away = True  # the first try fails
    database.servers["s"] = [2, {"ann"}]
    await asyncio.sleep(3 * PULSE_S)
    database.is_away = False
    await until(lambda: "server:removed" in ben.types())
    watch.hub.take(wire.Cast("server:s", '{"type": "news", "data": 1}'))
    await until(lambda: ann.types() == ["news"])
    assert ben.types() == ["server:removed"]


async def test_a_room_that_is_gone_is_taken_away(watch, database):
    ann = Client(watch.hub, "ann")
    await join(watch, ann)
    del database.rooms["r"]
    await until(lambda: "room:deleted" in ann.types())
    assert ann.frames[-1]["data"] == {"roomId": "r", "version": None}
    assert watch.hub.feeds == {}


async def test_a_sign_in_that_ended_is_cut_without_a_doorbell(watch, database):
    ann, ben = Client(watch.hub, "ann"), Client(watch.hub, "ben")
    database.ended = ["session of ann"]
    await until(lambda: ann.code is not None)
    assert (ann.code, ann.types()) == (Close.NOT_AUTHENTICATED, ["session:revoked"])
    assert ben.code is None


# --- the watch itself ------------------------------------------------------------------------------
async def test_the_watch_outlives_a_database_that_is_away_and_its_own_mistakes(
    watch, database, monkeypatch
):
    client = Client(watch.hub)
    await join(watch, client)
    database.is_away = True
    await asyncio.sleep(3 * PULSE_S)
    database.is_away = False
    monkeypatch.setattr(sources, "sessions_ended_within", lambda seconds: 1 / 0)
    await asyncio.sleep(3 * PULSE_S)
    monkeypatch.setattr(sources, "sessions_ended_within", lambda seconds: [])
    database.rooms["r"][0] = 1
    await until(lambda: client.frames)


async def test_who_watches_a_room_is_told_that_it_moved_on(watch, database):
    watching, inside = Client(watch.hub, "ann", watched=["r"]), Client(watch.hub, "ben", ["r"])
    await join(watch, inside)
    watch.hub.take(numbered(1))
    watch.hub.take(numbered(2))
    database.activity = Activity(2, "ben", {"ann": 1})
    await watch.tell_activity()
    await watch.tell_activity()
    await until(lambda: watching.frames)
    assert [frame["data"] for frame in watching.frames] == [
        {"roomId": "r", "lastSeq": 2, "newestSeq": 2, "newestBy": "ben", "mentions": 1}
    ]
    assert database.asked == [({"r": 0}, {"r": []})]
    assert "room:activity" not in inside.types()


async def test_a_count_of_mentions_is_looked_at_again_until_there_are_none(watch, database):
    watching, inside = Client(watch.hub, "ann", watched=["r"]), Client(watch.hub, "ben", ["r"])
    await join(watch, inside)
    for number, count in enumerate([2, 0, 0], start=1):
        database.activity = Activity(number, "ben", {"ann": count} if number < 3 else {})
        watch.hub.take(numbered(number))
        await watch.tell_activity()
    await until(lambda: len(watching.frames) == 3)
    assert [frame["data"]["mentions"] for frame in watching.frames] == [2, 0, 0]
    assert [unsure["r"] for _, unsure in database.asked] == [[], ["ann"], []]


async def test_activity_waits_for_a_database_that_is_away(watch, database):
    watching, inside = Client(watch.hub, "ann", watched=["r"]), Client(watch.hub, "ben", ["r"])
    await join(watch, inside)
    watch.hub.take(numbered(1))
    database.is_away = True
    with pytest.raises(OperationalError):
        await watch.tell_activity()
    watch.hub.take(numbered(2))
    database.is_away = False
    await watch.tell_activity()
    await until(lambda: watching.frames)
    assert len(watching.frames) == 1
    assert database.asked[-1] == ({"r": 0}, {"r": []})


async def test_memory_of_rooms_nobody_looks_at_is_let_go(watch, database):
    client = Client(watch.hub)
    await join(watch, client)
    watch.hub.take(numbered(1))
    watch.hub.leave(client.socket, "r")
    await until(lambda: "r" not in watch.hub.heads)
    assert watch._access_versions == {}


async def test_a_reader_too_slow_is_dropped_in_the_middle_of_a_delivery_and_others_hear_all(watch):
    slow_ones = [Client(watch.hub, f"slow {index}") for index in range(3)]
    quick = [Client(watch.hub, f"quick {index}") for index in range(3)]
    for slow in slow_ones:
        slow.socket._max_buffer_bytes = 10
        slow.socket.on_overflow = watch.hub.remove
    for client in [*slow_ones, *quick]:
        await join(watch, client)
        watch.hub.hear(client.socket, "server:s")
    watch.hub.take(wire.Cast("server:s", '{"type": "news", "data": 1}'))
    watch.hub.take(numbered(1))
    await until(lambda: all(client.types() == ["news", "one"] for client in quick))
    await until(lambda: all(slow.code == Close.TOO_SLOW for slow in slow_ones))
    assert {s.user_id for s in watch.hub.sockets} == {c.socket.user_id for c in quick}
