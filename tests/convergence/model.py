"""A client's memory of one room, as PROTOCOL.md's sequence rules 4–7 describe it. No I/O.

Written from the contract alone, apart from the web client's own implementation, so that the two and
the server can be held against each other. Every claim the contract makes to a client is an
assertion here: a server that breaks one fails the test at the frame that does it.
"""

from typing import Any

Message = dict[str, Any]
BARE = ("message:deleted", "reaction:changed")  # without the message itself
NUMBERED = ("message:new", "message:updated", *BARE)


class Broken(AssertionError):
    """The server did what the contract rules out."""


def check(holds: bool, why: str) -> None:
    """`assert` that says which promise was broken."""
    if not holds:
        raise Broken(why)


def as_all_see(message: Message) -> Message:
    """Without what is only true for whoever was answered."""
    shown = [{k: v for k, v in r.items() if k != "me"} for r in message.get("reactions", [])]
    return message | {"reactions": shown}


class Replica:
    """One room as one client knows it, over all its connections.

    `cursor` is the highest number up to which everything has been applied, None before the first
    join. `wants` says what the client must do next: "join", "recover" or None.
    """

    def __init__(self, room_id: str) -> None:
        self.room_id = room_id
        self.cursor: int | None = None
        self.epoch: str | None = None
        self.messages: dict[str, Message] = {}
        self.held: dict[int, tuple[str, Any]] = {}
        self.wants: str | None = "join"
        self.is_paging = False  # more pages of an answer are on their way
        self.is_listening = False  # answered on this connection, and not left or removed since
        self.head = 0  # the highest number ever named by the server
        # What happened, for the figures: numbers applied from single frames, frames that were at or
        # below the cursor, holes met, pages nobody asked for, fresh starts.
        self.applied: list[int] = []
        self.repeated = self.holes = self.pushed_pages = self.pages = self.fresh_starts = 0

    # --- the connection -------------------------------------------------------------------------
    def disconnected(self) -> None:
        """What was held or half paged belongs to the old connection; the cursor stays."""
        self.held.clear()
        self.is_paging = self.is_listening = False
        self.wants = "join"

    def join_frame(self) -> dict[str, Any]:
        """The data of the `room:join` (or `connection:recover`) this client would send."""
        if self.cursor is None:
            return {"roomId": self.room_id}
        return {"roomId": self.room_id, "lastSeenSeq": self.cursor, "epoch": self.epoch}

    # --- frames ---------------------------------------------------------------------------------
    def take(self, type_: str, data: dict[str, Any], *, is_asked: bool = False) -> None:
        """A frame of this room, in the order it came. `is_asked`: it answers a frame of ours."""
        if type_ in NUMBERED:
            self._take_numbered(type_, data)
        elif type_ == "room:joined":
            self._take_joined(data)
        elif type_ == "connection:missed":
            self._take_missed(data, is_asked=is_asked)
        elif type_ == "message:ack":
            self.head = max(self.head, data["changeSeq"])  # an ack never moves the cursor
        elif type_ in ("room:removed", "room:left", "room:deleted"):
            self.disconnected()

    def _take_numbered(self, type_: str, data: dict[str, Any]) -> None:
        number = (data if type_ in BARE else data["message"])["changeSeq"]
        self.head = max(self.head, number)
        check(self.is_listening, f"{type_} {number} without being in the room")
        assert self.cursor is not None
        if number <= self.cursor:
            self.repeated += 1
        elif number == self.cursor + 1:
            self._apply(type_, data, number)
            self._drain()
        else:
            self.holes += number not in self.held
            self.held[number] = (type_, data)
            self.wants = self.wants or "recover"

    def _take_joined(self, data: dict[str, Any]) -> None:
        same_epoch = self.epoch in (None, data["epoch"])
        if data["recovered"]:
            check(self.cursor is not None, "recovered from nothing")
            check(same_epoch, "recovered across epochs")
            self._take_page(data)
        else:
            check(
                self.cursor is None or not same_epoch or data["lastSeq"] >= self.cursor,
                f"a fresh start at {data['lastSeq']} goes behind the cursor {self.cursor}",
            )
            seqs = [message["seq"] for message in data["messages"]]
            check(seqs == sorted(set(seqs)), f"a fresh start out of order: {seqs}")
            self.messages = {m["id"]: as_all_see(m) for m in data["messages"]}
            self.fresh_starts += 1
            self.cursor, self.epoch = data["lastSeq"], data["epoch"]
            self.head = self.cursor if not same_epoch else max(self.head, self.cursor)
            self.is_paging = False
        self._answered()

    def _take_missed(self, data: dict[str, Any], *, is_asked: bool) -> None:
        if data.get("error"):
            self.disconnected()
            return
        check(is_asked or self.is_listening, "a page without being in the room")
        self.is_listening = True
        if not data["recovered"]:
            check(data["messages"] == [], "a part of what cannot be recovered")
            self.held.clear()
            self.wants = "join"
            return
        check(self.cursor is not None, "a page before any answer to a join")
        check(self.epoch == data["epoch"], "a page of another epoch")
        self.pushed_pages += not is_asked
        self._take_page(data)
        self._answered()

    def _take_page(self, data: dict[str, Any]) -> None:
        """Rows in change order, in their state now; with them all up to `upTo` is delivered."""
        assert self.cursor is not None
        numbers = [message["changeSeq"] for message in data["messages"]]
        check(numbers == sorted(set(numbers)), f"a page out of order: {numbers}")
        check(not numbers or numbers[-1] <= data["upTo"], "a page beyond its own upTo")
        check(data["upTo"] <= data["lastSeq"], "upTo beyond the head")
        check(data["more"] == (data["upTo"] < data["lastSeq"]), "`more` where there is no more")
        for message in data["messages"]:
            if message["changeSeq"] > self.cursor:
                self._put(message)
        self.pages += 1
        self.head = max(self.head, data["lastSeq"])
        self.cursor = max(self.cursor, data["upTo"])
        self.is_paging = data["more"]

    def _answered(self) -> None:
        assert self.cursor is not None
        self.is_listening = True
        self.held = {n: frame for n, frame in self.held.items() if n > self.cursor}
        self.wants = None
        self._drain()
        if self.held and not self.is_paging:
            self.wants = "recover"

    def _drain(self) -> None:
        assert self.cursor is not None
        while self.cursor + 1 in self.held:
            type_, data = self.held.pop(self.cursor + 1)
            self._apply(type_, data, self.cursor + 1)
        if not self.held and self.wants == "recover":
            self.wants = None

    # --- applying -------------------------------------------------------------------------------
    def _apply(self, type_: str, data: dict[str, Any], number: int) -> None:
        check(number == (self.cursor or 0) + 1, f"{number} applied after {self.cursor}")
        check(not self.applied or number > self.applied[-1], f"{number} applied twice")
        if type_ == "message:deleted":
            self._delete(data)
        elif type_ == "reaction:changed":
            self._react(data)
        else:
            if type_ == "message:new":
                message = data["message"]
                check(message["seq"] == number, "a new message whose seq is not its number")
                check(message["id"] not in self.messages, f"message {number} is new twice")
            self._put(data["message"])
        self.applied.append(number)
        self.cursor = number

    def _put(self, message: Message) -> None:
        known = self.messages.get(message["id"])
        if known is not None:
            check(known["seq"] == message["seq"], "a message changed its place")
            if known["changeSeq"] >= message["changeSeq"]:
                return  # older history read through REST may be newer than the frame
        check(message["roomId"] == self.room_id, "a message of another room")
        self.messages[message["id"]] = as_all_see(message)

    def _delete(self, data: dict[str, Any]) -> None:
        known = self.messages.get(data["id"])
        if known is None or known["changeSeq"] >= data["changeSeq"]:
            return  # not loaded: who scrolls up will read it as deleted
        self.messages[data["id"]] = known | {
            "changeSeq": data["changeSeq"],
            "deletedAt": data["deletedAt"],
            "updatedAt": data["deletedAt"],
            "content": None,
            "html": None,
            "mentions": [],
            "reactions": [],
        }

    def _react(self, data: dict[str, Any]) -> None:
        """An emoji keeps its place while anybody uses it; who comes last stands last."""
        known = self.messages.get(data["messageId"])
        if known is None or known["changeSeq"] >= data["changeSeq"]:
            return
        check(known["seq"] == data["seq"], "a reaction to a message of another place")
        check(known["deletedAt"] is None, "a reaction to a deleted message")
        emoji, user_id, count = data["emoji"], data["userId"], data["count"]
        reactions = {r["emoji"]: r for r in known["reactions"]}
        before = reactions.get(emoji, {"userIds": []})["userIds"]
        check((user_id in before) != data["added"], "a reaction that was so already took a number")
        after = [*before, user_id] if data["added"] else [u for u in before if u != user_id]
        check(count == len(after) or count > 50, f"{count} reactions of {after}")
        reactions[emoji] = {"emoji": emoji, "count": count, "userIds": after[:50]}
        self.messages[data["messageId"]] = known | {
            "changeSeq": data["changeSeq"],
            "reactions": [r for r in reactions.values() if r["count"]],
        }

    def load_history(self, older: list[Message]) -> None:
        """Messages read through REST; they never move the cursor."""
        for message in older:
            self._put(message)

    # --- what the client shows ------------------------------------------------------------------
    @property
    def list(self) -> list[Message]:
        """The messages, in their order."""
        return sorted(self.messages.values(), key=lambda message: message["seq"])

    @property
    def is_complete(self) -> bool:
        """Nothing is known to be missing."""
        return self.wants is None and not self.held and not self.is_paging
