"""Many clients that talk, change their minds and lose their connections; and what must hold after.

`Actor` is one client with a Replica: it sends, edits and deletes, drops its connection at any
moment, comes back to any process and sends again, with the same nonce, what was not acknowledged.
`verify` compares everybody with what an independent reader finds through REST.
"""

import asyncio
import contextlib
import itertools
import json
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.convergence.model import Replica, as_all_see
from tests.live import Client, Parlor, Person

SEED = 2026
ANSWER_WITHIN_S = 40.0
IN_FLIGHT = 4
RECENT = 30  # messages that are reacted to: few enough for people to meet there
# Two clients of a person never touch the same reaction, so each change of theirs is one number.
EMOJI = (("👍", "❤️"), ("🎉", "👨‍👩‍👧‍👦"))
Data = dict[str, Any]


class LineLost(Exception):
    """The connection ended before the answer came."""


class Line(Client):
    """A connection that hands each frame on as it comes, and keeps none."""

    def __init__(self, ws: ClientConnection, on_frame) -> None:
        self._on_frame = on_frame
        self._answers: dict[str, asyncio.Future[Data]] = {}
        self.failure: BaseException | None = None
        super().__init__(ws)

    @classmethod
    async def to(cls, url: str, on_frame) -> "Line":
        """Connect to /ws of a process."""
        ws_url = urlsplit(url)._replace(scheme="ws", path="/ws").geturl()
        return cls(await connect(ws_url, max_size=None, compression=None), on_frame)

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in self.ws:
                self._take(json.loads(text))
        async with self._news:
            self.closed = self.ws.close_code or 1006
            self._news.notify_all()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(LineLost())

    def _take(self, frame: Data) -> None:
        try:
            self._on_frame(frame)
        except Exception as broken:
            self.failure = self.failure or broken
            self.ws.transport.abort()
            return
        answer = self._answers.get(frame.get("id", ""))
        if answer is not None and not answer.done():
            answer.set_result(frame)

    async def ask(self, type_: str, /, **data: Any) -> Data:
        """Send a frame and wait for its first answer. Raises LineLost."""
        id_ = f"c{next(self._ids)}"
        answer = asyncio.get_running_loop().create_future()
        self._answers[id_] = answer
        try:
            if self.closed is not None:
                raise LineLost
            await self.send(type_, id_, **data)
            return await asyncio.wait_for(answer, ANSWER_WITHIN_S)
        except ConnectionClosed:
            raise LineLost from None
        finally:
            del self._answers[id_]
            if answer.done() and not answer.cancelled():
                answer.exception()  # seen

    def abort(self) -> None:
        """Gone without a word, as when a cable is pulled."""
        self.ws.transport.abort()


@dataclass
class Figures:
    """What one run was made of."""

    counts: Counter[str] = field(default_factory=Counter)
    ack_seconds: list[tuple[float, float]] = field(default_factory=list)  # (when, how long)
    began: float = field(default_factory=time.monotonic)
    last_ack: float = 0.0

    def acked(self, kind: str, began: float) -> None:
        """One change is acknowledged."""
        self.last_ack = time.monotonic()
        self.counts[kind] += 1
        self.ack_seconds.append((self.last_ack, self.last_ack - began))

    def slowest_ack_s(self) -> float:
        """The longest anybody waited, lost connections included."""
        return max(seconds for _, seconds in self.ack_seconds)

    def acks_between(self, first: float, last: float) -> int:
        """How many acks came in a span of monotonic time."""
        return sum(first <= at <= last for at, _ in self.ack_seconds)


