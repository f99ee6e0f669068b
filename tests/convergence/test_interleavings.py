"""Show 5: joining, recovering, writing and leaving in any order, against real servers.

Hypothesis chooses what three clients do in two rooms, and when each of them reads what it was sent;
the reference client (model.py) objects to the first frame that breaks a promise.
"""

import asyncio
import contextlib
import itertools
import json
from collections import deque
from urllib.parse import urlsplit
from uuid import uuid4

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from scripts.testing import with_services
from tests.convergence.load import guests
from tests.convergence.model import Replica, as_all_see

CLIENTS = st.integers(0, 2)
ROOMS = st.integers(0, 1)
EMOJI = st.sampled_from(["👍", "👍", "🎉", "❤️"])
CURSORS = st.sampled_from(["right", "right", "old", "future", "other epoch"])
# What is drawn must not depend on what a server has answered so far, so choices are reduced to what
# there is when they are used.
PICKS = st.integers(0, 10_000)
SETTLE_WITHIN_S = 20.0


class Hand:
    """One client moved step by step: what arrives waits in `inbox` until it is read."""

    def __init__(self, person, url, room_ids):
        self.person, self.url = person, url
        self.replicas = {room_id: Replica(room_id) for room_id in room_ids}
        self.inbox = deque()
        self.ws = self.reader = None
        self.ids = itertools.count(1)
        self.unacked = {}  # nonce → data of the send
        self.own = {}  # id → room of acknowledged messages
        self.asked = {}  # frame id → frame type
        self.errors = []

    @property
    def is_connected(self):
        return self.ws is not None

    async def come(self):
        ws_url = urlsplit(self.url)._replace(scheme="ws", path="/ws").geturl()
        self.ws = await connect(ws_url, max_size=None, compression=None)
        self.reader = asyncio.create_task(self._listen(self.ws))
        for replica in self.replicas.values():
            replica.disconnected()
        await self.send("auth:identify", token=self.person.token, protocol=1)

    async def _listen(self, ws):
        with contextlib.suppress(ConnectionClosed):
            async for text in ws:
                self.inbox.append(json.loads(text))

    async def go(self, is_abrupt):
        """Frames that were not read are lost with the connection."""
        if is_abrupt:
            self.ws.transport.abort()
        else:
            await self.ws.close()
        await self.reader
        self.ws = None
        self.inbox.clear()

    async def send(self, type_, **data):
        id_ = f"c{next(self.ids)}"
        self.asked[id_] = type_
        await self.ws.send(json.dumps({"type": type_, "id": id_, "data": data}))
        return id_

    def read(self, at_most):
        """Process so many of the frames that have come."""
        for _ in range(min(at_most, len(self.inbox))):
            self._take(self.inbox.popleft())

    def _take(self, frame):
        type_, data = frame["type"], frame["data"]
        if type_ == "message:ack" and data["nonce"] in self.unacked:
            del self.unacked[data["nonce"]]
            self.own[data["id"]] = data["roomId"]
        if type_ == "error":
            self.errors.append((self.asked[frame["id"]], data["code"]))
            return
        if type_ == "room:joined":
            room_id = data["room"]["id"]
        else:
            room_id = data.get("roomId") or data.get("message", {}).get("roomId")
        if room_id in self.replicas:
            self.replicas[room_id].take(type_, data, is_asked="id" in frame)

    async def settle(self):
        """Wait until the server has answered everything, and read it."""
        id_ = await self.send("ping")
        async with asyncio.timeout(SETTLE_WITHIN_S):
            while not any(frame.get("id") == id_ for frame in self.inbox):
                await asyncio.sleep(0.002)
        self.read(len(self.inbox))


