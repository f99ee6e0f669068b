"""Whatever somebody does: who was in the room and applied the events has, field by field, what
somebody who comes in afterwards is given.
"""

import json

import pytest
from django.test import TestCase

from api.payloads import to_json
from messaging import joining, services
from messaging.events import RoomJoined
from messaging.models import Message
from messaging.services import Draft
from realtime import wire
from tests.convergence.model import Replica, as_all_see


class Stage:
    """A room with bob in it, who heard everything as it happened."""

    def __init__(self, alice, bob, room, told):
        self.alice, self.bob, self.room, self.told = alice, bob, room, told
        self.messages = {}
        self.replica = Replica(str(room.pk))
        self.replica.take("room:joined", self.join()["data"])

    def join(self):
        """What whoever comes in now is answered."""
        state = joining._read(str(self.bob.pk), str(self.room.pk), None, None, [])
        event = RoomJoined(
            room=state.room,
            messages=state.newest,
            last_seq=state.changes.head,
            epoch=state.changes.epoch,
            recovered=False,
            up_to=state.changes.head,
            more=False,
            read_seq=state.read.read_seq,
            unread=state.read.unread,
            mentions=state.read.mentions,
            participants=[],
            typing=[],
            voice=[],
        )
        return {"data": json.loads(to_json(event))}

    def do(self, who, what, name, *words):
        """One action, and what bob's client makes of what it hears."""
        person, before = getattr(self, who), len(self.told.of(wire.Numbered))
        with self.told:
            getattr(self, f"_{what}")(person, name, *words)
        new = self.told.of(wire.Numbered)[before:]
        for entry in new:
            frame = json.loads(entry.frame)
            self.replica.take(frame["type"], frame["data"])
        return len(new)

    def _send(self, person, name, text, reply_to=None):
        answered = str(self.messages[reply_to]) if reply_to else None
        draft = Draft(content=text, reply_to=answered)
        sent = services.send_message(person, room_id=self.room.pk, draft=draft)
        self.messages[name] = sent.message.pk

    def _edit(self, person, name, text):
        services.edit_message(person, message_id=self.messages[name], content=text)

    def _delete(self, person, name):
        services.delete_message(person, message_id=self.messages[name])

    def _react(self, person, name, emoji):
        message_id = self.messages[name]
        services.react(person, message_id=message_id, emoji=emoji, is_added=True)

    def _unreact(self, person, name, emoji):
        message_id = self.messages[name]
        services.react(person, message_id=message_id, emoji=emoji, is_added=False)

    def assert_same(self):
        """The joined state with the events applied, against a fresh one."""
        fresh = self.join()["data"]
        assert self.replica.list == [as_all_see(message) for message in fresh["messages"]]
        assert (self.replica.cursor, self.replica.is_complete) == (fresh["lastSeq"], True)
        assert Message.objects.count() == len(fresh["messages"])


@pytest.fixture
def stage(alice, bob, room, told, settings):
    settings.RATE_LIMITS = "off"
    made = Stage(alice, bob, room, told)
    with TestCase.captureOnCommitCallbacks():
        for name, text in (("one", "hello @bob"), ("two", "**bold**"), ("three", "old")):
            made._send(alice, name, text)
        made._react(alice, "one", "👍")
        made._react(bob, "one", "❤️")
        made._delete(alice, "three")
    told.entries.clear()
    made.replica = Replica(str(room.pk))
    made.replica.take("room:joined", made.join()["data"])
    return made


@pytest.mark.parametrize(
    ("action", "numbers"),
    [
        (("bob", "send", "four", "plain"), 1),
        (("bob", "send", "four", "`x` *y*\n- 1\n> @alice said"), 1),
        (("bob", "send", "four", "@alice @mallory @bob #kitchen"), 1),
        (("bob", "send", "four", "@alice yes", "one"), 1),
        (("bob", "send", "four", "to what is gone", "three"), 1),
        (("alice", "edit", "two", "other words"), 1),
        (("alice", "edit", "two", "now @bob in #kitchen"), 1),
        (("alice", "edit", "one", "nobody any more"), 1),
        (("alice", "edit", "two", "**bold**"), 0),
        (("alice", "delete", "one"), 1),
        (("alice", "delete", "three"), 0),
        (("bob", "react", "two", "🎉"), 1),
        (("bob", "react", "one", "👍"), 1),
        (("bob", "react", "one", "🎉"), 1),
        (("bob", "react", "one", "❤"), 0),
        (("alice", "unreact", "one", "👍"), 1),
        (("bob", "unreact", "one", "❤️"), 1),
        (("bob", "unreact", "one", "👍"), 0),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else "",
)
def test_after_any_action_who_heard_it_has_what_a_newcomer_is_given(stage, action, numbers):
    assert stage.do(*action) == numbers
    stage.assert_same()


def test_after_all_of_them_one_after_another_too(stage):
    for action in (
        ("bob", "send", "four", "@alice", "one"),
        ("bob", "react", "one", "👍"),
        ("alice", "unreact", "one", "👍"),
        ("alice", "react", "one", "🎉"),
        ("alice", "react", "one", "👍"),
        ("alice", "edit", "one", "other words"),
        ("bob", "unreact", "one", "👍"),
        ("alice", "unreact", "one", "👍"),
        ("alice", "react", "one", "👍"),
        ("alice", "react", "four", "👍"),
        ("bob", "delete", "four"),
        ("alice", "delete", "one"),
    ):
        assert stage.do(*action) == 1
        stage.assert_same()