class Actor:
    """One client of one room."""

    def __init__(
        self,
        person: Person,
        room_id: str,
        urls: list[str],
        random: Random,
        figures: Figures,
        emoji: tuple[str, ...] = EMOJI[0],
    ) -> None:
        self.person, self.urls, self.random, self.figures = person, urls, random, figures
        self.replica = Replica(room_id)
        self.line: Line | None = None
        self.acks: dict[str, Data] = {}  # nonce → the ack of the message
        self.numbers: set[int] = set()  # numbers of own acknowledged changes
        # Changes whose number others may have moved on from before the ack came, and reactions that
        # may have been written before their message was deleted.
        self.unnamed = self.doubtful = 0
        self._emoji = emoji
        self._reacted: set[tuple[str, str]] = set()
        self.own_recovers = 0
        self.heard: Counter[str] = Counter()
        self._is_ready = asyncio.Event()
        self._busy: set[str] = set()  # own messages with a change under way
        self._gone: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closing = False

    # --- connection -----------------------------------------------------------------------------
    async def come(self, url: str = "") -> None:
        """Connect, identify, join with the cursor."""
        while True:
            try:
                await self._come(url or self.random.choice(self.urls))
            except (LineLost, OSError, InvalidHandshake, TimeoutError):
                self._fail_if_broken()
                self.figures.counts["failed connects"] += 1
                await asyncio.sleep(self.random.uniform(0.05, 0.3))
            else:
                return

    async def _come(self, url: str) -> None:
        self.replica.disconnected()
        line = await Line.to(url, self._take)
        self.line = line
        hello = await line.ask("auth:identify", token=self.person.token, protocol=1)
        assert hello["type"] == "auth:ok", hello
        joined = await line.ask("room:join", **self.replica.join_frame())
        if joined["type"] == "error" and joined["data"]["code"] == "UNAVAILABLE":
            line.abort()
            raise LineLost
        assert joined["type"] == "room:joined", joined
        self._is_ready.set()

    def _take(self, frame: Data) -> None:
        type_, data = frame["type"], frame["data"]
        self.heard[type_] += 1
        if type_ in ("error", "auth:error"):
            return  # whoever asked sees to it
        of_room = data.get("roomId") or data.get("message", {}).get("roomId")
        if type_ == "room:joined" or of_room == self.replica.room_id:
            self.replica.take(type_, data, is_asked="id" in frame)
            if self.replica.wants and self._is_ready.is_set():
                self._spawn(self._get_what_is_missing(self.replica.wants))
                self.replica.wants = "asked"

    async def _get_what_is_missing(self, wanted: str) -> None:
        self.own_recovers += 1
        type_ = "room:join" if wanted == "join" else "connection:recover"
        with contextlib.suppress(LineLost):
            if self.line is not None:
                await self.line.ask(type_, **self.replica.join_frame())

    async def go(self, how: str) -> None:
        """Lose the connection: "clean" or "abort"."""
        line, self.line = self.line, None
        self._is_ready.clear()
        assert line is not None
        if how == "clean":
            await line.close()
        else:
            line.abort()
            await line.wait_closed()
        self._fail_if_broken(line)

    def _fail_if_broken(self, line: Line | None = None) -> None:
        line = line or self.line
        if line is not None and line.failure is not None:
            raise line.failure

    async def keep_connected(self) -> None:
        """Come back whenever the server ends the connection (restarts, evictions)."""
        while not self._is_closing:
            line = self.line
            if line is None or line.closed is None:
                await asyncio.sleep(0.05)
                continue
            self._fail_if_broken(line)
            self._is_ready.clear()
            self.figures.counts[f"closed {line.closed}"] += 1
            await asyncio.sleep(self.random.uniform(0.0, 0.2))
            await self.come()

    # --- changes --------------------------------------------------------------------------------
    async def perform(self, type_: str, **data: Any) -> Data:
        """A change, tried until it is acknowledged (or, of a reaction, refused: GONE)."""
        began, (area, _, kind) = time.monotonic(), type_.partition(":")
        for attempt in itertools.count():
            await self._is_ready.wait()
            line = self.line
            if line is None:
                await asyncio.sleep(0)
                continue
            try:
                reply = await line.ask(type_, **data)
            except LineLost:
                self.figures.counts["retries"] += 1
                await asyncio.sleep(0.01)
                continue
            if reply["type"] == "message:ack":
                self.figures.acked(kind, began)
                self._note_number(kind, reply["data"], is_retried=attempt > 0)
                return reply["data"]
            if area == "reaction" and reply["data"]["code"] == "GONE":
                self.doubtful += attempt > 0
                return reply["data"]
            assert reply["data"]["code"] in ("UNAVAILABLE", "FORBIDDEN"), reply
            assert reply["data"]["code"] != "FORBIDDEN" or self.line is not line, reply
            self.figures.counts[reply["data"]["code"]] += 1
            await asyncio.sleep(0.2)
        raise AssertionError("unreachable")

    def _note_number(self, kind: str, ack: Data, *, is_retried: bool) -> None:
        """An ack says where its message stands now. Between a lost ack and the next try others may
        have reacted: then that is the number of theirs. A new message keeps its own as seq, and
        nothing changes after a deletion.
        """
        if kind == "send":
            assert is_retried or ack["changeSeq"] == ack["seq"]
            self.numbers.add(ack["seq"])
        elif is_retried and kind != "delete":
            self.unnamed += 1
        else:
            self.numbers.add(ack["changeSeq"])

    async def say(self, content: str) -> Data:
        """Send a message."""
        nonce = f"{self.random.getrandbits(64):x}"
        ack = await self.perform(
            "message:send", roomId=self.replica.room_id, content=content, nonce=nonce
        )
        assert ack["nonce"] == nonce
        self.acks[nonce] = ack
        return ack

    def begin(self, step: str, text: str) -> None:
        """Start a change without waiting for it. An own message has one change under way."""
        if step == "say":
            self._spawn(self._while_busy("", self.say(text)))
            return
        if step == "react":
            self._begin_reaction()
            return
        free = [a["id"] for a in self.acks.values() if a["id"] not in self._busy | self._gone]
        if not free:
            return
        message_id = self.random.choice(free)
        if step == "edit":
            change = self.perform("message:edit", messageId=message_id, content=text)
        else:
            self._gone.add(message_id)
            change = self.perform("message:delete", messageId=message_id)
        self._spawn(self._while_busy(message_id, change))

    def _begin_reaction(self) -> None:
        """Add one, or take it back where it is there."""
        recent = list(self.replica.messages.values())[-RECENT:]
        wanted = [
            (message["id"], emoji)
            for message in recent
            for emoji in self._emoji
            if message["deletedAt"] is None and f"{message['id']} {emoji}" not in self._busy
        ]
        if not wanted:
            return
        chosen = message_id, emoji = self.random.choice(wanted)
        type_ = "reaction:remove" if chosen in self._reacted else "reaction:add"
        self._reacted ^= {chosen}
        change = self.perform(type_, messageId=message_id, emoji=emoji)
        self._spawn(self._while_busy(f"{message_id} {emoji}", change))

    async def _while_busy(self, message_id: str, change) -> None:
        self._busy.add(message_id)
        try:
            await change
        finally:
            self._busy.discard(message_id)

    def _spawn(self, work) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self, at_most: int = 0) -> None:
        """Wait until at most so many changes are under way."""
        while len(self._tasks) > at_most:
            done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    async def live(self, steps: list[str], pause_s: float = 0.0) -> None:
        """Go through the steps: say, react, edit, delete, clean, abort, cut (abort while sending)."""
        for position, step in enumerate(steps):
            text = f"{self.person.username} {position} {self.random.getrandbits(32):x}"
            if step in ("clean", "abort", "cut"):
                if step == "cut":
                    for part in range(2):
                        self.begin("say", f"{text} in flight {part}")
                    # Far enough for the frames to leave, too short for the answers to come.
                    for _ in range(self.random.randrange(4)):
                        await asyncio.sleep(0)
                await self.go("clean" if step == "clean" else "abort")
                self.figures.counts[f"disconnects ({step})"] += 1
                await asyncio.sleep(self.random.uniform(0.0, 0.3))
                await self.come()
            else:
                self.begin(step, text)
            await self.settle(IN_FLIGHT)
            await asyncio.sleep(self.random.uniform(0.0, pause_s))
        await self.settle()

    async def reached(self, head: int) -> None:
        """Wait until everything up to a number is applied."""
        while (self.replica.cursor or 0) < head or not self.replica.is_complete:
            self._fail_if_broken()
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        """The end."""
        self._is_closing = True
        if self.line is not None:
            await self.line.close()
            self._fail_if_broken()