class Interleavings(RuleBasedStateMachine):
    """Three clients, two rooms. `parlor`, `people` and `loop` are set by the test."""

    parlor = people = loop = None
    frames = 0

    @initialize()
    def begin(self):
        owner = self.people[0]
        self.rooms = [owner.new_room("any order")["id"] for _ in range(2)]
        urls = [process.url for process in self.parlor.processes]
        self.hands = [
            Hand(person, urls[index % len(urls)], self.rooms)
            for index, person in enumerate(self.people[1:])
        ]
        self.texts = itertools.count(1)
        for hand in self.hands:
            self.run(hand.come())
            for room_id in self.rooms:
                self.run(hand.send("room:join", roomId=room_id))

    def run(self, work):
        return self.loop.run_until_complete(work)

    def connected(self, client):
        hand = self.hands[client]
        return hand if hand.is_connected else None

    def cursor_of(self, replica, kind, pick):
        """What the client claims to have: the truth, less than it has, or nonsense."""
        if replica.cursor is None:
            return {"roomId": replica.room_id}
        claim = replica.join_frame()
        if kind == "old":
            claim["lastSeenSeq"] = pick % (replica.cursor + 1)
        elif kind == "future":
            claim["lastSeenSeq"] = replica.cursor + 10_000
        elif kind == "other epoch":
            claim["epoch"] = str(uuid4())
        return claim

    # --- what clients do ---------------------------------------------------------------------------
    @rule(client=CLIENTS, room=ROOMS, kind=CURSORS, pick=PICKS)
    def join(self, client, room, kind, pick):
        if hand := self.connected(client):
            replica = hand.replicas[self.rooms[room]]
            self.run(hand.send("room:join", **self.cursor_of(replica, kind, pick)))

    @rule(client=CLIENTS, room=ROOMS, kind=CURSORS, pick=PICKS)
    def recover(self, client, room, kind, pick):
        hand = self.connected(client)
        if hand and hand.replicas[self.rooms[room]].cursor is not None:
            claim = self.cursor_of(hand.replicas[self.rooms[room]], kind, pick)
            self.run(hand.send("connection:recover", **claim))

    @rule(client=CLIENTS)
    def recover_everything_at_once(self, client):
        hand = self.connected(client)
        if hand and all(replica.cursor is not None for replica in hand.replicas.values()):
            claims = [replica.join_frame() for replica in hand.replicas.values()]
            rooms = [{k: c[k] for k in ("roomId", "lastSeenSeq")} for c in claims]
            self.run(hand.send("connection:recover", rooms=rooms, epoch=claims[0]["epoch"]))

    @rule(client=CLIENTS, room=ROOMS)
    def leave(self, client, room):
        if hand := self.connected(client):
            self.run(hand.send("room:leave", roomId=self.rooms[room]))

    @rule(client=CLIENTS, room=ROOMS, count=st.integers(1, 8))
    def say(self, client, room, count):
        if hand := self.connected(client):
            for _ in range(count):
                nonce = uuid4().hex
                content = f"text {next(self.texts)}"
                hand.unacked[nonce] = {
                    "roomId": self.rooms[room],
                    "content": content,
                    "nonce": nonce,
                }
                self.run(hand.send("message:send", **hand.unacked[nonce]))

    @rule(client=CLIENTS)
    def say_again(self, client):
        if hand := self.connected(client):
            for data in list(hand.unacked.values()):
                self.run(hand.send("message:send", **data))

    @rule(client=CLIENTS, pick=PICKS)
    def edit(self, client, pick):
        hand = self.connected(client)
        if hand and hand.own:
            message_id = sorted(hand.own)[pick % len(hand.own)]
            content = f"text {next(self.texts)}"
            self.run(hand.send("message:edit", messageId=message_id, content=content))

    @rule(client=CLIENTS, pick=PICKS)
    def delete(self, client, pick):
        hand = self.connected(client)
        if hand and hand.own:
            message_id = sorted(hand.own)[pick % len(hand.own)]
            self.run(hand.send("message:delete", messageId=message_id))

    @rule(client=CLIENTS, room=ROOMS, pick=PICKS, emoji=EMOJI, is_added=st.booleans())
    def react(self, client, room, pick, emoji, is_added):
        hand = self.connected(client)
        if hand and (there := sorted(hand.replicas[self.rooms[room]].messages)):
            type_ = "reaction:add" if is_added else "reaction:remove"
            message_id = there[pick % len(there)]
            self.run(hand.send(type_, messageId=message_id, emoji=emoji))

    @rule(client=CLIENTS, is_abrupt=st.booleans())
    def disconnect(self, client, is_abrupt):
        if hand := self.connected(client):
            self.run(hand.go(is_abrupt))

    @precondition(lambda self: any(not hand.is_connected for hand in self.hands))
    @rule(is_back_in=st.booleans())
    def reconnect(self, is_back_in):
        hand = next(hand for hand in self.hands if not hand.is_connected)
        self.run(hand.come())
        for replica in hand.replicas.values():
            if is_back_in:
                self.run(hand.send("room:join", **replica.join_frame()))

    @rule(client=CLIENTS, by=CLIENTS, room=ROOMS, is_abrupt=st.booleans())
    def be_away_while_another_changes_things(self, client, by, room, is_abrupt):
        hand, other = self.connected(client), self.connected(by)
        if hand and other and hand is not other:
            self.run(other.settle())
            self.run(hand.go(is_abrupt))
            self.say(by, room, 2)
            for pick in range(4):
                (self.edit if pick % 2 else self.delete)(by, 7 * pick)
                self.react(by, room, 5 * pick, "🎉", pick != 3)
            self.run(hand.come())
            self.run(hand.send("room:join", **hand.replicas[self.rooms[room]].join_frame()))

    @rule(client=CLIENTS, by=CLIENTS, room=ROOMS)
    def join_in_the_middle_of_a_burst(self, client, by, room):
        hand, other = self.connected(client), self.connected(by)
        if hand and other and hand is not other:
            self.say(by, room, 6)
            self.run(hand.send("room:join", **hand.replicas[self.rooms[room]].join_frame()))

    # --- when they read ----------------------------------------------------------------------------
    @rule(client=CLIENTS, at_most=st.integers(1, 12), wait_ms=st.sampled_from([0, 0, 5, 30]))
    def read(self, client, at_most, wait_ms):
        self.run(asyncio.sleep(wait_ms / 1000))
        self.hands[client].read(at_most)

    @rule(client=CLIENTS)
    def read_everything(self, client):
        if hand := self.connected(client):
            self.run(hand.settle())

    # --- what must hold ----------------------------------------------------------------------------
    @invariant()
    def on_one_socket_no_number_is_missed_or_repeated(self):
        for hand in getattr(self, "hands", ()):
            for replica in hand.replicas.values():
                assert (replica.holes, replica.repeated) == (0, 0)

    def teardown(self):
        if hasattr(self, "hands"):
            try:
                self.run(self.end())
            finally:
                for hand in self.hands:
                    if hand.is_connected:
                        self.run(hand.go(is_abrupt=True))

    async def end(self):
        for hand in self.hands:
            if not hand.is_connected:
                await hand.come()
            await hand.settle()
            for replica in hand.replicas.values():
                await hand.send("room:join", **replica.join_frame())
            await hand.settle()
            for data in list(hand.unacked.values()):
                await hand.send("message:send", **data)
        async with asyncio.timeout(SETTLE_WITHIN_S):
            while any(hand.unacked for hand in self.hands):
                await asyncio.gather(*(hand.settle() for hand in self.hands))
        for room_id in self.rooms:
            await self.end_room(room_id)
        allowed = {
            ("message:send", "FORBIDDEN"),
            ("message:edit", "GONE"),
            ("reaction:add", "GONE"),
            ("reaction:remove", "GONE"),
        }
        for hand in self.hands:
            assert set(hand.errors) <= allowed, hand.errors

    async def end_room(self, room_id):
        reader = self.people[0]
        replicas = [hand.replicas[room_id] for hand in self.hands]
        head = (await asyncio.to_thread(reader.get, f"/rooms/{room_id}"))["data"]["lastSeq"]
        async with asyncio.timeout(SETTLE_WITHIN_S):
            while any(r.cursor != head or not r.is_complete for r in replicas):
                await asyncio.gather(*(hand.settle() for hand in self.hands))
        truth = await asyncio.to_thread(reader.history, room_id)
        for replica in replicas:
            assert replica.list == [as_all_see(message) for message in truth]
        type(self).frames += head


@pytest.mark.slow
def test_no_order_of_steps_makes_a_client_miss_repeat_or_misorder_a_number(request, say):
    parlor = request.getfixturevalue("two" if with_services() else "parlor")
    loop = asyncio.new_event_loop()
    Interleavings.parlor, Interleavings.loop = parlor, loop
    Interleavings.people = [parlor.person("reader"), *guests(parlor, 3)]
    Interleavings.frames = 0
    try:
        run_state_machine_as_test(
            Interleavings,
            settings=settings(
                max_examples=40,
                stateful_step_count=30,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],  # a shorter example of a race is another race
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
    say(f"{Interleavings.frames} numbers taken in all orders of steps")
    assert Interleavings.frames > 100