def scripts(random: Random, *, actors: int, messages: int, edits: int, deletes: int, breaks: int):
    """A list of steps for each actor; as many reactions as edits, and `breaks` are shared out evenly
    over the three ways.
    """
    cut = breaks // 2
    steps = ["say"] * (messages - 2 * cut) + ["edit", "react"] * edits + ["delete"] * deletes
    steps += ["cut"] * cut + ["clean", "abort"] * ((breaks - cut) // 2)
    random.shuffle(steps)
    return [steps[index::actors] for index in range(actors)]


def guests(parlor: Parlor, count: int) -> list[Person]:
    """People, quickly made."""
    made = []
    for index in range(count):
        url = parlor.processes[index % len(parlor.processes)].url
        person = Person(parlor, url)
        body = {"username": f"guest-{secrets.token_hex(5)}"}
        answer = person.post("/auth/guest", body)
        assert answer["success"], answer
        person.sign_in(answer["data"])
        made.append(person)
    return made


async def head_of(reader: Person, room_id: str) -> int:
    """The room's counter, asked through REST."""
    answer = await asyncio.to_thread(reader.get, f"/rooms/{room_id}")
    return answer["data"]["lastSeq"]


def changes_of(reader: Person, room_id: str, after: int) -> list[Data]:
    """Everything that changed after a number, all pages."""
    found: list[Data] = []
    while True:
        page = reader.get(f"/rooms/{room_id}/changes", after=after)
        assert page["meta"]["recovered"], page["meta"]
        found += page["data"]
        after = page["meta"]["upTo"]
        if not page["meta"]["more"]:
            return found


def verify(reader: Person, room_id: str, actors: list[Actor]) -> int:
    """Everybody has the database's list, every number is one change, nothing acked is missing.

    Answers the head.
    """
    truth = [as_all_see(message) for message in reader.history(room_id)]
    head = reader.get(f"/rooms/{room_id}")["data"]["lastSeq"]
    assert [m["seq"] for m in truth] == sorted({m["seq"] for m in truth})

    for actor in actors:
        replica = actor.replica
        assert replica.cursor == head
        assert [m["id"] for m in replica.list] == [m["id"] for m in truth]
        assert replica.list == truth
        assert replica.repeated == 0, "the server repeated a number on one socket"

    by_id = {message["id"]: message for message in truth}
    for actor in actors:
        for nonce, ack in actor.acks.items():
            kept = by_id[ack["id"]]
            assert (kept["nonce"], kept["seq"]) == (nonce, ack["seq"])
            assert kept["sender"]["id"] == actor.person.id
    nonces = Counter((m["sender"]["id"], m["nonce"]) for m in truth)
    assert max(nonces.values(), default=1) == 1
    assert len(truth) == sum(len(actor.acks) for actor in actors)

    taken = [number for actor in actors for number in actor.numbers]
    assert len(taken) == len(set(taken)), "one number, one change"
    assert not taken or (min(taken) > 0 and max(taken) <= head)
    others = head - len(taken) - sum(actor.unnamed for actor in actors)
    assert 0 <= others <= sum(actor.doubtful for actor in actors), "one change, one number"

    first = max(0, head - 1_000)
    changed = [as_all_see(message) for message in changes_of(reader, room_id, first)]
    by_change = sorted(truth, key=lambda message: message["changeSeq"])
    assert changed == [m for m in by_change if m["changeSeq"] > first]
    return head


async def run_load(
    parlor: Parlor,
    *,
    seed: int = SEED,
    clients: int = 50,
    pause_s: float = 0.02,
    meanwhile=None,
    **steps: int,
) -> tuple[list[Actor], str, Person, Figures]:
    """Everybody lives through their script. Answers (actors, room id, reader, figures)."""
    random, figures = Random(seed), Figures()
    reader = parlor.person("reader")
    room_id = reader.new_room("crowd")["id"]
    people = guests(parlor, clients // 2)  # everybody with two clients: one's own echo counts, too
    urls = [process.url for process in parlor.processes]
    actors = [
        Actor(
            people[index // 2],
            room_id,
            urls,
            Random(f"{seed} {index}"),
            figures,
            EMOJI[index % 2],
        )
        for index in range(clients)
    ]
    await asyncio.gather(*(a.come(urls[i % len(urls)]) for i, a in enumerate(actors)))
    figures.began = time.monotonic()
    plans = scripts(random, actors=clients, **steps)
    others = [meanwhile(figures)] if meanwhile else []
    await asyncio.gather(
        *(a.live(plan, pause_s) for a, plan in zip(actors, plans, strict=True)), *others
    )
    return actors, room_id, reader, figures


async def converge(actors: list[Actor], reader: Person, room_id: str, within_s: float) -> float:
    """Wait until everybody has everything; answers how long after the last ack that was."""
    head = await head_of(reader, room_id)
    async with asyncio.timeout(within_s):
        await asyncio.gather(*(actor.reached(head) for actor in actors))
    return time.monotonic() - actors[0].figures.last_ack


def figures_of(actors: list[Actor], figures: Figures, head: int, converged_s: float) -> str:
    """One line for people."""
    acks = sorted(seconds for _, seconds in figures.ack_seconds)
    return (
        f"{figures.counts['send']} messages, {figures.counts['edit']} edits,"
        f" {figures.counts['delete']} deletions,"
        f" {figures.counts['add'] + figures.counts['remove']} reactions, head {head};"
        f" {sum(n for k, n in figures.counts.items() if k.startswith('disconnects'))} disconnects,"
        f" {figures.counts['retries']} retries;"
        f" {figures.last_ack - figures.began:.1f} s,"
        f" acks p50 {acks[len(acks) // 2] * 1000:.0f} ms, slowest {acks[-1]:.1f} s;"
        f" converged {converged_s:.2f} s after the last ack"
        f" ({sum(a.replica.pushed_pages for a in actors)} pages pushed,"
        f" {sum(a.own_recovers for a in actors)} asked for)"
    )
